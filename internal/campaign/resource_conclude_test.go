package campaign

import (
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// mostApplies is the number of applies in which a configuration must converge.
const mostApplies = 4

// conclude ends all faults and checks the result. If later is set, it checks again after all overlaps
// have ended; if destroys is set, it checks that nothing is left after a destroy.
func (t *terraform) conclude(later, destroys bool) {
	t.happens("all faults end")
	t.gate.lands(func() bool { return true })
	t.settles()
	t.ledger.each(func(of *token) {
		if of.borrowed() && !of.revoked {
			t.accountForLoan(of)
		}
	})
	t.converge()

	if later {
		t.advances(5 * day)
		t.converge()
		t.accountForPredecessors()
	}

	if !destroys {
		return
	}

	for attempt := range mostApplies {
		r := run{destroys: true}
		if attempt == 0 { // With faults, because a token that a destroy drops from state is never found later.
			r.weather = t.gale()
		}

		o := t.command(r)
		t.reports(o, r)

		if !o.failed() {
			break
		}
	}

	for _, left := range t.ledger.living() {
		if !left.byHand() {
			t.ledger.broken(left.asked.strays(), "%s is alive after a destroy", left.name)
		}
	}
}

// converge applies until the plan is empty.
func (t *terraform) converge() {
	var last outcome

	// Resolving a conflict over a fixed name does not count as an apply.
	for applies, edits := 0, 0; applies <= mostApplies && edits < 2*mostApplies; {
		r := run{backwards: chance(t.random, 0.3)}
		done := applies > 0 && !last.failed()

		last = t.command(r)
		t.reports(last, r)

		switch {
		case done && !last.empty && !last.due && !last.failed():
			t.ledger.broken(breachUnsettled, "the plan right after an apply is not empty, though nothing is due: %s", last.String())

			return
		case last.empty && !last.failed():
			t.account()

			return
		case last.failed() && t.helps(last.String()):
			edits++
		default:
			applies++
		}
	}

	t.ledger.broken(breachUnsettled, "after %d applies: %s", mostApplies, last.String())
}

// settles replaces every expires_at with which no token can be issued.
func (t *terraform) settles() {
	for i, w := range t.wishes {
		if w.expires.settles() {
			continue
		}

		w.before, w.expires = nil, &expiry{fixed: noon.Truncate(day).Add(250 * day)}
		t.happens("resource %d: the user sets expires_at = %s", i, w.expires.at(t.clock.now()))
	}
}

// accountForPredecessors checks that the only live tokens are those in the state, and predecessors that
// a hold keeps alive. By then, all overlaps have ended, and tokens that may have belonged to another
// state have been left alone long enough.
func (t *terraform) accountForPredecessors() {
	for _, lives := range t.ledger.living() {
		if lives.byHand() || lives.borrowed() || lives.apart {
			continue
		}

		i := t.resource(lives)
		overlaps := t.clock.now().Before(lives.succeeded.Add(lives.overlap + slack))

		if lives.of == t && (lives.current || overlaps) || t.mayHold(lives, i) || t.wishes[i].fixed && !t.knows(lives) {
			continue
		}

		t.ledger.broken(breachOutlived, "%s is alive %s after it was issued, and nothing holds it: %s",
			lives.name, t.clock.now().Sub(lives.made), t.tells(i))
	}
}

// helps does what a user must do when a fixed name is taken, and reports whether that was the problem.
// A live token with such a name is in no state, and the error names it.
func (t *terraform) helps(errors string) (helped bool) {
	for i, w := range t.wishes {
		if !w.fixed || !names(errors, w.name()) {
			continue
		}

		for _, lives := range t.ledger.living() {
			if lives.name == w.name() && !t.knows(lives) && t.excusable(lives) {
				t.setApart(lives)
				t.fixed++
			}
		}

		if helped = true; !t.target.reusable {
			w.turn++
		}

		t.happens("resource %d: the user revokes by hand, and chooses the name %s", i, w.name())
	}

	return helped
}

// account checks that all live tokens are in the state, and that the state's secrets work.
func (t *terraform) account() {
	for _, lives := range t.ledger.living() {
		if lives.byHand() {
			continue
		}

		i := t.resource(lives)
		w := t.wishes[i]

		switch {
		case t.knows(lives):
		case !w.fixed && t.first(lives) && !t.descends(lives) && t.excusable(lives):
			if listed := t.lists(lives); !names(join(listed), lives.name) {
				t.ledger.broken(breachOrphan, "%s is not in the list of unused tokens: %v", lives.name, listed)
			}

			t.setApart(lives)
			t.firsts++
		case !w.fixed && !t.descends(lives) && lives.told: // No state has its prefix, and a run has named it.
			results.meets("tokens of another prefix that a run has named")
			t.setApart(lives)
		case w.fixed && lives.told: // A fixed name does not identify a series, so the run that lost the token has named it.
			t.setApart(lives)
			t.fixed++
		default:
			t.ledger.broken(lives.asked.strays(), "%s (of %s) is alive and in no state: %s", lives.name, lives.asked.op.what, t.tells(i))
		}
	}

	for i, inst := range t.state {
		t.accountFor(i, inst)
	}
}

// accountFor checks that the tokens in the state of a resource are alive and work.
func (t *terraform) accountFor(i int, inst *instance) {
	if inst == nil {
		t.ledger.broken(breachUnsettled, "resource %d does not exist", i)

		return
	}

	current := t.ledger.withSecret(inst.secret())

	switch {
	case current == nil:
		t.ledger.broken(breachLost, "the secret in the state of resource %d is not that of any token", i)
	case text(inst.value, "current", "status") == "active" && !t.target.works(current.secret) && !t.ledger.expired(current):
		t.ledger.broken(breachLost, "the secret of %s in the state does not work", current.name)
	case text(inst.value, "encrypted_token") != "":
		results.meets("encrypted secrets")
	}

	if len(readersOf(inst.value)) > 0 && text(inst.value, "token") != "" {
		t.ledger.broken(breachWrong, "the state of resource %d has a plain secret, though it should be encrypted", i)
	}

	for _, previous := range core.Elements(core.Members(inst.value)["previous"]) {
		name := text(previous, "name")
		if r, ok := t.target.find(func(r row) bool { return r.name == name }); !ok || !r.alive && !r.expired {
			t.ledger.broken(breachWrong, "the state of resource %d has %s, which is not alive", i, name)
		}
	}
}

// descends reports whether a token belongs to the series in the state.
func (t *terraform) descends(of *token) bool {
	inst := t.state[t.resource(of)]
	if inst == nil {
		return false
	}

	_, ok := lifecycle.Generation(of.name, text(inst.value, "name_prefix"), text(inst.value, "series"))

	return ok
}

// lists returns the unused active tokens with the token's name prefix, which it reads from the data
// source.
func (t *terraform) lists(of *token) []string {
	var s said

	p := t.start(&operation{what: "list"}, nil, &s)
	defer p.end()

	prefix, _, _ := strings.Cut(of.name, "-")
	listed := p.read(p.context, tokensType, map[string]any{"user_id": t.target.userID, "name_prefix": prefix + "-"}, true, &s)

	if s.failed() {
		t.ledger.broken(breachWrong, "listing the tokens failed: %s", s.String())
	}

	var unused []string

	for _, shown := range core.Elements(listed["tokens"]) {
		if text(shown, "status") == "active" && core.Members(shown)["last_used_at"].IsNull() {
			unused = append(unused, text(shown, "name"))
		}
	}

	return unused
}
