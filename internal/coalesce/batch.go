package coalesce

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sharedcall"
)

// gatherFor is how long a batch for some tokens waits for more reads, unless it is the first: a
// fraction of the time of a request, and long enough for Terraform to start reading the next ten
// resources.
const gatherFor = 5 * time.Millisecond

// want is what one caller wants to read about a user: all tokens, the token with an id, or the tokens
// that were issued after another.
type want struct {
	all   bool
	id    string
	later pat.TokenQuery
}

// result is what a batch found, by id and as a list.
type result struct {
	rows map[string]pat.Token
	list []pat.Token
}

// batch is one request on behalf of several callers. Until it starts, wants counts what they want.
type batch struct {
	*sharedcall.Call[result]

	wants map[want]int

	// These fields are set when the batch starts: whether it is for all tokens, when it started, and
	// how many writes had finished.
	all    bool
	asOf   time.Time
	writes int
}

// serves reports whether a running batch will return what is wanted, and started after the last write
// that has finished.
func (b *batch) serves(wanted want, writes int) bool {
	return b != nil && b.Callers > 0 && b.writes == writes && (b.all || b.wants[wanted] > 0)
}

// join returns the batch that will return what is wanted, and makes sure that it starts.
func (a *account) join(ctx context.Context, wanted want) *batch {
	if b := a.running; b.serves(wanted, a.writes) {
		b.Callers++

		return b
	}

	if a.gathering == nil {
		a.gathering = &batch{Call: sharedcall.New[result](ctx), wants: map[want]int{}}
	}

	b := a.gathering
	b.Callers++
	b.wants[wanted]++

	a.proceed()

	return b
}

// leave removes what a cancelled caller wanted, and cancels a batch without callers.
func (a *account) leave(b *batch, wanted want) {
	a.mu.Lock()
	defer a.mu.Unlock()

	b.Callers--
	if b.Callers == 0 {
		b.Cancel()
	}

	if a.gathering != b {
		return
	}

	b.wants[wanted]--
	if b.wants[wanted] == 0 {
		delete(b.wants, wanted)
	}

	if b.Callers == 0 {
		a.gathering = nil
	}
}

// proceed starts the gathered batch, if there is one and no other is running.
func (a *account) proceed() {
	switch {
	case a.gathering == nil, a.running != nil, a.pausing:
	case a.partialRequests == 0:
		a.start()
	default:
		a.pausing = true
		time.AfterFunc(gatherFor, func() {
			a.mu.Lock()
			defer a.mu.Unlock()

			a.pausing = false

			if a.gathering != nil {
				a.start()
			}
		})
	}
}

// start sends the request of the gathered batch.
func (a *account) start() {
	b := a.gathering
	a.running, a.gathering = b, nil

	b.all = b.wants[want{all: true}] > 0 || a.fetchAllIsCheaper()
	b.asOf, b.writes = time.Now(), a.writes

	go func() {
		found, total, err := a.fetch(b)

		a.mu.Lock()
		defer a.mu.Unlock()

		switch {
		case err == nil:
			a.total = total
			a.remember(b, found)
		case b.all:
			// Whatever prevented the server from returning all, parts may still be read.
			a.partialRequests = 0
		}

		b.Finish(found, err)

		a.running = nil
		a.proceed()
	}()
}

// selection returns what a batch that is not for all tokens requests.
func (b *batch) selection() (selection pat.Selection) {
	for wanted := range b.wants {
		if wanted.id != "" {
			selection.IDs = append(selection.IDs, wanted.id)
		} else {
			selection.Later = append(selection.Later, wanted.later)
		}
	}

	slices.Sort(selection.IDs)
	slices.SortFunc(selection.Later, func(a, b pat.TokenQuery) int {
		return cmp.Or(cmp.Compare(a.NamePrefix.V+a.NameContains, b.NamePrefix.V+b.NameContains), cmp.Compare(a.AfterID, b.AfterID))
	})

	return selection
}

// fetch sends the request of a batch. It does not hold the mutex.
func (a *account) fetch(b *batch) (found result, total int, err error) {
	var tokens []pat.Token

	if b.all {
		tokens, err = a.inner.Tokens(b.Context, a.userID, pat.TokenQuery{})
		found.list, total = tokens, len(tokens)
	} else {
		tokens, total, err = a.selector.SelectTokens(b.Context, a.userID, b.selection())
		found.list = tokens
	}

	found.rows = make(map[string]pat.Token, len(tokens))

	for _, token := range tokens {
		if token.UserID == a.userID {
			found.rows[token.ID] = token
		}
	}

	return found, total, err
}
