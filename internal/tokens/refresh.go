package tokens

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Refresh returns the record updated with what the server returned, with what is due by the clock and
// the recorded policy, and with the orphans that were found. It changes no argument and never removes
// a resource: the plan decides what to do about a token that does not exist. If it fails, its results
// must not be used.
func (e *Engine) Refresh(ctx context.Context, record Record, memory Memory) (Record, Memory, Notices) {
	var notices Notices

	if !e.checkPlatform(record, &notices) {
		return record, memory, notices
	}

	recorded := record.LiveToken()

	seen, err := e.lookForOrphans(ctx, record, memory)
	if err != nil {
		notices.add(StepFailed{Step: StepRead, Err: err})

		return record, memory, notices
	}

	pin, ok := e.checkServer(record, seen.shown, seen.gone, &notices)
	if !ok {
		return record, memory, notices
	}

	refreshed, moved := e.pinned(ctx, record, pin, seen.shown, &notices)

	if seen.gone != nil {
		refreshed.Current.Status = lifecycle.Known(pat.StatusMissing)
	} else {
		refreshed.Current = refreshed.Current.shown(seen.shown)
	}

	memory.Adopted = false

	if !moved { // A run that records the server's new URL does nothing else.
		refreshed, memory.Adopted = e.refreshRotation(ctx, refreshed, memory, seen.unrecorded, &notices)
		memory.Unanswered = false // Whatever the search found is now in state.
	}

	memory.UserGone = seen.gone != nil && seen.gone.UserGone

	e.warnClock(refreshed.byTime(), &notices)

	if !notices.Failed() {
		e.registry.AddRead(recorded)
		e.registry.AddVersion(refreshed.Version)
	}

	return refreshed, memory, notices
}

// refreshRotation records what is due: the token, by the policy in state, and each predecessor. It
// adopts the orphans among the tokens that were found, and reports whether there were any.
func (e *Engine) refreshRotation(
	ctx context.Context, record Record, memory Memory, unrecorded []pat.Token, notices *Notices,
) (refreshed Record, adopted bool) {
	record = record.dueNow(e.Clock.Now(), e.System.Traits())

	// First drop the predecessors that do not exist: if the name is the key, an orphan can have the
	// name of one.
	predecessors := e.review(ctx, record.Previous.V, record.Policy, notices)
	record.Previous = lifecycle.Known(predecessors)

	orphans := e.findOrphans(record, memory, unrecorded, notices)
	record.Previous = lifecycle.Known(e.adopt(predecessors, orphans, record.Policy, record.Generation.V, notices))

	return record, len(orphans) > 0
}
