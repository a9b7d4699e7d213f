package universalcontroller

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// userAbsent is called when Universal Controller does not know the user of a list or of a
// new token: it returns a [pat.GoneError] if the user's own record is denied too, and
// otherwise an error that says what stands between.
func (s *System) userAbsent(ctx context.Context, userID string, cause error) error {
	if _, ok := errors.AsType[*pat.NotFoundError](cause); !ok {
		return cause
	}

	if _, err := s.userByID(ctx, userID, false); err != nil {
		return err
	}

	return cause
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
		Tried:  fmt.Sprintf("addressing a user by the id %q", id),
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
