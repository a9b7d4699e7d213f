package provider

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// The private state that recovery goes by.
const (
	// drawnLineageKey holds the lineage that was drawn for the resource. Its names tell whose
	// they are whatever their prefix; those of a lineage that a user set do not.
	drawnLineageKey = "drawn_lineage"
	// unansweredKey holds whether a request for a token was not answered since the last
	// refresh. What it asked for may be older than the live token.
	unansweredKey = "unanswered"
)

// search is what is asked to find the generations that state does not know of.
type search struct {
	userID string
	query  pat.TokenQuery
}

// beyond returns the search for tokens of the model's lineage that were issued after the
// live one, or at any time if a request was not answered, and false if no name would prove
// that a token is this resource's.
func (m *tokenModel) beyond(live pat.Token, unanswered bool) (search, bool) {
	if m.NamePrefix.ValueString() == "" || m.Lineage.ValueString() == "" || m.Generation.ValueInt64() < 1 {
		return search{}, false
	}

	after := live.ID
	if unanswered {
		after = "0"
	}

	return search{userID: live.UserID, query: pat.TokenQuery{
		NameContains: lifecycle.Stem("", m.Lineage.ValueString()), AfterID: after,
	}}, true
}

// generationOf returns which generation of the model's lineage a token is, and false if it
// is none.
func (m *tokenModel) generationOf(token pat.Token, drawn bool) (int64, bool) {
	if drawn {
		return lifecycle.GenerationOfAny(token.Name, m.Lineage.ValueString())
	}

	return lifecycle.Generation(token.Name, m.NamePrefix.ValueString(), m.Lineage.ValueString())
}

// lookAround looks at the live token, as look does, and for tokens beyond it: at the same time,
// so that one request can answer both.
func (r *tokenResource) lookAround(ctx context.Context, model tokenModel, live pat.Token, unanswered bool) (
	shown pat.Token, gone *pat.GoneError, found []pat.Token, err error,
) {
	var (
		searchErr error
		both      sync.WaitGroup
	)

	if search, ok := model.beyond(live, unanswered); ok {
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

// recoverStrays adds to the predecessors what was found of live tokens of the lineage that
// state does not know: an interrupted run left them, a request was carried out late, or the
// state is an old one. They are revoked like predecessors, for state knows no secret but
// its own.
func (r *tokenResource) recoverStrays(
	model *tokenModel, found []pat.Token, drawn bool,
	policy lifecycle.Policy, diags *diag.Diagnostics,
) []lifecycle.Predecessor {
	predecessors := model.predecessors()
	known := map[pat.Key]bool{model.live().Token.Key(): true}

	for _, predecessor := range predecessors {
		known[predecessor.Token.Key()] = true
	}

	for _, token := range found {
		generation, ok := model.generationOf(token, drawn)
		if !ok || token.Status != pat.StatusActive || known[token.Key()] || r.managed.has(token.Key()) {
			continue
		}

		switch recorded := model.Generation.ValueInt64(); {
		case !token.Used:
			warnLost(diags, token, "the next apply revokes it")
		case generation > recorded:
			warnOldState(diags, token, generation, recorded)
		default:
			warnSibling(diags, token, model.Lineage.ValueString())
		}

		predecessors = append(predecessors, policy.Found(token, generation, r.now()))
	}

	sortPredecessors(predecessors)

	return predecessors
}

// drawn says whether the model's lineage is one that was drawn.
func drawn(ctx context.Context, model *tokenModel, private privateState, diags *diag.Diagnostics) bool {
	var lineage string

	recall(ctx, private, drawnLineageKey, &lineage, diags)

	return lineage != "" && lineage == model.Lineage.ValueString()
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

func warnSibling(diags *diag.Diagnostics, token pat.Token, lineage string) {
	diags.AddWarning("A live token of the same lineage", fmt.Sprintf(
		"The user also has the token %q (id %s), of the lineage %q and unknown to this resource: what an interrupted run "+
			"left, or another resource's of the same lineage. It is now in `previous`, and will be revoked like a "+
			"predecessor. If it is another resource's, give one of them another lineage and take it out of this state.",
		token.Name, token.ID, lineage))
}
