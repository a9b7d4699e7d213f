package tokens

import (
	"context"
	"slices"
)

// A run never revokes what the provider logs in with. A destroy and the action ask here; retire.go leaves
// out a predecessor that is due, and update.go a token that would be revoked before another is issued.

// owns says whether a secret of this SHA-256 is the provider's own credential.
func (e *Engine) owns(sha256 string) bool { return sha256 != "" && sha256 == e.Credential }

// checkDestroy refuses to revoke what the provider logs in with.
func (e *Engine) checkDestroy(state Record, notices *Notices) bool {
	for _, token := range append(slices.Clone(state.Previous.V), state.AsPredecessor()) {
		if e.owns(token.SHA256) {
			notices.add(OwnCredential{Token: token.Token})

			return false
		}
	}

	return true
}

// CheckOwnUser refuses a user of whom a token may be what the provider logs in with. Only
// whose token that is can be known: a list shows no secret to compare it with, and the last
// use of a token is not proof, for others are in use at the same time.
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
