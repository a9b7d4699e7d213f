package token

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"
)

// This file alone turns what the engine has to say into words.

// reportNotices words the notices.
func reportNotices(c *platform.Configured, notices tokens.Notices, diags *diag.Diagnostics) {
	for _, notice := range notices {
		if _, unknown := notice.(tokens.ServerUnknown); unknown {
			c.Ready(diags)

			continue
		}

		diags.Append(Diagnostic(notice))
	}
}

// wording is a notice in words.
type wording struct {
	// at is the argument that it is about, an empty path for none.
	at              path.Path
	summary, detail string
}

// Diagnostic words one notice.
func Diagnostic(notice tokens.Notice) diag.Diagnostic {
	m := worded(notice)

	switch at := len(m.at.Steps()) > 0; {
	case notice.Fatal() && at:
		return diag.NewAttributeErrorDiagnostic(m.at, m.summary, m.detail)
	case notice.Fatal():
		return diag.NewErrorDiagnostic(m.summary, m.detail)
	case at:
		return diag.NewAttributeWarningDiagnostic(m.at, m.summary, m.detail)
	default:
		return diag.NewWarningDiagnostic(m.summary, m.detail)
	}
}

// topics word the notices of one kind each, and say whether a notice is of theirs.
var topics = []func(tokens.Notice) (wording, bool){
	stepWords, serverWords, userWords, nameWords, argumentWords, expiryWords, reissueWords, importWords, predecessorWords, orphanWords,
}

// worded returns the notice in words.
func worded(notice tokens.Notice) wording {
	for _, words := range topics {
		if m, ok := words(notice); ok {
			return m
		}
	}

	panic(fmt.Sprintf("token: no words for a %T", notice))
}

// stepPhrases say what was tried.
var stepPhrases = map[tokens.Step]string{
	tokens.StepFindUser:            "find the token's user",
	tokens.StepFindImportedUser:    "find the user of the token to import",
	tokens.StepFindImportedToken:   "find the token to import",
	tokens.StepLookForName:         "check whether the token name is taken",
	tokens.StepIssue:               "issue the personal access token",
	tokens.StepReissue:             "reissue the personal access token",
	tokens.StepIssueEphemeral:      "issue the ephemeral token",
	tokens.StepKeepSecret:          "encrypt the secret of the personal access token",
	tokens.StepRead:                "read the personal access token",
	tokens.StepReadPredecessor:     "read a predecessor of the personal access token",
	tokens.StepLookOnOtherServer:   "check whether the personal access token is on the configured server",
	tokens.StepRevoke:              "revoke the personal access token",
	tokens.StepRevokePredecessor:   "revoke a predecessor of the personal access token",
	tokens.StepRevokeBeforeReissue: "revoke the personal access token before reissuing it under its name",
}

// stepWords are about a step that failed: what could not be done, in the summary; what was tried,
// what the server said and what to do next, in the detail.
func stepWords(notice tokens.Notice) (wording, bool) {
	n, ok := notice.(tokens.StepFailed)
	if !ok {
		return wording{}, false
	}

	m := wording{summary: "Could not " + stepPhrases[n.Step], detail: tfvalue.ErrorSentence(n.Err)}

	var (
		taken   *tokens.TakenError
		shared  *tokens.SharedError
		refused *pat.AuthenticationError
		invalid *tokens.UserIDError
	)

	switch {
	case errors.As(n.Err, &invalid):
		return userIDWords(invalid), true
	case errors.As(n.Err, &taken):
		m.at, m.summary = path.Root("name"), nameTaken
	case errors.As(n.Err, &shared):
		m.at, m.summary = path.Root("series"), sameSeries
	case errors.As(n.Err, &refused): // Without a login nothing is destroyed, either.
	case n.Planning:
		m.detail += tfvalue.PastADestroy
	default:
		m.at = tfvalue.RefusedArgument(n.Err)
	}

	return m, true
}

