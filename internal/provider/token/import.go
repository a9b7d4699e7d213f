package token

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"
)

// ImportState fills the whole state, with the arguments that a configuration of this token would
// have. It changes nothing on the server, and cannot read the secret.
func (r *tokenResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	if !r.Ready(&resp.Diagnostics) {
		return
	}

	var user, token string

	if req.ID != "" {
		user, token = splitImportID(req.ID, &resp.Diagnostics)
	} else {
		user, token = r.importIdentity(ctx, req, &resp.Diagnostics)
	}

	if resp.Diagnostics.HasError() {
		return
	}

	record, notices := r.Tokens().Import(ctx, user, token)
	if reportNotices(r.Configured, notices, &resp.Diagnostics); notices.Failed() {
		return
	}

	model := emptyModel().with(record)
	resp.Diagnostics.Append(resp.State.Set(ctx, model.object(&resp.Diagnostics))...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, model.identity())...)
}

// importIdentity reads the parts of an identity.
func (r *tokenResource) importIdentity(
	ctx context.Context, req resource.ImportStateRequest, diags *diag.Diagnostics,
) (user, token string) {
	var identity identityModel

	diags.Append(req.Identity.Get(ctx, &identity)...)

	CheckIdentityServer(r.Configured, identity.Server, diags)

	user, token = identity.UserID.ValueString(), identity.Token.ValueString()
	if user == "" || token == "" {
		diags.AddError("Invalid import id", "The identity names no token: its user_id or its token is empty.")
	}

	if !r.System.Traits().TokenIDs {
		token = tokens.NameMark + token
	}

	return user, token
}

// CheckIdentityServer reports an identity of a server other than the configured one.
func CheckIdentityServer(c *platform.Configured, server types.String, diags *diag.Diagnostics) bool {
	if server.IsNull() || server.ValueString() == c.System.Server() {
		return true
	}

	diags.AddAttributeError(path.Root("server"), "The import identity names another server", fmt.Sprintf(
		"It names %s, and the provider is configured for %s. Import with the provider (alias) of that server.",
		pat.Quote(server.ValueString()), c.System.Server()))

	return false
}

// splitImportID splits <user>/<token> at the first slash, because names may contain slashes.
func splitImportID(id string, diags *diag.Diagnostics) (user, token string) {
	user, token, ok := strings.Cut(id, "/")
	if !ok || user == "" || strings.TrimPrefix(token, tokens.NameMark) == "" {
		diags.AddError("Invalid import id", fmt.Sprintf(
			"%s does not name a token. Write <username or user id>/<token id or name>, such as svc-deploy/42; "+
				"for a token whose name is made of digits, svc-deploy/name=42.", pat.Quote(id)))
	}

	return user, token
}
