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
// argument that is unknown or did not change is none: users are renamed.
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

	ref := plan.userRef()

	if ref == (pat.UserRef{}) || // Possible with ignore_changes alone.
		(ref.ID == "" || ref.ID == owner.ID.ValueString()) &&
			(ref.Username == "" || ref.Username == owner.Username.ValueString()) {
		return nil
	}

	if ref.ID != "" && ref.ID != owner.ID.ValueString() && ref.Username == "" {
		return r.anotherUser(state, changed, diags)
	}

	if !r.ready(diags) {
		return nil
	}

	r.checkUserID(plan.UserID, diags)

	if diags.HasError() {
		return nil
	}

	user, err := r.system.User(ctx, ref)
	if err != nil {
		addError(diags, "find the token's user", err)

		return nil
	}

	if user.ID != owner.ID.ValueString() {
		return r.anotherUser(state, changed, diags)
	}

	plan.setOwner(user)

	return nil
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

	for name, values := range map[string][2]types.String{
		"username": {state.Username, plan.Username}, "user_id": {state.UserID, plan.UserID},
	} {
		if !values[0].Equal(values[1]) {
			changed = append(changed, path.Root(name))
		}
	}

	return changed
}
