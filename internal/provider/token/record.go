package token

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"
)

// This file is the boundary between the framework and the engine: it converts models to plain
// records and back.

// record decodes the model. It reports an invalid time in state. An invalid argument is unknown,
// because checkArguments reports it.
func (m tokenModel) record(diags *diag.Diagnostics) tokens.Record {
	owner := tfvalue.ModelOf[ownerModel](m.Owner)
	if m.Owner.IsUnknown() {
		owner = ownerModel{ID: types.StringUnknown(), Username: types.StringUnknown()}
	}

	record := tokens.Record{
		Arguments:  m.arguments(),
		Owner:      tokens.Owner{ID: tfvalue.Text(owner.ID), Username: tfvalue.Text(owner.Username)},
		Secret:     tokens.Secret{Plain: tfvalue.TextAs[pat.Secret](m.Token), Encrypted: tfvalue.Text(m.EncryptedToken)},
		Version:    tfvalue.Int64(m.TokenVersion),
		Generation: tfvalue.Int64(m.Generation),
		Platform:   tfvalue.Text(m.Platform),
		Server:     tfvalue.Text(m.Server),
		Due:        tfvalue.TextAs[lifecycle.Reason](m.RotationReason),
		Current:    m.current(diags),
	}

	record.Previous = m.previous(record.Owner.ID.V, diags)

	return record
}

// arguments decodes the configuration.
func (m tokenModel) arguments() tokens.Arguments {
	policy, triggers := m.policy()

	return tokens.Arguments{
		Arguments: lifecycle.Arguments{
			Name:               tfvalue.Text(m.Name),
			NamePrefix:         tfvalue.Text(m.NamePrefix),
			ExpiresIn:          tfvalue.ParsedDuration(m.ExpiresIn),
			ExpiresAt:          m.ExpiresAt.Value(),
			Policy:             policy,
			Triggers:           triggers,
			Recipients:         m.recipients(),
			ReissueWhenInvalid: tfvalue.Bool(m.ReissueWhenInvalid),
		},
		Username: tfvalue.Text(m.Username),
		UserID:   tfvalue.Text(m.UserID),
		Series:   tfvalue.Text(m.Series),
		Rotation: tfvalue.IsSet(m.Rotation),
	}
}

// policy decodes the rotation policy, as far as it is known.
func (m tokenModel) policy() (lifecycle.Policy, lifecycle.Triggers) {
	if m.Rotation.IsUnknown() {
		unknown := lifecycle.Unknown[time.Duration]()

		return lifecycle.Policy{
			BeforeExpiry: unknown, MaxAge: unknown, Overlap: unknown, HoldIfUsedWithin: unknown,
		}, lifecycle.Triggers{Unknown: true}
	}

	model := tfvalue.ModelOf[rotationModel](m.Rotation)

	return lifecycle.Policy{
		BeforeExpiry:     tfvalue.ParsedDuration(model.BeforeExpiry),
		MaxAge:           tfvalue.ParsedDuration(model.MaxAge),
		Overlap:          tfvalue.ParsedDuration(model.Overlap),
		HoldIfUsedWithin: tfvalue.ParsedDuration(model.HoldIfUsedWithin),
	}, decodedTriggers(model.Triggers)
}

// decodedTriggers decodes the map, as far as it is known. A null value is distinct from an empty
// text.
func decodedTriggers(value types.Map) lifecycle.Triggers {
	if !tfvalue.IsSet(value) {
		return lifecycle.Triggers{Unknown: value.IsUnknown()}
	}

	values := map[string]lifecycle.Value[string]{}

	for key, element := range value.Elements() {
		if text, ok := element.(types.String); ok {
			values[key] = tfvalue.Text(text)
		}
	}

	return lifecycle.Triggers{Values: values}
}

