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
	// freshFor is how long what was read of tokens, and a list of users, is remembered:
	// longer than it takes to refresh a thousand resources, and so short that nobody
	// decides on what was true long ago.
	freshFor = time.Minute
	// forGood is how long a user is remembered.
	forGood = time.Duration(math.MaxInt64)
)

// System is a [pat.System] that asks another one as rarely as it can. It is safe for
// concurrent use. Make it with [New].
//
// What it returns is shared by all callers, [pat.User.Native] and errors included: nobody
// may change it, but for the slices of tokens and users, which are the caller's own.
type System struct {
	inner    pat.System
	selector pat.TokenSelector // nil if the inner System is none

	self  *memo[struct{}, pat.User]
	users *memo[pat.UserRef, pat.User]
	// lists are of users alone; full lists have their tokens, and are shared only among
	// those who ask at the same time.
	lists, fullLists *memo[pat.UserQuery, []pat.User]

	mu       sync.Mutex
	accounts map[string]*account
}

var _ pat.System = (*System)(nil)

// New returns a System around another one, which may be a [pat.TokenSelector]. It is a
// [pat.UserModifier] if the other one is. It sends nothing, and needs no closing.
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

// Traits are those of the inner System.
func (s *System) Traits() pat.Traits { return s.inner.Traits() }

// Server is that of the inner System.
func (s *System) Server() string { return s.inner.Server() }

// CurrentUser asks once.
func (s *System) CurrentUser(ctx context.Context) (pat.User, error) {
	return s.self.do(ctx, struct{}{}, s.inner.CurrentUser)
}

// User asks once for each user, be it by id or by login.
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

// Users asks once for the same list within a minute; with tokens, or natively, each time.
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

// Create issues a token, and forgets what was known of the user's tokens.
func (s *System) Create(ctx context.Context, userID string, token pat.NewToken) (pat.Issued, error) {
	issued, err := s.inner.Create(ctx, userID, token)
	s.written(userID, err)

	return issued, err
}

// Revoke revokes the token, and forgets what was known of its user's tokens.
func (s *System) Revoke(ctx context.Context, token pat.Token) error {
	err := s.inner.Revoke(ctx, token)
	s.written(token.UserID, err)

	return err
}

// written forgets what a write to a user may have changed; err is that of the write.
func (s *System) written(userID string, err error) {
	s.fullLists.forget()
	s.account(userID).forget(err != nil)
}

// account returns what is known of the tokens of a user.
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
