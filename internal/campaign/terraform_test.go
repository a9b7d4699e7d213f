package campaign

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
)

// terraform is the core: it plans, applies and keeps the state of some resources as
// Terraform does, with a provider in a process of its own for each walk.
type terraform struct {
	*schedule

	// block is the provider block but for the platform's object.
	block  map[string]any
	wishes []*wish
	// state is what is on disk, and snapshots what was.
	state     []*instance
	snapshots [][]*instance
	// settled says of each resource whether its last apply went well.
	steady []bool
	// runs counts the commands, and command carries one out.
	runs    int
	command func(run) outcome
	// title begins what a run is called.
	title string
	// guards says why a command must leave a token alone.
	guards func(destroys bool) func(*process, *token) objection
	// becomes are the arguments of each resource that the run under way sets otherwise.
	becomes []map[string]any
}

// newTerraform returns a core with one or two resources that are not there yet.
func newTerraform(s *schedule) *terraform {
	var wishes []*wish
	for i := range 1 + s.random.IntN(2) {
		wishes = append(wishes, newWish(s.random, i))
	}

	return newTerraformOf(s, wishes...)
}

// newTerraformOf returns a core with some resources that are not there yet.
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

// arguments are those of a resource as they are when they are known.
func (t *terraform) arguments(i int) map[string]any {
	arguments := t.wishes[i].arguments(t.place.userID, t.clock.now())

	maps.Copy(arguments, t.becomes[i])

	return arguments
}

// run is one command.
type run struct {
	destroys bool
	// dry makes a plan alone.
	dry bool
	// weather and moment are those of the apply; where planning is set, the weather is that
	// of the plan too, and the moment that of the plan alone.
	weather  *weather
	moment   *moment
	planning bool
	// dies says that whatever kills the provider kills Terraform too: what was read is not
	// on disk.
	dies bool
	// parallel reads and applies all resources at the same time, and backwards reads the
	// last one first.
	parallel, backwards bool
	// hides are the arguments of each resource that are unknown in the plan, and becomes what
	// some of them turn out to be.
	hides   [][]string
	becomes []map[string]any
	// blind reads nothing, as -refresh=false does; where unsure is set, the provider's
	// own configuration is unknown in the plan.
	blind, unsure bool
}

// outcome is what a command came to.
type outcome struct {
	said
	// empty is true if the plan was, and due if the state that it is of asked for something.
	empty, due          bool
	killed, interrupted bool
	// applied says of each resource whether the provider was asked to apply something.
	applied []bool
}

// start starts a configured provider, which has an operation from now on.
func (t *terraform) start(op *operation, m *moment, s *said) *plugin {
	return t.startAs(t.place.block(t.gate.url()), op, m, s)
}

// startAs is start with another object of the platform.
func (t *terraform) startAs(platform map[string]any, op *operation, m *moment, s *said) *plugin {
	block := map[string]any{t.place.platform: platform}
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

	// Between plan and apply somebody may think, and consumers go on.
	if r.weather != nil && chance(t.random, 0.5) {
		t.consume()
	}

	t.gate.turns(r.weather)
	t.apply(op, r, second, changes, refreshed, &o)

	return o
}

// operation is a command as the ledger knows it.
func (t *terraform) operation(r run) *operation {
	op := &operation{what: fmt.Sprintf("%srun %d", t.title, t.runs), spares: t.guards(r.destroys), orders: t.orders}
	for i, w := range t.wishes {
		op.firsts = append(op.firsts, t.state[i] == nil && w.series == "")
	}

	return op
}

// plan makes a plan: nil for each resource with nothing to do.
func (t *terraform) plan(op *operation, r run, m *moment, o *outcome) (changes []*change, refreshed []*instance) {
	platform := t.place.block(t.gate.url())
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

// planOne refreshes a resource and plans what becomes of it.
func (t *terraform) planOne(p *plugin, op *operation, r run, i int, s *said) (*change, *instance) {
	inst := t.state[i]

	if inst != nil && !r.blind {
		inst = p.refresh(p.context, inst, s)
		t.forgets(op.what+", refreshing", t.state[i], inst)
	}

	arguments := t.wishes[i].arguments(t.place.userID, t.clock.now())
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

// apply carries out a plan, and writes the state.
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

// change carries out one change, in the provider's second look at it, when all arguments
// are known. It says whether the provider was asked to apply anything.
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
	case again == nil: // What was unknown has turned out to be as it was.
		s.contradicts("Provider produced inconsistent final plan", core.Misfits(c.planned, prior.value, "")...)

		return prior, false
	case again.replaces && prior != nil:
		s.contradicts("Provider produced inconsistent final plan", "the resource is replaced after all")

		return prior, false
	}

	if misfits := core.Misfits(c.planned, again.planned, ""); len(misfits) > 0 {
		s.contradicts("Provider produced inconsistent final plan", misfits...)

		return prior, false
	}

	return t.changes(p, again, s), true
}

// changes makes one request for a change, after which nothing may be forgotten.
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
