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
	}

	// What is to be destroyed may be a deposed object, whose series the resource goes on with.
	if !req.State.Raw.IsNull() && !req.Plan.Raw.IsNull() {
		r.rememberManaged(state)
	}

	if req.Plan.Raw.IsNull() && !resp.Diagnostics.HasError() && r.mayDestroy(state, &resp.Diagnostics) {
		warnDestroy(state, &resp.Diagnostics)
	}

	if req.Plan.Raw.IsNull() || resp.Diagnostics.HasError() {
		return
	}

	plan := tokenOf(ctx, req.Plan, &resp.Diagnostics)
	plan.checkArguments(state, &resp.Diagnostics)

	if resp.Diagnostics.HasError() {
		return
	}

	// The configuration, not the plan, tells whether a series was set: the framework
	// marks computed values unknown as soon as anything changes.
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("series"), &plan.Series)...)

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
	// A series that is set, or may be, may have live tokens already.
	if plan.Series.IsNull() {
		plan.setPredecessors(nil)

		if plan.Name.IsNull() || !plan.NamePrefix.IsNull() { // A fixed name has none.
			plan.Series = types.StringUnknown()
		}
	}

	plan.RotationDue = types.BoolValue(false)
	plan.RotationReason = types.StringNull()
	plan.setCurrent(plannedCurrent(types.StringValue(string(lifecycle.ReasonCreated))))
	plan.planSecret()

	r.warnLifetime(*plan, diags)

	if !r.platformKnown() {
		return
	}

	r.checkOrder(*plan, true, diags)
	r.warnPast(*plan, "The personal access token cannot be issued", diags)

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

	series := plan.Series
	plan.Owner = types.ObjectNull(ownerTypes)
	plan.inheritOutputs(state)

	if series.IsUnknown() { // It may turn out as another one.
		plan.Series = series
	}

	if plan.ExpiresAt.same(state.ExpiresAt) {
		plan.ExpiresAt = state.ExpiresAt
	}

	// A replacement revokes the token first: one that is sure to fail is planned as an update, which
	// refuses.
	replaced := r.planUser(ctx, state, plan, diags)
	if len(replaced) > 0 && !r.warnPast(*plan, cannotReissue, diags) {
		resp.RequiresReplace = append(resp.RequiresReplace, replaced...)
		plan.unsettle(types.StringValue(string(lifecycle.ReasonCreated)))
		plan.Owner = types.ObjectUnknown(ownerTypes)

		return
	}

	r.claimSeries(*plan, prefixes(ctx, req.Private, diags), state.live().Token, diags)

	decision := r.decide(ctx, state, *plan, req.Private, diags)

	switch decision.Action {
	case lifecycle.Keep:
		var adopted bool

		recall(ctx, req.Private, adoptedKey, &adopted, diags)
		r.planKeep(state, plan, adopted, diags)
	case lifecycle.MayReissue:
		plan.unsettle(types.StringUnknown())

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
		r.warnPast(*plan, cannotReissue, diags)
		r.warnLifetime(*plan, diags)
	case lifecycle.Refuse:
		plan.unsettle(types.StringValue(string(decision.Reason)))
		diags.AddWarning(cannotReissue, r.madeAgain(ctx, *plan, decision)+r.wayOut(decision, current))
	}
}

const cannotReissue = "The personal access token cannot be reissued"

// planKeep plans a resource whose token stays. Its predecessors may go, and what the refresh
// adopted is saved.
func (r *tokenResource) planKeep(state tokenModel, plan *tokenModel, adopted bool, diags *diag.Diagnostics) {
	current := state.current()
	before, _ := state.policy()
	after, _ := plan.policy()

	if before != after { // What is due by the new policy is for the next refresh to say.
		plan.RotationDue = types.BoolValue(false)
		plan.RotationReason = types.StringNull()
		r.planSchedule(plan)
	}

	if (before != after || !plan.ExpiresIn.Equal(state.ExpiresIn)) && r.platformKnown() {
		plan.checkPolicy(r.system.Traits(), diags)
	}

	predecessors := state.predecessors()
	rescheduled := before.Overlap != after.Overlap || before.HoldIfUsedWithin != after.HoldIfUsedWithin

	if adopted || retiring(predecessors) || rescheduled && len(predecessors) > 0 {
		plan.Previous = types.ListUnknown(previousType)
	}

	plan.adopt(current)
	warnExpired(*plan, current, diags)
	warnKeptInvalid(*plan, current, diags)
	warnImported(state, *plan, current, diags)
}

