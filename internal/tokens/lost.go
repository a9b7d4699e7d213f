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
	// cleanupTime is how long a cancelled run may still take to revoke what it issued.
	cleanupTime = 30 * time.Second
	// lastLookTime is how long a new secret may wait, all names together, for the last look at
	// requests that were not answered: until it is saved it is nowhere but in this process.
	lastLookTime = 5 * time.Second
)

var errUnanswered = errors.New("three requests for a token got no response that says whether it was created")

// revokeLost revokes the token of this name, whose secret was lost with an answer, and
// says whether there was one. It works on after ctx is cancelled, for a bounded time.
func (i *Issuer) revokeLost(ctx context.Context, userID, name string) (found bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()

	return i.revokeLostWithin(ctx, userID, name)
}

// revokeLostWithin is revokeLost within ctx. There was no token of this name when its request was
// sent, so that a single one is what the request made. Of several, others made all but one:
// none is revoked, and the error names them.
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

// severalError says that one of several tokens of a name is to be revoked, and nothing tells
// which.
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

// lookOnceMore takes the last look at names whose request may have been carried out late, and
// returns a sentence for each that it could not settle within the time. It works on after
// ctx is cancelled.
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

// failWithLost takes the last look, revokes what it finds, and returns the error with what may
// be left.
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

	// All names, for what was not there at the last look may still appear.
	return fmt.Errorf("%w %s. Check the tokens of the user with id %s, and revoke those of %s that exist",
		sentence{cause}, strings.Join(left, ". "), userID, strings.Join(names, ", "))
}

// sentence is an error that ends with a full stop, for another sentence to follow.
type sentence struct{ cause error }

// Error returns the error's text as a whole sentence.
func (s sentence) Error() string { return strings.TrimSuffix(s.cause.Error(), ".") + "." }

// Unwrap returns the error.
func (s sentence) Unwrap() error { return s.cause }
