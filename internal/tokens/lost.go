package tokens

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

const (
	// cleanupTime is how long a cancelled run may take to revoke the tokens that it issued.
	cleanupTime = 30 * time.Second
	// lastLookTime is how long a new secret may wait for the last lookup of all requests that got no
	// response. Until the secret is saved, it exists only in this process.
	lastLookTime = 5 * time.Second
)

var errUnanswered = errors.New("three requests for a token got no response that says whether it was created")

// revokeLost revokes the token of this name, whose secret was lost with the response, and reports
// whether there was one. It continues for a limited time after ctx is cancelled.
func (i *Issuer) revokeLost(ctx context.Context, userID, name string) (found bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()

	return i.revokeLostWithin(ctx, userID, name)
}

// revokeLostWithin is revokeLost within ctx. No token of this name existed when the request was sent,
// so if there is exactly one, the request created it. If there are several, this run created only one
// of them, so none is revoked and the error names them all.
func (i *Issuer) revokeLostWithin(ctx context.Context, userID, name string) (found bool, err error) {
	tokens, err := i.system.Tokens(ctx, userID, pat.TokenQuery{Name: pat.Some(name)})
	if err != nil {
		return false, err
	}

	unrevoked := slices.DeleteFunc(slices.Clone(tokens), func(token pat.Token) bool { return token.Status == pat.StatusRevoked })

	switch len(unrevoked) {
	case 0:
		return len(tokens) > 0, nil
	case 1:
		if err := i.system.Revoke(ctx, unrevoked[0]); err != nil {
			return true, fmt.Errorf("token %s: %w", unrevoked[0].ID, err)
		}

		return true, nil
	default:
		return true, &severalError{tokens: unrevoked}
	}
}

// severalError means that one of several tokens of a name should be revoked, and it is unknown which.
type severalError struct{ tokens []pat.Token }

// Error names the tokens.
func (e *severalError) Error() string {
	labels := make([]string, 0, len(e.tokens))

	for _, token := range e.tokens {
		created := "created at a time that the server does not tell"
		if !token.CreatedAt.IsZero() {
			created = "created at " + token.CreatedAt.UTC().Format(time.RFC3339)
		}

		labels = append(labels, fmt.Sprintf("id %s, %s", token.ID, created))
	}

	return fmt.Sprintf("the user has %d tokens of this name (%s), and only one of them was issued by this run: none was revoked",
		len(e.tokens), strings.Join(labels, "; "))
}

// lookOnceMore looks up the names whose requests may have been processed late for the last time, and revokes their tokens. It returns a sentence for each name for which that did not succeed in
// time. It continues after ctx is cancelled.
func (i *Issuer) lookOnceMore(ctx context.Context, within time.Duration, userID string, names []string) []string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), within)
	defer cancel()

	var sentences []string

	for _, name := range names {
		if _, err := i.revokeLostWithin(ctx, userID, name); err != nil {
			sentences = append(sentences, fmt.Sprintf(
				"Token %q may still be active; its secret was lost with the response, and it could not be revoked: %s",
				name, err))
		}
	}

	return sentences
}

// failWithLost looks up the names for the last time, revokes their tokens, and returns the cause
// extended by what may be left.
func (i *Issuer) failWithLost(ctx context.Context, userID string, names []string, cause error) error {
	if len(names) == 0 {
		return cause
	}

	left := i.lookOnceMore(ctx, time.Duration(len(names))*cleanupTime, userID, names)
	if len(left) == 0 {
		return fmt.Errorf("%w The tokens that may have been issued (%s) do not exist, or were revoked. "+
			"If one appears later among the tokens of the user with id %s, revoke it",
			sentence{cause}, strings.Join(names, ", "), userID)
	}

	// The error lists all names, because a token that the last lookup did not find may still appear.
	return fmt.Errorf("%w %s. Check the tokens of the user with id %s, and revoke those of %s that exist",
		sentence{cause}, strings.Join(left, ". "), userID, strings.Join(names, ", "))
}

// sentence is an error whose text ends with a full stop, so that another sentence can follow.
type sentence struct{ cause error }

// Error returns the error's text with a full stop.
func (s sentence) Error() string { return strings.TrimSuffix(s.cause.Error(), ".") + "." }

// Unwrap returns the error.
func (s sentence) Unwrap() error { return s.cause }
