package coalesce

import (
	"context"
	"slices"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Token requests the token together with others of its user, or with all of them.
func (s *System) Token(ctx context.Context, key pat.Key) (pat.Token, error) {
	a := s.account(key.UserID)

	found, err := a.ask(ctx, want{id: key.TokenID})
	if err != nil {
		return pat.Token{}, err
	}

	if token, ok := found.rows[key.TokenID]; ok {
		return token, nil
	}

	return a.shows.do(ctx, key.TokenID, func(ctx context.Context) (pat.Token, error) {
		return s.inner.Token(ctx, key)
	})
}

// Tokens sends one request for all of a user's tokens, and a combined one for tokens that were issued
// after others. Tokens of a name or prefix, and native queries, are requested each time.
func (s *System) Tokens(ctx context.Context, userID string, query pat.TokenQuery) ([]pat.Token, error) {
	if query.Native != nil {
		return s.inner.Tokens(ctx, userID, query)
	}

	a := s.account(userID)

	if query.AfterID != "" {
		found, err := a.ask(ctx, want{later: query})

		return slices.DeleteFunc(slices.Clone(found.list), func(token pat.Token) bool { return !query.Selects(token) }), err
	}

	if query != (pat.TokenQuery{}) {
		tokens, err := a.looks.do(ctx, query, func(ctx context.Context) ([]pat.Token, error) {
			return s.inner.Tokens(ctx, userID, query)
		})

		return slices.Clone(tokens), err
	}

	found, err := a.ask(ctx, want{all: true})

	return slices.Clone(found.list), err
}
