package lifecycle

import (
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Predecessor is a token that was succeeded by another and may live on for a while.
type Predecessor struct {
	Token      pat.Token
	Generation int64
	// RetireAt is when it is to be revoked.
	RetireAt time.Time
	// SHA256 is that of its secret; empty for one that was imported.
	SHA256 string
	// Due is true once RetireAt has passed and nothing holds it.
	Due bool
	// Held is true while it lives beyond RetireAt because it was used lately.
	Held bool
}

// Orphan says whether it is a generation whose secret this state never held.
func (p Predecessor) Orphan() bool { return p.SHA256 == "" && p.Generation > 0 }

// capped says whether it is to be revoked only because it expires by itself then.
func (p Predecessor) capped() bool { return p.RetireAt.Equal(p.Token.ExpiresAt) }

// RetireAt returns when a token is to be revoked whose successor was created then: after
// the overlap, and never later than it expires by itself. An expiry that had passed by
// then does not count: the server evidently read it otherwise, as it may where expiries
// are dates, and whoever uses the token needs the overlap.
func (p Policy) RetireAt(expires, successor time.Time) time.Time {
	at := successor.Add(p.overlap())
	if expires.After(successor) && expires.Before(at) {
		at = expires
	}

	return at.UTC()
}

// HoldsNow says whether a token that is due stays alive because it was used lately. A use
// whose time the server does not tell, or tells in a form that cannot be read, may have been a
// moment ago.
func (p Policy) HoldsNow(token pat.Token, now time.Time) bool {
	if !p.HoldIfUsedWithin.Set {
		return false
	}

	if token.LastUsedAt.IsZero() {
		return token.Used
	}

	return now.Sub(token.LastUsedAt) < p.HoldIfUsedWithin.V
}

// Immediate says whether a predecessor is to be revoked in the run that issues its
// successor: only if the user said so.
func (p Policy) Immediate() bool { return p.Overlap.Set && p.Overlap.V == 0 }
