package tokens

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// user is who owns all tokens, and secret is the secret of each.
const user, secret = "5", "v4lue"

// start is when everything happens.
var start = time.Date(2026, 11, 21, 16, 50, 10, 0, time.UTC)

// outcome is what becomes of a request for a token.
type outcome int

const (
	done        outcome = iota // The default.
	refused                    // Nothing was done, and the answer says so.
	lostDone                   // It was carried out, and the answer was lost.
	lostNothing                // It was lost itself, and nobody knows.
	lostLate                   // It is carried out after the next look.
)

var (
	errLook   = &pat.TransientError{Failure: pat.Failure{Tried: "looking", Said: "HTTP 503"}}
	errRevoke = &pat.TransientError{Failure: pat.Failure{Tried: "revoking", Said: "HTTP 502"}}
)

// fake is a platform in memory whose failures are scripted.
type fake struct {
	pat.System

	traits pat.Traits
	// creates, looks and revokes say what becomes of each call, in their order; what
	// is not said works.
	creates []outcome
	looks   []error
	revokes []error
	// onCreate, if set, is called with each request for a token, and afterLook after each
	// look.
	onCreate, afterLook func()
	// onTaken, if set, is called with a name that is taken, which is no error then: racing
	// requests make twins.
	onTaken func(name string)

	mu      sync.Mutex
	tokens  []pat.Token // Revoked ones too, where names are not reusable.
	late    []string
	created []string // The names of all requests.
	twins   []string
	calls   int
}

func newFake(reusable bool) *fake {
	return &fake{traits: pat.Traits{
		DisplayName: "Fakeman", ReusableNames: reusable, TokenIDs: !reusable, ReservedNames: []string{"registry"}, MaxNameLength: 60,
	}}
}

func newIssuer(system pat.System) *Issuer {
	return New(system, func() time.Time { return start }, &Registry{})
}

func (f *fake) Traits() pat.Traits { return f.traits }

func (f *fake) Create(ctx context.Context, userID string, token pat.NewToken) (pat.Issued, error) {
	f.mu.Lock()
	defer f.mu.Unlock()

	if err := f.begin(ctx); err != nil {
		return pat.Issued{}, err
	}

	f.created = append(f.created, token.Name)

	if f.onCreate != nil {
		f.onCreate()
	}

	failure := pat.Failure{Tried: "creating", Said: "HTTP 504"}
	lost := &pat.AmbiguousError{Failure: failure}

	switch next(&f.creates) {
	case refused:
		return pat.Issued{}, &pat.ValidationError{Failure: pat.Failure{Tried: "creating", Said: "HTTP 422: no"}}
	case lostNothing:
		return pat.Issued{}, lost
	case lostLate:
		f.late = append(f.late, token.Name)

		return pat.Issued{}, lost
	case lostDone:
		_, _ = f.add(token.Name)

		return pat.Issued{}, lost
	case done:
	}

	made, err := f.add(token.Name)
	made.UserID, made.ExpiresAt = userID, token.ExpiresAt.V

	return pat.Issued{Token: made, Secret: secret}, err
}

func (f *fake) Tokens(ctx context.Context, _ string, query pat.TokenQuery) ([]pat.Token, error) {
	if f.afterLook != nil {
		defer f.afterLook()
	}

	f.mu.Lock()
	defer f.mu.Unlock()

	if err := f.begin(ctx); err != nil {
		return nil, err
	}

	if err := next(&f.looks); err != nil {
		return nil, err
	}

	var found []pat.Token

	for _, token := range f.tokens {
		if query.Selects(token) {
			found = append(found, token)
		}
	}

	f.land()

	return found, nil
}

func (f *fake) Revoke(ctx context.Context, token pat.Token) error {
	f.mu.Lock()
	defer f.mu.Unlock()

	if err := f.begin(ctx); err != nil {
		return err
	}

	if err := next(&f.revokes); err != nil {
		return err
	}

	for i, row := range f.tokens {
		if row.ID != token.ID {
			continue
		}

		f.tokens[i].Status = pat.StatusRevoked
		if f.traits.ReusableNames {
			f.tokens = slices.Delete(f.tokens, i, i+1)
		}

		return nil
	}

	return nil
}

// begin counts a call, which fails if its context is cancelled.
func (f *fake) begin(ctx context.Context) error {
	f.calls++

	if ctx.Err() != nil {
		return &pat.TransientError{Failure: pat.Failure{Tried: "asking", Err: ctx.Err()}}
	}

	return nil
}

// add makes a token, unless the name is taken.
func (f *fake) add(name string) (pat.Token, error) {
	for _, token := range f.tokens {
		if token.Name == name && f.onTaken != nil {
			f.onTaken(name)

			return token, nil
		}

		if token.Name == name {
			return pat.Token{}, &pat.ValidationError{Failure: pat.Failure{Tried: "creating", Said: "HTTP 422: name has already been taken"}}
		}
	}

	token := pat.Token{
		UserID: user, ID: strconv.Itoa(len(f.created)*100 + len(f.tokens) + 1), Name: name, Status: pat.StatusActive, CreatedAt: start,
	}
	f.tokens = append(f.tokens, token)

	return token, nil
}

// land carries out what was delayed.
func (f *fake) land() {
	for _, name := range f.late {
		if _, err := f.add(name); err != nil && !f.traits.ReusableNames {
			f.twins = append(f.twins, name)
		}
	}

	f.late = nil
}

// live returns the names of the tokens that can be used, once all is carried out.
func (f *fake) live() []string {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.land()

	var names []string

	for _, token := range f.tokens {
		if token.Status == pat.StatusActive {
			names = append(names, token.Name)
		}
	}

	return names
}

// next takes the first element, or the zero value where there is none.
func next[T any](list *[]T) T {
	var first T
	if len(*list) > 0 {
		first, *list = (*list)[0], (*list)[1:]
	}

	return first
}

// wantText fails unless the error says all the words.
func wantText(t *testing.T, err error, words ...string) {
	t.Helper()

	if err == nil {
		t.Fatal("no error")
	}

	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not say %q: %v", word, err)
		}
	}

	for _, bad := range []string{"..", ".,", secret, "%!"} {
		if strings.Contains(err.Error(), bad) {
			t.Errorf("the error says %q: %v", bad, err)
		}
	}
}

// wantType fails unless the error is of the type.
func wantType[E error](t *testing.T, err error) {
	t.Helper()

	if typed, ok := errors.AsType[E](err); !ok {
		t.Fatalf("the error is no %T: %v", typed, err)
	}
}
