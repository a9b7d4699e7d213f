package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// recognized is a token that another provider managed, as far as its state tells.
type recognized struct {
	// token has no secret where state has none any more.
	token pat.Issued
	// username is the owner's login, if the path has that instead of an id.
	username string
}

// MoveState takes over the states of other resources. Terraform asks a provider that is
// not configured, so that nothing is known of the server: the next refresh has to ask it.
func (r *tokenResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{{StateMover: moveRESTObject}}
}

// moveRESTObject makes a token's state of that of a restapi_object. The schemas of that
// differ from version to version, and the raw state has all that is needed of any.
func moveRESTObject(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
	diags := &resp.Diagnostics

	if !isRESTObject(req) {
		diags.AddError("Only a restapi_object can be moved", fmt.Sprintf(
			"The source is a %s of the provider %s. State can be moved here from the restapi_object of the provider "+
				"Mastercard/restapi alone. %s", req.SourceTypeName, req.SourceProviderAddress, howToImport))

		return
	}

	object, err := readRESTObject(req.SourceRawState.JSON)
	if err != nil {
		refuseMove(err, diags)

		return
	}

	p, found, err := recognize(object)
	if err == nil {
		err = found.check()
	}

	if err != nil {
		refuseMove(err, diags)

		return
	}

	diags.Append(resp.TargetState.Set(ctx, movedModel(p, found))...)

	if found.token.Secret == "" {
		warnSecretUnknown(found.token.Name, diags)

		return
	}

	diags.AddWarning("Old states hold the token's secret", fmt.Sprintf(
		"The object had the secret of the token %q (id %s) in plain text. It is in `token` now, and nowhere else in this "+
			"state, but earlier versions and backups of the state still hold it, for whoever can read them. Rotate it: change a "+
			"value of `rotation.triggers` after the next apply.", found.token.Name, found.token.ID))
}

const howToImport = "Take the `moved` block out. The token can be imported: drop the other resource from the state with a " +
	"`removed` block with `destroy = false`, and write an `import` block with <username or user id>/<token id or name>."

func refuseMove(err error, diags *diag.Diagnostics) {
	diags.AddError("Could not move the restapi_object", sentence(err)+" Nothing was changed. "+howToImport)
}

// recognize asks each platform whether the object is one of its tokens.
func recognize(object restObject) (platform, recognized, error) {
	for _, p := range platforms {
		if p.recognize == nil {
			continue
		}

		found, ok, err := p.recognize(object)
		if !ok {
			continue
		}

		if err == nil {
			err = object.checkPaths()
		}

		return p, found, err
	}

	return platform{}, recognized{}, fmt.Errorf("its path is %q, and Foreman's personal access tokens are at "+
		"/api/v2/users/<user id>/personal_access_tokens; of no other API can an object be moved", excerpt(object.path))
}

// learn adds what an answer tells of the token and none before it did.
func (f *recognized) learn(told pat.Issued) {
	token := &f.token
	token.UserID = cmp.Or(token.UserID, told.UserID)
	token.Name = cmp.Or(token.Name, told.Name)
	token.Secret = cmp.Or(token.Secret, told.Secret)

	if token.CreatedAt.IsZero() {
		token.CreatedAt = told.CreatedAt
	}

	if token.ExpiresAt.IsZero() {
		token.ExpiresAt = told.ExpiresAt
	}
}

// check says what is missing without which the token could not be told from others.
func (f *recognized) check() error {
	switch {
	case f.token.UserID == "":
		return fmt.Errorf("its path names the user %q, whose id no answer in its state tells; refresh it with its own "+
			"provider first", excerpt(f.username))
	case f.token.Name == "":
		return errors.New("its state does not have the token's name; refresh it with its own provider first")
	default:
		return nil
	}
}

// movedModel returns the state of a token that another provider managed. With its secret
// it is like one that was issued here, and without like an imported one.
func movedModel(p platform, found recognized) tokenModel {
	token := found.token
	// What it was when it was last read: the refresh tells what it is.
	token.Status = pat.StatusActive

	model := adoptedModel(pat.User{ID: token.UserID}, token.Token)
	model.Platform = types.StringValue(p.name)

	if found.username != "" {
		model.Username = types.StringValue(found.username)
	} else {
		model.UserID = types.StringValue(token.UserID)
	}

	if token.Secret == "" {
		return model
	}

	model.Generation = types.Int64Value(1)
	model.Token = types.StringValue(token.Secret.Reveal())

	current := model.current()
	current.SHA256 = types.StringValue(fingerprint(token.Secret))
	model.setCurrent(current)

	return model
}

// placed says whether the state tells which server the token is on: after a move none
// does until the first refresh.
func (m *tokenModel) placed() bool { return m.Server.ValueString() != "" }

// otherPlatform refuses a token that was moved to a provider of another platform, before
// anything is asked of that.
func (r *tokenResource) otherPlatform(model tokenModel, diags *diag.Diagnostics) bool {
	if model.placed() || model.Platform.ValueString() == r.system.Traits().Platform {
		return false
	}

	diags.AddAttributeError(path.Root("platform"), "The token is of another platform", fmt.Sprintf(
		"It was moved here, and is one of `%s`. The provider is configured for %s. Nothing was changed or forgotten: give the "+
			"resource the provider (alias) of the token's server.",
		model.Platform.ValueString(), r.system.Traits().DisplayName))

	return true
}

// settleDown records of a token that was moved here what only its server knows, as an
// import does.
func (r *tokenResource) settleDown(ctx context.Context, model *tokenModel, shown pat.Token, diags *diag.Diagnostics) {
	model.place(r.system)

	if model.ExpiresAt.IsNull() && model.ExpiresIn.IsNull() {
		model.ExpiresAt = newInstant(shown.ExpiresAt)
	}

	user, err := r.recipient(ctx, pat.UserRef{ID: shown.UserID})
	if err != nil {
		addError(diags, "find the token's user", err)

		return
	}

	model.setOwner(user)
}

func isRESTObject(req resource.MoveStateRequest) bool {
	address := "/" + strings.ToLower(req.SourceProviderAddress)

	return req.SourceTypeName == "restapi_object" && strings.HasSuffix(address, "/mastercard/restapi")
}
