package tokens

import (
	"context"
	"slices"
)

// A run never revokes the token that the provider logs in with. A destroy and the action check that
// here; retire.go skips such a predecessor, and update.go such a token that would be revoked before
// its successor is issued.

// owns reports whether a secret with this SHA-256 is the provider's own credential.
func (e *Engine) owns(sha256 string) bool { return sha256 != "" && sha256 == e.Credential }

// checkDestroy refuses to revoke the token that the provider logs in with.
func (e *Engine) checkDestroy(state Record, notices *Notices) bool {
	for _, token := range append(slices.Clone(state.Previous.V), state.AsPredecessor()) {
		if e.owns(token.SHA256) {
			notices.add(OwnCredential{Token: token.Token})

			return false
		}
	}

	return true
}

// CheckOwnUser refuses a user whose tokens may include the one that the provider logs in with. Only
// the user can be compared: a list has no secrets, and the last use of a token proves nothing,
// because other tokens of the user are used at the same time.
func (e *Engine) CheckOwnUser(ctx context.Context, userID string) Notices {
	if !e.MayBeToken {
		return nil
	}

	switch self, err := e.System.CurrentUser(ctx); {
	case err != nil:
		return Notices{OwnUserUnknown{Err: err}}
	case self.ID == userID:
		return Notices{OwnUser{User: self}}
	default:
		return nil
	}
}
