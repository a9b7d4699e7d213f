package tokens

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// user owns all tokens, and secret begins the secret of each.
const user, secret = "5", "v4lue"

// start is the time at which each test starts.
var start = time.Date(2026, 11, 21, 16, 50, 10, 0, time.UTC)

// outcome is what happens to a request for a token.
type outcome int

const (
	done        outcome = iota // Processed, with a response. The default.
	refused                    // Not processed, as the response says.
	lostDone                   // Processed, but the response was lost.
	lostNothing                // Not processed, because the request was lost.
	lostLate                   // Processed after the next lookup.
)

var (
	errLook   = &pat.TransientError{Failure: pat.Failure{Tried: "looking", Said: "HTTP 503"}}
	errRevoke = &pat.TransientError{Failure: pat.Failure{Tried: "revoking", Said: "HTTP 502"}}
)

// call is one of the calls of a System.
type call int

const (
	callUser call = iota
	callToken
	callTokens
	callCreate
	callRevoke
)

// fake is an in-memory platform with a clock and users, whose failures are scripted.
type fake struct {
	pat.System

	traits pat.Traits
	server string
	now    time.Time
	// clock, if set, is updated from every response, unless responses are undated.
	clock   *pat.Clock
	undated bool
	// creates, looks and revokes are the outcomes of the calls, in their order; further calls
	// succeed.
	creates []outcome
	looks   []error
	revokes []error
	// fails, if set, is called before each call, with the id of the token or user, or with the name
	// of the token to create.
	fails func(what call, about string) error
	// onCreate, if set, is called with each request for a token, and afterLook after each lookup.
	onCreate, afterLook func()
	// onTaken, if set, is called with a name that is taken. Then that is not an error, as concurrent
	// requests can create two tokens of one name.
	onTaken func(name string)
	// untimed is true if no response to a request for a token contains the time of creation.
	untimed bool
	// inactive is true if the response to a request for a token says that the token has expired.
	inactive bool
	// shorten is subtracted from every requested expiry.
	shorten time.Duration

	mu         sync.Mutex
	users      []pat.User
	self       string      // The id of the provider's own user.
	tokens     []pat.Token // Including revoked ones if names are not reusable.
	issued     int
	late       []string
	created    []string // The names of all requests.
	revoked    []pat.Key
	duplicates []string
	calls      int
}

// newFake returns a platform like Foreman, or one like Universal Controller, on which names are
// reusable and tokens have no ids and expire on a date.
func newFake(reusable bool) *fake {
	platform, server := "fakeman", "https://fakeman.example.com"
	if reusable {
		platform, server = "freeman", "https://freeman.example.com"
	}

	return &fake{
		traits: pat.Traits{
			Platform: platform, DisplayName: "Fakeman", UserID: regexp.MustCompile(`^\d+$`),
			ReusableNames: reusable, TokenIDs: !reusable, ExpiryIsDate: reusable, ReservedNames: []string{"registry"}, MaxNameLength: 60,
		},
		server: server, now: start, self: "1",
		users: []pat.User{{ID: "1", Username: "admin", Admin: true}, {ID: user, Username: "svc"}, {ID: "6", Username: "other"}},
	}
}

func newIssuer(system pat.System) *Issuer {
	return NewIssuer(system, pat.NewClock(pat.Runner{Now: func() time.Time { return start }}), &Registry{})
}

func (f *fake) Traits() pat.Traits { return f.traits }

func (f *fake) Server() string { return f.server }

func (f *fake) CurrentUser(ctx context.Context) (pat.User, error) {
	return f.User(ctx, pat.UserRef{ID: f.self})
}

func (f *fake) User(ctx context.Context, ref pat.UserRef) (pat.User, error) {
	f.mu.Lock()
	defer f.mu.Unlock()

	if err := f.begin(ctx, callUser, ref.ID+ref.Username); err != nil {
		return pat.User{}, err
	}

	for _, u := range f.users {
		if ref.ID == u.ID && (ref.Username == "" || ref.Username == u.Username) || ref.ID == "" && ref.Username == u.Username {
			return u, nil
		}
	}

	return pat.User{}, &pat.GoneError{UserGone: true}
}