// serverWords are about the server that a token is on.
func serverWords(notice tokens.Notice) (wording, bool) {
	switch n := notice.(type) {
	case tokens.OtherServer:
		if n.Recorded == "" {
			return wording{path.Root("server"), "The token is not on this server", fmt.Sprintf(
				"The state that this resource was moved from has no server URL. The provider is configured for %s, which does not have the token %s. "+
					"Nothing was changed.\n\nSet `provider =` to the alias that is configured for the server of the "+
					"other provider. To stop managing the token, remove the resource from state with a `removed` block.",
				n.Configured, n.ID)}, true
		}

		return wording{path.Root("server"), "The token is on another server", fmt.Sprintf(
			"%s issued the token, the provider is configured for %s, and the token %s does not exist there. "+
				"Nothing was changed.\n\nSet `provider =` to the alias that is configured for the token's server. To stop managing the "+
				"token, remove the resource from state with a `removed` block.",
			n.Recorded, n.Configured, n.ID)}, true
	case tokens.OtherPlatform:
		return wording{path.Root("platform"), "The token belongs to another platform", fmt.Sprintf(
			"The token is one of `%s`, and the provider that this resource uses is configured for %s. Nothing was changed, and the "+
				"token stays in the state.\n\nSet `provider =` in the resource to the alias that is configured for the token's server.",
			n.Recorded, n.Configured.DisplayName)}, true
	case tokens.ClockDiffers:
		return wording{summary: "The clock of this machine differs from the server's", detail: clockDetail(n)}, true
	case tokens.ServerMoved:
		return wording{path.Root("server"), "The token's server has moved", fmt.Sprintf(
			"%s issued the token. The provider is configured for %s, which has the same token: its id, name and creation time agree. "+
				"The provider uses that server from now on.", n.Recorded, n.Configured)}, true
	default:
		return wording{}, false
	}
}

// clockDetail says what both clocks show, which decisions followed which of them, and what to do.
func clockDetail(n tokens.ClockDiffers) string {
	text := fmt.Sprintf("The server's clock shows %s. The clock of the machine that runs Terraform shows %s.\n\n",
		n.Server.UTC().Format(time.RFC3339), n.Runner.UTC().Format(time.RFC3339))

	if n.Undated {
		return text + "The server's responses have no `Date` header, so the provider knew the server's time only after it issued a " +
			"token. Earlier decisions of this run followed this machine's clock, including when that token expires.\n\n" +
			"Check when the token expires, and synchronize the clock that is wrong, for example with NTP, before the next run."
	}

	return text + "Rotation, expiry and revocation follow the server's clock, so tokens are not affected. `timestamp()` and the " +
		"verification of certificates follow this machine's clock.\n\nSynchronize the clock that is wrong, for example with NTP."
}

// userWords are about the user whom a token belongs to.
func userWords(notice tokens.Notice) (wording, bool) {
	switch n := notice.(type) {
	case tokens.UserNotFound:
		return wording{summary: "The token's user was not found", detail: fmt.Sprintf(
			"Unless this run creates the %s first, the apply will fail. %s", n.User, tfvalue.Sentence(n.Err))}, true
	case tokens.UserRefused:
		return wording{summary: "The user cannot log in", detail: fmt.Sprintf(
			"The user %q %s, so the server will refuse the token until that changes.", n.User.Username, n.User.Refusal)}, true
	case tokens.OtherOwner:
		return wording{path.Root(n.Argument), "The token belongs to another user", fmt.Sprintf(
			"The server issued it to user %s (id %s), and a token cannot be transferred. This run did not refresh the resource, so it "+
				"cannot replace it. Nothing was changed.\n\nPlan again without `-refresh=false`.",
			n.Owner.Username, n.Owner.ID)}, true
	case tokens.CannotReissueToUser:
		return wording{summary: cannotReissue, detail: fmt.Sprintf(
			"%s The token still belongs to %s. Until the %s exists, an apply fails before it sends a request.",
			tfvalue.Sentence(n.Err), n.Owner, n.User)}, true
	case tokens.InvalidUserID:
		return userIDWords(n.Err), true
	default:
		return wording{}, false
	}
}

// userIDWords are about an id of a user that the platform does not have.
func userIDWords(err *tokens.UserIDError) wording {
	if !err.Of.Set {
		return ofText("user_id", err.Text, "Invalid user_id", tfvalue.Sentence(err)+" For a login, use `username`.")
	}

	return ofText("user_id", err.Text, "The user belongs to another platform", fmt.Sprintf(
		"%s Nothing was changed.\n\nSet `provider =` to the alias that is configured for %s, or name a user on %s.",
		tfvalue.Sentence(err), err.Of.V.DisplayName, err.Configured.DisplayName))
}

