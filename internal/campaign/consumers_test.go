package campaign

import (
	"fmt"
	"time"
)

// slack is what times may differ by that are not kept to the fraction of a second, while
// the clock moves with each request.
const slack = 3 * time.Second

// spares says why a token must not be revoked by a command, empty if it may be. Nobody but
// consumers knows what was promised: the token of the state until it has a successor, and
// then as long as the overlap and the hold say.
func (t *terraform) spares(destroys bool) func(*token) string {
	return func(of *token) string {
		if of.byHand() || of.borrowed() {
			return "it is in no state"
		}

		w := t.wishes[resourceOf(of.name)]
		now := t.clock.now()
		held := !of.used.IsZero() && now.Sub(of.used) < w.hold()-slack
		until := of.succeeded.Add(of.overlap - slack)

		switch {
		case destroys, !of.had, of.forgotten && of.used.IsZero():
			return "" // It goes with the resource, or nobody could have used it, or nobody does.
		case of.current && of.name == w.name():
			return "" // Its successor needs the name.
		case of.current && !w.immediate():
			return "it is the one in the state"
		case held:
			return fmt.Sprintf("it was used %s ago, and is held for %s", now.Sub(of.used), w.hold())
		case !of.current && now.Before(until):
			return "its overlap lasts until " + until.Format(time.DateTime)
		default:
			return ""
		}
	}
}

// consume lets consumers log in: with what the state has, or with what they took before.
func (t *terraform) consume() {
	spares := t.spares(false)

	t.ledger.each(func(of *token) {
		switch {
		case !of.had || of.revoked:
		case of.current && chance(t.random, 0.5):
			t.happens("a consumer logs in with %s", of.name)
			t.ledger.uses(of, true)
		case !of.current && chance(t.random, 0.3):
			t.happens("a consumer logs in with %s of old", of.name)
			t.ledger.uses(of, spares(of) != "")
		}
	})
}
