package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// The private state that recovery goes by.
const (
	// prefixesKey holds each name_prefix that the resource has or had. Only names with one of them
	// are of its series.
	prefixesKey = "name_prefixes"
	// unansweredKey holds whether a request for a token was not answered since the last
	// refresh. What it asked for may be older than the live token.
	unansweredKey = "unanswered"
	// adoptedKey holds whether the last refresh adopted an orphan. Then an update is planned, for a
	// run that changes nothing might not save what the refresh found.
	adoptedKey = "adopted"
)

// prefixes returns each name_prefix that the resource had when it issued a token.
func prefixes(ctx context.Context, private privateState, diags *diag.Diagnostics) (all []string) {
	recall(ctx, private, prefixesKey, &all, diags)

	return all
}

// notePrefix adds a name_prefix to those that the resource had.
func notePrefix(ctx context.Context, private privateState, prefix types.String, diags *diag.Diagnostics) {
	all := prefixes(ctx, private, diags)
	if text := prefix.ValueString(); text != "" && !slices.Contains(all, text) {
		note(ctx, private, prefixesKey, append(all, text), diags)
	}
}

// search is what is asked to find the generations that state does not know of.
type search struct {
	userID string
	query  pat.TokenQuery
}

// beyond returns the search for tokens of the model's series that were issued after the
// live one, or at any time if a request was not answered, and false if no name would prove
// that a token is this resource's.
func (m *tokenModel) beyond(names lifecycle.Names, live pat.Token, unanswered bool) (search, bool) {
	if len(names.Prefixes) == 0 || names.Series == "" || m.Generation.ValueInt64() < 1 {
		return search{}, false
	}

	after := live.ID
	if unanswered {
		after = "0"
	}

	return search{userID: live.UserID, query: pat.TokenQuery{
		NameContains: lifecycle.Stem("", names.Series), AfterID: after,
	}}, true
}

// names returns what tells the resource's tokens by their names.
func (m *tokenModel) names(had []string) lifecycle.Names {
	names := lifecycle.Names{Series: m.Series.ValueString(), Prefixes: had}
	if prefix := m.NamePrefix.ValueString(); prefix != "" && !slices.Contains(had, prefix) {
		names.Prefixes = append([]string{prefix}, had...)
	}

	return names
}

// lookAround looks at the live token, as look does, and for tokens beyond it: at the same time,
// so that one request can answer both.
func (r *tokenResource) lookAround(
	ctx context.Context, model tokenModel, names lifecycle.Names, live pat.Token, unanswered bool,
) (
	shown pat.Token, gone *pat.GoneError, found []pat.Token, err error,
) {
	var (
		searchErr error
		both      sync.WaitGroup
	)

	if search, ok := model.beyond(names, live, unanswered); ok {
		both.Go(func() { found, searchErr = r.found(ctx, search) })
	}

	shown, gone, err = look(ctx, r.system, live)

	both.Wait()

	// Of a user who is gone there is nothing to find.
	if err == nil && (gone == nil || !gone.UserGone) {
		err = searchErr
	}

	return shown, gone, found, err
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

// recoverOrphans returns the predecessors and the orphans among the tokens that were found: an
// interrupted run left them, a request was carried out late, or the state is an old one. They
// are revoked like predecessors, for state knows no secret but its own.
func (r *tokenResource) recoverOrphans(
	model *tokenModel, names lifecycle.Names, found []pat.Token, policy lifecycle.Policy, diags *diag.Diagnostics,
) []lifecycle.Predecessor {
	predecessors := model.predecessors()
	own := map[pat.Key]bool{model.live().Token.Key(): true}

	for _, predecessor := range predecessors {
		own[predecessor.Token.Key()] = true
	}

	orphans := names.Orphans(found, func(key pat.Key) bool { return own[key] || r.managed.Has(key) })
	for _, orphan := range orphans {
		predecessors = append(predecessors, r.adoptOrphan(orphan, policy, model.Generation.ValueInt64(), diags))
	}

	for _, token := range found {
		if _, ok := names.Generation(token.Name); !ok && names.Resembles(token.Name) && token.Status == pat.StatusActive &&
			token.CreatedAt.After(model.live().Token.CreatedAt) {
			warnResembling(diags, token)
		}
	}

	sortPredecessors(predecessors)

	return predecessors
}

// adoptOrphan makes a predecessor of an orphan, and says so. recorded is the generation in state.
func (r *tokenResource) adoptOrphan(
	orphan lifecycle.Orphan, policy lifecycle.Policy, recorded int64, diags *diag.Diagnostics,
) lifecycle.Predecessor {
	adopted := policy.Adopt(orphan, r.now())

	warnOrphan(diags, adopted, recorded)

	return adopted
}

// warnOrphan says that a token is in no state, where it may come from, and what becomes of it.
func warnOrphan(diags *diag.Diagnostics, orphan lifecycle.Predecessor, recorded int64) {
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

	diags.AddAttributeWarning(path.Root("previous"), "An active token is not in state", text+fmt.Sprintf(
		"\n\nIt is now in `previous`. An apply after %s revokes it, unless it was used within the time of "+
			"`rotation.hold_if_used_within` (a day if that is not set).", orphan.RetireAt.UTC().Format(time.RFC3339)))
}

// warnDestroy names the tokens that a destroy revokes although another state may have issued them.
func warnDestroy(state tokenModel, diags *diag.Diagnostics) {
	for _, predecessor := range state.predecessors() {
		if predecessor.Orphan() && !predecessor.Due {
			diags.AddAttributeWarning(path.Root("previous"), "A token that may be another state's will be revoked", fmt.Sprintf(
				"Destroying this resource also revokes the token %q (id %s), whose secret was never in this state. If another "+
					"state issued it, first remove this resource from the state with a `removed` block, and revoke its other "+
					"tokens by hand.", predecessor.Token.Name, predecessor.Token.ID))
		}
	}
}

// warnResembling says that a token may be this resource's, from a run whose name_prefix never
// reached the state.
func warnResembling(diags *diag.Diagnostics, token pat.Token) {
	diags.AddWarning("A token is named like those of this resource, with another prefix", fmt.Sprintf(
		"The user has the active token %q (id %s), issued after the token in state. If an interrupted run issued it under a "+
			"`name_prefix` that you have since changed back, nobody has its secret: revoke it by hand. Otherwise ignore this "+
			"warning: the provider leaves the token alone.", token.Name, token.ID))
}
