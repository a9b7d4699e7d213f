package lifecycle

import (
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// How long a token lives that was succeeded by another: its overlap, and the hold. An orphan, which
// may be another state's, is one with rules of its own.

// defaultOverlap is how long a predecessor lives on where nothing else is said, or as
// long as a token is issued before its predecessor expires, if that is shorter.
const defaultOverlap = 24 * time.Hour

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

// overlap returns how long a predecessor lives.
func (p Policy) overlap() time.Duration {
	switch {
	case p.Overlap.Set:
		return p.Overlap.V
	case p.BeforeExpiry.Set:
		return min(defaultOverlap, p.BeforeExpiry.V)
	default:
		return defaultOverlap
	}
}

// Judge says whether a predecessor is due or held now, going by its RetireAt and its
// token's last use.
func (p Policy) Judge(predecessor Predecessor, now time.Time) Predecessor {
	past := !now.Before(predecessor.RetireAt)
	predecessor.Held = past && p.holdOf(predecessor).HoldsNow(predecessor.Token, now)
	predecessor.Due = past && !predecessor.Held

	return predecessor
}

// Reschedule sets RetireAt of every predecessor anew after overlap was edited, the argument
// itself: each lives that long from when it was succeeded. current is the live token;
// predecessors are newest first. Where overlap is as it was, RetireAt stays.
func (p Policy) Reschedule(
	after Policy, predecessors []Predecessor, current pat.Token, generation int64,
) []Predecessor {
	if p.Overlap == after.Overlap {
		return predecessors
	}

	rescheduled := make([]Predecessor, 0, len(predecessors))
	younger := Predecessor{Token: current, Generation: generation}

	for _, predecessor := range predecessors {
		succeeded := p.succeeded(predecessor, younger, current, generation)

		at := after.RetireAt(predecessor.Token.ExpiresAt, succeeded)
		if predecessor.Orphan() {
			at = after.orphanUntil(predecessor.Token, succeeded)
		}

		if predecessor.capped() && at.After(predecessor.RetireAt) {
			at = predecessor.RetireAt
		}

		younger = predecessor
		predecessor.RetireAt = at
		rescheduled = append(rescheduled, predecessor)
	}

	return rescheduled
}

// succeeded returns when the predecessor got its successor, and errs on the late side.
// What is recorded tells it, unless the predecessor's own expiry came first. The next
// younger one need not be the successor: an orphan is found later, and is a predecessor
// from then on, even of a live token that is older; and a successor that was revoked is no
// longer there to ask.
func (p Policy) succeeded(predecessor, younger Predecessor, current pat.Token, generation int64) time.Time {
	at := predecessor.RetireAt.Add(-p.overlap())
	if predecessor.capped() {
		at = predecessor.RetireAt
	}

	if next := younger.Token.CreatedAt; younger.Generation == predecessor.Generation+1 && at.Before(next) {
		at = next // An edited before_expiry has changed the default overlap since.
	}

	newest := current.CreatedAt
	if predecessor.Generation <= generation && !newest.IsZero() && at.After(newest) {
		at = newest
	}

	return at
}

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

// Orphans returns the orphans among the tokens of a user; known says which are not.
func (n Names) Orphans(tokens []pat.Token, known func(pat.Token) bool) []Orphan {
	var orphans []Orphan

	for _, token := range tokens {
		generation, ok := n.Generation(token.Name)
		if ok && token.Status == pat.StatusActive && !known(token) {
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