const (
	nameTaken  = "The name is taken"
	sameSeries = "Two resources have the same series"
)

// nameWords are about the names of tokens.
func nameWords(notice tokens.Notice) (wording, bool) {
	switch n := notice.(type) {
	case tokens.NameTaken:
		return wording{path.Root("name"), nameTaken, tfvalue.Sentence(n.Err) + tfvalue.PastADestroy}, true
	case tokens.NameCannotComeBack:
		return wording{path.Root("name"), "The token name cannot be reused", fmt.Sprintf(
			"This plan replaces the token %q, and %s does not allow its name to be reused. Set another `name`, or use `name_prefix`.",
			n.Name, n.Traits.DisplayName) + tfvalue.PastADestroy}, true
	case tokens.NameMissing:
		return wording{summary: couldNotReissue, detail: "Neither `name` nor `name_prefix` is set, perhaps because of " +
			"`ignore_changes`. No token was issued, and the live one was not changed.\n\nSet one of them."}, true
	case tokens.FixedNameRotates:
		return wording{
			path.Root("rotation"), "A token with a fixed name cannot rotate",
			"During a rotation two tokens are active, so each needs its own name.\n\nUse `name_prefix` instead of `name`, or remove " +
				"`rotation`.",
		}, true
	case tokens.SeriesCollides:
		change := make([]string, 0, len(n.Change))
		for _, live := range n.Change {
			change = append(change, fmt.Sprintf("the resource of the token %q", live.Name))
		}

		return wording{path.Root("series"), sameSeries, fmt.Sprintf(
			"Two resources manage the tokens %q (id %s) and %q (id %s) under one series, and each would treat the token of the other as "+
				"its own orphan.\n\nSet a new `series` on %s. That issues no token.%s",
			n.Other.Name, n.Other.ID, n.Live.Name, n.Live.ID, strings.Join(change, " and on "), tfvalue.PastADestroy)}, true
	default:
		return wording{}, false
	}
}

// argumentWords are about arguments that the platform does not allow.
func argumentWords(notice tokens.Notice) (wording, bool) {
	switch n := notice.(type) {
	case tokens.InvalidArgument:
		if n.Argument == "expires_at" {
			return wording{path.Root("expires_at"), "Invalid expiry", tfvalue.Sentence(n.Err)}, true
		}

		return ofText(n.Argument, n.Text, "Invalid "+n.Argument, tfvalue.Sentence(n.Err)), true
	case tokens.InvalidPolicy:
		// Terraform does not show the path of an attribute within an object, so the error names it.
		return wording{path.Root("rotation"), "Invalid rotation policy", tfvalue.Sentence(n.Err)}, true
	case tokens.InvalidRecipient:
		return wording{summary: invalidRecipient, detail: recipientDetail(n.Err)}, true
	default:
		return wording{}, false
	}
}

