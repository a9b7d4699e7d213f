package provider

import (
	"cmp"
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// ModifyPlan plans the whole resource: it starts from the outputs in state and marks
// what may change. No value in the plan depends on the clock, for Terraform asks twice.
func (r *tokenResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	var state tokenModel

	if !req.State.Raw.IsNull() {
		state = tokenOf(ctx, req.State, &resp.Diagnostics)
		r.rememberManaged(state)
	}

	if req.Plan.Raw.IsNull() && !resp.Diagnostics.HasError() {
		r.mayDestroy(state, &resp.Diagnostics)
	}

	if req.Plan.Raw.IsNull() || resp.Diagnostics.HasError() {
		return
	}

	plan := tokenOf(ctx, req.Plan, &resp.Diagnostics)
	plan.checkArguments(state, &resp.Diagnostics)

	if resp.Diagnostics.HasError() {
		return
	}

	// The configuration, not the plan, tells whether a lineage was set: the framework
	// marks computed values unknown as soon as anything changes.
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("lineage"), &plan.Lineage)...)

	if req.State.Raw.IsNull() {
		r.planCreate(ctx, &plan, &resp.Diagnostics)
	} else {
		r.planUpdate(ctx, state, &plan, req, resp)
	}

	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, plan.object(&resp.Diagnostics))...)
	}
}

// planCreate plans the first token of a resource, and checks all that can be checked
// before anything is sent.
func (r *tokenResource) planCreate(ctx context.Context, plan *tokenModel, diags *diag.Diagnostics) {
	// A lineage that is set, or may be, may have live tokens already.
	if plan.Lineage.IsNull() {
		plan.setPredecessors(nil)

		if plan.Name.IsNull() || !plan.NamePrefix.IsNull() { // A fixed name has none.
			plan.Lineage = types.StringUnknown()
		}
	}

	plan.RotationDue = types.BoolValue(false)
	plan.RotationReason = types.StringNull()
	plan.setCurrent(plannedCurrent(types.StringValue(string(lifecycle.ReasonCreated))))
	plan.planSecret()

	r.warnLifetime(*plan, diags)

	if r.configured == nil || r.system == nil {
		return
	}

	r.checkOrder(*plan, true, diags)

	if diags.HasError() {
		return
	}

	r.checkRecipient(ctx, *plan, diags)
}

// planUpdate plans what becomes of a token that there is.
func (r *tokenResource) planUpdate(
	ctx context.Context, state tokenModel, plan *tokenModel,
	req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	diags := &resp.Diagnostics
	current := state.current()

	lineage := plan.Lineage
	plan.Owner = types.ObjectNull(ownerTypes)
	plan.inheritOutputs(state)

	if lineage.IsUnknown() { // It may turn out as another one.
		plan.Lineage = lineage
	}

	if plan.ExpiresAt.same(state.ExpiresAt) {
		plan.ExpiresAt = state.ExpiresAt
	}

	if replaced := r.planUser(ctx, state, plan, diags); len(replaced) > 0 {
		resp.RequiresReplace = append(resp.RequiresReplace, replaced...)
		plan.unsettle(types.StringValue(string(lifecycle.ReasonCreated)))
		plan.Owner = types.ObjectUnknown(ownerTypes)

		return
	}

	decision := r.decide(ctx, state, *plan, req.Private, diags)

	switch decision.Action {
	case lifecycle.Keep:
		r.planKeep(state, plan, diags)
	case lifecycle.MayReissue:
		plan.unsettle(types.StringUnknown())
		plan.maybeKept(state)

		if current.Status.ValueString() != string(pat.StatusActive) {
			plan.maybeInvalid()
		}

		r.checkOrder(*plan, false, diags)
	case lifecycle.Reissue:
		policy, _ := plan.policy()
		warnGap(*plan, policy, state.live(), diags)
		warnRecipients(decision, diags)
		plan.unsettle(types.StringValue(string(decision.Reason)))
		// An expiry that passed long ago is no error of this plan: it would block a destroy.
		r.checkOrder(*plan, !plan.ExpiresAt.same(state.ExpiresAt), diags)
		r.warnPast(*plan, diags)
		r.warnLifetime(*plan, diags)
	case lifecycle.Refuse:
		plan.unsettle(types.StringValue(string(decision.Reason)))
		diags.AddWarning("The personal access token cannot be reissued", r.wayOut(decision, current))
	}
}

