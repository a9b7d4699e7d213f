package tokens

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// CheckClock warns, once in a process, of a runner whose clock is not the server's.
func (e *Engine) CheckClock() Notices {
	var notices Notices

	e.warnClock(&notices)

	return notices
}

// warnClock is CheckClock for an operation that has other notices.
func (e *Engine) warnClock(notices *Notices) {
	difference, differs := e.Clock.Difference()
	if differs && !e.clockWarned.Swap(true) {
		notices.add(ClockDiffers{ClockDifference: difference})
	}
}

// learnTime makes the server tell its time before an update decides by it, or counts an expiry from
// it: the process of an apply may not have sent anything yet. It returns false if the server did not
// respond.
func (e *Engine) learnTime(ctx context.Context, state, plan Record, memory Memory, notices *Notices) bool {
	switch e.decide(state, plan, memory).Action {
	case lifecycle.Keep, lifecycle.Refuse:
		return true
	case lifecycle.MayReissue, lifecycle.Reissue:
	}

	if e.Clock.Known() {
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