// expiryWords are about when a token expires.
func expiryWords(notice tokens.Notice) (wording, bool) {
	switch n := notice.(type) {
	case tokens.NeverExpires:
		return wording{
			summary: "The token will never expire",
			detail:  "Neither `expires_in` nor `expires_at` is set. If the token leaks, it can be used until it is revoked.\n\nSet `expires_in`.",
		}, true
	case tokens.MayExpireWithinADay:
		return mayExpireWithinADay(n), true
	case tokens.OtherExpiry:
		return wording{summary: "The server set a different expiry", detail: fmt.Sprintf(
			"The provider requested for the token %q the expiry: %s. The server set: %s. Rotation follows what the server set.\n\nCheck "+
				"whether the server limits the lifetime of tokens.",
			n.Issued.Name, whenExpires(n.Issued.Asked.V), whenExpires(n.Issued.ExpiresAt))}, true
	case tokens.OutlivesExpiresIn:
		expiry := "never expires"
		if !n.Token.ExpiresAt.IsZero() {
			expiry = "expires at " + whenExpires(n.Token.ExpiresAt)
		}

		return wording{path.Root("expires_in"), "The live token outlives expires_in", fmt.Sprintf(
			"`expires_in` (%s) applies to the next token issued. The live token %q %s.\n\nTo replace it sooner, change a value in "+
				"`rotation.triggers`.", lifecycle.FormatDuration(n.ExpiresIn), n.Token.Name, expiry)}, true
	case tokens.ExpiryMoves:
		return wording{
			path.Root("expires_at"), "Every run may issue a new token",
			"`expires_at` is computed in each run, for example with `timestamp()`, and each new value issues a token.\n\nUse `expires_in` " +
				"for a lifetime that counts from when the token is issued.",
		}, true
	case tokens.ExpiryPassed:
		summary := "The apply will fail to issue the token"
		if n.Reissue {
			summary = cannotReissue
		}

		return wording{summary: summary, detail: tfvalue.Sentence(n.Err) +
			" Change `expires_at`. Until then, an apply fails before it sends a request."}, true
	case tokens.ExpiredOnTime:
		return wording{path.Root("expires_at"), "The token has expired", fmt.Sprintf(
			"It expired at %s, as configured in `expires_at`. To issue a new token, change `expires_at`.",
			n.Token.ExpiresAt.UTC().Format(time.RFC3339))}, true
	default:
		return wording{}, false
	}
}

// mayExpireWithinADay says how long a token works at least, where its expiry is a date.
func mayExpireWithinADay(n tokens.MayExpireWithinADay) wording {
	text := fmt.Sprintf("Tokens of %s expire on a date. The server does not say in which time zone the date begins: that is up to %s "+
		"before its midnight UTC.\n\n", n.Traits.DisplayName, lifecycle.FormatDuration(pat.DateBegins))

	argument, subject := "expires_in", fmt.Sprintf("With an `expires_in` of %s a token", lifecycle.FormatDuration(n.Lifetime.In.V))
	if !n.Lifetime.In.Set {
		argument, subject = "expires_at", fmt.Sprintf("A token that expires on %s", n.Lifetime.At.V.UTC().Format(time.DateOnly))
	}

	if n.Least > 0 {
		text += fmt.Sprintf("%s is sure to work for %s only.", subject, lifecycle.FormatDuration(n.Least))
	} else {
		text += subject + " may have expired when it is issued, or the server may refuse to issue it."
	}

	return wording{path.Root(argument), "The token may expire within a day", text + fmt.Sprintf(
		" A lifetime of %s or more gives every token a day.", lifecycle.FormatDuration(lifecycle.Day+pat.DateBegins))}
}

const (
	cannotReissue   = "The apply will fail to reissue the token"
	couldNotReissue = "Could not reissue the personal access token"
)