// recipients decodes the recipients as one text, for comparisons.
func (m tokenModel) recipients() lifecycle.Value[string] {
	if !tfvalue.IsSet(m.EncryptTo) {
		return lifecycle.Value[string]{Unknown: m.EncryptTo.IsUnknown()}
	}

	texts := make([]string, 0, len(m.EncryptTo.Elements()))

	for _, element := range m.EncryptTo.Elements() {
		text, ok := element.(types.String)
		if !ok || text.IsUnknown() {
			return lifecycle.Unknown[string]()
		}

		texts = append(texts, text.ValueString())
	}

	return lifecycle.Known(tokens.JoinRecipients(texts))
}

// current decodes the current token.
func (m tokenModel) current(diags *diag.Diagnostics) tokens.Current {
	model, at := tfvalue.ModelOf[currentModel](m.Current), path.Root("current")
	if m.Current.IsUnknown() {
		text := types.StringUnknown()
		model = currentModel{
			ID: text, Name: text, CreatedAt: text, ExpiresAt: text, RotateAt: text, Status: text, IssueReason: text, SHA256: text,
		}
	}

	return tokens.Current{
		ID: tfvalue.Text(model.ID), Name: tfvalue.Text(model.Name),
		CreatedAt:   recordedTime(model.CreatedAt, at.AtName("created_at"), diags),
		ExpiresAt:   recordedTime(model.ExpiresAt, at.AtName("expires_at"), diags),
		RotateAt:    recordedTime(model.RotateAt, at.AtName("rotate_at"), diags),
		Status:      tfvalue.TextAs[pat.Status](model.Status),
		IssueReason: tfvalue.TextAs[lifecycle.Reason](model.IssueReason),
		SHA256:      tfvalue.Text(model.SHA256),
	}
}

// previous decodes the predecessors.
func (m tokenModel) previous(userID string, diags *diag.Diagnostics) lifecycle.Value[[]lifecycle.Predecessor] {
	if !tfvalue.IsSet(m.Previous) {
		return lifecycle.Value[[]lifecycle.Predecessor]{Unknown: m.Previous.IsUnknown()}
	}

	predecessors := make([]lifecycle.Predecessor, 0, len(m.Previous.Elements()))

	for i, element := range m.Previous.Elements() {
		object, _ := element.(types.Object)
		model, at := tfvalue.ModelOf[previousModel](object), path.Root("previous").AtListIndex(i)

		predecessors = append(predecessors, lifecycle.Predecessor{
			Token: pat.Token{
				UserID: userID, ID: model.ID.ValueString(), Name: model.Name.ValueString(), Status: pat.StatusActive,
				CreatedAt: serverTime(model.CreatedAt, at.AtName("created_at"), diags),
				ExpiresAt: serverTime(model.ExpiresAt, at.AtName("expires_at"), diags),
			},
			Generation: model.Generation.ValueInt64(),
			RetireAt:   serverTime(model.RetireAt, at.AtName("retire_at"), diags),
			SHA256:     model.SHA256.ValueString(),
			Due:        model.RetireDue.ValueBool(),
			Held:       model.Held.ValueBool(),
		})
	}

	return lifecycle.Known(predecessors)
}

// recordedTime decodes a time in state, and reports an invalid one, which must never count as
// missing.
func recordedTime(text types.String, at path.Path, diags *diag.Diagnostics) lifecycle.Value[time.Time] {
	if !tfvalue.IsSet(text) {
		return lifecycle.Value[time.Time]{Unknown: text.IsUnknown()}
	}

	t, err := time.Parse(time.RFC3339, text.ValueString())
	if err != nil {
		diags.AddAttributeError(at, "Invalid timestamp", fmt.Sprintf(
			"The state has %q in `%s`, which is not a timestamp of RFC 3339. Restore the state from a backup.",
			text.ValueString(), at))
	}

	return lifecycle.Known(t)
}

// serverTime is recordedTime for a time that is zero when it is missing.
func serverTime(text types.String, at path.Path, diags *diag.Diagnostics) time.Time {
	value := recordedTime(text, at, diags)
	if !value.Set {
		return time.Time{}
	}

	return pat.ServerTime(value.V)
}

