package universalcontroller

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// userAbsent is called when Universal Controller does not know the user of a list or of a new token.
// It returns a [pat.GoneError] if the user's own record does not exist either, and otherwise an error
// that says why there is no proof.
func (s *System) userAbsent(ctx context.Context, userID string, cause error) error {
	missing, ok := errors.AsType[*pat.NotFoundError](cause)
	if !ok {
		return cause
	}

	if _, err := s.userByID(ctx, userID, userReading{}); err != nil {
		return err
	}

	missing.Remedy = "The user itself is shown, so this response is not a proof: try again later, and check Universal Controller's log " +
		"if the error persists. Nothing was changed, and the state was kept."

	return cause
}

// listIsOf makes sure that a list belongs to the user and that the user exists. It is not documented
// whether the list of a user who does not exist is a 404 or empty, and if the query is lost on the
// way, some versions return the tokens of the account itself. The owners are the usernames in the
// list, empty if the server omits them.
func (s *System) listIsOf(ctx context.Context, userID string, owners []string) error {
	user, err := s.userByID(ctx, userID, userReading{})
	if err != nil {
		return err
	}

	for _, owner := range owners {
		if owner != "" && !strings.EqualFold(owner, user.Username) {
			return &pat.ProtocolError{Failure: pat.Failure{
				Tried: s.rest.Tried(http.MethodGet, tokenListPath...),
				Said: s.rest.Text(fmt.Sprintf("HTTP 200, asked for the tokens of user %s, the response lists one of user %s",
					user.Username, owner)),
				Remedy: rest.AlteredRemedy,
			}}
		}
	}

	return nil
}

// tokenAbsent is the proof that a user's complete list does not contain the token.
func (s *System) tokenAbsent(key pat.Key) error {
	return &pat.GoneError{Failure: pat.Failure{
		Tried: s.rest.Tried(http.MethodGet, tokenListPath...),
		Said:  fmt.Sprintf("the user with id %s has no token named %q", key.UserID, key.TokenID),
	}}
}