// planKeep plans a resource whose token stays. Its predecessors may go.
func (r *tokenResource) planKeep(state tokenModel, plan *tokenModel, diags *diag.Diagnostics) {
	current := state.current()
	before, _ := state.policy()
	after, _ := plan.policy()

	edited := before != after || !plan.ExpiresIn.Equal(state.ExpiresIn)

	if edited && r.configured != nil && r.system != nil {
		plan.scheduled(r.system.Traits())
		plan.checkPolicy(r.system.Traits(), diags)
	}

	if before != after { // What is due by the new policy is for the next refresh to say.
		plan.RotationDue = types.BoolValue(false)
		plan.RotationReason = types.StringNull()
	}

	predecessors := state.predecessors()
	rescheduled := before.Overlap != after.Overlap || before.HoldIfUsedWithin != after.HoldIfUsedWithin

	if retiring(predecessors) || rescheduled && len(predecessors) > 0 {
		plan.Previous = types.ListUnknown(previousType)
	}

	plan.adopt(current)
	warnExpired(*plan, current, diags)
	warnKeptInvalid(*plan, current, diags)
	warnImported(state, *plan, current, diags)
}

// adopt recognizes an imported token by its name as one of the lineage that was set.
// Nothing else is guessed from names.
func (m *tokenModel) adopt(current currentModel) {
	if m.Generation.ValueInt64() != 0 || m.Lineage.IsNull() || m.NamePrefix.IsNull() {
		return
	}

	if m.Lineage.IsUnknown() || m.NamePrefix.IsUnknown() {
		m.Generation = types.Int64Unknown()

		return
	}

	generation, ok := lifecycle.Generation(
		current.Name.ValueString(), m.NamePrefix.ValueString(), m.Lineage.ValueString())
	if ok {
		m.Generation = types.Int64Value(generation)
	}
}

// decide asks what becomes of the token when the state's arguments turn into next's. It
// has no clock.
func (r *tokenResource) decide(
	ctx context.Context, state, next tokenModel, private privateState, diags *diag.Diagnostics,
) lifecycle.Decision {
	return lifecycle.Decide(
		state.judged(userGone(ctx, private, diags)),
		state.arguments(), next.arguments(), r.traits())
}

// settle is decide in apply, when the clock may be asked.
func (r *tokenResource) settle(
	ctx context.Context, state, next tokenModel, private privateState, diags *diag.Diagnostics,
) lifecycle.Decision {
	return lifecycle.Settle(
		state.judged(userGone(ctx, private, diags)),
		state.arguments(), next.arguments(), r.traits(), r.now())
}

// traits returns those of the platform. While it is not known, a plan that promises too
// much does no harm: the update refuses what the platform cannot do.
func (r *tokenResource) traits() pat.Traits {
	if r.configured == nil || r.system == nil {
		return pat.Traits{ReusableNames: true}
	}

	return r.system.Traits()
}

// judged returns the token as a decision needs it.
func (m *tokenModel) judged(userGone bool) lifecycle.Current {
	live := m.live()
	judged := lifecycle.Current{Token: live.Token, Generation: live.Generation, UserGone: userGone}

	if m.RotationDue.ValueBool() {
		judged.Due = lifecycle.Reason(m.RotationReason.ValueString())
	}

	return judged
}

// wayOut says why a token cannot be reissued, and what can be done.
func (r *tokenResource) wayOut(decision lifecycle.Decision, current currentModel) string {
	name, platform := current.Name.ValueString(), cmp.Or(r.traits().DisplayName, "the server")

	if decision.Argument != "" {
		return fmt.Sprintf("`%s` asks for another token (%s), and %s never frees the name %q. "+
			"Choose another `name`, or use `name_prefix`. Until then the token stays as it is.",
			decision.Argument, decision.Reason, platform, name)
	}

	text := fmt.Sprintf("The token %q is %s. ", name, decision.Reason)
	if decision.Reason == lifecycle.ReasonMissing {
		text = fmt.Sprintf("The token %q is not there any more, or its user is not. ", name)
	}

	return text + fmt.Sprintf("If its user still exists, choose another `name` or use `name_prefix`, for %s "+
		"never frees a name. If the user was deleted, remove the resource, or give it another user. "+
		"Until then an apply fails before anything is sent.", platform)
}

// rememberManaged notes that a resource manages the token: the plan of a replacement
// asks about its successor without telling so.
func (r *tokenResource) rememberManaged(state tokenModel) {
	if r.configured != nil {
		current := state.current()
		r.managed.add(current.token(state.owner().ID.ValueString()).Key())
	}
}
