package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// warnForever warns of a token without expiry when one is about to be issued.
func warnForever(plan tokenModel, diags *diag.Diagnostics) {
	if plan.ExpiresIn.IsNull() && plan.ExpiresAt.IsNull() {
		diags.AddWarning("The token will never expire",
			"Neither expires_in nor expires_at is set. Whoever gets hold of the token can use it until it is revoked.")
	}
}

// warnExpired warns of a token that expired when it was told to.
func warnExpired(current currentModel, diags *diag.Diagnostics) {
	if current.Status.ValueString() == string(pat.StatusExpired) {
		diags.AddAttributeWarning(path.Root("expires_at"), "The token has expired", fmt.Sprintf(
			"It expired at %s, as expires_at says. Change expires_at to have another one issued.",
			current.ExpiresAt.ValueString()))
	}
}

// warnGap says what a reissue costs whose old token was alive.
func warnGap(decision lifecycle.Decision, diags *diag.Diagnostics) {
	if decision.Reason == lifecycle.ReasonChanged {
		diags.AddAttributeWarning(path.Root(decision.Argument), "The live token will be revoked", fmt.Sprintf(
			"The change of %s takes another token. The old one is revoked right before: whoever uses it must move at once.",
			decision.Argument))
	}
}

// warnImported says where arguments differ from the imported token that they were given
// to: they are recorded, and count for the next one.
func warnImported(state, plan tokenModel, current currentModel, diags *diag.Diagnostics) {
	if state.Generation.ValueInt64() != 0 {
		return
	}

	name := current.Name.ValueString()

	if prefix := plan.NamePrefix.ValueString(); !strings.HasPrefix(name, prefix) {
		recorded(diags, "name_prefix", fmt.Sprintf("The live token's name is %q.", name))
	}

	if fixed := plan.Name.ValueString(); fixed != "" && plan.NamePrefix.IsNull() && fixed != name {
		recorded(diags, "name", fmt.Sprintf("The live token's name is %q.", name))
	}

	if at := plan.ExpiresAt.time(); !at.IsZero() && plan.ExpiresIn.IsNull() && !at.Equal(parseTime(current.ExpiresAt)) {
		live := "The live token never expires."
		if !current.ExpiresAt.IsNull() {
			live = fmt.Sprintf("The live token expires at %s.", current.ExpiresAt.ValueString())
		}

		recorded(diags, "expires_at", live)
	}
}

func recorded(diags *diag.Diagnostics, argument, live string) {
	diags.AddAttributeWarning(path.Root(argument), "The imported token differs",
		live+" It is left alone: the argument counts for the next token.")
}
