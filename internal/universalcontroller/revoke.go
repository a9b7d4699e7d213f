package universalcontroller

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// revoked is how Universal Controller confirms a revocation, "Personal access token revoked
// successfully.".
var revoked = regexp.MustCompile(`(?i)revoked successfully`)

var errNotRevoked = errors.New("the answer does not say that the token was revoked, and the token is still listed")

// Revoke deletes the token, and with it its row. Universal Controller revokes by name, so
// the list is read first: a token that is not there needs nothing, and one of the same name
// that was created at another time is left alone. Where both have the name, nothing is
// sent, for the request would take both.
func (s *System) Revoke(ctx context.Context, token pat.Token) error {
	if err := checkName(token.ID); err != nil {
		return err
	}

	switch ours, others, err := s.namesakes(ctx, token); {
	case err != nil:
		return err
	case ours == 0:
		return nil
	case others > 0:
		return s.inseparable(token)
	}

	request := rest.Request{
		Method: http.MethodDelete, Segments: tokenPath, Accept: asSentence,
		Query: url.Values{"userid": {token.UserID}, "tokenname": {token.ID}},
	}

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
	ours, _, lookErr := s.namesakes(ctx, token)

	switch {
	case lookErr != nil:
		return fmt.Errorf("%w; and whether the token is still there could not be learned: %w", err, lookErr)
	case ours == 0:
		return nil
	}

	if missing, ok := errors.AsType[*pat.NotFoundError](err); ok {
		missing.Remedy = "The token is still listed, so this proves nothing. Check that `url` names the server and that no proxy " +
			"answers in its place, or revoke the token in Universal Controller, under the user's Personal Access Tokens. " +
			"Nothing was changed or forgotten."
	}

	return err
}

// namesakes counts the listed tokens of the name that are this one, and those that are
// not. A user who does not exist has none.
func (s *System) namesakes(ctx context.Context, token pat.Token) (ours, others int, err error) {
	tokens, err := s.Tokens(ctx, token.UserID, pat.TokenQuery{Name: pat.Some(token.ID)})
	if _, gone := errors.AsType[*pat.GoneError](err); gone {
		return 0, 0, nil
	}

	for _, listed := range tokens {
		if listed.SameAs(token) {
			ours++
		} else {
			others++
		}
	}

	return ours, others, err
}

// inseparable is the refusal to revoke a token together with somebody else's.
func (s *System) inseparable(token pat.Token) error {
	return &pat.ValidationError{Failure: pat.Failure{
		Tried: s.rest.Tried(http.MethodDelete, tokenPath...),
		Said: fmt.Sprintf("not sent: the user with id %s has several tokens named %q, and Universal Controller "+
			"would revoke them all", token.UserID, token.Name),
		Remedy: "Revoke the right one in Universal Controller, under the user's Personal Access Tokens.",
	}}
}

// confirms says whether a successful answer is Universal Controller's own word that the
// token is revoked. Any other, an empty one too, is for the list to tell from that of a
// proxy to which all is well.
func confirms(answer rest.Answer) bool {
	return answer.Status == http.StatusOK && isSentence(answer) && revoked.Match(answer.Body)
}
