package tokens

import (
	"context"
	"slices"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// review reads each predecessor, drops those that no longer work, and determines which are due and
// which are held. It changes nothing on the server.
func (e *Engine) review(
	ctx context.Context, predecessors []lifecycle.Predecessor, policy lifecycle.Policy, notices *Notices,
) []lifecycle.Predecessor {
	living := make([]lifecycle.Predecessor, 0, len(predecessors))

	for _, predecessor := range predecessors {
		examined, alive, err := e.examine(ctx, e.System, predecessor, policy, notices)
		if err != nil {
			notices.add(StepFailed{Step: StepReadPredecessor, Err: err})
		}

		if alive {
			living = append(living, examined)
		}

		if err == nil && examined.Held {
			e.registry.AddInUse(examined)
		}
	}

	return living
}

// retire revokes the predecessors that are due, and returns those that are still active. It reads the
// last use again just before, so that a consumer that used the token after the plan is not cut off. A
// failure is a warning: the predecessor stays, and the next run tries again.
func (e *Engine) retire(
	ctx context.Context, predecessors []lifecycle.Predecessor, policy lifecycle.Policy, notices *Notices,
) []lifecycle.Predecessor {
	living := make([]lifecycle.Predecessor, 0, len(predecessors))

	for _, predecessor := range predecessors {
		examined, alive, err := e.examine(ctx, e.Direct, predecessor, policy, notices)
		if err == nil && alive && examined.Due {
			err = e.System.Revoke(ctx, examined.Token)
			alive = err != nil
		}

		if err != nil {
			notices.add(NotRevoked{Token: predecessor.Token, Err: err})
		}

		if alive {
			living = append(living, examined)
		}

		if err == nil && examined.Held {
			notices.add(Held{Predecessor: examined, Until: policy.HeldUntil(examined)})
		}
	}

	return living
}

// examine reads one predecessor and determines whether it is active, due or held. If reading fails,
// it returns the predecessor unchanged.
func (e *Engine) examine(
	ctx context.Context, system pat.System, predecessor lifecycle.Predecessor, policy lifecycle.Policy, notices *Notices,
) (examined lifecycle.Predecessor, alive bool, err error) {
	shown, gone, err := findRecorded(ctx, system, predecessor.Token)
	if err != nil {
		return predecessor, true, err
	}

	// A token that is the live token of another resource is not a predecessor of this one.
	if gone != nil || shown.Status != pat.StatusActive || e.registry.Has(shown) {
		return predecessor, false, nil //nolint:nilerr // A missing predecessor is not an error.
	}

	predecessor.Token = shown
	predecessor = policy.Judge(predecessor, e.Clock.Now())

	if predecessor.Due && e.owns(predecessor.SHA256) {
		predecessor.Due = false

		notices.add(OwnPredecessor{Token: predecessor.Token})
	}

	return predecessor, true, nil
}

// retireDue reschedules the predecessors of a state if the policy was edited, and revokes those that
// are due. It returns false if the configured server is not theirs.
func (e *Engine) retireDue(ctx context.Context, state, record Record, notices *Notices) (Record, bool) {
	predecessors := state.Previous.V
	if len(predecessors) == 0 {
		return record, true
	}

	if !e.requireServer(ctx, record, notices) {
		return record, false
	}

	if live := state.AsPredecessor(); state.Policy != record.Policy {
		predecessors = state.Policy.Reschedule(record.Policy, predecessors, live.Token, live.Generation)
	}

	record.Previous = lifecycle.Known(e.retire(ctx, predecessors, record.Policy, notices))

	return record, true
}

// succeed sets when the predecessors are to be revoked, given when their successor was created; if
// the server did not send that, it is now. Predecessors that already have such a time keep it.
func (e *Engine) succeed(predecessors []lifecycle.Predecessor, successor time.Time, policy lifecycle.Policy) []lifecycle.Predecessor {
	if successor.IsZero() {
		successor = e.Clock.Now()
	}

	succeeded := slices.Clone(predecessors)
	for i, predecessor := range succeeded {
		if predecessor.RetireAt.IsZero() {
			succeeded[i].RetireAt = policy.RetireAt(predecessor.Token.ExpiresAt, successor)
		}
	}

	return succeeded
}
