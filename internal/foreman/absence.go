package foreman

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// unproven is the remedy if another account might see the object that this one does not see.
var unproven = "It may still exist, hidden from this account: a permission may be missing, or the account may be outside " +
	"the user's organization or location. Nothing was changed, and the state was kept. " + grantAll

// tokenAbsent is called when Foreman does not return a token. It returns a [pat.GoneError] if that
// proves that the token does not exist. If the token exists outside the configured organization and
// location, it returns an error that says so, and otherwise an error that says why there is no proof.
func (s *System) tokenAbsent(ctx context.Context, key pat.Key, cause error) error {
	var notFound *pat.NotFoundError
	if !errors.As(cause, &notFound) {
		return cause
	}

	if s.scope != (scope{}) {
		_, err := s.showToken(ctx, key, scope{})

		switch {
		case err == nil:
			return outOfScope(notFound, s.scope)
		case !errors.As(err, &notFound):
			return err
		}
	}

	self, err := s.self(ctx)
	if err != nil {
		return fmt.Errorf("could not determine which user this account is (%w), so this is no proof of absence: %w", err, cause)
	}

	switch {
	case self.ID == key.UserID:
	case !self.Admin:
		return hidden(notFound)
	default:
		exists, err := s.userListed(ctx, self, key.UserID)
		if err != nil {
			return err
		}

		if !exists {
			return gone(notFound, true)
		}
	}

	if err := s.tokenUnlisted(ctx, key); err != nil {
		return err
	}

	return gone(notFound, false)
}

// tokenUnlisted makes sure that a "not found" is Foreman's own: it requests the list of the user's
// tokens, in no organization or location, and requires that the token is not in it. A gateway that
// does not know a path can return a "not found" in the same form as Foreman's.
func (s *System) tokenUnlisted(ctx context.Context, key pat.Key) error {
	if _, err := strconv.ParseInt(key.TokenID, 10, 32); err != nil {
		return nil //nolint:nilerr // No token can have such an id, and a search for it fails.
	}

	path, err := tokensPath(key.UserID)
	if err != nil {
		return err
	}

	records, _, err := list(ctx, s, path, scope{}, Query{Page: pat.Some[int64](1), PerPage: pat.Some[int64](1)}, "id = "+key.TokenID, ownedBy(key.UserID))
	if err == nil && len(records) > 0 {
		err = s.elsewhere(fmt.Sprintf("lists token %d, though token %s alone was not found", records[0].ID, key.TokenID),
			path[1:]...)
	}

	return err
}

// userAbsent is called when Foreman does not return a user in the given scope. It returns a
// [pat.GoneError] if the account is an administrator and the list of all users does not contain the
// user. Otherwise it returns an error that says why there is no proof.
func (s *System) userAbsent(ctx context.Context, id string, within scope, cause error) error {
	var notFound *pat.NotFoundError
	if !errors.As(cause, &notFound) {
		return cause
	}

	self, err := s.self(ctx)
	if err != nil {
		return fmt.Errorf("could not determine which user this account is (%w), so this is no proof of absence: %w", err, cause)
	}

	if !self.Admin {
		return hidden(notFound)
	}

	exists, err := s.userListed(ctx, self, id)

	switch {
	case err != nil:
		return err
	case exists && within != (scope{}):
		return outOfScope(notFound, within)
	case exists:
		return notFound
	default:
		return gone(notFound, true)
	}
}

// userListed reports whether the list of all users contains the id.
func (s *System) userListed(ctx context.Context, self pat.User, id string) (bool, error) {
	return s.listed(ctx, self, "id = "+id, func(u userRecord) bool { return strconv.FormatInt(u.ID, 10) == id })
}

// listed reports whether the list of all users, in no organization or location, contains one that
// matches. Only the list that an administrator gets proves anything. The search also asks for the
// account itself: if the result does not contain it, or contains any other user, the list is
// incomplete or the search was ignored, and proves nothing.
func (s *System) listed(
	ctx context.Context, self pat.User, search string, matches func(userRecord) bool,
) (bool, error) {
	users, err := s.searchUsers(ctx, search+" or id = "+self.ID, scope{})
	if err != nil {
		return false, err
	}

	var found, control, others bool

	for _, user := range users {
		isMatch, isSelf := matches(user), strconv.FormatInt(user.ID, 10) == self.ID

		found = found || isMatch
		control = control || isSelf
		others = others || !isMatch && !isSelf
	}

	switch {
	case found:
		return true, nil
	case !control:
		return false, s.elsewhere("does not contain the account itself, so it is not a proof", "users")
	case others:
		return false, s.elsewhere("contains users that the search does not match, so it is not a proof", "users")
	default:
		return false, nil
	}
}

// elsewhere returns the error for a response that Foreman would not have sent.
func (s *System) elsewhere(what string, elements ...string) error {
	return &pat.ProtocolError{Failure: pat.Failure{
		Tried:  s.rest.Tried(http.MethodGet, segments(elements...)...),
		Said:   "HTTP 200, the response " + what,
		Remedy: rest.AlteredRemedy,
	}}
}

// gone returns the error for an object that is proven not to exist.
func gone(cause *pat.NotFoundError, userGone bool) *pat.GoneError {
	f := cause.Failure
	f.Remedy = "It does not exist: this account would see it."

	return &pat.GoneError{Failure: f, UserGone: userGone}
}

// hidden returns the error for an object that this account may only lack the permission to see.
func hidden(cause *pat.NotFoundError) error {
	f := cause.Failure
	f.Remedy = unproven
	f.Err = cause // The search was allowed, unlike in other permission errors.

	return &pat.PermissionError{Failure: f}
}

// outOfScope returns the error for a user that the organization and location hide.
func outOfScope(cause *pat.NotFoundError, within scope) error {
	f := cause.Failure
	f.Remedy = fmt.Sprintf("The user is outside %s: correct or remove organization_id and location_id. "+
		"Nothing was changed, and the state was kept.", within)

	return &pat.PermissionError{Failure: f}
}
