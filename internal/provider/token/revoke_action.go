package token

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"

	fwaction "github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var (
	_ fwaction.Action                   = (*revokeTokensAction)(nil)
	_ fwaction.ActionWithConfigure      = (*revokeTokensAction)(nil)
	_ fwaction.ActionWithModifyPlan     = (*revokeTokensAction)(nil)
	_ fwaction.ActionWithValidateConfig = (*revokeTokensAction)(nil)
)

// NewRevokeAction returns the action that revokes tokens.
func NewRevokeAction() fwaction.Action { return &revokeTokensAction{} }

type revokeTokensAction struct{ *platform.Configured }

func (a *revokeTokensAction) Metadata(_ context.Context, req fwaction.MetadataRequest, resp *fwaction.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_revoke_personal_access_tokens"
}

func (a *revokeTokensAction) Schema(_ context.Context, _ fwaction.SchemaRequest, resp *fwaction.SchemaResponse) {
	resp.Schema = revokeTokensSchema()
}

func (a *revokeTokensAction) Configure(
	_ context.Context, req fwaction.ConfigureRequest, resp *fwaction.ConfigureResponse,
) {
	a.Configured = platform.Configure(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig refuses arguments that would revoke all tokens without saying so explicitly.
func (a *revokeTokensAction) ValidateConfig(
	ctx context.Context, req fwaction.ValidateConfigRequest, resp *fwaction.ValidateConfigResponse,
) {
	var model revokeTokensModel

	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)

	if !resp.Diagnostics.HasError() {
		model.checkScope(&resp.Diagnostics)
	}
}

// ModifyPlan reports what Invoke would refuse, before anything is applied. It lists no tokens.
func (a *revokeTokensAction) ModifyPlan(
	ctx context.Context, req fwaction.ModifyPlanRequest, resp *fwaction.ModifyPlanResponse,
) {
	var model revokeTokensModel

	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)

	if resp.Diagnostics.HasError() || !a.Complete(&resp.Diagnostics) || !a.Ready(&diag.Diagnostics{}) {
		return
	}

	model.checkScope(&resp.Diagnostics)
	filter := model.filter(&resp.Diagnostics)

	if resp.Diagnostics.HasError() || model.Username.IsUnknown() || model.UserID.IsUnknown() || model.IncludeOwnUser.IsUnknown() {
		return
	}

	// Without a request, the server's time is not known yet, and Invoke checks the argument.
	if _, ok := a.target(ctx, model, &resp.Diagnostics); ok && a.Engine.Clock.Known() {
		model.checkCreatedBefore(filter, a.Engine.Clock.Now(), &resp.Diagnostics)
	}
}

// Invoke revokes the tokens that the filter selects, one after the other. A token that cannot be
// revoked is an error that names it; the other tokens are revoked nevertheless.
func (a *revokeTokensAction) Invoke(ctx context.Context, req fwaction.InvokeRequest, resp *fwaction.InvokeResponse) {
	var model revokeTokensModel

	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)

	if resp.Diagnostics.HasError() || !a.Ready(&resp.Diagnostics) {
		return
	}

	model.checkScope(&resp.Diagnostics)
	filter := model.filter(&resp.Diagnostics)

	if resp.Diagnostics.HasError() {
		return
	}

	userID, ok := a.target(ctx, model, &resp.Diagnostics)
	if !ok {
		return
	}

	say := func(format string, arguments ...any) {
		resp.SendProgress(fwaction.InvokeProgressEvent{Message: fmt.Sprintf(format, arguments...)})
	}

	user := pat.UserRef{ID: userID, Username: model.Username.ValueString()}
	say("Looking at the tokens of %s on %s: %s.", user, a.System.Server(), model.words())

	selected, ok := a.selected(ctx, model, filter, userID, &resp.Diagnostics)

	switch {
	case !ok:
	case len(selected) == 0:
		say("No token matches: nothing was revoked.")
	case model.DryRun.ValueBool():
		for _, token := range selected {
			say("Would revoke %s: %s.", a.label(token), tokenHistory(token))
		}

		say("%s would be revoked. This was a dry run: nothing was changed.", countTokens(len(selected)))
	default:
		a.revoke(ctx, selected, say, &resp.Diagnostics)
	}
}

