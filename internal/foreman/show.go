package foreman

import (
	"context"
	"fmt"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// showToken reads one token in the given scope.
func (s *System) showToken(ctx context.Context, key pat.Key, within scope) (pat.Token, error) {
	path, err := tokenPath(key)
	if err != nil {
		return pat.Token{}, err
	}

	var record tokenRecord

	err = s.get(ctx, path, within.query(nil), &record, func() error {
		if err := record.check(); err != nil {
			return err
		}

		if token := record.token(); token.Key() != key {
			return fmt.Errorf("the response is about token %s of user %s", token.ID, token.UserID)
		}

		return nil
	})
	if err != nil {
		return pat.Token{}, err
	}

	return record.token(), nil
}

// searchUsers returns the users of the given scope that a search finds, at most two. Foreman may
// search for something else, so the caller compares the results.
func (s *System) searchUsers(ctx context.Context, search string, within scope) ([]userRecord, error) {
	query := Query{PerPage: pat.Some[int64](2), Page: pat.Some[int64](1)}

	var response envelope[userRecord]
	err := s.get(ctx, segments("users"), within.query(query.values(search, 1)), &response, func() error {
		return response.check(userRecord.check)
	})

	return response.Results, err
}

// showUser reads one user by its id in the given scope.
func (s *System) showUser(ctx context.Context, id string, within scope) (pat.User, error) {
	if err := number("user", id); err != nil {
		return pat.User{}, err
	}

	var record userRecord

	err := s.get(ctx, segments("users", byID(id)), within.query(nil), &record, func() error {
		if err := record.check(); err != nil {
			return err
		}

		if user := record.user(); user.ID != id {
			return fmt.Errorf("the response is about user %s", user.ID)
		}

		return nil
	})
	if err != nil {
		return pat.User{}, err
	}

	return record.user(), nil
}
