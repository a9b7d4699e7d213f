package coalesce

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

const (
	// freshFor is how long the tokens that were read, and a list of users, are remembered: longer
	// than it takes to refresh a thousand resources, and short enough that no decision depends on old
	// data.
	freshFor = time.Minute
	// forGood is how long a user is remembered.
	forGood = time.Duration(math.MaxInt64)
)

// System is a [pat.System] that sends as few requests as possible to another one. It is safe for
// concurrent use. Create it with [New].
//
// All callers share what it returns, including [pat.User.Native] and errors, and must not change it.
// Only the slices of tokens and users belong to the caller.
type System struct {
	inner    pat.System
	selector pat.TokenSelector // nil if the inner System does not implement it

	self  *memo[struct{}, pat.User]
	users *memo[pat.UserRef, pat.User]
	// lists are of users without their tokens. fullLists include the tokens, and are shared only
	// among concurrent callers.
	lists, fullLists *memo[pat.UserQuery, []pat.User]

	mu       sync.Mutex
	accounts map[string]*account
}

var _ pat.System = (*System)(nil)

// New returns a System around another one, which may be a [pat.TokenSelector]. It is a
// [pat.UserModifier] if the other one is. It sends no request, and does not need to be closed.
func New(inner pat.System) pat.System {
	selector, _ := inner.(pat.TokenSelector)
	system := &System{
		inner:     inner,
		selector:  selector,
		self:      newMemo[struct{}, pat.User](forGood),
		users:     newMemo[pat.UserRef, pat.User](forGood),
		lists:     newMemo[pat.UserQuery, []pat.User](freshFor),
		fullLists: newMemo[pat.UserQuery, []pat.User](0),
		accounts:  map[string]*account{},
	}

	if users, ok := inner.(pat.UserModifier); ok {
		return &modifier{System: system, users: users}
	}

	return system
}

// Traits returns the traits of the inner System.
func (s *System) Traits() pat.Traits { return s.inner.Traits() }

// Server returns the server of the inner System.
func (s *System) Server() string { return s.inner.Server() }

// CurrentUser sends one request and remembers the result.
func (s *System) CurrentUser(ctx context.Context) (pat.User, error) {
	return s.self.do(ctx, struct{}{}, s.inner.CurrentUser)
}

// User sends one request for each user, whether by id or by username.
func (s *System) User(ctx context.Context, ref pat.UserRef) (pat.User, error) {
	return s.users.do(ctx, ref, func(ctx context.Context) (pat.User, error) {
		since := s.users.forgotten()
		user, err := s.inner.User(ctx, ref)

		if err == nil && user.ID != "" && user.Username != "" {
			s.users.keep(pat.UserRef{ID: user.ID}, user, since)
			s.users.keep(pat.UserRef{Username: user.Username}, user, since)
			s.users.keep(pat.UserRef{ID: user.ID, Username: user.Username}, user, since)
		}

		return user, err
	})
}

// Users sends one request for the same list within a minute. Lists with tokens and native queries are
// requested each time.
func (s *System) Users(ctx context.Context, query pat.UserQuery) ([]pat.User, error) {
	if query.Native != nil {
		return s.inner.Users(ctx, query)
	}

	lists := s.lists
	if query.WithTokens {
		lists = s.fullLists
	}

	users, err := lists.do(ctx, query, func(ctx context.Context) ([]pat.User, error) {
		return s.inner.Users(ctx, query)
	})

	users = slices.Clone(users)
	for i := range users {
		users[i].Tokens = slices.Clone(users[i].Tokens)
	}

	return users, err
}

// Create issues a token, and drops what was remembered about the user's tokens.
func (s *System) Create(ctx context.Context, userID string, token pat.NewToken) (pat.Issued, error) {
	issued, err := s.inner.Create(ctx, userID, token)
	s.written(userID, err)

	return issued, err
}

// Revoke revokes the token, and drops what was remembered about its user's tokens.
func (s *System) Revoke(ctx context.Context, token pat.Token) error {
	err := s.inner.Revoke(ctx, token)
	s.written(token.UserID, err)

	return err
}

// written drops what a write to a user may have changed; err is the error of the write.
func (s *System) written(userID string, err error) {
	s.fullLists.forget()
	s.account(userID).forget(err != nil)
}

// account returns what is known about the tokens of a user.
func (s *System) account(userID string) *account {
	s.mu.Lock()
	defer s.mu.Unlock()

	a, ok := s.accounts[userID]
	if !ok {
		a = newAccount(s.inner, s.selector, userID)
		s.accounts[userID] = a
	}

	return a
}
