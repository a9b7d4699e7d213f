package user

import (
	"context"
	"maps"
	"strconv"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/users"
)

// This file is the boundary between the framework and the engine: it converts the resource's values
// to plain records and back.

// userModel is the resource's state, plan or configuration.
type userModel struct {
	userFields
	// properties are the arguments that are properties of the user. They need no separate fields,
	// because all of them are handled in the same way.
	properties map[pat.Property]attr.Value
}

// userFields are the attributes that are not properties.
type userFields struct {
	Username  types.String `tfsdk:"username"`
	UserID    types.String `tfsdk:"user_id"`
	AllowSelf types.Bool   `tfsdk:"allow_self"`
	ID        types.String `tfsdk:"id"`
	Owner     types.Object `tfsdk:"owner"`
	Server    types.String `tfsdk:"server"`
}

// ownerModel is the user in the resource's `owner`.
type ownerModel struct {
	ID       types.String `tfsdk:"id"`
	Username types.String `tfsdk:"username"`
}

// identityModel identifies a user, for import.
type identityModel struct {
	Server types.String `tfsdk:"server"`
	UserID types.String `tfsdk:"user_id"`
}

var ownerTypes = map[string]attr.Type{"id": types.StringType, "username": types.StringType}

// userTypes are the types of the resource's attributes.
var userTypes = sync.OnceValue(func() map[string]attr.Type {
	typ, _ := userSchema().Type().(attr.TypeWithAttributeTypes)

	return typ.AttributeTypes()
})

// valueSource is a place from which the framework reads the values of a resource: its
// configuration, plan or state.
type valueSource interface {
	Get(ctx context.Context, target any) diag.Diagnostics
}

// readModel returns the resource from a configuration, plan or state.
func readModel(ctx context.Context, from valueSource, diags *diag.Diagnostics) userModel {
	var values types.Object

	diags.Append(from.Get(ctx, &values)...)

	m := userModel{userFields: tfvalue.ModelOf[userFields](values), properties: map[pat.Property]attr.Value{}}

	for _, property := range pat.AllProperties() {
		if value, ok := values.Attributes()[string(property)]; ok {
			m.properties[property] = value
		}
	}

	return m
}

// values returns the attributes of the model.
func (m userModel) values() map[string]attr.Value {
	values := tfvalue.ValuesOf(m.userFields)

	for property, value := range m.properties {
		values[string(property)] = value
	}

	return values
}

// object returns the model in the form that the framework writes to a plan or state.
func (m userModel) object(diags *diag.Diagnostics) types.Object {
	values, d := types.ObjectValue(userTypes(), m.values())
	diags.Append(d...)

	return values
}

// identity returns the user's identity.
func (m userModel) identity() identityModel { return identityModel{Server: m.Server, UserID: m.ID} }

// record decodes the model.
func (m userModel) record() users.Record {
	owner := tfvalue.ModelOf[ownerModel](m.Owner)
	if m.Owner.IsUnknown() {
		owner = ownerModel{ID: types.StringUnknown(), Username: types.StringUnknown()}
	}

	record := users.Record{
		Username: tfvalue.Text(m.Username), UserID: tfvalue.Text(m.UserID), AllowSelf: tfvalue.Bool(m.AllowSelf),
		OwnerID: tfvalue.Text(owner.ID), OwnerUsername: tfvalue.Text(owner.Username), Server: tfvalue.Text(m.Server),
		Managed: map[pat.Property]lifecycle.Value[string]{},
	}

	for property, value := range m.properties {
		if decoded := decodeProperty(value); !decoded.Null() {
			record.Managed[property] = decoded
		}
	}

	return record
}

// with encodes the record. Arguments that are not managed stay unchanged.
func (m userModel) with(record users.Record) userModel {
	m.Username, m.UserID = tfvalue.FromText(record.Username), tfvalue.FromText(record.UserID)
	m.ID, m.Server = tfvalue.FromText(record.OwnerID), tfvalue.FromText(record.Server)
	m.Owner = types.ObjectUnknown(ownerTypes)

	if !record.OwnerID.Unknown {
		m.Owner = types.ObjectValueMust(ownerTypes, tfvalue.ValuesOf(ownerModel{
			ID: tfvalue.FromText(record.OwnerID), Username: tfvalue.FromText(record.OwnerUsername),
		}))
	}

	m.properties = maps.Clone(m.properties)
	for property, value := range record.Managed {
		m.properties[property] = encodeProperty(property, value)
	}

	return m
}

// emptyModel returns a model without a configuration.
func emptyModel() userModel {
	m := userModel{properties: map[pat.Property]attr.Value{}}
	m.Owner = types.ObjectNull(ownerTypes)

	for _, property := range pat.AllProperties() {
		m.properties[property] = encodeProperty(property, lifecycle.Value[string]{})
	}

	return m
}

// decodeProperty decodes a text or a flag to a text.
func decodeProperty(value attr.Value) lifecycle.Value[string] {
	switch value := value.(type) {
	case types.String:
		return tfvalue.Text(value)
	case types.Bool:
		if tfvalue.IsSet(value) {
			return lifecycle.Known(strconv.FormatBool(value.ValueBool()))
		}

		return lifecycle.Value[string]{Unknown: value.IsUnknown()}
	default:
		return lifecycle.Value[string]{}
	}
}

// encodeProperty is the reverse of decodeProperty.
func encodeProperty(property pat.Property, value lifecycle.Value[string]) attr.Value {
	switch {
	case !property.IsFlag():
		return tfvalue.FromText(value)
	case value.Unknown:
		return types.BoolUnknown()
	case !value.Set:
		return types.BoolNull()
	default:
		return types.BoolValue(value.V == pat.FlagTrue)
	}
}

// checkArguments reports invalid arguments that differ from those in state. The CLI validates a
// configuration while some values are unknown, and an apply uses the final values. Relations
// between arguments are not checked, because ignore_changes can break them.
func (m userModel) checkArguments(state userModel, diags *diag.Diagnostics) {
	before, after := state.values(), m.values()

	for name, argument := range userArguments() {
		text, ok := argument.(schema.StringAttribute)
		if !ok || after[name].Equal(before[name]) {
			continue
		}

		for _, v := range text.Validators {
			if check, ok := v.(tfvalue.TextCheck); ok {
				check.Run(path.Root(name), after[name], diags)
			}
		}
	}
}
