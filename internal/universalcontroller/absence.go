package universalcontroller

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// userAbsent is called when Universal Controller does not know the user of a list or of a
// new token: it returns a [pat.GoneError] if the user's own record is denied too, and
// otherwise an error that says what stands between.
func (s *System) userAbsent(ctx context.Context, userID string, cause error) error {
	missing, ok := errors.AsType[*pat.NotFoundError](cause)
	if !ok {
		return cause
	}

	if _, err := s.userByID(ctx, userID, false); err != nil {
		return err
	}

	missing.Remedy = "The user itself is shown, so this proves nothing: try again later, and look into Universal Controller's log " +
		"if it stays so. Nothing was changed or forgotten."

	return cause
}

// listIsOf makes sure that a list is that of the user, who is there: whether the list of a
// user who does not exist is a 404 or empty is documented nowhere, and if a query is lost
// on the way, some versions show the caller's own. The owners are the usernames in the
// list, empty where the server leaves them out.
func (s *System) listIsOf(ctx context.Context, userID string, owners []string) error {
	user, err := s.userByID(ctx, userID, false)
	if err != nil {
		return err
	}

	for _, owner := range owners {
		if owner != "" && !strings.EqualFold(owner, user.Username) {
			return &pat.ProtocolError{Failure: pat.Failure{
				Tried: s.rest.Tried(http.MethodGet, tokenListPath...),
				Said: s.rest.Text(fmt.Sprintf("HTTP 200, asked for the tokens of user %s, the answer lists one of user %s",
					user.Username, owner)),
				Remedy: "Something between here and Universal Controller changes requests, or answers in its place: " +
					"check that `url` names the server and the right path below it.",
			}}
		}
	}

	return nil
}

// tokensShown makes sure that users without tokens in a list have none: an account that may
// see users need not be allowed to see their tokens, and nothing tells whether it is then
// refused or shown none. Their own tokens are shown to all, so one other user decides.
func (s *System) tokensShown(ctx context.Context, users []pat.User) error {
	asked, enough := 0, 1
	if s.username == "" {
		enough = 2 // One may be the caller.
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

// tokenAbsent is the proof that a user's whole list does not hold the token.
func (s *System) tokenAbsent(key pat.Key) error {
	return &pat.GoneError{Failure: pat.Failure{
		Tried: s.rest.Tried(http.MethodGet, tokenListPath...),
		Said:  fmt.Sprintf("the user with id %s has no token named %q", key.UserID, key.TokenID),
	}}
}

// checkUserID refuses whatever is not a sysId, before it is sent: a blank one would count
// as none, and address somebody else or nobody.
func checkUserID(id string) error {
	if sysIDs.MatchString(id) {
		return nil
	}

	return &pat.ValidationError{Failure: pat.Failure{
		Tried:  "addressing a user by the id " + pat.Quote(id),
		Said:   "Universal Controller's ids are 32 hexadecimal digits",
		Remedy: "Use the user's sysId, in small letters.",
	}}
}

// noNative refuses a query of another driver's.
func noNative(value any) error {
	if value == nil {
		return nil
	}

	return &pat.ValidationError{Failure: pat.Failure{
		Tried: "reading the query", Said: fmt.Sprintf("Universal Controller has no query of type %T", value),
	}}
}
