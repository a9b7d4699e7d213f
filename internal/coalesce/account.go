package coalesce

import (
	"context"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// rowsPerRequest is how many rows of a list cost what a request costs. It is an estimate: a
// request on a session takes Foreman 20 to 40 ms, and a row in the order of 0.1 ms.
const rowsPerRequest = 250

// account is what is known, and being asked, of one user's tokens. At most one batch is
// under way, so that the next one gathers whoever comes meanwhile.
type account struct {
	inner    pat.System
	selector pat.TokenSelector // nil where tokens are shown all at once only
	userID   string

	// looks are lists narrowed by name, and shows reads of single tokens: both shared
	// among those who ask at the same time, and not remembered.
	looks *memo[pat.TokenQuery, []pat.Token]
	shows *memo[string, pat.Token]

	mu sync.Mutex
	// writes counts the writes that are over, and unsettled says that the effect of one
	// is unknown.
	writes    int
	unsettled bool
	// rows are single tokens that were seen, and whole is all of them at one time, nil
	// if unknown.
	rows  map[string]kept[pat.Token]
	whole *kept[answer]
	// total is how many tokens the user had when the server last said, and rented how many
	// requests for some of them were sent since the list was last fetched or forgotten.
	total, rented int

	// running is the batch under way, and gathering the next one; pausing says that it
	// waits for more to come.
	running, gathering *batch
	pausing            bool
}

// newAccount returns an account of which nothing is known.
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

// ask returns an answer that holds what is wanted, unless that is not there: from memory,
// of a request under way, or of the next one.
func (a *account) ask(ctx context.Context, wanted want) (answer, error) {
	if err := ctx.Err(); err != nil {
		return answer{}, err
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

// forget drops what was known before a write that is over now. Where its effect is
// unknown, nothing is remembered any more.
func (a *account) forget(unsettled bool) {
	a.looks.forget()
	a.shows.forget()

	a.mu.Lock()
	defer a.mu.Unlock()

	a.writes++
	a.unsettled = a.unsettled || unsettled
	a.rented = 0
	a.whole = nil
	clear(a.rows)
}

// recall returns what memory has. The mutex is held, as in all that follows.
func (a *account) recall(wanted want) (answer, bool) {
	if a.whole != nil && time.Since(a.whole.asOf) < freshFor {
		return a.whole.value, true
	}

	row, ok := a.rows[wanted.id]
	if wanted.id == "" || !ok || time.Since(row.asOf) >= freshFor {
		return answer{}, false
	}

	return answer{rows: map[string]pat.Token{wanted.id: row.value}}, true
}

// remember keeps an answer, unless a write came between or might still.
func (a *account) remember(b *batch, found answer) {
	if b.writes != a.writes || a.unsettled {
		return
	}

	if b.all {
		a.whole = &kept[answer]{value: found, asOf: b.asOf}
		a.rented = 0

		clear(a.rows)

		return
	}

	a.rented++

	for id, token := range found.rows {
		a.rows[id] = kept[pat.Token]{value: token, asOf: b.asOf}
	}
}

// buy says whether the next request should be for the whole list. What nobody can see is
// never worth it, nor, since nothing counts as rented then, what may not be remembered.
func (a *account) buy() bool {
	return a.selector == nil || a.total > 0 && a.total <= rowsPerRequest*a.rented
}
