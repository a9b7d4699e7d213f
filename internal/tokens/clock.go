package tokens

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// CheckClock is warnClock for a list of tokens that the filter selects from.
func (e *Engine) CheckClock(filter Filter) Notices {
	var notices Notices

	e.warnClock(filter.byTime(), &notices)

	return notices
}

// warnClock warns, once in a process, of a runner whose clock differs from the server's, if an
// operation has decided by time.
func (e *Engine) warnClock(byTime bool, notices *Notices) {
	if !byTime {
		return
	}

	if difference, differs := e.Clock.Difference(); differs && !e.clockWarned.Swap(true) {
		notices.add(ClockDiffers{ClockDifference: difference})
	}
}

// byTime says whether anything about the token is decided by time.
func (r Record) byTime() bool {
	return r.Current.ExpiresAt.Set || r.Policy != lifecycle.Policy{} || len(r.Previous.V) > 0
}

// learnTime has the server tell its time before an update decides by it, or counts an expiry from it: a
// process that applies a saved plan has not sent anything yet. It returns false if that failed.
func (e *Engine) learnTime(ctx context.Context, state, plan Record, memory Memory, notices *Notices) bool {
	decided := e.decide(state, plan, memory).Action
	if decided == lifecycle.Keep || decided == lifecycle.Refuse || e.Clock.Known() {
		return true
	}

	if !e.checkPlatform(state, notices) {
		return false
	}

	// Any request would do. This one is sent once for all tokens of a user, and an account that can
	// issue them can send it.
	if _, err := e.Recipient(ctx, pat.UserRef{ID: state.Owner.ID.V}); err != nil && !e.Clock.Known() {
		notices.add(StepFailed{Step: StepFindUser, Err: err})

		return false
	}

	return true
}