// adopt recognizes an imported token by its name as one of the series that was set.
// Nothing else is guessed from names.
func (m *tokenModel) adopt(current currentModel) {
	if m.Generation.ValueInt64() != 0 || m.Series.IsNull() || m.NamePrefix.IsNull() {
		return
	}

	if m.Series.IsUnknown() || m.NamePrefix.IsUnknown() {
		m.Generation = types.Int64Unknown()

		return
	}

	generation, ok := lifecycle.Generation(
		current.Name.ValueString(), m.NamePrefix.ValueString(), m.Series.ValueString())
	if ok {
		m.Generation = types.Int64Value(generation)
	}
}

// decide asks what becomes of the token when the state's arguments turn into next's. It
// has no clock. While the platform is not known, what would come out differently on another
// one is left open: the plan is made once more when it is known, and must keep what this one
// says.
func (r *tokenResource) decide(
	ctx context.Context, state, next tokenModel, private privateState, diags *diag.Diagnostics,
) lifecycle.Decision {
	current, traits := state.judged(userGone(ctx, private, diags)), r.traits()
	decision := lifecycle.Decide(current, state.arguments(), next.arguments(), traits)

	if r.platformKnown() {
		return decision
	}

	traits.ExpiryIsDate = true
	if lifecycle.Decide(current, state.arguments(), next.arguments(), traits).Action != decision.Action {
		return lifecycle.Decision{Action: lifecycle.MayReissue}
	}

	return decision
}

// platformKnown says whether the provider is configured for a server.
func (r *tokenResource) platformKnown() bool { return r.configured != nil && r.system != nil }

// planSchedule plans when a token is to be succeeded that stays, by a policy that was edited.
// That depends on the platform.
func (r *tokenResource) planSchedule(plan *tokenModel) {
	if r.platformKnown() {
		plan.scheduled(r.system.Traits())

		return
	}

	current := plan.current()
	current.RotateAt = types.StringUnknown()
	plan.setCurrent(current)
}

// settle is decide in apply, when the clock may be asked. An update that would record another
// user is refused, for the token is that of the owner.
func (r *tokenResource) settle(
	ctx context.Context, state, next tokenModel, private privateState, diags *diag.Diagnostics,
) lifecycle.Decision {
	if changed := changedUser(state, next); len(changed) > 0 && !next.namesOwner() {
		return lifecycle.Decision{Action: lifecycle.Refuse, Argument: changed[0].String()}
	}

	return lifecycle.Settle(
		state.judged(userGone(ctx, private, diags)),
		state.arguments(), next.arguments(), r.traits(), r.now())
}

// traits returns those of the platform. While it is not known, a plan that promises too
// much does no harm: the update refuses what the platform cannot do.
func (r *tokenResource) traits() pat.Traits {
	if !r.platformKnown() {
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

	switch decision.Argument {
	case "":
		if decision.UserGone {
			return fmt.Sprintf("The user of the token %q was deleted. Remove the resource, or give it another user. "+
				"If the user was made again under the same login, replace the token: `terraform apply -replace=ADDRESS`, where "+
				"ADDRESS is that of this resource. Until then an apply fails before anything is sent.", name)
		}

		return fmt.Sprintf("The token %q is %s. Choose another `name` or use `name_prefix`, for %s never frees a name. "+
			"Until then an apply fails before anything is sent.", name, decision.Reason, platform)
	case "username", "user_id":
		return fmt.Sprintf("`%s` names another user, or one who does not exist, and a token cannot change hands. Nothing was "+
			"changed, and the token %q stays as it is. Correct the argument, or plan again once the user exists.",
			decision.Argument, name)
	default:
		return fmt.Sprintf("`%s` asks for another token (%s), and %s never frees the name %q. "+
			"Choose another `name`, or use `name_prefix`. Until then the token stays as it is.",
			decision.Argument, decision.Reason, platform, name)
	}
}

// madeAgain says, of a user who was deleted, if another one has the login now; the sentence is
// empty where that is not so, or cannot be found out.
func (r *tokenResource) madeAgain(ctx context.Context, plan tokenModel, decision lifecycle.Decision) string {
	ref := pat.UserRef{Username: plan.Username.ValueString()}
	if !decision.UserGone || ref.Username == "" || !r.platformKnown() {
		return ""
	}

	user, err := r.system.User(ctx, ref)
	if err != nil || user.ID == plan.owner().ID.ValueString() {
		return ""
	}

	return fmt.Sprintf("There is a new %s now, with another id (%s). ", ref, user.ID)
}

// rememberManaged notes that a resource manages the token: the plan of a replacement
// asks about its successor without telling so.
func (r *tokenResource) rememberManaged(state tokenModel) {
	if r.configured != nil {
		current := state.current()
		r.managed.Add(current.token(state.owner().ID.ValueString()).Key())
	}
}
