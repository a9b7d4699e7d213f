package foreman

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"

	"golang.org/x/sync/errgroup"
)

// CurrentUser returns the user that the credentials belong to.
func (s *System) CurrentUser(ctx context.Context) (pat.User, error) { return s.self(ctx) }

// User returns one user with everything that Foreman returns for a single user.
func (s *System) User(ctx context.Context, ref pat.UserRef) (pat.User, error) {
	if ref == (pat.UserRef{}) {
		return pat.User{}, errNoReference()
	}

	id := ref.ID

	if id == "" {
		found, err := s.resolve(ctx, ref.Username)
		if err != nil {
			return pat.User{}, err
		}

		id = found
	}

	user, err := s.showUser(ctx, id, s.scope)
	if err != nil {
		return pat.User{}, s.userAbsent(ctx, id, s.scope, err)
	}

	if ref.Username != "" && ref.Username != user.Username {
		return pat.User{}, &pat.ValidationError{Failure: pat.Failure{
			Tried:  "looking up " + ref.String(),
			Said:   s.rest.Text(fmt.Sprintf("the user with id %s is %s", user.ID, user.Username)),
			Remedy: "Set the id or the username, or both of the same user. Foreman's logins are case-sensitive.",
		}}
	}

	return user, nil
}

// errNoReference means that a reference names no user.
func errNoReference() error {
	return &pat.ValidationError{Failure: pat.Failure{
		Tried: "looking up a user", Said: "neither an id nor a username was given",
	}}
}

// Users returns the users that the query selects, in the order of their ids unless it sets another
// order. A list lacks what Foreman returns only for a single user: roles and groups.
func (s *System) Users(ctx context.Context, query pat.UserQuery) ([]pat.User, error) {
	parameters, err := native(query.Native, UserOrder)
	if err != nil {
		return nil, err
	}

	search, ref := parameters.Search.V, query.Ref.V

	switch {
	case query.Ref.Set && ref == (pat.UserRef{}):
		return nil, errNoReference()
	case search != "":
	case ref.ID != "":
		if err := number("user", ref.ID); err != nil {
			return nil, err
		}

		search = "id = " + ref.ID
	case ref.Username != "":
		search = equals("login", ref.Username)
	}

	within := s.scope.narrowed(parameters.OrganizationID, parameters.LocationID)

	records, _, err := list(ctx, s, segments("users"), within, parameters, search, userRecord.check)
	if err != nil {
		return nil, err
	}

	users := make([]pat.User, 0, len(records))

	for _, record := range records {
		user := record.user()
		if ref.ID != "" && user.ID != ref.ID || ref.Username != "" && user.Username != ref.Username {
			continue
		}

		users = append(users, user)
	}

	if !query.WithTokens {
		return users, nil
	}

	return users, s.addTokens(ctx, users, parameters)
}

// addTokensAtOnce is how many users' tokens are requested concurrently: the largest number that can
// be configured for the client, because a request that waits for its turn takes up memory, too.
const addTokensAtOnce = 100

// addTokens sets the tokens of each user. The client limits the number of concurrent requests.
func (s *System) addTokens(ctx context.Context, users []pat.User, parameters Query) error {
	within := Query{OrganizationID: parameters.OrganizationID, LocationID: parameters.LocationID}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(addTokensAtOnce)

	for i := range users {
		group.Go(func() error {
			tokens, err := s.Tokens(ctx, users[i].ID, pat.TokenQuery{Native: within})
			users[i].Tokens = tokens

			return err
		})
	}

	return group.Wait()
}

// resolve returns the id of the user with exactly this login. For its own login the account needs no
// permission.
func (s *System) resolve(ctx context.Context, login string) (string, error) {
	self, err := s.self(ctx)
	if err != nil {
		return "", err
	}

	if self.Username == login {
		return self.ID, nil
	}

	search := equals("login", login)
	matches := func(u userRecord) bool { return u.Login == login }

	records, err := s.searchUsers(ctx, search, s.scope)
	if err != nil {
		return "", err
	}

	if i := slices.IndexFunc(records, matches); i >= 0 {
		return strconv.FormatInt(records[i].ID, 10), nil
	}

	notFound := &pat.NotFoundError{Failure: pat.Failure{
		Tried: s.rest.Tried(http.MethodGet, segments("users")...),
		Said:  "no user has the login " + pat.Quote(login),
	}}

	var exists bool

	switch {
	case self.Admin:
		exists, err = s.listed(ctx, self, search, matches)
	case s.scope != (scope{}):
		records, err = s.searchUsers(ctx, search, scope{})
		exists = slices.ContainsFunc(records, matches)
	}

	switch {
	case err != nil:
		return "", err
	case exists:
		return "", outOfScope(notFound, s.scope)
	case self.Admin:
		notFound.Remedy = "Check the spelling: Foreman's logins are case-sensitive."

		return "", &pat.GoneError{Failure: notFound.Failure, UserGone: true}
	default:
		return "", hidden(notFound)
	}
}
