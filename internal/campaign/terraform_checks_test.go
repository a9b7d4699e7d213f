package campaign

import (
	"fmt"
	"slices"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
)

// isDue says whether a refreshed state asks for something by itself: for another token, for a
// predecessor to be revoked, or for what the refresh found to be saved.
func isDue(before, inst *instance) bool {
	if before == nil || inst == nil {
		return true
	}

	var known []string
	for _, previous := range core.Elements(core.Members(before.value)["previous"]) {
		known = append(known, text(previous, "name"))
	}

	for _, previous := range core.Elements(core.Members(inst.value)["previous"]) {
		if truth(previous, "retire_due") || !slices.Contains(known, text(previous, "name")) {
			return true
		}
	}

	return text(inst.value, "current", "status") != "active" || truth(inst.value, "rotation_due")
}

// checks judges a run: whether Terraform would have accepted what the provider planned and
// made of it, and whether a run in which nothing failed has revoked what was due.
func (t *terraform) checks(op *operation, r run, o *outcome, before []*instance, since time.Time) {
	if o.killed {
		return
	}

	for _, bug := range o.bugs {
		t.ledger.broken(breachPlan, "%s: %s", op.what, bug)
	}

	t.checkBecomes(op, r, o)

	if r.weather != nil || r.moment != nil || r.dry || r.blind || r.unsure || r.destroys || o.failed() && !slices.Contains(o.applied, true) {
		return
	}

	for i, inst := range before {
		if inst != nil && (o.applied[i] || !o.failed()) {
			t.checkRetired(op, i, inst, since)
		}
	}
}

// checkRetired checks that no predecessor lives that was due when a run began, by the state
// before it and by that after it, and that nothing holds.
func (t *terraform) checkRetired(op *operation, i int, before *instance, since time.Time) {
	for _, lives := range t.ledger.living() {
		until, known := before.retires(lives)
		still, _ := t.state[i].retires(lives)

		if !known || still.After(until) || !until.Before(since.Add(-slack)) || t.mayHold(lives, i) {
			continue
		}

		t.ledger.broken(breachOutlived, "%s: %s was to be revoked at %s, and lives at %s: %s",
			op.what, lives.name, until.Format(time.DateTime), t.clock.now().Format(time.DateTime), op.said)
	}
}

// mayHold says whether anything may keep a predecessor alive: a hold that the configuration
// has or the state had, or that of a token whose secret no state has.
func (t *terraform) mayHold(of *token, i int) bool {
	hold := max(grace, t.wishes[i].hold())

	return !of.used.IsZero() && (t.place.vague || t.clock.now().Sub(of.used) < hold+slack)
}

// checkBecomes checks that an argument which turned out to be nothing that can be read, or
// to name another user, was an error.
func (t *terraform) checkBecomes(op *operation, r run, o *outcome) {
	for i, becomes := range r.becomes {
		broken := breachExpiry
		if becomes["expires_in"] == nil && becomes["expires_at"] == nil {
			broken = breachWrong
		}

		if len(becomes) > 0 && o.applied[i] && !o.failed() {
			t.ledger.broken(broken, "%s: resource %d was applied with %v", op.what, i, becomes)
		}
	}
}

// orders says why a token should not have been requested for a resource, empty if it should
// have: its expiry is not what the configuration says, or that is over.
func (t *terraform) orders(c call) string {
	now := t.clock.now()
	arguments := t.arguments(resourceOf(c.token))
	in, relative := arguments["expires_in"].(string)
	text, absolute := arguments["expires_at"].(string)

	switch at, err := time.Parse(time.RFC3339, text); {
	case absolute && err != nil:
		return fmt.Sprintf("nobody can read expires_at = %q", text)
	case absolute && !at.After(now):
		return fmt.Sprintf("expires_at = %q is over", text)
	case absolute && !c.expires.Equal(at):
		return fmt.Sprintf("it would expire at %s, and not at %s", c.expires, text)
	case absolute:
		return ""
	case !relative:
		return "neither expires_in nor expires_at is set"
	}

	lives, ok := readable(in)

	switch {
	case !ok:
		return fmt.Sprintf("nobody can read expires_in = %q", in)
	case c.expires.Before(now.Add(lives - time.Minute)), c.expires.After(t.place.latest(now, lives)):
		return fmt.Sprintf("it would expire at %s, and not after %s", c.expires, in)
	default:
		return ""
	}
}
