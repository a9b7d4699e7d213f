package tokens

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// PlanDestroy reports what prevents a resource from being destroyed, and tokens that the user may not
// expect to be revoked with it.
func (e *Engine) PlanDestroy(state Record) Notices {
	var notices Notices

	if !e.checkDestroy(state, &notices) {
		return notices
	}

	for _, predecessor := range state.Previous.V {
		if predecessor.Orphan() && !predecessor.Due {
			notices.add(OrphanDestroyed{Token: predecessor.Token})
		}
	}

	return notices
}

// Destroy revokes the live token and all predecessors. If that fails, the record holds exactly the
// tokens that are still active.
func (e *Engine) Destroy(ctx context.Context, state Record) (Record, Notices) {
	var notices Notices

	e.registry.AddVersion(state.Version) // A replacement destroys first.

	if !e.requireServer(ctx, state, &notices) || !e.checkDestroy(state, &notices) {
		return state, notices
	}

	var living []lifecycle.Predecessor

	for _, predecessor := range state.Previous.V {
		if err := e.System.Revoke(ctx, predecessor.Token); err != nil {
			notices.add(StepFailed{Step: StepRevokePredecessor, Err: err})

			living = append(living, predecessor)
		}
	}

	live := state.LiveToken()

	if err := e.System.Revoke(ctx, live); err != nil {
		notices.add(StepFailed{Step: StepRevoke, Err: err})
	} else {
		e.registry.Remove(live.Key())

		state.Current.Status = lifecycle.Known(pat.StatusRevoked)
	}

	state.Previous = lifecycle.Known(living)

	return state, notices
}
