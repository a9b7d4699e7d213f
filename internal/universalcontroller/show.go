package universalcontroller

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// userReading contains the options of reading a user.
type userReading struct {
	withTokens bool
	// document receives the unchanged record; nil if it is not needed.
	document *userDocument
}

// user reads one user and makes sure that it is the right one.
func (s *System) user(ctx context.Context, ref pat.UserRef, reading userReading) (pat.User, error) {
	if ref.ID == "" {
		return s.userByName(ctx, ref, reading)
	}

	user, err := s.userByID(ctx, ref.ID, reading)
	if err == nil && ref.Username != "" && ref.Username != user.Username {
		err = s.anotherUser(ref, user, "Give the id or the username, or both of one user.")
	}

	return user, err
}

// userByName reads the user with exactly this username.
func (s *System) userByName(ctx context.Context, ref pat.UserRef, reading userReading) (pat.User, error) {
	if strings.TrimSpace(ref.Username) == "" {
		return pat.User{}, &pat.ValidationError{Failure: pat.Failure{
			Tried: "looking up a user", Said: "neither an id nor a username was given",
		}}
	}

	user, err := s.readUser(ctx, url.Values{"username": {ref.Username}}, reading)
	if err == nil && user.Username != ref.Username {
		// The server's database may not distinguish upper and lower case.
		err = s.anotherUser(ref, user, "Write the username as Universal Controller does.")
	}

	if gone, ok := errors.AsType[*pat.GoneError](err); ok && pat.MayBeSecret(ref.Username) {
		gone.Said = "no user has the login " + pat.Quote(ref.Username) // The server's message contains it.
	}

	return user, err
}

// userByID reads the user with this id. It fails with a [pat.GoneError] if there is none.
func (s *System) userByID(ctx context.Context, id string, reading userReading) (pat.User, error) {
	if err := checkUserID(id); err != nil {
		return pat.User{}, err
	}

	user, err := s.readUser(ctx, url.Values{"userid": {id}}, reading)
	if err == nil && user.ID != id {
		err = &pat.ProtocolError{Failure: pat.Failure{
			Tried:  s.rest.Tried(http.MethodGet, userPath...),
			Said:   s.rest.Text(fmt.Sprintf("HTTP 200, asked for the user with id %s, the response is about user %s", id, user.ID)),
			Remedy: rest.AlteredRemedy,
		}}
	}

	return user, err
}

// readUser reads one user. If Universal Controller itself says that the user does not exist, that is
// a proof.
func (s *System) readUser(ctx context.Context, query url.Values, reading userReading) (pat.User, error) {
	var (
		record userRecord
		user   pat.User
	)

	query = showTokens(query, reading.withTokens)
	response, err := s.get(ctx, userPath, query, &record, "user", func(response rest.Response) (err error) {
		user, err = s.convertUser(record, reading.withTokens)
		if err == nil && reading.document != nil {
			*reading.document, err = parseUserDocument(response)
		}

		return err
	})

	missing, ok := errors.AsType[*pat.NotFoundError](err)
	if ok && deniesUser(response) {
		failure := missing.Failure
		failure.Remedy = "Check the spelling of the username, or the id."

		return pat.User{}, &pat.GoneError{Failure: failure, UserGone: true}
	}

	return user, err
}

// showTokens requests the users' tokens. The capital letter of the parameter matters.
func showTokens(query url.Values, show bool) url.Values {
	if show {
		query.Set("showTokens", "true")
	}

	return query
}

// anotherUserError means that a reference does not name exactly one user.
type anotherUserError struct{ *pat.ValidationError }

// Unwrap returns the error as other packages know it.
func (e *anotherUserError) Unwrap() error { return e.ValidationError }

func (s *System) anotherUser(ref pat.UserRef, user pat.User, remedy string) error {
	return &anotherUserError{&pat.ValidationError{Failure: pat.Failure{
		Tried:  "looking up " + ref.String(),
		Said:   s.rest.Text(fmt.Sprintf("the user with id %s is %s", user.ID, user.Username)),
		Remedy: remedy,
	}}}
}
