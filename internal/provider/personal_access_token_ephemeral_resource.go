package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var (
	_ ephemeral.EphemeralResource              = (*tokenEphemeral)(nil)
	_ ephemeral.EphemeralResourceWithConfigure = (*tokenEphemeral)(nil)
	_ ephemeral.EphemeralResourceWithClose     = (*tokenEphemeral)(nil)
)

func newTokenEphemeral() ephemeral.EphemeralResource { return &tokenEphemeral{} }

type tokenEphemeral struct{ *configured }

func (e *tokenEphemeral) Metadata(
	_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_personal_access_token"
}

func (e *tokenEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = ephemeralTokenSchema()
}

func (e *tokenEphemeral) Configure(
	_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse,
) {
	e.configured = configure(req.ProviderData, &resp.Diagnostics)
}

// Open issues the token. In a plan it does so only if it was not told to wait for the
// apply.
func (e *tokenEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model ephemeralTokenModel

	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)

	if resp.Diagnostics.HasError() {
		return
	}

	if e.checkArguments(model, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}

	if !model.wanted() {
		model.nothing()
		resp.Diagnostics.Append(resp.Result.Set(ctx, model)...)

		return
	}

	if !e.ready(&resp.Diagnostics) {
		return
	}

	closing, ok := e.issue(ctx, &model, &resp.Diagnostics)
	if !ok {
		return
	}

	closing.keep(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Result.Set(ctx, model)...)
}

// Close revokes the token. A failure is a warning: the run has done its work, and the
// token expires by itself.
func (e *tokenEphemeral) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	kept, ok := keptToken(ctx, req.Private, &resp.Diagnostics)
	if !ok || !e.ready(&resp.Diagnostics) {
		return
	}

	token := kept.token()
	if e.tokens.revoked.has(token.Key()) {
		return
	}

	if err := e.system.Revoke(ctx, token); err != nil {
		warnNotClosed(&resp.Diagnostics, kept, e.system.Traits(), err)

		return
	}

	e.tokens.closed(token.Key())
}

// issue issues the token, and makes sure that it is revoked with the end of the process
// if nobody closes it.
func (e *tokenEphemeral) issue(
	ctx context.Context, model *ephemeralTokenModel, diags *diag.Diagnostics,
) (closingToken, bool) {
	opened, err := e.tokens.begin(model.userRef())
	if err != nil {
		addError(diags, "issue the ephemeral token", err)

		return closingToken{}, false
	}

	user, err := e.recipient(ctx, model.userRef())
	if err != nil {
		e.tokens.failed(opened)
		addError(diags, "find the token's user", err)

		return closingToken{}, false
	}

	result, err := e.issuer.Issue(ctx, model.order(user.ID, diags))
	if err != nil {
		e.tokens.failed(opened)
		addError(diags, "issue the ephemeral token", err)

		return closingToken{}, false
	}

	e.tokens.issued(opened, e.system, result.Token)
	model.issued(result.Issued, user, e.system)

	warnLeftovers(diags, result.Leftovers)
	warnExpiry(diags, result.Issued)

	return newClosingToken(result.Token, user), true
}

// checkArguments reports what the platform does not allow, without asking the server.
func (e *tokenEphemeral) checkArguments(model ephemeralTokenModel, diags *diag.Diagnostics) {
	order := model.order("", diags)

	if e.configured == nil || e.system == nil {
		return
	}

	if err := lifecycle.CheckPrefix(order.NamePrefix, e.system.Traits()); err != nil {
		addTextError(diags, path.Root("name_prefix"), order.NamePrefix, "Invalid name_prefix", sentence(err))
	}

	e.checkUserID(model.UserID, diags)
}

// warnNotClosed says which token lives on, and what to do about it.
func warnNotClosed(diags *diag.Diagnostics, kept closingToken, traits pat.Traits, err error) {
	diags.AddWarning("The ephemeral token was not revoked", fmt.Sprintf(
		"The token %q (id %s) of %s lives on, %s. Revoke it on the server, or let it expire. %s",
		kept.Name, kept.ID, pat.UserRef{ID: kept.UserID, Username: kept.Username},
		untilExpiry(kept.token(), traits), sentence(err)))
}

// untilExpiry says until when a token that is not revoked may work.
func untilExpiry(token pat.Token, traits pat.Traits) string {
	if token.ExpiresAt.IsZero() {
		return "until it is revoked"
	}

	return fmt.Sprintf("until %s at the latest", lifecycle.Latest(token.ExpiresAt, traits).Format(time.RFC3339))
}