// target returns the id of the user whose tokens are to be revoked, and refuses the provider's own
// user.
func (a *revokeTokensAction) target(ctx context.Context, model revokeTokensModel, diags *diag.Diagnostics) (string, bool) {
	userID, ok := findUserID(ctx, a.Configured, model.Username, model.UserID, diags)

	if !ok || model.IncludeOwnUser.ValueBool() {
		return userID, ok
	}

	refusals := a.Engine.CheckOwnUser(ctx, userID)
	reportNotices(a.Configured, refusals, diags)

	return userID, !refusals.Failed()
}

// selected returns the tokens to revoke, from a current list. The provider's own credential, which
// may be among them only if the configuration allows it, is the token that was used last, so it
// comes last.
func (a *revokeTokensAction) selected(
	ctx context.Context, model revokeTokensModel, filter tokens.Filter, userID string, diags *diag.Diagnostics,
) ([]pat.Token, bool) {
	listed, err := a.Direct.Tokens(ctx, userID, pat.TokenQuery{NamePrefix: filter.NamePrefix})
	if err != nil {
		tfvalue.ReportError(diags, "list the personal access tokens", err)

		return nil, false
	}

	reportNotices(a.Configured, a.Engine.CheckClock(filter), diags)

	now := a.Engine.Clock.Now() // The response to the list has set the clock.
	if !model.checkCreatedBefore(filter, now, diags) {
		return nil, false
	}

	listed = slices.DeleteFunc(listed, func(token pat.Token) bool { return !filter.Selects(token, now) })

	if model.IncludeOwnUser.ValueBool() {
		slices.SortStableFunc(listed, func(x, y pat.Token) int { return x.LastUsedAt.Compare(y.LastUsedAt) })
	}

	return listed, true
}

// revoke revokes the tokens and reports each. After an interruption it starts no other revocation.
func (a *revokeTokensAction) revoke(
	ctx context.Context, selected []pat.Token, say func(string, ...any), diags *diag.Diagnostics,
) {
	say("%s to revoke.", countTokens(len(selected)))

	var revoked int

	for i, token := range selected {
		if ctx.Err() != nil {
			diags.AddError("The run was interrupted", fmt.Sprintf("Not revoked: %s. Run the action again.", a.labels(selected[i:])))

			return
		}

		if err := a.System.Revoke(ctx, token); err != nil {
			say("Could not revoke %s.", a.label(token))
			diags.AddError("Could not revoke a personal access token", fmt.Sprintf("%s: %s", a.label(token), tfvalue.ErrorSentence(err)))

			continue
		}

		say("Revoked %s.", a.label(token))

		revoked++
	}

	if failed := len(selected) - revoked; failed > 0 {
		say("%s revoked, %d failed.", countTokens(revoked), failed)
	} else {
		say("%s revoked.", countTokens(revoked))
	}
}

// label names a token inside a sentence.
func (a *revokeTokensAction) label(token pat.Token) string {
	if a.System.Traits().TokenIDs {
		return fmt.Sprintf("%q (id %s)", token.Name, token.ID)
	}

	return fmt.Sprintf("%q", token.Name)
}

func (a *revokeTokensAction) labels(list []pat.Token) string {
	words := make([]string, 0, len(list))
	for _, token := range list {
		words = append(words, a.label(token))
	}

	return strings.Join(words, ", ")
}

// tokenHistory says when a token was created and last used.
func tokenHistory(token pat.Token) string {
	text := "created at a time that the server does not tell"
	if !token.CreatedAt.IsZero() {
		text = "created " + tfvalue.Timestamp(token.CreatedAt).ValueString()
	}

	switch {
	case !token.LastUsedAt.IsZero():
		return text + ", last used " + tfvalue.Timestamp(token.LastUsedAt).ValueString()
	case token.Used:
		return text + ", used"
	default:
		return text + ", never used"
	}
}

// countTokens counts tokens at the beginning of a sentence.
func countTokens(count int) string {
	if count == 1 {
		return "1 token"
	}

	return fmt.Sprintf("%d tokens", count)
}
