package lifecycle

import (
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// orphanTime is how long an orphan lives after its creation at least, and after its last use
// where the policy has no hold of its own. Another state may have issued it a moment ago, for a
// consumer that has not logged in yet.
const orphanTime = 24 * time.Hour

// Orphan is an active token of a series that is neither in the state that asks nor known to be
// another resource's.
type Orphan struct {
	Token      pat.Token
	Generation int64
}

// Orphans returns the orphans among the tokens of a user; known are the tokens that are not.
func (n Names) Orphans(tokens []pat.Token, known func(pat.Key) bool) []Orphan {
	var orphans []Orphan

	for _, token := range tokens {
		generation, ok := n.Generation(token.Name)
		if ok && token.Status == pat.StatusActive && !known(token.Key()) {
			orphans = append(orphans, Orphan{Token: token, Generation: generation})
		}
	}

	return orphans
}

// Adopt returns an orphan as the predecessor that it becomes now. It is never revoked at once.
func (p Policy) Adopt(orphan Orphan, now time.Time) Predecessor {
	return Predecessor{Token: orphan.Token, Generation: orphan.Generation, RetireAt: p.orphanUntil(orphan.Token, now)}
}

// orphanUntil returns when an orphan is revoked that was found then: after the overlap, and not
// within a day of its creation.
func (p Policy) orphanUntil(token pat.Token, found time.Time) time.Time {
	at := p.gentle().RetireAt(token.ExpiresAt, found)
	day := Policy{Overlap: Value[time.Duration]{V: orphanTime, Set: true}}.RetireAt(token.ExpiresAt, token.CreatedAt)

	if day.After(at) {
		return day
	}

	return at
}

// gentle is the policy for orphans: they may be another state's, and have the default overlap
// where the resource's own predecessors have none.
func (p Policy) gentle() Policy {
	if p.Immediate() {
		p.Overlap = Value[time.Duration]{}
	}

	return p
}

// holdOf is the policy with the hold that applies to the predecessor: an orphan always has one.
func (p Policy) holdOf(predecessor Predecessor) Policy {
	if predecessor.Orphan() && !p.HoldIfUsedWithin.Set {
		p.HoldIfUsedWithin = Value[time.Duration]{V: orphanTime, Set: true}
	}

	return p
}
