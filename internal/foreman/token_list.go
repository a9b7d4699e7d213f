package foreman

import (
	"context"
	"iter"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var _ pat.TokenPager = (*System)(nil)

// Tokens returns a user's tokens, including revoked and expired ones, by default in the order of
// their ids.
func (s *System) Tokens(ctx context.Context, userID string, query pat.TokenQuery) ([]pat.Token, error) {
	tokens := []pat.Token{}

	for token, err := range s.EachToken(ctx, userID, query) {
		if err != nil {
			return nil, err
		}

		tokens = append(tokens, token)
	}

	return tokens, nil
}

// EachToken yields the tokens that Tokens returns, page by page.
func (s *System) EachToken(ctx context.Context, userID string, query pat.TokenQuery) iter.Seq2[pat.Token, error] {
	return func(yield func(pat.Token, error) bool) {
		for records, err := range s.tokenPages(ctx, userID, query) {
			if err != nil {
				yield(pat.Token{}, err)

				return
			}

			for _, record := range records {
				if token := record.token(); query.Selects(token) && !yield(token, nil) {
					return
				}
			}
		}
	}
}

// tokenPages requests a user's tokens page by page. Foreman's search restricts them as far as it can.
func (s *System) tokenPages(
	ctx context.Context, userID string, query pat.TokenQuery,
) iter.Seq2[[]tokenRecord, error] {
	return func(yield func([]tokenRecord, error) bool) {
		path, err := tokensPath(userID)
		if err != nil {
			yield(nil, err)

			return
		}

		parameters, err := native(query.Native, TokenOrder)
		if err != nil {
			yield(nil, err)

			return
		}

		within := s.scope.narrowed(parameters.OrganizationID, parameters.LocationID)

		for p, err := range pages(ctx, s, path, within, parameters, tokenSearch(query, parameters), ownedBy(userID)) {
			switch {
			case err != nil:
				err = s.userAbsent(ctx, userID, within, err)
			case p.total == 0:
				err = s.mayList(ctx, userID, within)
			}

			if !yield(p.rows, err) || err != nil {
				return
			}
		}
	}
}

// tokenSearch returns the search for a query, or an empty one if no search is reliable.
func tokenSearch(query pat.TokenQuery, parameters Query) string {
	switch {
	case parameters.Search.Set:
		return parameters.Search.V
	case query.AfterID != "":
		return laterThan(query)
	case query.Name.Set && searchable(query.Name.V):
		return equals("name", query.Name.V)
	case query.NamePrefix.Set:
		search, _ := startsWith("name", query.NamePrefix.V)

		return search
	case query.NameContains != "":
		search, _ := contains("name", query.NameContains)

		return search
	default:
		return ""
	}
}

// mayList distinguishes an empty list from one that the account lacks the permission to see: without
// view_users, Foreman omits the tokens of other users.
func (s *System) mayList(ctx context.Context, userID string, within scope) error {
	self, err := s.self(ctx)
	if err != nil || self.ID == userID || self.Admin {
		return err
	}

	_, err = s.showUser(ctx, userID, within)

	return s.userAbsent(ctx, userID, within, err)
}