// with encodes a record: it returns the model with its outputs, and with those arguments that the
// configuration leaves to the provider. All other arguments keep their notation.
func (m tokenModel) with(record tokens.Record) tokenModel {
	m.Username = tfvalue.FromText(record.Username)
	m.UserID = tfvalue.FromText(record.UserID)
	m.Name = tfvalue.FromText(record.Name)
	m.Series = tfvalue.FromText(record.Series)

	if m.ExpiresAt.Value() != record.ExpiresAt {
		m.ExpiresAt = tfvalue.Instant{StringValue: tfvalue.FromTime(record.ExpiresAt)}
	}

	m.ID = tfvalue.FromText(record.ID())
	m.Token = tfvalue.FromSecret(record.Secret.Plain)
	m.EncryptedToken = tfvalue.FromText(record.Secret.Encrypted)
	m.TokenVersion = tfvalue.FromInt64(record.Version)
	m.Generation = tfvalue.FromInt64(record.Generation)
	m.Platform = tfvalue.FromText(record.Platform)
	m.Server = tfvalue.FromText(record.Server)
	m.RotationReason = tfvalue.FromText(record.Due)
	m.RotationDue = types.BoolValue(record.Due.Set)

	if record.Due.Unknown {
		m.RotationDue = types.BoolUnknown()
	}

	m.Owner = encodedOwner(record.Owner)
	m.Current = encodedCurrent(record.Current)
	m.Previous = encodedPrevious(record.Previous)

	return m
}

func encodedOwner(owner tokens.Owner) types.Object {
	switch {
	case owner.ID.Unknown:
		return types.ObjectUnknown(ownerTypes)
	case !owner.ID.Set:
		return types.ObjectNull(ownerTypes)
	default:
		return types.ObjectValueMust(ownerTypes, tfvalue.ValuesOf(ownerModel{
			ID: tfvalue.FromText(owner.ID), Username: tfvalue.FromText(owner.Username),
		}))
	}
}

func encodedCurrent(current tokens.Current) types.Object {
	return types.ObjectValueMust(currentTypes, tfvalue.ValuesOf(currentModel{
		ID:          tfvalue.FromText(current.ID),
		Name:        tfvalue.FromText(current.Name),
		CreatedAt:   tfvalue.FromTime(current.CreatedAt),
		ExpiresAt:   tfvalue.FromTime(current.ExpiresAt),
		RotateAt:    tfvalue.FromTime(current.RotateAt),
		Status:      tfvalue.FromText(current.Status),
		IssueReason: tfvalue.FromText(current.IssueReason),
		SHA256:      tfvalue.FromText(current.SHA256),
	}))
}

func encodedPrevious(previous lifecycle.Value[[]lifecycle.Predecessor]) types.List {
	if !previous.Set {
		if previous.Unknown {
			return types.ListUnknown(previousType)
		}

		return types.ListNull(previousType)
	}

	elements := make([]attr.Value, 0, len(previous.V))

	for _, predecessor := range previous.V {
		elements = append(elements, types.ObjectValueMust(previousType.AttrTypes, tfvalue.ValuesOf(previousModel{
			ID:         types.StringValue(predecessor.Token.ID),
			Name:       types.StringValue(predecessor.Token.Name),
			Generation: types.Int64Value(predecessor.Generation),
			CreatedAt:  tfvalue.Timestamp(predecessor.Token.CreatedAt),
			ExpiresAt:  tfvalue.Timestamp(predecessor.Token.ExpiresAt),
			RetireAt:   tfvalue.Timestamp(predecessor.RetireAt),
			RetireDue:  types.BoolValue(predecessor.Due),
			Held:       types.BoolValue(predecessor.Held),
			SHA256:     tfvalue.StringOrNull(predecessor.SHA256),
		})))
	}

	return types.ListValueMust(previousType, elements)
}