// reissueWords are about a token that is issued in place of another, or is not.
func reissueWords(notice tokens.Notice) (wording, bool) {
	switch n := notice.(type) {
	case tokens.CannotReissue:
		return wording{summary: cannotReissue, detail: newUser(n) + refusalDetail(n.Refusal)}, true
	case tokens.ReissueRefused:
		return wording{summary: couldNotReissue, detail: refusalDetail(n.Refusal)}, true
	case tokens.KeptInvalid:
		return wording{path.Root("reissue_when_invalid"), "The token is invalid and will not be reissued", fmt.Sprintf(
			"The token %q is %s, and `reissue_when_invalid` is false. To issue a new token, set it to true or change an argument.",
			n.Token.Name, n.Token.Status)}, true
	case tokens.RevokedFirst:
		if n.SameName {
			return wording{path.Root("name"), revokedFirst, fmt.Sprintf(
				"The new token needs the name %q of the live one, so the live one is revoked before the new one is issued. For a moment there "+
					"is no valid token, and consumers must switch at once.\n\nWith `name_prefix`, both tokens work during the overlap.", n.Token.Name)}, true
		}

		text := "With an `overlap` of 0s there is a moment without a valid token, and consumers must switch at once. " +
			"If the run is interrupted at that moment, there is no valid token until the next apply."
		if n.Hold.Set {
			text += fmt.Sprintf("\n\nIf the token was used within `hold_if_used_within` (%s), it is not revoked: it goes to `previous`.",
				lifecycle.FormatDuration(n.Hold.V))
		}

		return wording{path.Root("rotation").AtName("overlap"), revokedFirst, text}, true
	case tokens.OwnCredentialKeepsName:
		return wording{summary: cannotReissue, detail: fmt.Sprintf(
			"The provider logs in with the token %q, which would have to be revoked first. Until the provider has another credential, "+
				"an apply fails before it sends a request.\n\nWith `name_prefix`, the next token has another name.", n.Token.Name)}, true
	case tokens.RecipientsChanged:
		return recipientsChanged(n), true
	case tokens.PrefixChanged:
		return wording{path.Root("name_prefix"), "A new token is issued under the new prefix", fmt.Sprintf(
			"No server can rename a token: changing `name_prefix` issues a new one. The live token %q goes to `previous` and works "+
				"until its overlap is over.", n.Token.Name)}, true
	case tokens.TriggersRecorded:
		if n.Removed {
			return wording{
				path.Root("rotation").AtName("triggers"), "Removing triggers issues no token",
				"Removing the whole map `rotation.triggers` is only recorded.",
			}, true
		}

		return wording{
			path.Root("rotation").AtName("triggers"), "Adding triggers issues no token",
			"Adding the whole map `rotation.triggers` is only recorded: it has no earlier value to differ from. To issue a token now, " +
				"apply this, then change a value in the map and apply again.\n\nSet `triggers = {}` in each resource from the first day, so " +
				"that a key can be added when it is needed.",
		}, true
	case tokens.LeftBehind:
		return wording{summary: "A token may still be active after a lost response", detail: strings.TrimSuffix(n.Sentence, ".") +
			". The token that was issued in its place works.\n\nLook for the lost token on the server, and revoke it if it exists."}, true
	default:
		return wording{}, false
	}
}

// recipientsChanged says where the secrets of the live and of the new token are.
func recipientsChanged(n tokens.RecipientsChanged) wording {
	const rest = " The live token goes to `previous` and works until its overlap is over"

	m := wording{at: path.Root("encrypt_to"), summary: "Changing encrypt_to issues a new token"}

	switch {
	case n.Removed:
		m.summary = "The new secret is stored in plain text"
		m.detail = "Removing `encrypt_to` issues a new token, whose secret is stored in the state in plain text." + rest + "."
	case n.Added:
		m.detail = "The secret of the new token is stored encrypted." + rest + ". Earlier versions and backups of the state still " +
			"contain its secret in plain text."
	default:
		m.detail = "The provider does not have the secret of the live token, so it cannot encrypt it again." + rest +
			"; its former recipients can use it until then."
	}

	return m
}

const revokedFirst = "The live token is revoked before the new one is issued"

// refusalDetail says why a token cannot be reissued, and what can be done.
func refusalDetail(n tokens.Refusal) string {
	server := cmp.Or(n.Traits.DisplayName, "the server")

	switch argument := n.Decision.Argument; {
	case n.Decision.UserGone:
		return fmt.Sprintf("The user of the token %q was deleted. Remove the resource, or set another user. "+
			"If the user was created again with the same login, replace the token: `terraform apply -replace=ADDRESS`, with "+
			"the address of this resource. Until then, an apply fails before it sends a request.", n.Name)
	case argument == "":
		return fmt.Sprintf("The token %q is %s, and %s does not allow its name to be reused. Set another `name`, or use `name_prefix`. "+
			"Until then, an apply fails before it sends a request.", n.Name, n.Decision.Reason, server)
	case argument == "username" || argument == "user_id":
		return fmt.Sprintf("`%s` names another user, or one that does not exist, and a token cannot be transferred. Nothing was "+
			"changed, and the token %q is unchanged.\n\nCorrect the argument, or plan again once the user exists.", argument, n.Name)
	default:
		return fmt.Sprintf("The change of `%s` requires a new token (%s), and %s does not allow the name %q to be reused. "+
			"Set another `name`, or use `name_prefix`. Until then, the token is unchanged.",
			argument, n.Decision.Reason, server, n.Name)
	}
}

