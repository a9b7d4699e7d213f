package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/issuer"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// ModifyPlan plans the whole resource: it starts from the outputs in state and marks
// what may change. No value in the plan depends on the clock, for Terraform asks twice.
func (r *tokenResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	var state, plan tokenModel

	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		r.rememberManaged(ctx, state, &resp.Diagnostics)
	}

	if req.Plan.Raw.IsNull() || resp.Diagnostics.HasError() {
		return
	}

	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)

	if resp.Diagnostics.HasError() {
		return
	}

	if req.State.Raw.IsNull() {
		r.planCreate(ctx, &plan, &resp.Diagnostics)
	} else {
		r.planUpdate(ctx, state, &plan, req, resp)
	}

	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	}
}

// planCreate plans the first token of a resource, and checks all that can be checked
// before anything is sent.
func (r *tokenResource) planCreate(ctx context.Context, plan *tokenModel, diags *diag.Diagnostics) {
	if !plan.Name.IsNull() && plan.NamePrefix.IsNull() {
		plan.Lineage = types.StringNull()
	}

	plan.setCurrent(ctx, plannedCurrent(types.StringValue(string(lifecycle.ReasonCreated))), diags)
	warnForever(*plan, diags)

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
	current := state.current(ctx, diags)

	// The configuration, not the plan, tells whether a lineage was set: the framework
	// marks computed values unknown as soon as anything changes.
	var lineage types.String

	diags.Append(req.Config.GetAttribute(ctx, path.Root("lineage"), &lineage)...)
	plan.Lineage = lineage
	plan.Owner = types.ObjectNull(ownerTypes)
	plan.inheritOutputs(state)

	if plan.ExpiresAt.same(state.ExpiresAt) {
		plan.ExpiresAt = state.ExpiresAt
	}

	if replaced := r.planUser(ctx, state, plan, diags); len(replaced) > 0 {
		resp.RequiresReplace = append(resp.RequiresReplace, replaced...)
		plan.unsettle(ctx, types.StringValue(string(lifecycle.ReasonCreated)), diags)
		plan.Owner = types.ObjectUnknown(ownerTypes)

		return
	}

	decision := r.decide(ctx, state, *plan, req.Private, diags)

	switch decision.Action {
	case lifecycle.Keep:
		warnExpired(current, diags)
		warnImported(state, *plan, current, diags)
	case lifecycle.MayReissue:
		plan.unsettle(ctx, types.StringUnknown(), diags)
		r.checkOrder(*plan, false, diags)
	case lifecycle.Reissue:
		plan.unsettle(ctx, types.StringValue(string(decision.Reason)), diags)
		r.checkOrder(*plan, true, diags)
		warnForever(*plan, diags)
		warnGap(decision, diags)
	case lifecycle.Refuse:
		plan.unsettle(ctx, types.StringValue(string(decision.Reason)), diags)
		diags.AddWarning("The personal access token cannot be reissued", r.wayOut(decision, current))
	}
}

// decide asks what becomes of the token when the state's arguments turn into next's.
func (r *tokenResource) decide(
	ctx context.Context, state, next tokenModel, private privateState, diags *diag.Diagnostics,
) lifecycle.Decision {
	// While the platform is not known, a plan that promises too much does no harm: the
	// update refuses what the platform cannot do.
	traits := pat.Traits{ReusableNames: true}
	if r.configured != nil && r.system != nil {
		traits = r.system.Traits()
	}

	current := state.current(ctx, diags)

	return lifecycle.Decide(lifecycle.Current{
		Name:       current.Name.ValueString(),
		Generation: state.Generation.ValueInt64(),
		Status:     pat.Status(current.Status.ValueString()),
		UserGone:   userGone(ctx, private, diags),
	}, state.arguments(), next.arguments(), traits)
}

// wayOut says why a token cannot be reissued, and what can be done.
func (r *tokenResource) wayOut(decision lifecycle.Decision, current currentModel) string {
	name, platform := current.Name.ValueString(), r.system.Traits().DisplayName

	if decision.Argument != "" {
		return fmt.Sprintf("`%s` was changed, which takes another token, and %s never frees the name %q. "+
			"Choose another `name`, or use `name_prefix`. Until then the token stays as it is.",
			decision.Argument, platform, name)
	}

	text := fmt.Sprintf("The token %q is %s. ", name, decision.Reason)
	if decision.Reason == lifecycle.ReasonMissing {
		text = fmt.Sprintf("The token %q is not there any more, or its user is not. ", name)
	}

	return text + fmt.Sprintf("If its user still exists, choose another `name` or use `name_prefix`, for %s "+
		"never frees a name. If the user was deleted, remove the resource, or give it another user. "+
		"Until then an apply fails before anything is sent.", platform)
}

