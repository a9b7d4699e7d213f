package universalcontroller

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var (
	userPath     = segments("user")
	userListPath = segments("user", "list")
)

// CurrentUser returns the user of [Options.Username]. Universal Controller tells nobody who
// it is, so with a token alone there is no answer; no proof of absence needs one.
func (s *System) CurrentUser(ctx context.Context) (pat.User, error) {
	if s.username == "" {
		return pat.User{}, &pat.ValidationError{Failure: pat.Failure{
			Tried:  "finding out who the provider is",
			Said:   "Universal Controller does not tell whose token it is given",
			Remedy: "Set `username` beside `token` to the user whom the token belongs to.",
		}}
	}

	return s.User(ctx, pat.UserRef{Username: s.username})
}

// User returns one user. Universal Controller's record of a single one holds no more than
// its list.
func (s *System) User(ctx context.Context, ref pat.UserRef) (pat.User, error) {
	return s.user(ctx, ref, false)
}

// Users returns the users that the query selects, in the order of their names, with their
// tokens in the same request, and one or two more where somebody has none. One user is asked
// for alone, which every account may do for itself; to list all of them takes a role.
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

// selectUsers is Users, with the tokens that their records show.
func (s *System) selectUsers(ctx context.Context, query pat.UserQuery) ([]pat.User, error) {
	if !query.Ref.Set {
		return s.listUsers(ctx, query.WithTokens)
	}

	user, err := s.user(ctx, query.Ref.V, query.WithTokens)

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

// listUsers fetches the list of all users.
func (s *System) listUsers(ctx context.Context, withTokens bool) ([]pat.User, error) {
	var (
		records elements[userRecord]
		users   []pat.User
	)

	_, err := s.get(ctx, userListPath, showTokens(url.Values{}, withTokens), &records, "users", func() error {
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

// user reads one user and makes sure that it is the right one.
func (s *System) user(ctx context.Context, ref pat.UserRef, withTokens bool) (pat.User, error) {
	if ref.ID == "" {
		return s.userByName(ctx, ref, withTokens)
	}

	user, err := s.userByID(ctx, ref.ID, withTokens)
	if err == nil && ref.Username != "" && ref.Username != user.Username {
		err = s.anotherUser(ref, user, "Give the id or the username, or both of one user.")
	}

	return user, err
}

// userByName reads the user of exactly this login.
func (s *System) userByName(ctx context.Context, ref pat.UserRef, withTokens bool) (pat.User, error) {
	if strings.TrimSpace(ref.Username) == "" {
		return pat.User{}, &pat.ValidationError{Failure: pat.Failure{
			Tried: "looking up a user", Said: "neither an id nor a username was given",
		}}
	}

	user, err := s.readUser(ctx, url.Values{"username": {ref.Username}}, withTokens)
	if err == nil && user.Username != ref.Username {
		// The server's database may not tell capital letters from small ones.
		err = s.anotherUser(ref, user, "Write the username as Universal Controller does.")
	}

	if gone, ok := errors.AsType[*pat.GoneError](err); ok && pat.MayBeSecret(ref.Username) {
		gone.Said = "no user has the login " + pat.Quote(ref.Username) // The server's words repeat it.
	}

	return user, err
}

// userByID reads the user of this id. It fails with a [pat.GoneError] if there is none.
func (s *System) userByID(ctx context.Context, id string, withTokens bool) (pat.User, error) {
	if err := checkUserID(id); err != nil {
		return pat.User{}, err
	}

	user, err := s.readUser(ctx, url.Values{"userid": {id}}, withTokens)
	if err == nil && user.ID != id {
		err = &pat.ProtocolError{Failure: pat.Failure{
			Tried: s.rest.Tried(http.MethodGet, userPath...),
			Said:  s.rest.Text(fmt.Sprintf("HTTP 200, asked for the user with id %s, the answer is about user %s", id, user.ID)),
			Remedy: "Something between here and Universal Controller answers in its place: " +
				"check that `url` names the server and the right path below it.",
		}}
	}

	return user, err
}

// readUser reads one user. A denial in Universal Controller's own words is the proof that
// there is none.
func (s *System) readUser(ctx context.Context, query url.Values, withTokens bool) (pat.User, error) {
	var (
		record userRecord
		user   pat.User
	)

	answer, err := s.get(ctx, userPath, showTokens(query, withTokens), &record, "user", func() (err error) {
		user, err = s.convertUser(record, withTokens)

		return err
	})

	missing, ok := errors.AsType[*pat.NotFoundError](err)
	if ok && deniesUser(answer) {
		failure := missing.Failure
		failure.Remedy = "Check the spelling of the username, or the id."

		return pat.User{}, &pat.GoneError{Failure: failure, UserGone: true}
	}

	return user, err
}

// showTokens asks for the users' tokens. The name's capital letter matters.
func showTokens(query url.Values, show bool) url.Values {
	if show {
		query.Set("showTokens", "true")
	}

	return query
}

// anotherUserError says that a reference names no single user.
type anotherUserError struct{ *pat.ValidationError }

// Unwrap returns the error as everybody else knows it.
func (e *anotherUserError) Unwrap() error { return e.ValidationError }

func (s *System) anotherUser(ref pat.UserRef, user pat.User, remedy string) error {
	return &anotherUserError{&pat.ValidationError{Failure: pat.Failure{
		Tried:  "looking up " + ref.String(),
		Said:   s.rest.Text(fmt.Sprintf("the user with id %s is %s", user.ID, user.Username)),
		Remedy: remedy,
	}}}
}