// newUser says, of an owner who was deleted, that another user has the login now.
func newUser(n tokens.CannotReissue) string {
	if !n.NewUser.Set {
		return ""
	}

	return fmt.Sprintf("There is a new %s now, with another id (%s). ", pat.UserRef{Username: n.NewUser.V.Username}, n.NewUser.V.ID)
}

// importWords are about tokens that were issued elsewhere.
func importWords(notice tokens.Notice) (wording, bool) {
	switch n := notice.(type) {
	case tokens.ImportInactive:
		return wording{summary: "Could not import the personal access token", detail: fmt.Sprintf(
			"The token %q (id %s) of %s is %s. Only an active token can be imported: create a new one instead.",
			n.Token.Name, n.Token.ID, n.Owner.Username, n.Token.Status)}, true
	case tokens.SecretUnknown:
		return wording{summary: "The token's secret is not known", detail: fmt.Sprintf(
			"The server shows a secret only when it issues a token, so `token` is null for the imported token %q and for all others that "+
				"this run imports.\n\nTo issue a token with a known secret, change a value in `rotation.triggers` in a later run. "+
				"The imported token works until the overlap is over.", n.Name)}, true
	case tokens.ImportedDiffers:
		live := fmt.Sprintf("The live token's name is %q.", n.Token.Name)

		switch {
		case n.Argument == "expires_at" && n.Token.ExpiresAt.IsZero():
			live = "The live token never expires."
		case n.Argument == "expires_at":
			live = fmt.Sprintf("The live token expires at %s.", whenExpires(n.Token.ExpiresAt))
		}

		return wording{
			path.Root(n.Argument), "The imported token differs from the configuration",
			live + " It is not changed: the argument applies to the next token issued.",
		}, true
	default:
		return wording{}, false
	}
}

// predecessorWords are about tokens that a run revokes, or does not.
func predecessorWords(notice tokens.Notice) (wording, bool) {
	switch n := notice.(type) {
	case tokens.NotRevoked:
		return wording{path.Root("previous"), "A predecessor could not be revoked", fmt.Sprintf(
			"The token %q (id %s) is still active. The next apply tries again. %s", n.Token.Name, n.Token.ID, tfvalue.Sentence(n.Err))}, true
	case tokens.Held:
		release := "The provider revokes it once it has not been used for `rotation.hold_if_used_within` (a day if its secret was never " +
			"in this state)."
		if !n.Until.IsZero() {
			release = fmt.Sprintf("If it is not used again, the first apply after %s revokes it.", n.Until.UTC().Format(time.RFC3339))
		}

		return wording{path.Root("previous"), "A predecessor is still in use", fmt.Sprintf(
			"The token %q (id %s) was due to be revoked at %s, and was last used %s. %s\n\nFind the consumer that has not switched to "+
				"the new token. To revoke the old one now, set `overlap = \"0s\"` and remove `hold_if_used_within`.",
			n.Predecessor.Token.Name, n.Predecessor.Token.ID, n.Predecessor.RetireAt.Format(time.RFC3339),
			lastUse(n.Predecessor.Token), release)}, true
	case tokens.OwnPredecessor:
		return wording{path.Root("previous"), "The provider is logged in with a predecessor", fmt.Sprintf(
			"The provider logs in with the token %q (id %s), so this run does not revoke it. "+
				"Configure the provider with another credential, such as the new token.", n.Token.Name, n.Token.ID)}, true
	case tokens.OwnCredential:
		return wording{summary: "Refusing to revoke the token that this provider is logged in with", detail: fmt.Sprintf(
			"The provider logs in with the token %q (id %s), and would lose its access. Nothing was revoked.\n\nConfigure the provider with "+
				"another credential; or remove the resource from state with a `removed` block, and revoke the token by hand.",
			n.Token.Name, n.Token.ID)}, true
	case tokens.OwnUserUnknown:
		return wording{path.Root("include_own_user"), "Cannot determine which user the provider is logged in as", fmt.Sprintf(
			"One of the tokens may be the one that the provider logs in with. Nothing was revoked. %s %s",
			tfvalue.ErrorSentence(n.Err), includeOwnUser)}, true
	case tokens.OwnUser:
		return wording{path.Root("include_own_user"), "The tokens belong to the user that the provider is logged in as", fmt.Sprintf(
			"The provider logs in as %s, possibly with one of the tokens. Nothing was revoked.\n\nUse the account of "+
				"another administrator. %s", n.User.Username, includeOwnUser)}, true
	case tokens.OwnCredentialHasName:
		return wording{summary: couldNotReissue, detail: fmt.Sprintf(
			"The provider logs in with the token %q, which would have to be revoked first. "+
				"Configure the provider with another credential, or use `name_prefix`.", n.Token.Name)}, true
	case tokens.EphemeralNotRevoked:
		return wording{summary: "The ephemeral token was not revoked", detail: fmt.Sprintf(
			"The token %q (id %s) of %s is still active, %s. Revoke it on the server, or let it expire. %s",
			n.Token.Name, n.Token.ID, n.Owner, tokens.UntilExpiry(n.Token, n.Traits), tfvalue.Sentence(n.Err))}, true
	default:
		return wording{}, false
	}
}

