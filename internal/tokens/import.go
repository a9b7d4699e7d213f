package tokens

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// NameMark is the prefix of an import id's token part that forces it to be read as a name.
const NameMark = "name="

// Import returns the record of a user's token, both given as in an import id. It changes nothing on
// the server, and cannot determine the secret. Only an active token can be imported, because the next
// apply would reissue any other.
func (e *Engine) Import(ctx context.Context, user, token string) (Record, Notices) {
	var notices Notices

	owner, err := e.importedUser(ctx, user)
	if err != nil {
		notices.add(StepFailed{Step: StepFindImportedUser, Err: err})

		return Record{}, notices
	}

	found, err := Find(ctx, e.System, owner.ID, token)
	if err != nil {
		notices.add(StepFailed{Step: StepFindImportedToken, Err: err})

		return Record{}, notices
	}

	if found.Status != pat.StatusActive {
		notices.add(ImportInactive{Token: found, Owner: owner})
	}

	// Once per run: a CLI does not combine warnings that belong to no argument.
	if !notices.Failed() && !e.importWarned.Swap(true) {
		notices.add(SecretUnknown{Name: found.Name})
	}

	return e.Imported(owner, found), notices
}

// importedUser finds a user by id or username. A username that is not found may be a user id of
// another platform, but a username may also look like such an id, so the server is queried first.
func (e *Engine) importedUser(ctx context.Context, text string) (pat.User, error) {
	invalid := e.userIDError(text)
	if invalid == nil {
		return e.System.User(ctx, pat.UserRef{ID: text})
	}

	user, err := e.System.User(ctx, pat.UserRef{Username: text})

	var denied *pat.PermissionError
	if invalid.Of.Set && (notFound(err) || errors.As(err, &denied)) {
		return pat.User{}, invalid
	}

	return user, err
}

// Imported returns the record of a token that exists on this server.
func (e *Engine) Imported(owner pat.User, token pat.Token) Record {
	record := AdoptedRecord(owner, token).on(e.System)
	record.Username = setUnlessEmpty(owner.Username)

	return record
}

// Find returns a user's token by id, if the platform has token ids, or by name.
func Find(ctx context.Context, system pat.System, userID, token string) (pat.Token, error) {
	name, forced := strings.CutPrefix(token, NameMark)
	if system.Traits().TokenIDs && !forced && pat.IsNumber(token) {
		return system.Token(ctx, pat.Key{UserID: userID, TokenID: token})
	}

	return FindByName(ctx, system, userID, name)
}

// FindByName returns a user's only token of that name.
func FindByName(ctx context.Context, system pat.System, userID, name string) (pat.Token, error) {
	tokens, err := system.Tokens(ctx, userID, pat.TokenQuery{Name: pat.Some(name)})

	switch {
	case err != nil:
		return pat.Token{}, err
	case len(tokens) == 0:
		return pat.Token{}, fmt.Errorf("the user with id %s has no token named %s; names are matched exactly", userID, pat.Quote(name))
	case len(tokens) > 1:
		return pat.Token{}, fmt.Errorf("the user with id %s has %d tokens named %q; use an id, such as %s",
			userID, len(tokens), name, tokens[0].ID)
	default:
		return tokens[0], nil
	}
}
