package lifecycle

import (
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// strayHold is how long ago the last use of a stray may be for it to live on, unless the
// policy has a time of its own. Who uses it is not known.
const strayHold = 24 * time.Hour

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

// stray says whether it is a generation whose secret this state never held: what an
// interrupted run left, or what was issued after the state that is in use was saved.
func (p Predecessor) stray() bool { return p.SHA256 == "" && p.Generation > 0 }

// usedUnknownWhen says whether it is a stray that may be in use at any time.
func (p Predecessor) usedUnknownWhen() bool {
	return p.stray() && p.Token.Used && p.Token.LastUsedAt.IsZero()
}

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

// Found returns a live token of the lineage that state did not know of, as the
// predecessor that it becomes now. One that was never used is due: nobody has its secret.
// One that was used lives for an overlap at least, and while it is in use.
func (p Policy) Found(token pat.Token, generation int64, now time.Time) Predecessor {
	found := Predecessor{Token: token, Generation: generation, RetireAt: now.UTC()}
	if token.Used {
		found.RetireAt = p.Gentle().RetireAt(token.ExpiresAt, now)
	}

	return found
}

// Judge says whether a predecessor is due or held now, going by its RetireAt and its
// token's last use.
func (p Policy) Judge(predecessor Predecessor, now time.Time) Predecessor {
	past := !now.Before(predecessor.RetireAt)
	predecessor.Held = past && (p.hold(predecessor).holds(predecessor.Token, now) || predecessor.usedUnknownWhen())
	predecessor.Due = past && !predecessor.Held

	return predecessor
}

// hold is the policy with the hold that the predecessor has.
func (p Policy) hold(predecessor Predecessor) Policy {
	if predecessor.stray() && !p.HoldIfUsedWithin.Set {
		p.HoldIfUsedWithin = Value[time.Duration]{V: strayHold, Set: true}
	}

	return p
}

// HoldsNow says whether a token that is to be revoked at once, for there is no overlap,
// is to live on because it was used lately.
func (p Policy) HoldsNow(token pat.Token, now time.Time) bool { return p.holds(token, now) }

// Immediate says whether a predecessor is to be revoked in the run that issues its
// successor: only if the user said so.
func (p Policy) Immediate() bool { return p.Overlap.Set && p.Overlap.V == 0 }

// Gentle is the policy for tokens that were not expected: they may be another resource's,
// and have the default overlap where the user's own are to have none.
func (p Policy) Gentle() Policy {
	if p.Immediate() {
		p.Overlap = Value[time.Duration]{}
	}

	return p
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
		at := after.RetireAt(predecessor.Token.ExpiresAt, p.succeeded(predecessor, younger, current, generation))
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
// younger one need not be the successor: a sibling is found later, and is a predecessor
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

// holds says whether the token was used within the time that keeps it alive.
func (p Policy) holds(token pat.Token, now time.Time) bool {
	used := token.LastUsedAt

	return p.HoldIfUsedWithin.Set && !used.IsZero() && now.Sub(used) < p.HoldIfUsedWithin.V
}
