package coalesce

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// roundTrip is how long the fake takes to respond; it processes a request in the middle of that.
const roundTrip = 40 * time.Millisecond

// fake is an in-memory platform that counts requests. By itself it can only list all of a user's
// tokens.
type fake struct {
	pat.System // Nil, because no other method is called.

	// fail, if set, returns the error of a request, by its name.
	fail func(request string) error
	// lose, if set, reports whether the response to a write is lost after it was processed.
	lose func() bool

	mu       sync.Mutex
	requests []string
	rows     int // The number of rows in all responses.
	ended    int // The number of cancelled requests.
	tokens   map[string][]pat.Token
	users    []pat.User
}

// selecting is a platform that can return some of a user's tokens.
type selecting struct{ *fake }

func newFake() *fake { return &fake{tokens: map[string][]pat.Token{}} }

// add adds n tokens named prefix and a number, whose ids are their names, and returns their keys.
func (f *fake) add(userID, prefix string, n int) []pat.Key {
	f.mu.Lock()
	defer f.mu.Unlock()

	var keys []pat.Key

	for i := range n {
		name := fmt.Sprintf("%s%d", prefix, i)
		token := pat.Token{UserID: userID, ID: name, Name: name, Status: pat.StatusActive}
		f.tokens[userID] = append(f.tokens[userID], token)
		keys = append(keys, token.Key())
	}

	return keys
}

func (f *fake) Traits() pat.Traits { return pat.Traits{DisplayName: "Fakeman"} }

func (f *fake) Server() string { return "https://fake.example.com" }

func (f *fake) CurrentUser(ctx context.Context) (pat.User, error) {
	return pat.User{ID: "me"}, f.serve(ctx, "current user", func() {})
}

func (f *fake) User(ctx context.Context, ref pat.UserRef) (user pat.User, err error) {
	serveErr := f.serve(ctx, ref.String(), func() {
		err = &pat.GoneError{UserGone: true}

		for _, candidate := range f.users {
			if (ref.ID == "" || ref.ID == candidate.ID) && (ref.Username == "" || ref.Username == candidate.Username) {
				user, err = candidate, nil
			}
		}
	})
	if serveErr != nil {
		return pat.User{}, serveErr
	}

	return user, err
}

func (f *fake) Users(ctx context.Context, query pat.UserQuery) (users []pat.User, err error) {
	err = f.serve(ctx, "users", func() {
		users = slices.Clone(f.users)

		for i := range users {
			if query.WithTokens {
				users[i].Tokens = slices.Clone(f.tokens[users[i].ID])
			}
		}
	})

	return users, err
}

func (f *fake) Token(ctx context.Context, key pat.Key) (token pat.Token, err error) {
	serveErr := f.serve(ctx, "token "+key.TokenID, func() {
		err = &pat.GoneError{}

		for _, candidate := range f.tokens[key.UserID] {
			if candidate.Key() == key {
				token, err = candidate, nil
			}
		}
	})
	if serveErr != nil {
		return pat.Token{}, serveErr
	}

	return token, err
}

func (f *fake) Tokens(ctx context.Context, userID string, query pat.TokenQuery) (tokens []pat.Token, err error) {
	request := "tokens of " + userID
	if query != (pat.TokenQuery{}) {
		request += fmt.Sprintf(" named %s%s %v", query.Name.V, query.NamePrefix.V, query.Native)
	}

	err = f.serve(ctx, request, func() {
		tokens = f.matching(userID, func(token pat.Token) bool {
			return query.Selects(token)
		})
	})

	return tokens, err
}

func (f *fake) Create(ctx context.Context, userID string, token pat.NewToken) (issued pat.Issued, err error) {
	issued.Token = pat.Token{UserID: userID, ID: token.Name, Name: token.Name, Status: pat.StatusActive}
	err = f.serve(ctx, "create", func() { f.tokens[userID] = append(f.tokens[userID], issued.Token) })

	return issued, f.lost(err)
}

func (f *fake) Revoke(ctx context.Context, token pat.Token) error {
	return f.lost(f.serve(ctx, "revoke", func() {
		for i := range f.tokens[token.UserID] {
			if f.tokens[token.UserID][i].ID == token.ID {
				f.tokens[token.UserID][i].Status = pat.StatusRevoked
			}
		}
	}))
}

// SelectTokens returns the total even if it finds nothing.
func (f selecting) SelectTokens(ctx context.Context, userID string, selection pat.Selection) (tokens []pat.Token, total int, err error) {
	request := "select " + strings.Join(selection.IDs, ",")
	for _, query := range selection.Later {
		request += fmt.Sprintf(" %s* after %s", query.NamePrefix.V, query.AfterID)
	}

	err = f.serve(ctx, request, func() {
		total = len(f.tokens[userID])
		tokens = f.matching(userID, func(token pat.Token) bool {
			return slices.Contains(selection.IDs, token.ID) ||
				slices.ContainsFunc(selection.Later, func(query pat.TokenQuery) bool { return query.Selects(token) })
		})
	})

	return tokens, total, err
}

// serve responds to a request: do is called in the middle of its time.
func (f *fake) serve(ctx context.Context, request string, do func()) error {
	f.mu.Lock()
	f.requests = append(f.requests, request)
	f.mu.Unlock()

	for _, step := range []func(){do, func() {}} {
		select {
		case <-time.After(roundTrip / 2):
		case <-ctx.Done():
			f.mu.Lock()
			f.ended++
			f.mu.Unlock()

			return ctx.Err()
		}

		if f.fail != nil {
			if err := f.fail(request); err != nil {
				return err
			}
		}

		f.mu.Lock()
		step()
		f.mu.Unlock()
	}

	return nil
}

// lost loses the response to a write.
func (f *fake) lost(err error) error {
	if err == nil && f.lose != nil && f.lose() {
		return &pat.AmbiguousError{Failure: pat.Failure{Tried: "writing", Said: "no answer"}}
	}

	return err
}

// matching returns rows and counts them. The caller holds the mutex.
func (f *fake) matching(userID string, matches func(pat.Token) bool) []pat.Token {
	tokens := []pat.Token{}

	for _, token := range f.tokens[userID] {
		if matches(token) {
			tokens = append(tokens, token)
		}
	}

	f.rows += len(tokens)

	return tokens
}

// sent returns the requests so far.
func (f *fake) sent() []string {
	f.mu.Lock()
	defer f.mu.Unlock()

	return slices.Clone(f.requests)
}

// wantSent checks all requests so far.
func (f *fake) wantSent(t *testing.T, want ...string) {
	t.Helper()

	if got := f.sent(); !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
}

// token reads a token that exists.
func token(t *testing.T, s pat.System, key pat.Key) pat.Token {
	t.Helper()

	token, err := s.Token(t.Context(), key)
	if err != nil || token.Key() != key {
		t.Errorf("%v: %+v, %v", key, token, err)
	}

	return token
}
