package campaign

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
)

// resourceSchedule runs Terraform repeatedly while faults occur and consumers use the tokens. Then the
// faults end, and everything must converge.
func resourceSchedule(ctx context.Context, seed uint64) (*schedule, error) {
	s, err := newSchedule(ctx, seed, newClock())
	if err != nil {
		return nil, err
	}
	defer s.close()

	t := newTerraform(s)

	if err := t.issuesByHand(); err != nil {
		return nil, err
	}

	if chance(s.random, 0.6) { // In most cases the resources already exist.
		t.reports(t.command(run{}), run{})
	}

	for range 8 + s.random.IntN(8) {
		if err := t.step(); err != nil {
			return nil, err
		}
	}

	t.retires()
	t.conclude(chance(t.random, 0.5), true)

	return s, nil
}

// retires rotates every resource that can rotate, and applies with many faults when the predecessors
// are due: on Foreman, this is the only time at which the provider reads a single token.
func (t *terraform) retires() {
	for i, w := range t.wishes {
		if w.rotates {
			w.before = nil
			w.trigger++
			t.happens("resource %d: an edit of triggers", i)
		}
	}

	for _, r := range []run{{}, {weather: newWeather(t.random.Uint64(), 0.6)}} {
		t.reports(t.command(r), r)
		t.advances(5 * day)
	}
}

// step does one random thing.
func (t *terraform) step() error {
	switch i := t.random.IntN(len(t.wishes)); t.random.IntN(17) {
	case 0:
		t.happens("resource %d: an edit of %s", i, t.edits(i))
	case 1, 2:
		t.advances(pick(t.random, []time.Duration{
			time.Minute, 20 * time.Minute, 2 * time.Hour, 13 * time.Hour, 25 * time.Hour, 3 * 24 * time.Hour, 9 * 24 * time.Hour,
		}))
	case 3, 4:
		if chance(t.random, 0.3) {
			t.advances(25 * time.Hour) // After this, no use counts for a hold any more.
		}

		if t.restores(i) {
			t.happens("resource %d: an older state is restored, %s", i, t.tells(i))
			results.meets("older states")
		}
	case 16:
		t.revokesByHand(i)
	case 10, 14:
		t.borrows()
	case 11, 15:
		t.looks()
	case 12:
		t.acts()
	case 13:
		if err := t.issuesByHand(); err != nil {
			return err
		}
	case 5, 6, 7:
		t.happens("resource %d: an edit of %s", i, t.edits(i))

		fallthrough
	default:
		r := run{
			weather: t.storm(), moment: t.strike(0.4), planning: chance(t.random, 0.35), dies: chance(t.random, 0.5),
			parallel: len(t.wishes) > 1 && t.together(0.2), backwards: chance(t.random, 0.3), destroys: chance(t.random, 0.1) && t.named(),
		}
		t.varies(&r)

		if r.destroys { // After it, nothing knows the series any more.
			t.gate.lands(func() bool { return true })
		}

		o := t.command(r)
		t.reports(o, r)

		if o.killed && chance(t.random, 0.4) && t.wishes[i].undo() {
			t.happens("resource %d: the last edit is undone", i) // The user sees the failure and reconsiders.
		}
	}

	t.gate.lands(func() bool { return chance(t.random, 0.5) })
	t.consume()

	return nil
}

// varies draws which values are unknown in a run's plan, and whether the run refreshes.
func (t *terraform) varies(r *run) {
	if r.destroys {
		return
	}

	if chance(t.random, 0.3) {
		t.turnsOut(r)
	}

	r.blind = chance(t.random, 0.08)
	r.unsure = (r.blind || !slices.ContainsFunc(t.state, func(i *instance) bool { return i != nil })) && chance(t.random, 0.5)

	if r.unsure {
		results.meets("unknown provider settings")
	}
}

// revokesByHand revokes the current token of a resource on the server.
func (t *terraform) revokesByHand(i int) {
	for _, lives := range t.ledger.living() {
		if lives.of != t || !lives.current || t.resource(lives) != i {
			continue
		}

		lives.revoked = true

		t.happens("%s is revoked by hand", lives.name)
		t.target.revokes(lives)
	}
}

// named reports whether each resource with a configured series has its configured prefix in the state.
// If a run failed to change the prefix, it may have left a token that only the next apply finds, and a
// destroy does not.
func (t *terraform) named() bool {
	for i, w := range t.wishes {
		if inst := t.state[i]; inst != nil && text(inst.value, "name_prefix") != w.arguments("", t.clock.now())["name_prefix"] && w.series != "" {
			return false
		}
	}

	return true
}

// edits changes the configuration of a resource and returns what it changed.
func (t *terraform) edits(i int) string {
	t.gate.lands(func() bool { return true }) // By then, the server has carried out all pending requests.

	w := t.wishes[i]
	what := w.edit(t.random, t.steady[i] && t.state[i] != nil && text(t.state[i].value, "current", "status") == "active")
	t.steady[i] = t.steady[i] && what != "name"

	t.ledger.each(func(old *token) {
		if old.of == t && t.resource(old) == i && !old.current {
			old.overlap = min(old.overlap, w.lives())
		}
	})

	return what
}

// reports records the outcome of a command.
func (t *terraform) reports(o outcome, r run) {
	ended := "succeeds"

	switch {
	case o.killed:
		ended = "is killed"

		results.meets("kills")
	case o.interrupted:
		ended = "is interrupted"

		results.meets("interrupts")
	case o.failed():
		ended = "fails"
	case o.empty:
		ended = "has nothing to do"
	}

	if r.destroys {
		ended += " destroying"

		results.meets("destroys")
	}

	for summary, what := range map[string]string{
		"A predecessor is still in use": "predecessors held", "An active token is not in state": "orphans adopted",
		"The name is taken": "taken names",
	} {
		if strings.Contains(o.String(), summary) {
			results.meets(what)
		}
	}

	t.happens("run %d %s: %s", t.runs, ended, o.String())

	for i := range t.state {
		t.happens("  resource %d is now %s", i, t.tells(i))
	}
}

// tells describes the state of a resource.
func (t *terraform) tells(i int) string {
	inst := t.state[i]
	if inst == nil {
		return "nothing"
	}

	told := text(inst.value, "current", "name") + " " + text(inst.value, "current", "status")
	for _, previous := range core.Elements(core.Members(inst.value)["previous"]) {
		told += ", " + text(previous, "name") + " until " + text(previous, "retire_at")
	}

	return told
}
