package coalesce

import (
	"context"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// rowsPerRequest is how many rows of a list take as long as one request. It is an estimate: with a
// session, a request takes Foreman 20 to 40 ms, and a row about 0.1 ms.
const rowsPerRequest = 250

// account is what is known about one user's tokens, and the requests for more. At most one batch is
// running, so that the next one collects all reads that arrive in the meantime.
type account struct {
	inner    pat.System
	selector pat.TokenSelector // nil if the server can only list all tokens
	userID   string

	// looks are lists narrowed by name, and shows reads of single tokens. Concurrent callers share
	// both, and neither is remembered.
	looks *memo[pat.TokenQuery, []pat.Token]
	shows *memo[string, pat.Token]

	mu sync.Mutex
	// writes counts the finished writes, and effectUnknown is true if the effect of one is not known.
	writes        int
	effectUnknown bool
	// rows are single tokens that were read, and whole is the complete list at one time, nil if not
	// known.
	rows  map[string]kept[pat.Token]
	whole *kept[result]
	// total is how many tokens the user had according to the server, and partialRequests how many
	// requests for some of them were sent since the complete list was last fetched or dropped.
	total, partialRequests int

	// running is the running batch, and gathering the next one; pausing is true while that waits for
	// more reads.
	running, gathering *batch
	pausing            bool
}

// newAccount returns an account about which nothing is known yet.
func newAccount(inner pat.System, selector pat.TokenSelector, userID string) *account {
	return &account{
		inner:    inner,
		selector: selector,
		userID:   userID,
		looks:    newMemo[pat.TokenQuery, []pat.Token](0),
		shows:    newMemo[string, pat.Token](0),
		rows:     map[string]kept[pat.Token]{},
	}
}

// ask returns a result that contains the wanted tokens, unless the server did not return them: from
// memory, from a running request or from the next one.
func (a *account) ask(ctx context.Context, wanted want) (result, error) {
	if err := ctx.Err(); err != nil {
		return result{}, err
	}

	a.mu.Lock()

	if known, ok := a.recall(wanted); ok {
		a.mu.Unlock()

		return known, nil
	}

	b := a.join(ctx, wanted)
	a.mu.Unlock()

	return b.Wait(ctx, func() { a.leave(b, wanted) })
}

// forget drops what was read before a write that has now finished. If the effect of the write is not
// known, nothing is remembered from then on.
func (a *account) forget(effectUnknown bool) {
	a.looks.forget()
	a.shows.forget()

	a.mu.Lock()
	defer a.mu.Unlock()

	a.writes++
	a.effectUnknown = a.effectUnknown || effectUnknown
	a.partialRequests = 0
	a.whole = nil
	clear(a.rows)
}

// recall returns what is remembered. The caller holds the mutex, as for all functions below.
func (a *account) recall(wanted want) (result, bool) {
	if a.whole != nil && time.Since(a.whole.asOf) < freshFor {
		return a.whole.value, true
	}

	row, ok := a.rows[wanted.id]
	if wanted.id == "" || !ok || time.Since(row.asOf) >= freshFor {
		return result{}, false
	}

	return result{rows: map[string]pat.Token{wanted.id: row.value}}, true
}

// remember keeps a result, unless a write finished in between or may still take effect.
func (a *account) remember(b *batch, found result) {
	if b.writes != a.writes || a.effectUnknown {
		return
	}

	if b.all {
		a.whole = &kept[result]{value: found, asOf: b.asOf}
		a.partialRequests = 0

		clear(a.rows)

		return
	}

	a.partialRequests++

	for id, token := range found.rows {
		a.rows[id] = kept[pat.Token]{value: token, asOf: b.asOf}
	}
}

// fetchAllIsCheaper reports whether the next request should be for the complete list. It is not if
// the account lacks the permission to list all tokens, nor if results may not be remembered:
// partialRequests is 0 in both cases.
func (a *account) fetchAllIsCheaper() bool {
	return a.selector == nil || a.total > 0 && a.total <= rowsPerRequest*a.partialRequests
}
