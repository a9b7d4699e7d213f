package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// nameMark forces the second part of an import id to be read as a name.
const nameMark = "name="

// ImportState fills the whole state, with the arguments that a configuration of this
// token would have. It changes nothing on the server, and cannot know the secret.
func (r *tokenResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	if !r.ready(&resp.Diagnostics) {
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

	owner, found := r.find(ctx, user, token, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}

	model := r.imported(owner, found)
	resp.Diagnostics.Append(resp.State.Set(ctx, model.object(&resp.Diagnostics))...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, model.identity())...)

	// Once in a run: a CLI does not put together what has no place in the configuration.
	if !r.importWarned.Swap(true) {
		warnSecretUnknown(found.Name, &resp.Diagnostics)
	}
}

// find returns the user and the token that an import names. Only an active token can be
// imported: any other would be reissued by the next apply.
func (r *tokenResource) find(
	ctx context.Context, user, token string, diags *diag.Diagnostics,
) (pat.User, pat.Token) {
	traits := r.system.Traits()

	ref := pat.UserRef{Username: user}
	if traits.UserID.MatchString(user) {
		ref = pat.UserRef{ID: user}
	}

	owner, err := r.system.User(ctx, ref)
	if err != nil {
		addError(diags, "find the user of the token to import", err)

		return pat.User{}, pat.Token{}
	}

	found, err := findToken(ctx, r.system, owner.ID, token)
	if err != nil {
		addError(diags, "find the token to import", err)

		return pat.User{}, pat.Token{}
	}

	if found.Status != pat.StatusActive {
		diags.AddError("Could not import the personal access token", fmt.Sprintf(
			"The token %q (id %s) of %s is %s. Only an active token can be imported: create a new one instead.",
			found.Name, found.ID, owner.Username, found.Status))
	}

	return owner, found
}

// findToken returns the token of a user by its id, where there are such ids, or name.
func findToken(ctx context.Context, system pat.System, userID, token string) (pat.Token, error) {
	name, forced := strings.CutPrefix(token, nameMark)
	if system.Traits().TokenIDs && !forced && isNumber(token) {
		return system.Token(ctx, pat.Key{UserID: userID, TokenID: token})
	}

	return tokenByName(ctx, system, userID, name)
}

// tokenByName returns the only token of that name.
func tokenByName(ctx context.Context, system pat.System, userID, name string) (pat.Token, error) {
	tokens, err := system.Tokens(ctx, userID, pat.TokenQuery{Name: pat.Some(name)})

	switch {
	case err != nil:
		return pat.Token{}, err
	case len(tokens) == 0:
		return pat.Token{}, fmt.Errorf("the user with id %s has no token named %s; names are matched exactly", userID, pat.Quote(name))
	case len(tokens) > 1:
		return pat.Token{}, fmt.Errorf("the user with id %s has %d tokens named %q; use an id, such as %s",
			userID, len(tokens), name, tokens[0].ID)
	default:
		return tokens[0], nil
	}
}

// importIdentity reads the parts of an identity.
func (r *tokenResource) importIdentity(
	ctx context.Context, req resource.ImportStateRequest, diags *diag.Diagnostics,
) (user, token string) {
	var identity identityModel

	diags.Append(req.Identity.Get(ctx, &identity)...)

	if server := identity.Server.ValueString(); !identity.Server.IsNull() && server != r.system.Server() {
		diags.AddAttributeError(path.Root("server"), "The identity is of another server", fmt.Sprintf(
			"It names %s, and the provider is configured for %s. Import with the provider (alias) of that server.",
			pat.Quote(server), r.system.Server()))
	}

	user, token = identity.UserID.ValueString(), identity.Token.ValueString()
	if user == "" || token == "" {
		diags.AddError("Invalid import id", "The identity names no token: its user_id or its token is empty.")
	}

	if !r.system.Traits().TokenIDs {
		token = nameMark + token
	}

	return user, token
}

// imported returns the state of a token that somebody else issued.
func (r *tokenResource) imported(owner pat.User, token pat.Token) tokenModel {
	model := adoptedModel(owner, token)
	model.Username = stringOrNull(owner.Username)
	model.place(r.system)

	return model
}

// adoptedModel returns the state of a token that was issued elsewhere, but for where it is
// and by which argument its user is named.
func adoptedModel(owner pat.User, token pat.Token) tokenModel {
	model := tokenModel{
		Name:       types.StringValue(token.Name),
		ExpiresAt:  newInstant(token.ExpiresAt),
		ID:         types.StringValue(token.UserID + "/" + token.ID),
		Generation: types.Int64Value(0),
		Rotation:   types.ObjectNull(rotationTypes),
		EncryptTo:  types.SetNull(types.StringType),

		RotationDue: types.BoolValue(false),
	}

	model.setOwner(owner)

	current := currentModel{IssueReason: types.StringValue(string(lifecycle.ReasonImported))}
	current.shown(token)
	model.setCurrent(current)
	model.setPredecessors(nil)

	return model
}

// splitImportID splits <user>/<token> at the first slash: names may have more.
func splitImportID(id string, diags *diag.Diagnostics) (user, token string) {
	user, token, ok := strings.Cut(id, "/")
	if !ok || user == "" || strings.TrimPrefix(token, nameMark) == "" {
		diags.AddError("Invalid import id", fmt.Sprintf(
			"%s does not name a token. Write <username or user id>/<token id or name>, such as svc-deploy/42; "+
				"for a token whose name is made of digits, svc-deploy/name=42.", pat.Quote(id)))
	}

	return user, token
}

func isNumber(text string) bool { return strings.Trim(text, "0123456789") == "" }

func warnSecretUnknown(name string, diags *diag.Diagnostics) {
	diags.AddWarning("The token's secret is not known", fmt.Sprintf(
		"Servers show a secret once, so `token` is null for the imported token %q, and for any other that this run imports. "+
			"For a new token with a known secret, change a value of `rotation.triggers` after the next apply; "+
			"the imported one lives on for the overlap.", name))
}
