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

// revokedWords is how Universal Controller confirms a revocation, "Personal access token revoked
// successfully.".
var revokedWords = regexp.MustCompile(`(?i)revoked successfully`)

var errNotRevoked = errors.New("the response does not confirm that the token was revoked, and the token is still listed")

// Revoke deletes the token, and with it its row. Universal Controller revokes by name, so
// Revoke reads the list first and sends the request only where it can revoke nothing but
// this token. A token that is not listed needs nothing, and one of the same name that was
// created at another time is left alone. Several of the name are an error, and so is one
// where the caller does not know when its token was created and nothing else tells that it
// is the one listed: another token may have taken the name since.
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
		// From here on the creation time is known, if the server shows any.
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

	answer, err := s.rest.Do(ctx, request)

	switch {
	case err == nil && confirms(answer):
		return nil
	case err == nil:
		err = s.rest.UnexpectedAnswer(request, answer, errNotRevoked)
	case answer.Status != http.StatusNotFound && answer.Status != http.StatusBadRequest:
		return err
	}

	// How an unknown name is answered is documented nowhere, and a repeated request may
	// find its own work done.
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

// namesakes returns the listed tokens of the name, from the oldest on. A user who does not
// exist has none.
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

// proven says whether the only listed token of the name is this one, for one of the same
// creation time, as far as that is known. Where only the server knows it, this process must
// have issued the token, or the expiry agree, which nobody can change. Where the server does
// not show it either, the name is all that tells one token from another.
func (s *System) proven(token, listed pat.Token) bool {
	if !token.CreatedAt.IsZero() || listed.CreatedAt.IsZero() ||
		!token.ExpiresAt.IsZero() && token.ExpiresAt.Equal(listed.ExpiresAt) {
		return true
	}

	_, issued := s.unseen.Load(token.Key())

	return issued
}

// inseparable is the refusal to revoke a token together with others of its name.
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

// unproven is the refusal to revoke a token that is probably another one of the name.
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

// createdAt returns a token's creation time for an error.
func createdAt(token pat.Token) string {
	if token.CreatedAt.IsZero() {
		return "an unknown time"
	}

	return token.CreatedAt.Format(time.RFC3339)
}

// expiry returns when a token expires, for an error.
func expiry(token pat.Token) string {
	if token.ExpiresAt.IsZero() {
		return "never expires"
	}

	return "expires on " + token.ExpiresAt.Format(time.DateOnly)
}

// confirms says whether a successful answer is Universal Controller's own word that the
// token is revoked. Any other, an empty one too, is for the list to tell from that of a
// proxy to which all is well.
func confirms(answer rest.Answer) bool {
	return answer.Status == http.StatusOK && isSentence(answer) && revokedWords.Match(answer.Body)
}
