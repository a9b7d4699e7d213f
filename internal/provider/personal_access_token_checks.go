package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/issuer"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// checkOrder reports what the platform does not allow. The clock is asked for an error
// alone, and only where a token is sure to be issued.
func (r *tokenResource) checkOrder(plan tokenModel, certain bool, diags *diag.Diagnostics) {
	if !r.platformKnown() {
		return
	}

	traits := r.system.Traits()
	plan.checkPolicy(traits, diags)

	if prefix := plan.NamePrefix; !prefix.IsNull() && !prefix.IsUnknown() {
		if err := lifecycle.CheckPrefix(prefix.ValueString(), traits); err != nil {
			addTextError(diags, path.Root("name_prefix"), prefix.ValueString(), "Invalid name_prefix", sentence(err))
		}
	} else if name := plan.Name; prefix.IsNull() && !name.IsNull() && !name.IsUnknown() {
		if err := lifecycle.CheckName(name.ValueString(), traits); err != nil {
			addTextError(diags, path.Root("name"), name.ValueString(), "Invalid name", sentence(err))
		}
	}

	if plan.ExpiresAt.IsUnknown() || plan.ExpiresIn.IsUnknown() || !certain {
		return
	}

	// That it has passed is for warnPast to say.
	if err := plan.order("").Lifetime.Check(r.now(), traits); err != nil && !errors.Is(err, lifecycle.ErrPast) {
		diags.AddAttributeError(path.Root("expires_at"), "Invalid expiry", sentence(err))
	}
}

// warnLifetime warns of an expiry that the next token should not have, or of none.
func (r *tokenResource) warnLifetime(plan tokenModel, diags *diag.Diagnostics) {
	warnForever(plan, diags)

	if r.platformKnown() {
		warnShort(plan, r.system.Traits(), r.now(), diags)
	}
}

// warnPast warns of an expiry under which nothing can be issued, and says whether there is one. It is
// no error, which would block a destroy: that makes a plan first.
func (r *tokenResource) warnPast(plan tokenModel, summary string, diags *diag.Diagnostics) bool {
	if diags.HasError() || !r.platformKnown() || plan.ExpiresAt.IsUnknown() || plan.ExpiresIn.IsUnknown() {
		return false
	}

	err := plan.order("").Lifetime.Check(r.now(), r.system.Traits())
	if err != nil {
		diags.AddWarning(summary, sentence(err)+" Change `expires_at`. Until then an apply fails before anything is sent.")
	}

	return err != nil
}

// checkRecipient looks at the user and, for a fixed name, at the names the user has.
func (r *tokenResource) checkRecipient(ctx context.Context, plan tokenModel, diags *diag.Diagnostics) {
	if plan.Username.IsUnknown() || plan.UserID.IsUnknown() {
		return
	}

	r.checkUserID(plan.UserID, diags)

	if diags.HasError() {
		return
	}

	user, err := r.recipient(ctx, plan.userRef())

	switch {
	case notFound(err):
		// Another resource of this very run may create the user.
		diags.AddWarning("The token's user does not exist yet", fmt.Sprintf(
			"Unless this run creates the %s first, the apply will fail. %s", plan.userRef(), sentence(err)))

		return
	case err != nil:
		addPlanError(diags, "find the token's user", err)

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
	case errors.As(err, &taken) && r.managed.Has(taken.Token.Key()):
		if traits := r.system.Traits(); !traits.ReusableNames {
			diags.AddAttributeError(path.Root("name"), "A fixed name cannot come back", fmt.Sprintf(
				"The token %q is to be replaced, and %s never frees a name. Choose another name, or use name_prefix.",
				name, traits.DisplayName)+pastADestroy)
		}
	case errors.As(err, &taken):
		diags.AddAttributeError(path.Root("name"), "The name is taken",
			sentence(err)+pastADestroy)
	default:
		addPlanError(diags, "look for tokens of the same name", err)
	}
}