// includeOwnUser says how tokens are revoked among which the provider's own credential may be.
const includeOwnUser = "To revoke them anyway, set `include_own_user = true`. The provider then revokes the most recently used token last, " +
	"and may not be able to log in with this credential again."

// orphanWords are about active tokens of the series that are not in state.
func orphanWords(notice tokens.Notice) (wording, bool) {
	switch n := notice.(type) {
	case tokens.OrphanAdopted:
		return wording{path.Root("previous"), "An active token is not in state", orphanDetail(n.Orphan, n.Recorded)}, true
	case tokens.OrphanDestroyed:
		return wording{path.Root("previous"), "A token that another state may manage will be revoked", fmt.Sprintf(
			"Destroying this resource also revokes the token %q (id %s), whose secret was never in this state. If another "+
				"state issued it, first remove this resource from the state with a `removed` block, and revoke its other "+
				"tokens by hand.", n.Token.Name, n.Token.ID)}, true
	case tokens.ResemblingToken:
		return wording{summary: "An active token resembles those of this resource", detail: fmt.Sprintf(
			"The user has the active token %q (id %s), issued after the token in state. If an interrupted run issued it under a "+
				"`name_prefix` that you have since changed back, its secret is lost: revoke it by hand. Otherwise ignore this "+
				"warning: the provider does not touch the token.", n.Token.Name, n.Token.ID)}, true
	default:
		return wording{}, false
	}
}

// orphanDetail says that a token is in no state, where it may come from, and what becomes of it.
func orphanDetail(orphan lifecycle.Predecessor, recorded int64) string {
	token := orphan.Token

	use := "and was never used"
	if token.Used {
		use = "and was last used " + lastUse(token)
	}

	text := fmt.Sprintf("The user has the active token %q (id %s), which is named like the tokens of this resource, is not in "+
		"its state, %s.", token.Name, token.ID, use)

	if recorded > 0 && orphan.Generation > recorded && token.Used {
		text += fmt.Sprintf("\n\nIts generation, %d, is newer than that of the state, %d: the state was restored from a backup, or "+
			"another state manages the same token. If there is a newer state, restore it before you apply.",
			orphan.Generation, recorded)
	} else {
		text += "\n\nAn interrupted run lost its secret, this run replaces it (`create_before_destroy`), or another resource or " +
			"state has the same `series`. In the last case, set a different `series` on one of them."
	}

	return text + fmt.Sprintf("\n\nIt is now in `previous`. An apply after %s revokes it, unless it was used within the time of "+
		"`rotation.hold_if_used_within` (a day if that is not set).", orphan.RetireAt.UTC().Format(time.RFC3339))
}

// ofText is a message about the text of an argument, which may be a secret.
func ofText(argument, text, summary, detail string) wording {
	at, detail := tfvalue.AboutText(path.Root(argument), text, detail)

	return wording{at, summary, detail}
}

// lastUse says when a used token was last used.
func lastUse(token pat.Token) string {
	if token.LastUsedAt.IsZero() {
		return "at an unknown time"
	}

	return "at " + token.LastUsedAt.UTC().Format(time.RFC3339)
}

// whenExpires says when a token expires.
func whenExpires(expiry time.Time) string {
	if expiry.IsZero() {
		return "never"
	}

	return expiry.UTC().Format(time.RFC3339)
}
