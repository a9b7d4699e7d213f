package tokens

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// CheckClock is warnClock for a list of tokens that the filter selects.
func (e *Engine) CheckClock(filter Filter) Notices {
	var notices Notices

	e.warnClock(filter.byTime(), &notices)

	return notices
}

// warnClock warns, once per process, that the runner's clock differs from the server's, if the
// operation made a decision by time.
func (e *Engine) warnClock(byTime bool, notices *Notices) {
	if !byTime {
		return
	}

	if difference, differs := e.Clock.Difference(); differs && !e.clockWarned.Swap(true) {
		notices.add(ClockDiffers{ClockDifference: difference})
	}
}

// byTime reports whether any decision about the token depends on the time.
func (r Record) byTime() bool {
	return r.Current.ExpiresAt.Set || r.Policy != lifecycle.Policy{} || len(r.Previous.V) > 0
}

// fetchServerTime makes sure that the server's time is known before an update makes a decision or
// computes an expiry with it: a process that applies a saved plan has not sent a request yet. It
// returns false if that failed.
func (e *Engine) fetchServerTime(ctx context.Context, state, plan Record, memory Memory, notices *Notices) bool {
	decided := e.decide(state, plan, memory).Action
	if decided == lifecycle.Keep || decided == lifecycle.Refuse || e.Clock.Known() {
		return true
	}

	if !e.checkPlatform(state, notices) {
		return false
	}

	// Any request would do. This one is sent once for all tokens of a user, and every account that
	// can issue the tokens is allowed to send it.
	if _, err := e.Recipient(ctx, pat.UserRef{ID: state.Owner.ID.V}); err != nil && !e.Clock.Known() {
		notices.add(StepFailed{Step: StepFindUser, Err: err})

		return false
	}

	return true
}
