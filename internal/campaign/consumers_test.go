package campaign

import (
	"fmt"
	"time"
)

// slack is what times may differ by that are not kept to the fraction of a second, while
// the clock moves with each request.
const slack = 3 * time.Second

// spares says why a token must not be revoked by a command. Nobody but consumers knows what
// was promised: the token of the state until it has a successor, and then as long as the
// overlap and the hold say.
func (t *terraform) spares(destroys bool) func(*process, *token) objection {
	return func(p *process, of *token) objection {
		if of.byHand() || of.borrowed() {
			return objection{breachInUse, "it is in no state"}
		}

		w := t.wishes[t.resource(of)]
		now := t.clock.now()
		until := of.succeeded.Add(of.overlap - slack)

		switch {
		case destroys:
			return objection{} // It goes with the resource.
		case !of.had, of.forgotten && of.used.IsZero():
			return t.sparesOrphan(p, of)
		case of.current && of.name == w.name():
			return objection{} // Its successor needs the name.
		case of.current && !w.immediate():
			return objection{breachInUse, "it is the one in the state"}
		case t.holds(of, w):
			return objection{breachHeld, fmt.Sprintf("it was used at %s, and is held for %s", of.used.Format(time.DateTime), w.holdOf(of))}
		case !of.current && now.Before(until):
			return objection{breachInUse, "its overlap lasts until " + until.Format(time.DateTime)}
		default:
			return objection{}
		}
	}
}

// holds says whether a token that was used is not to be revoked. Where nobody can read when
// it was used, that is as long as there is a hold.
func (t *terraform) holds(of *token, w *wish) bool {
	hold := w.holdOf(of)
	if of.used.IsZero() || hold == 0 {
		return false
	}

	return t.place.timeless || t.clock.now().Sub(of.used) < hold-slack
}

// sparesOrphan says why a token must not be revoked that no state had, or that the one which
// had it was replaced by an older one: another state may have it. What a process asked for
// in vain it may revoke at once, and what was issued to one that had given up: nobody has its secret.
func (t *terraform) sparesOrphan(p *process, of *token) objection {
	i := t.resource(of)
	until := of.made.Add(max(grace, min(t.wishes[i].lives(), t.state[i].lives())) - slack)

	switch {
	case (of.asked.by == p || of.late) && !of.had && !of.returned:
		return objection{}
	case t.wishes[i].fixed && !of.had:
		return objection{breachAnother, "its name was chosen, and this process did not ask for it"}
	case t.clock.now().Before(until):
		return objection{breachAnother, "it may be another state's until " + until.Format(time.DateTime)}
	default:
		return objection{}
	}
}

// consume lets consumers log in: with what the state has, or with what they took before.
func (t *terraform) consume() {
	spares := t.spares(false)

	t.ledger.each(func(of *token) {
		switch {
		case !of.had || of.revoked || of.of != nil && of.of != t:
		case of.current && chance(t.random, 0.5):
			t.happens("a consumer logs in with %s", of.name)
			t.ledger.uses(of, true)
		case !of.current && chance(t.random, 0.3):
			t.happens("a consumer logs in with %s of old", of.name)
			t.ledger.uses(of, spares(nil, of).why != "")
		}
	})
}