func (f *fake) Token(ctx context.Context, key pat.Key) (pat.Token, error) {
	f.mu.Lock()
	defer f.mu.Unlock()

	if err := f.begin(ctx, callToken, key.TokenID); err != nil {
		return pat.Token{}, err
	}

	if !f.hasUser(key.UserID) {
		return pat.Token{}, &pat.GoneError{UserGone: true}
	}

	for _, row := range slices.Backward(f.tokens) {
		if row.Key() == key {
			return f.shown(row), nil
		}
	}

	return pat.Token{}, &pat.GoneError{}
}

func (f *fake) Create(ctx context.Context, userID string, token pat.NewToken) (pat.Issued, error) {
	f.mu.Lock()
	defer f.mu.Unlock()

	if err := f.begin(ctx, callCreate, token.Name); err != nil {
		return pat.Issued{}, err
	}

	f.created = append(f.created, token.Name)

	if f.onCreate != nil {
		f.onCreate()
	}

	failure := pat.Failure{Tried: "creating", Said: "HTTP 504"}
	lost := &pat.AmbiguousError{Failure: failure}

	var expires time.Time
	if token.ExpiresAt.Set {
		expires = token.ExpiresAt.V.Add(-f.shorten)
		if !f.traits.ExpiryIsDate && !expires.After(f.now) {
			return pat.Issued{}, &pat.ValidationError{Failure: pat.Failure{Tried: "creating", Said: "HTTP 422: Expires at cannot be in the past"}}
		}
	}

	switch next(&f.creates) {
	case refused:
		return pat.Issued{}, &pat.ValidationError{Failure: pat.Failure{Tried: "creating", Said: "HTTP 422: no"}}
	case lostNothing:
		return pat.Issued{}, lost
	case lostLate:
		f.late = append(f.late, token.Name)

		return pat.Issued{}, lost
	case lostDone:
		_, _ = f.make(userID, token.Name, expires)

		return pat.Issued{}, lost
	case done:
	}

	made, err := f.make(userID, token.Name, expires)
	if f.untimed {
		made.CreatedAt = time.Time{}
	}

	if f.inactive {
		made.Status = pat.StatusExpired
	}

	return pat.Issued{Token: made, Secret: secretOf(made)}, err
}

// secretOf returns the secret of a token.
func secretOf(token pat.Token) pat.Secret { return pat.Secret(secret + "-" + token.Name) }

func (f *fake) Tokens(ctx context.Context, userID string, query pat.TokenQuery) ([]pat.Token, error) {
	if f.afterLook != nil {
		defer f.afterLook()
	}

	f.mu.Lock()
	defer f.mu.Unlock()

	if err := f.begin(ctx, callTokens, userID); err != nil {
		return nil, err
	}

	if err := next(&f.looks); err != nil {
		return nil, err
	}

	if !f.hasUser(userID) {
		return nil, &pat.GoneError{UserGone: true}
	}

	var found []pat.Token

	for _, token := range f.tokens {
		if token.UserID == userID && query.Selects(token) {
			found = append(found, f.shown(token))
		}
	}

	f.land()

	return found, nil
}

func (f *fake) Revoke(ctx context.Context, token pat.Token) error {
	f.mu.Lock()
	defer f.mu.Unlock()

	if err := f.begin(ctx, callRevoke, token.ID); err != nil {
		return err
	}

	if err := next(&f.revokes); err != nil {
		return err
	}

	f.revoked = append(f.revoked, token.Key())
	f.kill(token)

	return nil
}

// kill revokes a token outside of the resource.
func (f *fake) kill(token pat.Token) {
	for i, row := range f.tokens {
		if !row.SameAs(token) {
			continue
		}

		f.tokens[i].Status = pat.StatusRevoked
		if f.traits.ReusableNames {
			f.tokens = slices.Delete(f.tokens, i, i+1)
		}

		return
	}
}

// remove deletes the row of a token, which no request can do if names are not reusable.
func (f *fake) remove(token pat.Token) {
	f.tokens = slices.DeleteFunc(f.tokens, func(row pat.Token) bool { return row.SameAs(token) })
}

