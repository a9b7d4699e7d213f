package lifecycle

import (
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

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