// unsettle marks as unknown what another token changes.
func (m *tokenModel) unsettle(ctx context.Context, reason types.String, diags *diag.Diagnostics) {
	m.ID = types.StringUnknown()
	m.Token = types.StringUnknown()
	m.Generation = types.Int64Unknown()

	if m.Lineage.IsNull() && !m.NamePrefix.IsNull() { // A fixed name has none.
		m.Lineage = types.StringUnknown()
	}

	m.setCurrent(ctx, plannedCurrent(reason), diags)
}

// plannedCurrent is a token that is to be issued.
func plannedCurrent(reason types.String) currentModel {
	return currentModel{
		ID: types.StringUnknown(), Name: types.StringUnknown(), CreatedAt: types.StringUnknown(),
		ExpiresAt: types.StringUnknown(), SHA256: types.StringUnknown(),
		Status: types.StringValue(string(pat.StatusActive)), IssueReason: reason,
	}
}

// rememberManaged notes that a resource manages the token: the plan of a replacement
// asks about its successor without telling so.
func (r *tokenResource) rememberManaged(ctx context.Context, state tokenModel, diags *diag.Diagnostics) {
	if r.configured != nil {
		current := state.current(ctx, diags)
		r.managed.add(current.token(state.owner(ctx, diags).ID.ValueString()).Key())
	}
}

// checkOrder reports what the platform does not allow. The clock is asked for an error
// alone, and only where a token is sure to be issued.
func (r *tokenResource) checkOrder(plan tokenModel, certain bool, diags *diag.Diagnostics) {
	if r.configured == nil || r.system == nil {
		return
	}

	traits := r.system.Traits()

	if prefix := plan.NamePrefix; !prefix.IsNull() && !prefix.IsUnknown() {
		if err := lifecycle.CheckPrefix(prefix.ValueString(), traits); err != nil {
			diags.AddAttributeError(path.Root("name_prefix"), "Invalid name_prefix", sentence(err))
		}
	} else if name := plan.Name; prefix.IsNull() && !name.IsNull() && !name.IsUnknown() {
		if err := lifecycle.CheckName(name.ValueString(), traits); err != nil {
			diags.AddAttributeError(path.Root("name"), "Invalid name", sentence(err))
		}
	}

	if plan.ExpiresAt.IsUnknown() || !certain {
		return
	}

	if err := plan.order("").Lifetime.Check(r.now(), traits); err != nil {
		diags.AddAttributeError(path.Root("expires_at"), "Invalid expiry", sentence(err))
	}
}

// checkRecipient looks at the user and, for a fixed name, at the names the user has.
func (r *tokenResource) checkRecipient(ctx context.Context, plan tokenModel, diags *diag.Diagnostics) {
	if plan.Username.IsUnknown() || plan.UserID.IsUnknown() {
		return
	}

	r.checkUserID(plan, diags)

	if diags.HasError() {
		return
	}

	user, err := r.recipient(ctx, plan.userRef())

	var gone *pat.GoneError

	switch {
	case errors.As(err, &gone):
		// Another resource of this very run may create the user.
		diags.AddWarning("The token's user does not exist yet", fmt.Sprintf(
			"Unless this run creates the %s first, the apply will fail. %s", plan.userRef(), sentence(err)))

		return
	case err != nil:
		addError(diags, "find the token's user", err)

		return
	case plan.Name.IsNull() || plan.Name.IsUnknown() || !plan.NamePrefix.IsNull():
		return
	}

	r.checkTaken(ctx, user.ID, plan.Name.ValueString(), diags)
}

// checkTaken reports a fixed name that the user has a token of already.
func (r *tokenResource) checkTaken(ctx context.Context, userID, name string, diags *diag.Diagnostics) {
	var (
		taken  *issuer.TakenError
		denied *pat.PermissionError
	)

	err := r.issuer.Taken(ctx, userID, name)

	switch {
	case err == nil, errors.As(err, &denied):
	case errors.As(err, &taken) && r.managed.has(taken.Token.Key()):
		if traits := r.system.Traits(); !traits.ReusableNames {
			diags.AddAttributeError(path.Root("name"), "A fixed name cannot come back", fmt.Sprintf(
				"The token %q is to be replaced, and %s never frees a name. Choose another name, or use name_prefix.",
				name, traits.DisplayName))
		}
	case errors.As(err, &taken):
		diags.AddAttributeError(path.Root("name"), "The name is taken",
			sentence(err)+" (If this plan is that of a destroy, `terraform destroy -refresh=false` gets past this.)")
	default:
		addError(diags, "look for tokens of the same name", err)
	}
}

// checkUserID reports a user_id that cannot be a key of the platform's.
func (r *tokenResource) checkUserID(plan tokenModel, diags *diag.Diagnostics) {
	traits := r.system.Traits()
	if id := plan.UserID; !id.IsNull() && !traits.UserID.MatchString(id.ValueString()) {
		diags.AddAttributeError(path.Root("user_id"), "Invalid user_id", fmt.Sprintf(
			"%q is not a user's key on %s, which matches %s. For a login, use username.",
			id.ValueString(), traits.DisplayName, traits.UserID))
	}
}