// use logs in with a token.
func (f *fake) use(token pat.Token) {
	for i, row := range f.tokens {
		if row.SameAs(token) {
			f.tokens[i].LastUsedAt, f.tokens[i].Used = f.now, true
		}
	}
}

// deleteUser deletes a user with all tokens.
func (f *fake) deleteUser(id string) {
	f.users = slices.DeleteFunc(f.users, func(u pat.User) bool { return u.ID == id })
	f.tokens = slices.DeleteFunc(f.tokens, func(row pat.Token) bool { return row.UserID == id })
}

func (f *fake) hasUser(id string) bool {
	return slices.ContainsFunc(f.users, func(u pat.User) bool { return u.ID == id })
}

// shown returns a row as the server returns it at its current time.
func (f *fake) shown(row pat.Token) pat.Token {
	if row.Status == pat.StatusActive && !row.ExpiresAt.IsZero() && !f.now.Before(lifecycle.Latest(row.ExpiresAt, f.traits)) {
		row.Status = pat.StatusExpired
	}

	return row
}

// begin counts a call, and fails if its context is cancelled.
func (f *fake) begin(ctx context.Context, what call, about string) error {
	f.calls++

	if ctx.Err() != nil {
		return &pat.TransientError{Failure: pat.Failure{Tried: "asking", Err: ctx.Err()}}
	}

	if f.fails != nil {
		if err := f.fails(what, about); err != nil {
			return err
		}
	}

	if f.clock != nil && !f.undated {
		f.clock.Responded(f.now.Truncate(time.Second))
	}

	return nil
}

// add creates a token of the user that never expires, unless the name is taken.
func (f *fake) add(name string) (pat.Token, error) { return f.make(user, name, time.Time{}) }

// make creates a token, unless the name is taken.
func (f *fake) make(userID, name string, expires time.Time) (pat.Token, error) {
	for _, token := range f.tokens {
		if token.UserID != userID || token.Name != name {
			continue
		}

		if f.onTaken != nil {
			f.onTaken(name)

			return token, nil
		}

		return pat.Token{}, &pat.ValidationError{Failure: pat.Failure{Tried: "creating", Said: "HTTP 422: name has already been taken"}}
	}

	f.issued++

	token := pat.Token{
		UserID: userID, ID: strconv.Itoa(f.issued), Name: name, Status: pat.StatusActive, CreatedAt: f.now, ExpiresAt: expires,
	}
	if !f.traits.TokenIDs {
		token.ID = name
	}

	f.tokens = append(f.tokens, token)

	return token, nil
}

// land processes the delayed requests.
func (f *fake) land() {
	for _, name := range f.late {
		if _, err := f.add(name); err != nil && !f.traits.ReusableNames {
			f.duplicates = append(f.duplicates, name)
		}
	}

	f.late = nil
}

// live returns the names of the tokens that work, after all delayed requests were processed.
func (f *fake) live() []string {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.land()

	var names []string

	for _, token := range f.tokens {
		if f.shown(token).Status == pat.StatusActive {
			names = append(names, token.Name)
		}
	}

	return names
}

// next removes and returns the first element, or returns the zero value if there is none.
func next[T any](list *[]T) T {
	var first T
	if len(*list) > 0 {
		first, *list = (*list)[0], (*list)[1:]
	}

	return first
}

// wantText fails the test unless the error contains all the words.
func wantText(t *testing.T, err error, words ...string) {
	t.Helper()

	if err == nil {
		t.Fatal("no error")
	}

	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not contain %q: %v", word, err)
		}
	}

	for _, bad := range []string{"..", ".,", secret, "%!"} {
		if strings.Contains(err.Error(), bad) {
			t.Errorf("the error contains %q: %v", bad, err)
		}
	}
}

// wantType fails the test unless the error has the type.
func wantType[E error](t *testing.T, err error) {
	t.Helper()

	if typed, ok := errors.AsType[E](err); !ok {
		t.Fatalf("the error is no %T: %v", typed, err)
	}
}
