package campaign

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
)

// resourceSchedule lets somebody run Terraform again and again, while everything fails and
// consumers go on; then nothing fails any more, and all has to come right.
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

	if chance(s.random, 0.6) { // Most resources are there already.
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

// retires lets every resource that can rotate do so, and asks for its predecessor when that
// is due and most requests fail: on Foreman a single token is read then alone.
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

// step is one thing that happens.
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
			t.advances(25 * time.Hour) // Longer than a use counts for.
		}

		if t.restores(i) {
			t.happens("resource %d: an older state is back, of %s", i, t.tells(i))
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

		if r.destroys { // Nobody knows the series any more after it.
			t.gate.lands(func() bool { return true })
		}

		o := t.command(r)
		t.reports(o, r)

		if o.killed && chance(t.random, 0.4) && t.wishes[i].undo() {
			t.happens("resource %d: the last edit is taken back", i) // Whoever sees it fail thinks again.
		}
	}

	t.gate.lands(func() bool { return chance(t.random, 0.5) })
	t.consume()

	return nil
}

// varies draws what the plan of a run does not know, and whether it refreshes anything.
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

// revokesByHand is somebody who revokes the token of a resource on the server.
func (t *terraform) revokesByHand(i int) {
	for _, lives := range t.ledger.living() {
		if lives.of != t || !lives.current || t.resource(lives) != i {
			continue
		}

		lives.revoked = true

		t.happens("somebody revokes %s by hand", lives.name)
		t.place.revokes(lives)
	}
}

// named says whether every resource whose series is set is called what its configuration
// says: a run that failed to change that may have left what only the next run finds, not a
// destroy.
func (t *terraform) named() bool {
	for i, w := range t.wishes {
		if inst := t.state[i]; inst != nil && text(inst.value, "name_prefix") != w.arguments("", t.clock.now())["name_prefix"] && w.series != "" {
			return false
		}
	}

	return true
}

// edits changes the configuration of a resource, and says what.
func (t *terraform) edits(i int) string {
	t.gate.lands(func() bool { return true }) // What the server still had to do it has done by then.

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

// reports notes what came of a command.
func (t *terraform) reports(o outcome, r run) {
	ended := "is done"

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

// tells what the state of a resource is.
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
