package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// planUser compares the user that the arguments name with the owner, records another
// name of the same one, and returns the arguments whose change takes a replacement. An
// argument that is unknown or did not change is none: users are renamed. A user who does not
// exist is refused: a replacement would revoke the token first, and then fail.
func (r *tokenResource) planUser(
	ctx context.Context, state tokenModel, plan *tokenModel, diags *diag.Diagnostics,
) path.Paths {
	changed := changedUser(state, *plan)
	if len(changed) == 0 {
		return nil
	}

	owner := state.owner()

	if plan.Username.IsUnknown() || plan.UserID.IsUnknown() {
		// The same user may have another login by then.
		plan.Owner = types.ObjectValueMust(ownerTypes, valuesOf(ownerModel{ID: owner.ID, Username: types.StringUnknown()}))

		return nil
	}

	if plan.namesOwner() || !r.ready(diags) {
		return nil
	}

	r.checkUserID(plan.UserID, diags)

	if diags.HasError() {
		return nil
	}

	ref := plan.userRef()
	user, err := r.recipient(ctx, ref)

	switch {
	case notFound(err):
		diags.AddWarning(cannotReissue, fmt.Sprintf(
			"%s The token stays that of %s. Until the %s exists, an apply fails before anything is sent.",
			sentence(err), pat.UserRef{ID: owner.ID.ValueString(), Username: owner.Username.ValueString()}, ref))
	case err != nil:
		addPlanError(diags, "find the token's user", err)
	case user.ID != owner.ID.ValueString():
		return r.anotherUser(state, changed, diags)
	default:
		plan.setOwner(user)
	}

	return nil
}

// namesOwner says whether the arguments name the owner, or nobody, as is possible with
// ignore_changes alone.
func (m *tokenModel) namesOwner() bool {
	owner, ref := m.owner(), m.userRef()

	return (ref.ID == "" || ref.ID == owner.ID.ValueString()) &&
		(ref.Username == "" || ref.Username == owner.Username.ValueString())
}

// anotherUser replaces the resource. Terraform takes a replacement in a plan only: when
// it asks once more during apply, because an argument became known, that is too late,
// and this process is another one that never read the resource.
func (r *tokenResource) anotherUser(
	state tokenModel, changed path.Paths, diags *diag.Diagnostics,
) path.Paths {
	owner := state.owner()
	token := state.current()

	if r.configured != nil && r.read.has(token.token(owner.ID.ValueString()).Key()) {
		return changed
	}

	diags.AddAttributeError(changed[0], "The token belongs to another user", fmt.Sprintf(
		"It was issued to user %s (id %s). A token cannot change hands, and this run did not refresh the resource, so "+
			"that it cannot be replaced. Nothing was changed: plan again, without -refresh=false.",
		owner.Username.ValueString(), owner.ID.ValueString()))

	return nil
}

// changedUser returns the arguments that name a user and differ from state.
func changedUser(state, plan tokenModel) path.Paths {
	var changed path.Paths

	if !state.Username.Equal(plan.Username) {
		changed = append(changed, path.Root("username"))
	}

	if !state.UserID.Equal(plan.UserID) {
		changed = append(changed, path.Root("user_id"))
	}

	return changed
}
