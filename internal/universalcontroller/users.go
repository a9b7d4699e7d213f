package universalcontroller

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// CurrentUser returns the user of [Options.Username]. Universal Controller has no request for the
// current user, so with a token alone the user is not known; no proof of absence needs it.
func (s *System) CurrentUser(ctx context.Context) (pat.User, error) {
	if s.username == "" {
		return pat.User{}, &pat.ValidationError{Failure: pat.Failure{
			Tried:  "determining the provider's own user",
			Said:   "Universal Controller does not report which user a token belongs to",
			Remedy: "With `token`, also set `username` to the owner of the token.",
		}}
	}

	return s.User(ctx, pat.UserRef{Username: s.username})
}

// User returns one user. The record of a single user contains no more than the list.
func (s *System) User(ctx context.Context, ref pat.UserRef) (pat.User, error) {
	return s.user(ctx, ref, userReading{})
}

// Users returns the users that the query selects, in the order of their names. The same request
// returns their tokens, and one or two more requests follow if a user has none. A single user is
// requested alone, which every account may do for itself; listing all users requires a role.
func (s *System) Users(ctx context.Context, query pat.UserQuery) ([]pat.User, error) {
	if err := noNative(query.Native); err != nil {
		return nil, err
	}

	users, err := s.selectUsers(ctx, query)
	if err == nil && query.WithTokens {
		err = s.tokensShown(ctx, users)
	}

	if err != nil {
		return nil, err
	}

	return users, nil
}

// selectUsers is Users, with the tokens in the users' records.
func (s *System) selectUsers(ctx context.Context, query pat.UserQuery) ([]pat.User, error) {
	if !query.Ref.Set {
		return s.listUsers(ctx, query.WithTokens)
	}

	user, err := s.user(ctx, query.Ref.V, userReading{withTokens: query.WithTokens})

	_, gone := errors.AsType[*pat.GoneError](err)
	_, another := errors.AsType[*anotherUserError](err)

	switch {
	case gone || another:
		return []pat.User{}, nil
	case err != nil:
		return nil, err
	default:
		return []pat.User{user}, nil
	}
}

// listUsers requests the list of all users.
func (s *System) listUsers(ctx context.Context, withTokens bool) ([]pat.User, error) {
	var (
		records elements[userRecord]
		users   []pat.User
	)

	_, err := s.get(ctx, userListPath, showTokens(url.Values{}, withTokens), &records, "users", func(rest.Response) error {
		if records == nil {
			return errNoList
		}

		users = make([]pat.User, 0, len(records))

		for _, record := range records {
			user, err := s.convertUser(record, withTokens)
			if err != nil {
				return err
			}

			users = append(users, user)
		}

		return nil
	})

	slices.SortStableFunc(users, func(a, b pat.User) int {
		return cmp.Or(strings.Compare(a.Username, b.Username), strings.Compare(a.ID, b.ID))
	})

	return users, err
}

// tokensShown makes sure that users without tokens in a list really have none: an account that may
// see users may lack the permission to see their tokens, and it is unknown whether the server then
// refuses the request or returns no tokens. Every account can see its own tokens, so the check needs
// one other user.
func (s *System) tokensShown(ctx context.Context, users []pat.User) error {
	asked, enough := 0, 1
	if s.username == "" {
		enough = 2 // One may be the account's own user.
	}

	for _, user := range users {
		if len(user.Tokens) > 0 || user.Username == s.username {
			continue
		}

		if _, err := s.Tokens(ctx, user.ID, pat.TokenQuery{}); err != nil {
			return err
		}

		if asked++; asked == enough {
			break
		}
	}

	return nil
}
