package campaign

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
)

// terraform simulates Terraform's core: it plans and applies some resources and keeps their state. Each
// walk uses a provider in a new simulated process.
type terraform struct {
	*schedule

	// block is the provider block without the platform's object.
	block  map[string]any
	wishes []*wish
	// state is the persisted state, and snapshots holds the earlier ones.
	state     []*instance
	snapshots [][]*instance
	// steady says for each resource whether its last apply succeeded.
	steady []bool
	// runs counts the commands, and command carries one out.
	runs    int
	command func(run) outcome
	// title begins the description of each run.
	title string
	// guards returns the reason why a command must not revoke a token.
	guards func(destroys bool) func(*process, *token) objection
	// becomes holds the arguments that have other values in the current run than in the configuration.
	becomes []map[string]any
}

// newTerraform returns a core with one or two resources that do not exist yet.
func newTerraform(s *schedule) *terraform {
	var wishes []*wish
	for i := range 1 + s.random.IntN(2) {
		wishes = append(wishes, newWish(s.random, i))
	}

	return newTerraformOf(s, wishes...)
}

// newTerraformOf returns a core with resources that do not exist yet.
func newTerraformOf(s *schedule, wishes ...*wish) *terraform {
	t := &terraform{schedule: s, block: map[string]any{"max_retries": s.random.IntN(3)}}
	t.command, t.guards = t.execute, t.spares

	for i, w := range wishes {
		t.adds(w, nil)
		s.happens("resource %d: %v", i, t.arguments(i))
	}

	return t
}

// adds adds a resource.
func (t *terraform) adds(w *wish, inst *instance) {
	t.wishes, t.state, t.steady = append(t.wishes, w), append(t.state, inst), append(t.steady, true)
	t.becomes = append(t.becomes, nil)
}

// arguments returns the arguments of a resource, with the values that are known during the apply.
func (t *terraform) arguments(i int) map[string]any {
	arguments := t.wishes[i].arguments(t.target.userID, t.clock.now())

	maps.Copy(arguments, t.becomes[i])

	return arguments
}

// run is one command.
type run struct {
	destroys bool
	// dry stops after the plan.
	dry bool
	// weather and moment apply to the apply. If planning is set, the weather also applies to the plan,
	// and the moment only to the plan.
	weather  *weather
	moment   *moment
	planning bool
	// dies says that whatever kills the provider also kills Terraform, which then does not write what
	// it has read.
	dies bool
	// parallel reads and applies all resources concurrently; backwards reads the last one first.
	parallel, backwards bool
	// hides lists each resource's arguments that are unknown in the plan, and becomes the values that
	// differ in the apply.
	hides   [][]string
	becomes []map[string]any
	// blind does not refresh, like -refresh=false. unsure makes the provider's own configuration
	// unknown in the plan.
	blind, unsure bool
}

// outcome is the outcome of a command.
type outcome struct {
	said
	// empty says that the plan was empty, and due that the refreshed state required an apply.
	empty, due          bool
	killed, interrupted bool
	// applied says for each resource whether the provider was called to apply a change.
	applied []bool
}

// start starts a configured provider for an operation.
func (t *terraform) start(op *operation, m *moment, s *said) *plugin {
	return t.startAs(t.target.block(t.gate.url()), op, m, s)
}

// startAs is like start, with another object of the platform.
func (t *terraform) startAs(platform map[string]any, op *operation, m *moment, s *said) *plugin {
	block := map[string]any{t.target.platform: platform}
	maps.Copy(block, t.block)

	p, err := startPlugin(t.process(), block)
	if err != nil {
		panic(fmt.Sprintf("campaign: %v", err))
	}

	t.ledger.begins(p.process, op)
	p.configure(p.begin(t.ctx, m), s)

	return p
}

// execute carries out a command.
func (t *terraform) execute(r run) (o outcome) {
	t.runs++
	op := t.operation(r)
	before, since := t.state, t.clock.now()

	o.applied = make([]bool, len(t.wishes))
	if copy(t.becomes, r.becomes); r.becomes != nil {
		defer clear(t.becomes)
	}

	defer func() { t.checks(op, r, &o, before, since) }()

	var first, second *moment
	if first = r.moment; !r.planning {
		first, second = nil, r.moment
	}

	if r.planning {
		t.gate.turns(r.weather)
	}

	defer t.gate.turns(nil)

	changes, refreshed := t.plan(op, r, first, &o)
	if o.failed() || r.dry || o.killed {
		return o
	}

	if o.empty {
		t.persist(refreshed)

		return o
	}

	// A user may take a while between plan and apply, in which consumers use the tokens.
	if r.weather != nil && chance(t.random, 0.5) {
		t.consume()
	}

	t.gate.turns(r.weather)
	t.apply(op, r, second, changes, refreshed, &o)

	return o
}

// operation returns the operation for the ledger.
func (t *terraform) operation(r run) *operation {
	op := &operation{what: fmt.Sprintf("%srun %d", t.title, t.runs), spares: t.guards(r.destroys), orders: t.orders}
	for i, w := range t.wishes {
		op.firsts = append(op.firsts, t.state[i] == nil && w.series == "")
	}

	return op
}

