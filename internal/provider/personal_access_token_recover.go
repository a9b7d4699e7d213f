package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// search is what is asked to find the generations above the one in state.
type search struct {
	userID string
	query  pat.TokenQuery
}

// beyond returns the search for tokens of the model's lineage that were issued after the
// live one, and false if no name would prove that a token is this resource's.
func (m *tokenModel) beyond(live pat.Token) (search, bool) {
	if m.NamePrefix.ValueString() == "" || m.Lineage.ValueString() == "" || m.Generation.ValueInt64() < 1 {
		return search{}, false
	}

	return search{userID: live.UserID, query: pat.TokenQuery{
		NamePrefix: lifecycle.Stem(m.NamePrefix.ValueString(), m.Lineage.ValueString()), AfterID: live.ID,
	}}, true
}

// found returns what the search finds. An account that may read a token by its id need
// not be allowed to list those of its user.
func (r *tokenResource) found(ctx context.Context, s search) ([]pat.Token, error) {
	tokens, err := r.system.Tokens(ctx, s.userID, s.query)

	if _, denied := errors.AsType[*pat.PermissionError](err); denied {
		return nil, nil
	}

	return tokens, err
}

// recoverStrays adds to the predecessors what was found of live generations above the one
// in state: an interrupted run left them, or the state is an old one. They are revoked like
// predecessors, for state knows no secret but its own.
func (r *tokenResource) recoverStrays(
	model *tokenModel, found []pat.Token, predecessors []lifecycle.Predecessor,
	policy lifecycle.Policy, diags *diag.Diagnostics,
) []lifecycle.Predecessor {
	known := map[pat.Key]bool{}
	for _, predecessor := range predecessors {
		known[predecessor.Token.Key()] = true
	}

	for _, token := range found {
		generation, ok := lifecycle.Generation(token.Name, model.NamePrefix.ValueString(), model.Lineage.ValueString())
		if !ok || generation <= model.Generation.ValueInt64() || token.Status != pat.StatusActive || r.managed.has(token.Key()) {
			continue
		}

		if token.Used {
			warnOldState(diags, token, generation, model.Generation.ValueInt64())
		} else {
			warnLost(diags, token, "the next apply revokes it")
		}

		if !known[token.Key()] {
			predecessors = append(predecessors, policy.Found(token, generation, r.now()))
		}
	}

	sortPredecessors(predecessors)

	return predecessors
}

func warnOldState(diags *diag.Diagnostics, token pat.Token, generation, recorded int64) {
	diags.AddAttributeWarning(path.Root("generation"), "The state looks old", fmt.Sprintf(
		"It has generation %d, and the user has the token %q (id %s) of generation %d, last used %s: the state was "+
			"restored from a backup, or another state manages the same token. The newer token is now in `previous`: it is revoked "+
			"after the overlap, and not while it is in use. If there is a newer state, restore that one before you apply.",
		recorded, token.Name, token.ID, generation, lastUse(token)))
}

func warnLost(diags *diag.Diagnostics, token pat.Token, fate string) {
	diags.AddAttributeWarning(path.Root("previous"), "A token was lost", fmt.Sprintf(
		"The user has the token %q (id %s), which a run issued that was interrupted before its secret reached the state, and "+
			"which nobody ever used: %s.", token.Name, token.ID, fate))
}
