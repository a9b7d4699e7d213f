package tokens

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// observation is what a refresh finds on the server about a resource's tokens.
type observation struct {
	// shown is the live token, unless gone proves that there is none.
	shown pat.Token
	gone  *pat.GoneError
	// unrecorded are tokens of the series that may not be in state.
	unrecorded []pat.Token
}

// lookForOrphans reads the live token, as findRecorded does, and the tokens of the series that were
// issued after it, or at any time if a request got no response. It does both concurrently, so that
// one request can serve both.
func (e *Engine) lookForOrphans(ctx context.Context, record Record, memory Memory) (observation, error) {
	var (
		seen      observation
		searchErr error
		both      sync.WaitGroup
	)

	live, names := record.LiveToken(), record.names(memory.Prefixes)

	// Without these, no name would prove that a token belongs to this resource.
	if len(names.Prefixes) > 0 && names.Series != "" && record.Generation.V >= 1 {
		query := pat.TokenQuery{NameContains: lifecycle.Stem("", names.Series), AfterID: live.ID}
		if memory.Unanswered {
			query.AfterID = "0"
		}

		both.Go(func() { seen.unrecorded, searchErr = e.tokens(ctx, live.UserID, query) })
	}

	shown, gone, err := findRecorded(ctx, e.System, live)

	both.Wait()

	seen.shown, seen.gone = shown, gone

	// A user who does not exist has no tokens to find.
	if err == nil && (gone == nil || !gone.UserGone) {
		err = searchErr
	}

	return seen, err
}

// tokens returns the tokens of a user that the query selects. An account that may read a token by its
// id may lack the permission to list the user's tokens; then it returns none.
func (e *Engine) tokens(ctx context.Context, userID string, query pat.TokenQuery) ([]pat.Token, error) {
	tokens, err := e.System.Tokens(ctx, userID, query)

	if _, denied := errors.AsType[*pat.PermissionError](err); denied {
		return nil, nil
	}

	return tokens, err
}

// findOrphans returns the orphans among the tokens that a refresh found: tokens of an interrupted
// run, of a request that was processed late, or of a later run if the state is an old one. It warns
// of tokens whose names only resemble the series.
func (e *Engine) findOrphans(record Record, memory Memory, unrecorded []pat.Token, notices *Notices) []lifecycle.Orphan {
	names, live := record.names(memory.Prefixes), record.LiveToken()
	own := append(tokensOf(record.Previous.V), live)

	for _, token := range unrecorded {
		_, ours := names.Generation(token.Name)
		if !ours && names.Resembles(token.Name) && token.Status == pat.StatusActive && token.CreatedAt.After(live.CreatedAt) {
			notices.add(ResemblingToken{Token: token})
		}
	}

	return names.Orphans(unrecorded, func(token pat.Token) bool {
		return slices.ContainsFunc(own, token.SameAs) || e.registry.Has(token)
	})
}

// adopt adds the orphans to the predecessors, newest first, with a notice for each. recorded is the
// generation in state.
func (e *Engine) adopt(
	predecessors []lifecycle.Predecessor, orphans []lifecycle.Orphan, policy lifecycle.Policy, recorded int64, notices *Notices,
) []lifecycle.Predecessor {
	for _, orphan := range orphans {
		adopted := policy.Adopt(orphan, e.Clock.Now())
		predecessors = append(predecessors, adopted)

		notices.add(OrphanAdopted{Orphan: adopted, Recorded: recorded})
	}

	slices.SortStableFunc(predecessors, func(a, b lifecycle.Predecessor) int { return cmp.Compare(b.Generation, a.Generation) })

	return predecessors
}

func tokensOf(predecessors []lifecycle.Predecessor) []pat.Token {
	tokens := make([]pat.Token, 0, len(predecessors)+1)
	for _, predecessor := range predecessors {
		tokens = append(tokens, predecessor.Token)
	}

	return tokens
}
