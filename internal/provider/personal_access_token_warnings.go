package provider

import (
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// warnForever warns of a token without expiry when one is about to be issued.
func warnForever(plan tokenModel, diags *diag.Diagnostics) {
	if plan.ExpiresIn.IsNull() && plan.ExpiresAt.IsNull() {
		diags.AddWarning("The token will never expire",
			"Neither expires_in nor expires_at is set. Whoever gets hold of the token can use it until it is revoked. "+
				"Set expires_in.")
	}
}

// warnShort warns of a lifetime that a platform whose tokens expire on a date cannot give.
func warnShort(plan tokenModel, traits pat.Traits, now time.Time, diags *diag.Diagnostics) {
	lifetime := plan.order("").Lifetime
	if plan.ExpiresAt.IsUnknown() || plan.ExpiresIn.IsUnknown() || !lifetime.Vague(now, traits) {
		return
	}

	argument := "expires_in"
	if !lifetime.In.Set {
		argument = "expires_at"
	}

	diags.AddAttributeWarning(path.Root(argument), "The token expires within a day", fmt.Sprintf(
		"Tokens of %s expire on a date, and at which moment of it, in which time zone, the server decides. This one is to expire "+
			"on %s: the server may refuse it, or it may work for hours or for days. With two days or more it works for one at least.",
		traits.DisplayName, lifetime.Expiry(now, traits).V.Format(time.DateOnly)))
}

// warnExpiry warns of a token that the server gave another expiry than was asked for.
func warnExpiry(diags *diag.Diagnostics, issued pat.Issued) {
	if given := issued.ExpiresAt; given.IsZero() == !issued.Asked.Set && given.Equal(issued.Asked.V) {
		return
	}

	when := func(expiry time.Time) string {
		if expiry.IsZero() {
			return "never"
		}

		return expiry.UTC().Format(time.RFC3339)
	}

	diags.AddWarning("The server gave the token another expiry", fmt.Sprintf(
		"The expiry of the token %q that was asked for is: %s. The server says: %s. A rotation goes by what the server says. "+
			"Look for a limit that the server sets to the lifetime of tokens.",
		issued.Name, when(issued.Asked.V), when(issued.ExpiresAt)))
}

// warnLeftovers says which tokens may live beside the one that was issued.
func warnLeftovers(diags *diag.Diagnostics, sentences []string) {
	for _, sentence := range sentences {
		diags.AddWarning("A token may be left behind", strings.TrimSuffix(sentence, ".")+
			". Another token was issued in its place, and works. Look for the lost one on the server, and revoke it if it is there.")
	}
}

// warnExpired warns of a token that expired when it was told to.
func warnExpired(plan tokenModel, current currentModel, diags *diag.Diagnostics) {
	onTime := !plan.ExpiresAt.IsNull() && plan.ExpiresIn.IsNull()
	if onTime && current.Status.ValueString() == string(pat.StatusExpired) {
		diags.AddAttributeWarning(path.Root("expires_at"), "The token has expired", fmt.Sprintf(
			"It expired at %s, as expires_at says. Change expires_at to have another one issued.",
			current.ExpiresAt.ValueString()))
	}
}

// warnGap says what a reissue costs that revokes the live token first.
func warnGap(plan tokenModel, policy lifecycle.Policy, live lifecycle.Predecessor, diags *diag.Diagnostics) {
	switch {
	case live.Token.Status != pat.StatusActive:
	case plan.asksFor(live.Token):
		diags.AddAttributeWarning(path.Root("name"), "The live token will be revoked first", fmt.Sprintf(
			"Another token is issued under the name %q, which the live one has to give up: there is a moment without a token, "+
				"and whoever uses it must move at once. With name_prefix both would live for a while.", live.Token.Name))
	case policy.Immediate():
		diags.AddAttributeWarning(path.Root("rotation").AtName("overlap"), "The live token will be revoked first",
			"With an overlap of 0s there is a moment without a token, and whoever uses it must move at once. "+
				"If the run is interrupted in between, there is none until the next apply.")
	}
}

// warnKeptInvalid warns of a token that cannot be used and is not to be reissued.
func warnKeptInvalid(plan tokenModel, current currentModel, diags *diag.Diagnostics) {
	status := current.Status.ValueString()
	if !isSet(plan.ReissueWhenInvalid) || plan.ReissueWhenInvalid.ValueBool() || status == string(pat.StatusActive) {
		return
	}

	diags.AddAttributeWarning(path.Root("reissue_when_invalid"), "The token cannot be used", fmt.Sprintf(
		"The token %q is %s, and reissue_when_invalid is false. Set it to true, or change an argument, for another one.",
		current.Name.ValueString(), status))
}

func warnNotRevoked(diags *diag.Diagnostics, predecessor lifecycle.Predecessor, err error) {
	diags.AddAttributeWarning(path.Root("previous"), "A predecessor could not be revoked", fmt.Sprintf(
		"The token %q (id %s) lives on; the next apply tries again. %s",
		predecessor.Token.Name, predecessor.Token.ID, sentence(err)))
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

	if at, err := plan.ExpiresAt.optional(); err == nil && at.Set && plan.ExpiresIn.IsNull() && !at.V.Equal(parseTime(current.ExpiresAt)) {
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

func warnOwn(diags *diag.Diagnostics, predecessor lifecycle.Predecessor) {
	diags.AddAttributeWarning(path.Root("previous"), "A predecessor is the provider's own credential", fmt.Sprintf(
		"The provider logs in with the token %q (id %s), so this run does not revoke it. "+
			"Give the provider another credential, such as the new token.", predecessor.Token.Name, predecessor.Token.ID))
}

func warnHeld(diags *diag.Diagnostics, predecessor lifecycle.Predecessor) {
	diags.AddAttributeWarning(path.Root("previous"), "A predecessor is still in use", fmt.Sprintf(
		"The token %q (id %s) was to be revoked at %s, and was last used %s. It is held until it has not been used for "+
			"rotation.hold_if_used_within, or for a day where state never had its secret. Find who uses it: they have not moved to the new token.",
		predecessor.Token.Name, predecessor.Token.ID, predecessor.RetireAt.Format(time.RFC3339),
		lastUse(predecessor.Token)))
}

// lastUse says when a token was used, for one that was.
func lastUse(token pat.Token) string {
	if token.LastUsedAt.IsZero() {
		return "at a time that the server does not tell"
	}

	return "at " + token.LastUsedAt.UTC().Format(time.RFC3339)
}
