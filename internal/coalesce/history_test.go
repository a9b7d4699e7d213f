package coalesce

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// history is a platform whose users each have the tokens 0 to 3. A token's name is how many writes to
// its user had taken effect when it was read.
type history struct {
	pat.System

	// latencies are how long requests take, in turn, and failures which of them fail.
	latencies []time.Duration
	failures  []bool

	mu       sync.Mutex
	requests int
	versions map[string]int
	quiet    bool
	batches  map[string]int // The running batches.
	most     int            // The maximum of running batches for one user.
}

var errInjected = &pat.TransientError{Failure: pat.Failure{Said: "HTTP 503"}}

// serve calls do in the middle of a request.
func (h *history) serve(ctx context.Context, do func()) error {
	h.mu.Lock()
	latency := h.latencies[h.requests%len(h.latencies)]
	fails := h.failures[h.requests%len(h.failures)] && !h.quiet
	h.requests++
	h.mu.Unlock()

	for _, step := range []func(){do, func() {}} {
		rest(ctx, latency)

		if err := ctx.Err(); err != nil {
			return err
		}

		h.mu.Lock()
		step()
		h.mu.Unlock()
	}

	if fails {
		return errInjected
	}

	return nil
}

// batch is a request for the tokens of several callers.
func (h *history) batch(ctx context.Context, userID string, do func()) error {
	h.mu.Lock()
	h.batches[userID]++
	h.most = max(h.most, h.batches[userID])
	h.mu.Unlock()

	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()

		h.batches[userID]--
	}()

	return h.serve(ctx, do)
}

func (h *history) row(userID, id string) pat.Token {
	return pat.Token{UserID: userID, ID: id, Name: strconv.Itoa(h.versions[userID])}
}

func (h *history) Token(ctx context.Context, key pat.Key) (token pat.Token, err error) {
	err = h.serve(ctx, func() { token = h.row(key.UserID, key.TokenID) })

	return token, err
}

func (h *history) Tokens(ctx context.Context, userID string, query pat.TokenQuery) (tokens []pat.Token, err error) {
	all := func() {
		for id := range 4 {
			tokens = append(tokens, h.row(userID, strconv.Itoa(id)))
		}
	}

	if query == (pat.TokenQuery{}) {
		err = h.batch(ctx, userID, all)
	} else {
		err = h.serve(ctx, all)
	}

	return tokens, err
}

func (h *history) Users(ctx context.Context, _ pat.UserQuery) (users []pat.User, err error) {
	err = h.serve(ctx, func() {
		for _, id := range []string{"a", "b"} {
			users = append(users, pat.User{ID: id, Tokens: []pat.Token{h.row(id, "0")}})
		}
	})

	return users, err
}

// Revoke records when it took effect. A token named "late" is revoked long after the response was
// lost.
func (h *history) Revoke(ctx context.Context, token pat.Token) error {
	effect := func() { h.versions[token.UserID]++ }

	if token.Name == "late" {
		time.AfterFunc(100*time.Millisecond, func() {
			h.mu.Lock()
			defer h.mu.Unlock()

			effect()
		})

		effect = func() {}
	}

	err := h.serve(ctx, effect)
	if err == nil && token.Name == "late" {
		err = &pat.AmbiguousError{}
	}

	return err
}

func (h *history) version(userID string) int {
	h.mu.Lock()
	defer h.mu.Unlock()

	return h.versions[userID]
}

// choosing is a history that can return some tokens. Its total makes the complete list cost as much
// as five requests.
type choosing struct{ *history }

func (c choosing) SelectTokens(ctx context.Context, userID string, selection pat.Selection) (tokens []pat.Token, total int, err error) {
	err = c.batch(ctx, userID, func() {
		for _, id := range selection.IDs {
			if id != "absent" {
				tokens = append(tokens, c.row(userID, id))
			}
		}
	})

	return tokens, 5 * rowsPerRequest, err
}
