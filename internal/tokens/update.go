package tokens

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Update carries out a plan: it revokes the predecessors that are due, and issues another token if
// the plan requires it. It revokes before it issues: Terraform saves the state only when the call
// returns, so that nothing may happen between the response with the secret and the return.
//
// If Update fails, it returns the record to save, with the arguments of the previous state.
func (e *Engine) Update(ctx context.Context, state, plan Record, memory Memory) (Record, Memory, Notices) {
	var notices Notices

	if !e.fetchServerTime(ctx, state, plan, memory, &notices) {
		return state, memory, notices
	}

	decision := e.settle(state, plan, memory)
	memory = memory.withPrefix(state.NamePrefix.V)
	memory.Adopted = false

	record := plan.inherit(state).asPlanned(plan, e.System.Traits())
	if decision.Action == lifecycle.Refuse { // The arguments of state stay, including its policy.
		record = state
	}

	// If the list is known in the plan, it must not change.
	if plan.Previous.Unknown {
		var ok bool
		if record, ok = e.retireDue(ctx, state, record, &notices); !ok {
			return state, memory, notices
		}
	}

	switch decision.Action {
	case lifecycle.Refuse:
		notices.add(ReissueRefused{Refusal: e.refusal(decision, state)})
	case lifecycle.Reissue:
		record, memory = e.replace(ctx, state, record, decision.Reason, memory, &notices)
		if notices.Failed() {
			record = state
		}
	case lifecycle.Keep, lifecycle.MayReissue:
	}

	e.warnClock(record.byTime(), &notices)

	return record, memory, notices
}

// settle decides during an apply, when the clock may be read. An update that would record another
// user is refused, because the token belongs to the owner.
func (e *Engine) settle(state, plan Record, memory Memory) lifecycle.Decision {
	if changed := changedUser(state, plan); len(changed) > 0 && !plan.namesOwner() {
		return lifecycle.Decision{Action: lifecycle.Refuse, Argument: changed[0]}
	}

	return lifecycle.Settle(state.forDecision(memory), state.Arguments.Arguments, plan.Arguments.Arguments, e.traits(), e.Clock.Now())
}

// forDecision returns the live token in the form that a decision needs.
func (r Record) forDecision(memory Memory) lifecycle.Current {
	live := r.AsPredecessor()

	return lifecycle.Current{Token: live.Token, Generation: live.Generation, UserGone: memory.UserGone, Due: r.Due.V}
}

// asPlanned takes the planned values of outputs that an update without a reissue could compute
// differently.
func (r Record) asPlanned(plan Record, traits pat.Traits) Record {
	if plan.Current.ID.Unknown {
		r = r.scheduled(traits)
	} else {
		r.Current = plan.Current
	}

	if !plan.Due.Unknown {
		r.Due = plan.Due
	}

	if !plan.Generation.Unknown {
		r.Generation = plan.Generation
	}

	return r
}

// refusal returns the reason why the token of a state cannot be reissued.
func (e *Engine) refusal(decision lifecycle.Decision, state Record) Refusal {
	return Refusal{Decision: decision, Name: state.Current.Name.V, Traits: e.traits()}
}

// replace issues a token that replaces the one in state.
func (e *Engine) replace(
	ctx context.Context, state, record Record, reason lifecycle.Reason, memory Memory, notices *Notices,
) (Record, Memory) {
	if record.Name.Null() && record.NamePrefix.Null() {
		notices.add(NameMissing{})

		return record, memory
	}

	// The series of an imported token may have become known in this run.
	record = record.recognized(state.LiveToken())

	old := state.AsPredecessor()
	old.Generation = record.Generation.V

	order := record.Order(old.Token.UserID)

	for _, predecessor := range state.Previous.V { // An orphan may just have been revoked.
		order.Generation = max(order.Generation, predecessor.Generation)
	}

	e.checkReissue(record, order, notices)

	if notices.Failed() || !e.requireServer(ctx, record, notices) {
		return record, memory
	}

	predecessors := record.Previous.V

	if old.Token.Status == pat.StatusActive || record.asksFor(old.Token) && old.Token.Status == pat.StatusExpired {
		lives, ok := e.revokeBeforeReissue(ctx, record, old, notices)
		if !ok {
			return record, memory
		}

		if lives {
			predecessors = append([]lifecycle.Predecessor{old}, predecessors...)
		}
	}

	order.Known = []pat.Token{old.Token}
	record, memory = e.issueAndRecord(ctx, record, order, reason, predecessors, memory, notices)

	if key := old.Token.Key(); !notices.Failed() && key != record.LiveToken().Key() {
		e.registry.Remove(key)
	}

	return record, memory
}

// checkReissue reports what would prevent the next token from being issued, before anything is
// revoked.
func (e *Engine) checkReissue(record Record, order Order, notices *Notices) {
	checkPolicy(record.Arguments, e.System.Traits(), notices)

	if _, err := record.recipients(); err != nil {
		notices.add(InvalidRecipient{Err: err})
	}

	if err := e.issuer.Check(order); err != nil {
		notices.add(StepFailed{Step: StepReissue, Err: err})
	}
}

// revokeBeforeReissue revokes the old token first if the policy requires it or the next token needs
// its name, and reports whether the old token stays as a predecessor. It returns false if no
// successor can be issued.
func (e *Engine) revokeBeforeReissue(
	ctx context.Context, record Record, old lifecycle.Predecessor, notices *Notices,
) (lives, ok bool) {
	sameName := record.asksFor(old.Token)

	switch {
	case !sameName && !record.Policy.Immediate():
		return true, true
	case e.owns(old.SHA256) && sameName:
		notices.add(OwnCredentialHasName{Token: old.Token})

		return true, false
	case e.owns(old.SHA256):
		return true, true
	}

	var err error

	if !sameName && record.Policy.HoldIfUsedWithin.Set {
		shown, gone, lookErr := findRecorded(ctx, e.Direct, old.Token)
		if lookErr == nil && gone == nil && record.Policy.HoldsNow(shown, e.Clock.Now()) {
			return true, true
		}

		err = lookErr // It is unknown whether the token is in use.
	}

	if err == nil {
		err = e.System.Revoke(ctx, old.Token)
	}

	switch {
	case err == nil:
		return false, true
	case sameName:
		notices.add(StepFailed{Step: StepRevokeBeforeReissue, Err: err})

		return true, false
	default:
		notices.add(NotRevoked{Token: old.Token, Err: err})

		return true, true
	}
}
