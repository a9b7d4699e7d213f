package lifecycle

import (
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// This file decides how long a token stays active after it was succeeded: its overlap, and the hold.
// Other rules apply to an orphan, which another state may have issued.

// defaultOverlap is how long a predecessor stays active by default. It is shorter if the successor is
// issued less than that before the predecessor expires.
const defaultOverlap = 24 * time.Hour

// Predecessor is a token that was succeeded by another and may stay active for a while.
type Predecessor struct {
	Token      pat.Token
	Generation int64
	// RetireAt is when the predecessor is to be revoked.
	RetireAt time.Time
	// SHA256 is that of the secret; empty if the token was imported.
	SHA256 string
	// Due is true once RetireAt has passed and nothing holds the predecessor.
	Due bool
	// Held is true while the predecessor is kept after RetireAt because it was used recently.
	Held bool
}

// Orphan reports whether the predecessor is a generation whose secret was never in this state.
func (p Predecessor) Orphan() bool { return p.SHA256 == "" && p.Generation > 0 }

// capped reports whether RetireAt is the token's own expiry.
func (p Predecessor) capped() bool { return p.RetireAt.Equal(p.Token.ExpiresAt) }

// RetireAt returns when a token is to be revoked whose successor was created at the given time: after
// the overlap, and never later than it expires. An expiry before the successor's creation is ignored:
// the server evidently read it otherwise, which is possible if expiries are dates, and the token's
// consumers need the overlap.
func (p Policy) RetireAt(expires, successor time.Time) time.Time {
	at := successor.Add(p.overlap())
	if expires.After(successor) && expires.Before(at) {
		at = expires
	}

	return at.UTC()
}

// HoldsNow reports whether a due token is kept because it was used recently. If the time of the last
// use is missing or cannot be read, it may have been a moment ago.
func (p Policy) HoldsNow(token pat.Token, now time.Time) bool {
	if !p.HoldIfUsedWithin.Set {
		return false
	}

	if token.LastUsedAt.IsZero() {
		return token.Used
	}

	return now.Sub(token.LastUsedAt) < p.HoldIfUsedWithin.V
}

// Immediate reports whether a predecessor is to be revoked in the run that issues its successor: only
// if the configuration says so.
func (p Policy) Immediate() bool { return p.Overlap.Set && p.Overlap.V == 0 }

// overlap returns how long a predecessor stays active.
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

// Judge determines whether a predecessor is due or held now, from its RetireAt and its token's last
// use.
func (p Policy) Judge(predecessor Predecessor, now time.Time) Predecessor {
	past := !now.Before(predecessor.RetireAt)
	predecessor.Held = past && p.holdOf(predecessor).HoldsNow(predecessor.Token, now)
	predecessor.Due = past && !predecessor.Held

	return predecessor
}

// HeldUntil returns when the hold on a predecessor ends if its token is not used again. It is zero if
// the time of the last use is unknown.
func (p Policy) HeldUntil(predecessor Predecessor) time.Time {
	if predecessor.Token.LastUsedAt.IsZero() {
		return time.Time{}
	}

	return predecessor.Token.LastUsedAt.Add(p.holdOf(predecessor).HoldIfUsedWithin.V)
}

// Reschedule updates RetireAt of every predecessor after the argument overlap was edited: each stays
// active that long from when it was succeeded. current is the live token; predecessors are newest
// first. If overlap did not change, RetireAt stays.
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

// succeeded returns when the predecessor was succeeded, rather too late than too early. It is derived
// from RetireAt, unless the predecessor's own expiry came first. The next younger predecessor need
// not be the successor: an orphan is found later, and is a predecessor from then on, even of a live
// token that is older; and a successor that was revoked is no longer listed.
func (p Policy) succeeded(predecessor, younger Predecessor, current pat.Token, generation int64) time.Time {
	at := predecessor.RetireAt.Add(-p.overlap())
	if predecessor.capped() {
		at = predecessor.RetireAt
	}

	if next := younger.Token.CreatedAt; younger.Generation == predecessor.Generation+1 && at.Before(next) {
		at = next // An edit of before_expiry has changed the default overlap since then.
	}

	newest := current.CreatedAt
	if predecessor.Generation <= generation && !newest.IsZero() && at.After(newest) {
		at = newest
	}

	return at
}

// orphanTime is how long an orphan stays active at least after its creation, and after its last use
// if the policy has no hold. Another state may have issued it a moment ago, and its consumer may not have
// logged in yet.
const orphanTime = 24 * time.Hour

// Orphan is an active token of a series that is not in this state and is not known to belong to
// another resource.
type Orphan struct {
	Token      pat.Token
	Generation int64
}

// Orphans returns the orphans among the tokens of a user; known reports which tokens are not orphans.
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

// Adopt returns an orphan as a predecessor from now on. It is never revoked at once.
func (p Policy) Adopt(orphan Orphan, now time.Time) Predecessor {
	return Predecessor{Token: orphan.Token, Generation: orphan.Generation, RetireAt: p.orphanUntil(orphan.Token, now)}
}

// orphanUntil returns when an orphan that was found at the given time is revoked: after the overlap,
// and at least a day after its creation.
func (p Policy) orphanUntil(token pat.Token, found time.Time) time.Time {
	at := p.orphanPolicy().RetireAt(token.ExpiresAt, found)
	day := Policy{Overlap: Value[time.Duration]{V: orphanTime, Set: true}}.RetireAt(token.ExpiresAt, token.CreatedAt)

	if day.After(at) {
		return day
	}

	return at
}

// orphanPolicy is the policy for orphans, which another state may have issued: they have the default
// overlap even if the resource's own predecessors have none.
func (p Policy) orphanPolicy() Policy {
	if p.Immediate() {
		p.Overlap = Value[time.Duration]{}
	}

	return p
}

// holdOf is the policy with the hold for the predecessor: an orphan always has one.
func (p Policy) holdOf(predecessor Predecessor) Policy {
	if predecessor.Orphan() && !p.HoldIfUsedWithin.Set {
		p.HoldIfUsedWithin = Value[time.Duration]{V: orphanTime, Set: true}
	}

	return p
}