// plan creates a plan; nil for each resource without changes.
func (t *terraform) plan(op *operation, r run, m *moment, o *outcome) (changes []*change, refreshed []*instance) {
	platform := t.target.block(t.gate.url())
	if r.unsure {
		platform["url"] = unknown
	}

	p := t.startAs(platform, op, m, &o.said)
	changes, refreshed = make([]*change, len(t.wishes)), slices.Clone(t.state)

	var (
		waits sync.WaitGroup
		mu    sync.Mutex
	)

	plan := func(i int) {
		var s said

		change, inst := t.planOne(p, op, r, i, &s)

		mu.Lock()
		defer mu.Unlock()

		changes[i], refreshed[i] = change, inst
		o.due = o.due || isDue(t.state[i], inst)
		o.append(s)
	}

	for n := range t.wishes {
		i := n
		if r.backwards {
			i = len(t.wishes) - 1 - n
		}

		if r.parallel {
			waits.Go(func() { plan(i) })
		} else {
			plan(i)
		}
	}

	waits.Wait()

	requests, struck := p.end()
	t.takes(requests)

	o.empty = !slices.ContainsFunc(changes, func(c *change) bool { return c != nil })
	o.killed = struck && m != nil && m.kills
	o.interrupted = struck && !o.killed

	return changes, refreshed
}

// planOne refreshes a resource and plans its change.
func (t *terraform) planOne(p *plugin, op *operation, r run, i int, s *said) (*change, *instance) {
	inst := t.state[i]

	if inst != nil && !r.blind {
		inst = p.refresh(p.context, inst, s)
		t.forgets(op.what+", refreshing", t.state[i], inst)
	}

	arguments := t.wishes[i].arguments(t.target.userID, t.clock.now())
	if r.hides != nil {
		hide(arguments, r.hides[i])
	}

	config := core.Value(p.schema().ValueType(), arguments)
	if r.destroys {
		config = tftypes.NewValue(p.schema().ValueType(), nil)
	}

	if s.failed() || inst == nil && r.destroys {
		return nil, inst
	}

	return p.plan(p.context, inst, config, s), inst
}

// apply applies a plan and writes the state.
func (t *terraform) apply(op *operation, r run, m *moment, changes []*change, refreshed []*instance, o *outcome) {
	p := t.start(op, m, &o.said)
	last := -1

	for i, c := range changes {
		if c != nil {
			last = i
		}
	}

	var (
		waits sync.WaitGroup
		mu    sync.Mutex
		next  = slices.Clone(refreshed)
	)

	apply := func(i int, c *change) {
		var s said

		instance, applied := t.change(p, i, c, &s)

		mu.Lock()
		defer mu.Unlock()

		o.append(s)
		o.applied[i] = applied
		t.steady[i] = !s.failed()

		if i == last && !r.parallel {
			p.perish()
		}

		if !p.gone() {
			next[i] = instance
		} else {
			t.steady[i] = false
		}
	}

	for i, c := range changes {
		switch {
		case c == nil:
		case r.parallel:
			waits.Go(func() { apply(i, c) })
		default:
			apply(i, c)
		}
	}

	waits.Wait()

	requests, struck := p.end()
	t.takes(requests)
	t.gate.quiet()

	o.interrupted = struck

	op.said, op.killed, o.killed = o.String(), p.gone(), p.gone()

	if op.killed && r.dies {
		for i := range next {
			if next[i] == refreshed[i] {
				next[i] = t.state[i]
			}
		}
	}

	t.persist(next)

	if !op.killed {
		t.ledger.settled(p.process, op, t.knows)
	}
}

// change applies one change. As Terraform does, it plans again when all arguments are known. It reports
// whether the provider was called to apply anything.
func (t *terraform) change(p *plugin, i int, c *change, s *said) (after *instance, applied bool) {
	if c.planned.IsNull() {
		return t.changes(p, c, s), true
	}

	prior := c.prior
	config := core.Value(p.schema().ValueType(), t.arguments(i))

	if c.replaces {
		gone := &change{prior: prior, planned: tftypes.NewValue(c.planned.Type(), nil), config: tftypes.NewValue(config.Type(), nil)}
		if left := t.changes(p, gone, s); left != nil || s.failed() {
			return left, true
		}

		prior = nil
	}

	again := p.plan(p.context, prior, config, s)

	switch {
	case s.failed():
		return prior, false
	case again == nil: // The unknown values turned out to be the current ones.
		s.contradicts("Provider produced inconsistent final plan", core.Misfits(c.planned, prior.value, "")...)

		return prior, false
	case again.replaces && prior != nil:
		s.contradicts("Provider produced inconsistent final plan", "the resource must be replaced, which was not planned")

		return prior, false
	}

	if misfits := core.Misfits(c.planned, again.planned, ""); len(misfits) > 0 {
		s.contradicts("Provider produced inconsistent final plan", misfits...)

		return prior, false
	}

	return t.changes(p, again, s), true
}

// changes requests one change and checks that no live token was dropped from the state.
func (t *terraform) changes(p *plugin, c *change, s *said) *instance {
	after := p.apply(p.context, c, s)
	if p.gone() {
		return after
	}

	t.forgets(p.name+", applying", c.prior, after)

	if after != nil {
		if issued := t.ledger.withSecret(after.secret()); issued != nil {
			t.ledger.returns(issued)
		}
	}

	return after
}
