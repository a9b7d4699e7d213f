package provider

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// rotationModel is the resource's `rotation` object.
type rotationModel struct {
	BeforeExpiry     types.String `tfsdk:"before_expiry"`
	MaxAge           types.String `tfsdk:"max_age"`
	Triggers         types.Map    `tfsdk:"triggers"`
	Overlap          types.String `tfsdk:"overlap"`
	HoldIfUsedWithin types.String `tfsdk:"hold_if_used_within"`
}

var rotationTypes = map[string]attr.Type{
	"before_expiry": types.StringType, "max_age": types.StringType, "overlap": types.StringType,
	"hold_if_used_within": types.StringType, "triggers": types.MapType{ElemType: types.StringType},
}

// policy returns when the token rotates, as far as that is known.
func (m *tokenModel) policy() (lifecycle.Policy, lifecycle.Triggers) {
	if m.Rotation.IsUnknown() {
		unknown := lifecycle.Value[time.Duration]{Unknown: true}

		return lifecycle.Policy{
			BeforeExpiry: unknown, MaxAge: unknown, Overlap: unknown, HoldIfUsedWithin: unknown,
		}, lifecycle.Triggers{Unknown: true}
	}

	model := modelOf[rotationModel](m.Rotation)

	return lifecycle.Policy{
		BeforeExpiry:     durationValue(model.BeforeExpiry),
		MaxAge:           durationValue(model.MaxAge),
		Overlap:          durationValue(model.Overlap),
		HoldIfUsedWithin: durationValue(model.HoldIfUsedWithin),
	}, triggers(model.Triggers)
}

// durationValue returns a duration as far as it is known. One that cannot be read is
// unknown: the error that says so is enough.
func durationValue(value types.String) lifecycle.Value[time.Duration] {
	d, err := lifecycle.ParseOverlap(value.ValueString())

	return lifecycle.Value[time.Duration]{V: d, Set: err == nil, Unknown: err != nil && !value.IsNull()}
}

// triggers returns the map as far as it is known. A null value is one like any other,
// told from an empty text.
func triggers(value types.Map) lifecycle.Triggers {
	if value.IsNull() || value.IsUnknown() {
		return lifecycle.Triggers{Unknown: value.IsUnknown()}
	}

	values := map[string]lifecycle.Value[string]{}

	for key, element := range value.Elements() {
		if text, ok := element.(types.String); ok {
			values[key] = textValue(text)
		}
	}

	return lifecycle.Triggers{Values: values}
}

// checkPolicy reports a policy that would rotate at every run or never.
func (m *tokenModel) checkPolicy(traits pat.Traits, diags *diag.Diagnostics) {
	if m.Rotation.IsNull() || m.Rotation.IsUnknown() {
		return
	}

	policy, triggers := m.policy()

	argument, err := policy.Check(durationValue(m.ExpiresIn), triggers.Values != nil || triggers.Unknown, traits)
	if err == nil {
		return
	}

	text := sentence(err)
	if argument != "" {
		// Terraform shows nothing of a path within an object, so the text has to.
		text = fmt.Sprintf("`rotation.%s`: %s", argument, text)
	}

	diags.AddAttributeError(path.Root("rotation"), "Impossible rotation policy", text)
}

// dueness records when the token is to be succeeded and, by the clock, whether it is
// time. Only a token that works can be due.
func (m *tokenModel) dueness(now time.Time, traits pat.Traits) {
	m.RotationDue = types.BoolValue(false)
	m.RotationReason = types.StringNull()
	m.scheduled(traits)

	current := m.current()
	policy, _ := m.policy()
	token := current.token("")

	due, reason := policy.DueAt(token.CreatedAt, token.ExpiresAt, traits)
	if token.Status == pat.StatusActive && !due.IsZero() && !now.Before(due) {
		m.RotationDue = types.BoolValue(true)
		m.RotationReason = types.StringValue(string(reason))
	}
}

// scheduled records when the token is to be succeeded, by policy and expiry alone; unknown
// while the policy is.
func (m *tokenModel) scheduled(traits pat.Traits) {
	if m.Current.IsNull() || m.Current.IsUnknown() {
		return
	}

	current := m.current()
	policy, _ := m.policy()
	token := current.token("")
	due, _ := policy.DueAt(token.CreatedAt, token.ExpiresAt, traits)

	current.RotateAt = stringTime(due)
	if policy.BeforeExpiry.Unknown || policy.MaxAge.Unknown {
		current.RotateAt = types.StringUnknown()
	}

	m.setCurrent(current)
}
