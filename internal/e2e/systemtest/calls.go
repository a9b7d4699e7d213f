package systemtest

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// operation is a method of a System, with arguments that refer to something that exists.
type operation struct {
	name string
	// changes reports whether the method changes something on the server.
	changes bool
	do      func(ctx context.Context, system pat.System, on subject) error
}

// subject is a user who has a token named "old".
type subject struct {
	username string
	token    pat.Token
	// secret receives the secret of the token that Create issues; nil discards it.
	secret *pat.Secret
}

// newName is the name of the token that the Create operation issues.
const newName = "new"

// addSubject adds the user alice, who has one token.
func (s *scene) addSubject() subject {
	s.Helper()

	id := s.server.AddUser(s, "alice")
	s.server.AddToken(s, "alice", "old", expiry())

	return subject{username: "alice", token: s.token(id, "old")}
}

// calls returns an operation for each method that sends requests.
func (s *scene) calls() []operation { return callsOf(s.Platform) }

func callsOf(platform Platform) []operation {
	user := func(ref func(subject) pat.UserRef) func(context.Context, pat.System, subject) error {
		return func(ctx context.Context, system pat.System, on subject) error {
			_, err := system.User(ctx, ref(on))

			return err
		}
	}
	users := func(query func(subject) pat.UserQuery) func(context.Context, pat.System, subject) error {
		return func(ctx context.Context, system pat.System, on subject) error {
			_, err := system.Users(ctx, query(on))

			return err
		}
	}

	calls := []operation{
		{name: "CurrentUser", do: func(ctx context.Context, system pat.System, _ subject) error {
			_, err := system.CurrentUser(ctx)

			return err
		}},
		{name: "User by id", do: user(func(on subject) pat.UserRef { return pat.UserRef{ID: on.token.UserID} })},
		{name: "User by username", do: user(func(on subject) pat.UserRef { return pat.UserRef{Username: on.username} })},
		{name: "Users", do: users(func(subject) pat.UserQuery { return pat.UserQuery{} })},
		{name: "Users with tokens", do: users(func(subject) pat.UserQuery { return pat.UserQuery{WithTokens: true} })},
		{name: "Users, one with tokens", do: users(func(on subject) pat.UserQuery {
			return pat.UserQuery{Ref: pat.Some(pat.UserRef{ID: on.token.UserID}), WithTokens: true}
		})},
		{name: "Token", do: func(ctx context.Context, system pat.System, on subject) error {
			_, err := system.Token(ctx, on.token.Key())

			return err
		}},
		{name: "Tokens", do: func(ctx context.Context, system pat.System, on subject) error {
			_, err := system.Tokens(ctx, on.token.UserID, pat.TokenQuery{Name: pat.Some(on.token.Name)})

			return err
		}},
		{name: "Create", changes: true, do: func(ctx context.Context, system pat.System, on subject) error {
			issued, err := system.Create(ctx, on.token.UserID, pat.NewToken{Name: newName, ExpiresAt: pat.Some(expiry())})
			if on.secret != nil {
				*on.secret = issued.Secret
			}

			return err
		}},
		{name: "Revoke", changes: true, do: func(ctx context.Context, system pat.System, on subject) error {
			return system.Revoke(ctx, on.token)
		}},
	}

	if platform.Selector {
		calls = append(calls, operation{name: "SelectTokens", do: func(ctx context.Context, system pat.System, on subject) error {
			_, _, err := selectTokens(ctx, system, on.token.UserID, pat.Selection{IDs: []string{on.token.ID}})

			return err
		}})
	}

	if platform.Pager {
		calls = append(calls, operation{name: "EachToken", do: func(ctx context.Context, system pat.System, on subject) error {
			_, err := eachToken(ctx, system, on.token.UserID, pat.TokenQuery{})

			return err
		}})
	}

	return calls
}

// selectTokens calls the method of a [pat.TokenSelector].
func selectTokens(
	ctx context.Context, system pat.System, userID string, selection pat.Selection,
) (tokens []pat.Token, total int, err error) {
	selector, ok := system.(pat.TokenSelector)
	if !ok {
		return nil, 0, errNoInterface
	}

	return selector.SelectTokens(ctx, userID, selection)
}

// eachToken collects the tokens that a [pat.TokenPager] yields.
func eachToken(ctx context.Context, system pat.System, userID string, query pat.TokenQuery) ([]pat.Token, error) {
	pager, ok := system.(pat.TokenPager)
	if !ok {
		return nil, errNoInterface
	}

	tokens := []pat.Token{}

	for token, err := range pager.EachToken(ctx, userID, query) {
		if err != nil {
			return tokens, err
		}

		tokens = append(tokens, token)
	}

	return tokens, nil
}
