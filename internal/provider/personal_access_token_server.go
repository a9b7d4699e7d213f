package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// userGoneKey is the private state in which Read tells the plan that the token's user
// is proven not to exist.
const userGoneKey = "user_gone"

// look returns the very token that is recorded, or the proof that it is gone. Another
// token of the same key is such a proof.
func look(ctx context.Context, system pat.System, recorded pat.Token) (pat.Token, *pat.GoneError, error) {
	shown, err := system.Token(ctx, recorded.Key())

	var gone *pat.GoneError

	switch ids := system.Traits().TokenIDs; {
	case errors.As(err, &gone):
		return pat.Token{}, gone, nil
	case err != nil:
		return pat.Token{}, nil, err
	case shown.SameAs(recorded) && (ids || !recorded.CreatedAt.IsZero()):
		return shown, nil, nil
	case ids:
		return pat.Token{}, &pat.GoneError{}, nil
	default:
		// The server shows the newest of the name, which need not be the recorded one.
		return lookAmong(ctx, system, recorded)
	}
}

// lookAmong is look where several tokens may have the name that addresses the recorded one.
// Where nobody can tell which of them it is, nothing of theirs is recorded but the status.
func lookAmong(ctx context.Context, system pat.System, recorded pat.Token) (pat.Token, *pat.GoneError, error) {
	namesakes, err := system.Tokens(ctx, recorded.UserID, pat.TokenQuery{Name: pat.Some(recorded.Name)})

	if gone, ok := errors.AsType[*pat.GoneError](err); ok {
		return pat.Token{}, gone, nil
	}

	if err != nil {
		return pat.Token{}, nil, err
	}

	namesakes = slices.DeleteFunc(slices.Clone(namesakes), func(token pat.Token) bool { return !token.SameAs(recorded) })

	switch len(namesakes) {
	case 0:
		return pat.Token{}, &pat.GoneError{}, nil
	case 1:
		return namesakes[0], nil, nil
	default:
		recorded.Status = namesakes[len(namesakes)-1].Status

		return recorded, nil, nil
	}
}

// sameElsewhere says whether a token that another server shows is the recorded one. A name
// proves nothing there without the time of creation.
func sameElsewhere(shown, recorded pat.Token, traits pat.Traits) bool {
	return traits.TokenIDs || !recorded.CreatedAt.IsZero() && shown.CreatedAt.Equal(recorded.CreatedAt)
}

// onThisServer refuses to touch a token of another server, unless the configured one
// has the very same token under its new URL.
func (r *tokenResource) onThisServer(
	ctx context.Context, model tokenModel, token pat.Token, diags *diag.Diagnostics,
) bool {
	if model.Server.ValueString() == r.system.Server() {
		return true
	}

	if r.otherPlatform(model, diags) {
		return false
	}

	shown, gone, err := look(ctx, r.system, token)
	if err != nil {
		addError(diags, "look for the personal access token on another server", err)

		return false
	}

	return r.samePlace(model, gone == nil && sameElsewhere(shown, token, r.system.Traits()), diags)
}

// samePlace says whether the resource may go on with the configured server, and reports
// if not.
func (r *tokenResource) samePlace(model tokenModel, found bool, diags *diag.Diagnostics) bool {
	recorded, configured := model.Server.ValueString(), r.system.Server()
	if recorded == configured || found {
		return true
	}

	if !model.placed() {
		diags.AddAttributeError(path.Root("server"), "The token is not on this server", fmt.Sprintf(
			"It was moved here without its server's URL. The provider is configured for %s, which does not have the token %s. "+
				"Nothing was changed or forgotten. Give the resource the provider (alias) of the server that the other provider had "+
				"it on; or, to give the token up, remove the resource from state with a `removed` block.",
			configured, model.ID.ValueString()))

		return false
	}

	diags.AddAttributeError(path.Root("server"), "The token is on another server", fmt.Sprintf(
		"It was issued by %s, the provider is configured for %s, and the token %s is not there. "+
			"Nothing was changed or forgotten. Give the resource the provider (alias) of its server; or, to give the "+
			"token up, remove the resource from state with a `removed` block.",
		recorded, configured, model.ID.ValueString()))

	return false
}

// arrived records that the token's server has another URL now, and says whether it has. A
// server that was not recorded yet is no other one.
func (r *tokenResource) arrived(ctx context.Context, model *tokenModel, shown pat.Token, diags *diag.Diagnostics) bool {
	recorded, configured := model.Server.ValueString(), r.system.Server()

	switch {
	case !model.placed():
		r.settleDown(ctx, model, shown, diags)

		return false
	case recorded == configured:
		return false
	}

	diags.AddAttributeWarning(path.Root("server"), "The token's server has moved", fmt.Sprintf(
		"The token was issued by %s. The provider is configured for %s, which has the same token: "+
			"its id, name and time of creation agree. From now on it is looked for there.", recorded, configured))

	model.Server = types.StringValue(configured)

	return true
}

// privateState is private state as the framework hands it to any operation.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// note records a value in private state.
func note(ctx context.Context, private privateState, key string, value any, diags *diag.Diagnostics) {
	text, err := json.Marshal(value)
	if err != nil {
		diags.AddError("Could not record what was read", sentence(err))

		return
	}

	diags.Append(private.SetKey(ctx, key, text)...)
}

// recall reads a value from private state, and leaves it as it is where none was recorded.
func recall(ctx context.Context, private privateState, key string, value any, diags *diag.Diagnostics) {
	text, d := private.GetKey(ctx, key)
	diags.Append(d...)

	_ = json.Unmarshal(text, value) // Absent in a resource that was made or imported otherwise.
}

// userGone says whether the last refresh proved that the token's user does not exist.
func userGone(ctx context.Context, private privateState, diags *diag.Diagnostics) (gone bool) {
	recall(ctx, private, userGoneKey, &gone, diags)

	return gone
}
