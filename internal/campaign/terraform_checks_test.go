package campaign

import (
	"fmt"
	"slices"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
)

// isDue reports whether a refreshed state requires an apply without any edit: to reissue the token, to
// revoke a predecessor, or to save what the refresh found.
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

// checks judges a run: whether Terraform would have accepted the plan and the result, and whether a run
// without failures has revoked all predecessors that were due.
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

// checkRetired checks that no predecessor is alive that was due when the run began, according to the
// states before and after it, and that nothing holds.
func (t *terraform) checkRetired(op *operation, i int, before *instance, since time.Time) {
	for _, lives := range t.ledger.living() {
		until, known := before.retires(lives)
		still, _ := t.state[i].retires(lives)

		if !known || still.After(until) || !until.Before(since.Add(-slack)) || t.mayHold(lives, i) {
			continue
		}

		t.ledger.broken(breachOutlived, "%s: %s was due for revocation at %s, but is alive at %s: %s",
			op.what, lives.name, until.Format(time.DateTime), t.clock.now().Format(time.DateTime), op.said)
	}
}

// mayHold reports whether a hold may keep a predecessor alive: one in the configuration or in the
// earlier state, or the one that applies to a token whose secret is in no state.
func (t *terraform) mayHold(of *token, i int) bool {
	hold := max(grace, t.wishes[i].hold())

	return !of.used.IsZero() && (t.target.vague || t.clock.now().Sub(of.used) < hold+slack)
}

// checkBecomes checks that the run failed if an unknown argument turned out to be invalid or to name
// another user.
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

// orders returns the reason why a token should not have been requested for a resource; empty if there
// is none. Its expiry may differ from the configuration, or be in the past.
func (t *terraform) orders(c call) string {
	now := t.clock.now()
	arguments := t.arguments(resourceOf(c.token))
	in, relative := arguments["expires_in"].(string)
	text, absolute := arguments["expires_at"].(string)

	switch at, err := time.Parse(time.RFC3339, text); {
	case absolute && err != nil:
		return fmt.Sprintf("expires_at = %q is invalid", text)
	case absolute && !at.After(now):
		return fmt.Sprintf("expires_at = %q is in the past", text)
	case absolute && !c.expires.Equal(at):
		return fmt.Sprintf("it would expire at %s, want %s", c.expires, text)
	case absolute:
		return ""
	case !relative:
		return "neither expires_in nor expires_at is set"
	}

	lives, ok := readable(in)

	switch {
	case !ok:
		return fmt.Sprintf("expires_in = %q is invalid", in)
	case c.expires.Before(now.Add(lives - time.Minute)), c.expires.After(t.target.latest(now, lives)):
		return fmt.Sprintf("it would expire at %s, want %s from now", c.expires, in)
	default:
		return ""
	}
}
