package token

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
)

// tokenModel is the resource's state, plan and configuration.
type tokenModel struct {
	// Arguments.
	Username   types.String    `tfsdk:"username"`
	UserID     types.String    `tfsdk:"user_id"`
	Name       types.String    `tfsdk:"name"`
	NamePrefix types.String    `tfsdk:"name_prefix"`
	Series     types.String    `tfsdk:"series"`
	ExpiresIn  types.String    `tfsdk:"expires_in"`
	ExpiresAt  tfvalue.Instant `tfsdk:"expires_at"`
	Rotation   types.Object    `tfsdk:"rotation"`
	EncryptTo  types.Set       `tfsdk:"encrypt_to"`

	ReissueWhenInvalid types.Bool `tfsdk:"reissue_when_invalid"`

	// Outputs.
	ID             types.String `tfsdk:"id"`
	Token          types.String `tfsdk:"token"`
	EncryptedToken types.String `tfsdk:"encrypted_token"`
	TokenVersion   types.Int64  `tfsdk:"token_version"`
	Generation     types.Int64  `tfsdk:"generation"`
	Owner          types.Object `tfsdk:"owner"`
	Platform       types.String `tfsdk:"platform"`
	Server         types.String `tfsdk:"server"`
	RotationDue    types.Bool   `tfsdk:"rotation_due"`
	RotationReason types.String `tfsdk:"rotation_reason"`
	Current        types.Object `tfsdk:"current"`
	Previous       types.List   `tfsdk:"previous"`
}

// ownerModel is the user who owns the token.
type ownerModel struct {
	ID       types.String `tfsdk:"id"`
	Username types.String `tfsdk:"username"`
}

// rotationModel is the resource's `rotation` object.
type rotationModel struct {
	BeforeExpiry     types.String `tfsdk:"before_expiry"`
	MaxAge           types.String `tfsdk:"max_age"`
	Triggers         types.Map    `tfsdk:"triggers"`
	Overlap          types.String `tfsdk:"overlap"`
	HoldIfUsedWithin types.String `tfsdk:"hold_if_used_within"`
}

// currentModel is the current token.
type currentModel struct {
	ID          types.String `tfsdk:"id"`
	Name        types.String `tfsdk:"name"`
	CreatedAt   types.String `tfsdk:"created_at"`
	ExpiresAt   types.String `tfsdk:"expires_at"`
	RotateAt    types.String `tfsdk:"rotate_at"`
	Status      types.String `tfsdk:"status"`
	IssueReason types.String `tfsdk:"issue_reason"`
	SHA256      types.String `tfsdk:"sha256"`
}

// previousModel is a token that has a successor and may still be active.
type previousModel struct {
	ID         types.String `tfsdk:"id"`
	Name       types.String `tfsdk:"name"`
	Generation types.Int64  `tfsdk:"generation"`
	CreatedAt  types.String `tfsdk:"created_at"`
	ExpiresAt  types.String `tfsdk:"expires_at"`
	RetireAt   types.String `tfsdk:"retire_at"`
	RetireDue  types.Bool   `tfsdk:"retire_due"`
	Held       types.Bool   `tfsdk:"held"`
	SHA256     types.String `tfsdk:"sha256"`
}

// identityModel identifies a token, for import.
type identityModel struct {
	Server types.String `tfsdk:"server"`
	UserID types.String `tfsdk:"user_id"`
	Token  types.String `tfsdk:"token"`
}

var (
	ownerTypes = map[string]attr.Type{"id": types.StringType, "username": types.StringType}

	rotationTypes = map[string]attr.Type{
		"before_expiry": types.StringType, "max_age": types.StringType, "overlap": types.StringType,
		"hold_if_used_within": types.StringType, "triggers": types.MapType{ElemType: types.StringType},
	}

	currentTypes = map[string]attr.Type{
		"id": types.StringType, "name": types.StringType, "created_at": types.StringType,
		"expires_at": types.StringType, "rotate_at": types.StringType, "status": types.StringType, "issue_reason": types.StringType,
		"sha256": types.StringType,
	}

	previousType = types.ObjectType{AttrTypes: map[string]attr.Type{
		"id": types.StringType, "name": types.StringType, "generation": types.Int64Type,
		"created_at": types.StringType, "expires_at": types.StringType, "retire_at": types.StringType,
		"retire_due": types.BoolType, "held": types.BoolType, "sha256": types.StringType,
	}}
)

// tokenTypes are the types of the resource's attributes.
var tokenTypes = sync.OnceValue(func() map[string]attr.Type {
	typ, _ := tokenSchema().Type().(attr.TypeWithAttributeTypes)

	return typ.AttributeTypes()
})

// valueSource is a place from which the framework reads the values of a resource: its
// configuration, plan or state.
type valueSource interface {
	Get(ctx context.Context, target any) diag.Diagnostics
}

// readModel returns the resource from a configuration, plan or state.
func readModel(ctx context.Context, from valueSource, diags *diag.Diagnostics) tokenModel {
	var values types.Object

	diags.Append(from.Get(ctx, &values)...)

	return tfvalue.ModelOf[tokenModel](values)
}

// emptyModel returns a model without a configuration.
func emptyModel() tokenModel {
	return tokenModel{Rotation: types.ObjectNull(rotationTypes), EncryptTo: types.SetNull(types.StringType)}
}

// object returns the model in the form that the framework writes to a plan or state.
func (m tokenModel) object(diags *diag.Diagnostics) types.Object {
	values, d := types.ObjectValue(tokenTypes(), tfvalue.ValuesOf(m))
	diags.Append(d...)

	return values
}

// identity returns the token's identity.
func (m tokenModel) identity() identityModel {
	return identityModel{
		Server: m.Server,
		UserID: tfvalue.ModelOf[ownerModel](m.Owner).ID, Token: tfvalue.ModelOf[currentModel](m.Current).ID,
	}
}
