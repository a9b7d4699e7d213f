package universalcontroller

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// revokedWords matches how Universal Controller confirms a revocation: "Personal access token revoked
// successfully.".
var revokedWords = regexp.MustCompile(`(?i)revoked successfully`)

var errNotRevoked = errors.New("the response does not confirm that the token was revoked, and the token is still listed")

// Revoke deletes the token. Universal Controller revokes by name, so Revoke reads the list first and
// sends the request only if it can revoke no other token. If the token is not listed, nothing needs
// to be done, and a token of the same name that was created at another time is left unchanged. It is
// an error if there are several tokens of the name, or if the caller does not know when its token was
// created and nothing else proves that it is the listed one: since then, another token may have been
// issued with the name.
func (s *System) Revoke(ctx context.Context, token pat.Token) error {
	if err := checkUserID(token.UserID); err != nil {
		return err
	}

	if err := checkName(token.ID); err != nil {
		return err
	}

	switch listed, err := s.namesakes(ctx, token); {
	case err != nil:
		return err
	case !slices.ContainsFunc(listed, token.SameAs):
		return nil
	case len(listed) > 1:
		return s.inseparable(token, listed)
	case !s.proven(token, listed[0]):
		return s.unproven(token, listed[0])
	default:
		// From here on, the creation time is known if the server returns it.
		token = listed[0]
	}

	request := rest.Request{
		Method: http.MethodDelete, Segments: tokenPath, Accept: asSentence,
		Query: url.Values{"userid": {token.UserID}, "tokenname": {token.ID}},
	}

	unlock, err := s.lockUser(ctx, token.UserID, oneWrite)
	if err != nil {
		return s.notSent(request, err)
	}
	defer unlock()

	response, err := s.rest.Do(ctx, request)

	switch {
	case err == nil && confirms(response):
		return nil
	case err == nil:
		err = s.rest.UnexpectedResponse(request, response, errNotRevoked)
	case response.Status != http.StatusNotFound && response.Status != http.StatusBadRequest:
		return err
	}

	// The response to an unknown name is not documented, and the token may have been deleted by an
	// earlier attempt of this request.
	listed, lookErr := s.namesakes(ctx, token)

	switch {
	case lookErr != nil:
		return fmt.Errorf("%w; and could not determine whether the token still exists: %w", err, lookErr)
	case !slices.ContainsFunc(listed, token.SameAs):
		return nil
	}

	if missing, ok := errors.AsType[*pat.NotFoundError](err); ok {
		missing.Remedy = "The token is still listed, so this response is not a proof. Check that `url` names the server and that no proxy " +
			"responds in its place, or revoke the token in Universal Controller, under the user's Personal Access Tokens. " +
			"Nothing was changed, and the state was kept."
	}

	return err
}

// namesakes returns the listed tokens of the name, the oldest first. A user who does not exist has
// none.
func (s *System) namesakes(ctx context.Context, token pat.Token) ([]pat.Token, error) {
	list, err := s.writeListOf(token.UserID).read(ctx)
	if ended := ctx.Err(); err != nil && ended != nil {
		return nil, &pat.TransientError{Failure: pat.Failure{
			Tried: s.rest.Tried(http.MethodGet, tokenListPath...), Said: "the response was not awaited: " + ended.Error(), Err: ended,
		}}
	}

	tokens, err := s.selected(ctx, token.UserID, pat.TokenQuery{Name: pat.Some(token.ID)}, list, err)
	if _, gone := errors.AsType[*pat.GoneError](err); gone {
		return nil, nil
	}

	return tokens, err
}

// proven reports whether the only listed token of the name is the given one; if both creation times
// are known, they are equal. If only the server knows it, this process must have issued the token, or
// the expiries must be equal, because an expiry cannot be changed. If the server does not return it
// either, the name is the only distinction.
func (s *System) proven(token, listed pat.Token) bool {
	if !token.CreatedAt.IsZero() || listed.CreatedAt.IsZero() ||
		!token.ExpiresAt.IsZero() && token.ExpiresAt.Equal(listed.ExpiresAt) {
		return true
	}

	_, issued := s.unseen.Load(token.Key())

	return issued
}

// inseparable returns the error for a token that cannot be revoked without others of its name.
func (s *System) inseparable(token pat.Token, listed []pat.Token) error {
	created := make([]string, 0, len(listed))
	for _, namesake := range listed {
		created = append(created, createdAt(namesake))
	}

	return &pat.ValidationError{Failure: pat.Failure{
		Tried: s.rest.Tried(http.MethodDelete, tokenPath...),
		Said: fmt.Sprintf("not sent: the user with id %s has %d tokens named %q, created at %s, and Universal Controller "+
			"would revoke them all", token.UserID, len(listed), token.Name, strings.Join(created, " and ")),
		Remedy: "Revoke the right one in Universal Controller, under the user's Personal Access Tokens.",
	}}
}

// unproven returns the error for a token that may be another one than the listed one of its name.
func (s *System) unproven(token, listed pat.Token) error {
	return &pat.ValidationError{Failure: pat.Failure{
		Tried: s.rest.Tried(http.MethodDelete, tokenPath...),
		Said: fmt.Sprintf("not sent: the token named %q of the user with id %s was created at %s and %s, while the token to revoke "+
			"%s and has no recorded creation time. They may be two different tokens",
			listed.Name, listed.UserID, createdAt(listed), expiry(listed), expiry(token)),
		Remedy: "If they are the same token, run Terraform without -refresh=false: a refresh records its creation time. " +
			"Or revoke it in Universal Controller, under the user's Personal Access Tokens.",
	}}
}

// createdAt formats a token's creation time for an error.
func createdAt(token pat.Token) string {
	if token.CreatedAt.IsZero() {
		return "an unknown time"
	}

	return token.CreatedAt.Format(time.RFC3339)
}

// expiry formats a token's expiry for an error.
func expiry(token pat.Token) string {
	if token.ExpiresAt.IsZero() {
		return "never expires"
	}

	return "expires on " + token.ExpiresAt.Format(time.DateOnly)
}

// confirms reports whether Universal Controller itself says in a successful response that the token
// was revoked. Any other response, even an empty one, may come from a proxy, so the list decides.
func confirms(response rest.Response) bool {
	return response.Status == http.StatusOK && isSentence(response) && revokedWords.Match(response.Body)
}
