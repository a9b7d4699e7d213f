package campaign

import (
	"fmt"
	"time"
)

// slack is the tolerance for comparing times: some are only kept to the second, and the clock advances
// with each request.
const slack = 3 * time.Second

// spares returns the reason why a command must not revoke a token. What was promised to consumers
// counts: the token in the state is valid until it has a successor, and after that as long as the
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
			return objection{} // It is destroyed along with the resource.
		case !of.had, of.forgotten && of.used.IsZero():
			return t.sparesOrphan(p, of)
		case of.current && of.name == w.name():
			return objection{} // Its successor needs its name.
		case of.current && !w.immediate():
			return objection{breachInUse, "it is the current token of the state"}
		case t.holds(of, w):
			return objection{breachHeld, fmt.Sprintf("it was used at %s and is held for %s", of.used.Format(time.DateTime), w.holdOf(of))}
		case !of.current && now.Before(until):
			return objection{breachInUse, "its overlap lasts until " + until.Format(time.DateTime)}
		default:
			return objection{}
		}
	}
}

// holds reports whether a used token must not be revoked because of a hold. On a server whose times of
// last use are unreadable, that is the case as long as a hold is configured.
func (t *terraform) holds(of *token, w *wish) bool {
	hold := w.holdOf(of)
	if of.used.IsZero() || hold == 0 {
		return false
	}

	return t.target.timeless || t.clock.now().Sub(of.used) < hold-slack
}

// sparesOrphan returns the reason why a token must not be revoked that no state has had, or that was
// lost when an older state was restored: it may belong to another state. A process may immediately
// revoke a token whose request it sent without receiving the secret, or that the server issued after
// the provider had given up: the secrets of both are lost.
func (t *terraform) sparesOrphan(p *process, of *token) objection {
	i := t.resource(of)
	until := of.made.Add(max(grace, min(t.wishes[i].lives(), t.state[i].lives())) - slack)

	switch {
	case (of.asked.by == p || of.late) && !of.had && !of.returned:
		return objection{}
	case t.wishes[i].fixed && !of.had:
		return objection{breachAnother, "its name is fixed, and this process did not request it"}
	case t.clock.now().Before(until):
		return objection{breachAnother, "it may belong to another state until " + until.Format(time.DateTime)}
	default:
		return objection{}
	}
}

// consume makes consumers log in with the current token of the state or with an older one.
func (t *terraform) consume() {
	spares := t.spares(false)

	t.ledger.each(func(of *token) {
		switch {
		case !of.had || of.revoked || of.of != nil && of.of != t:
		case of.current && chance(t.random, 0.5):
			t.happens("a consumer logs in with %s", of.name)
			t.ledger.uses(of, true)
		case !of.current && chance(t.random, 0.3):
			t.happens("a consumer logs in with %s, an old token", of.name)
			t.ledger.uses(of, spares(nil, of).why != "")
		}
	})
}
