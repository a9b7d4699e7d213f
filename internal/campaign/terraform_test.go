package campaign

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
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
}

// newTerraform returns a core with one or two resources that are not there yet.
func newTerraform(s *schedule) *terraform {
	t := &terraform{schedule: s, block: map[string]any{"max_retries": s.random.IntN(3)}}
	t.command = t.execute

	for i := range 1 + s.random.IntN(2) {
		w := newWish(s.random, i)
		t.wishes, t.state, t.steady = append(t.wishes, w), append(t.state, nil), append(t.steady, true)
		s.happens("resource %d: %v", i, w.arguments(s.place.userID))
	}

	return t
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
	// parallel applies all resources at the same time.
	parallel bool
}

// outcome is what a command came to.
type outcome struct {
	said
	// empty is true if the plan was.
	empty               bool
	killed, interrupted bool
}

// start starts a configured provider, which has an operation from now on.
func (t *terraform) start(op *operation, m *moment, s *said) *plugin {
	return t.startAs(t.place.block(t.gate.url()), op, m, s)
}

// startAs is start with another object of the platform.
func (t *terraform) startAs(platform map[string]any, op *operation, m *moment, s *said) *plugin {
	block := map[string]any{t.place.platform: platform}
	maps.Copy(block, t.block)

	p, err := startPlugin(t.process(), t.clock.now, block)
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
	op := &operation{what: fmt.Sprintf("run %d", t.runs), spares: t.spares(r.destroys)}
	for i, w := range t.wishes {
		op.firsts = append(op.firsts, t.state[i] == nil && w.lineage == "")
	}

	return op
}

// plan makes a plan: nil for each resource with nothing to do.
func (t *terraform) plan(op *operation, r run, m *moment, o *outcome) (changes []*change, refreshed []*instance) {
	p := t.start(op, m, &o.said)
	changes, refreshed = make([]*change, len(t.wishes)), slices.Clone(t.state)
	ctx := p.context

	for i, w := range t.wishes {
		var s said

		if refreshed[i] != nil {
			refreshed[i] = p.refresh(ctx, refreshed[i], &s)
			t.forgets(op.what+", refreshing", t.state[i], refreshed[i])
		}

		config := valueOf(p.schema().ValueType(), w.arguments(t.place.userID))
		if r.destroys {
			config = tftypes.NewValue(p.schema().ValueType(), nil)
		}

		if !s.failed() && (refreshed[i] != nil || !r.destroys) {
			changes[i] = p.plan(ctx, refreshed[i], config, &s)
		}

		o.errors, o.warnings = append(o.errors, s.errors...), append(o.warnings, s.warnings...)
	}

	requests, struck := p.end()
	t.takes(requests)

	o.empty = !slices.ContainsFunc(changes, func(c *change) bool { return c != nil })
	o.killed = struck && m != nil && m.kills
	o.interrupted = struck && !o.killed

	return changes, refreshed
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

		instance := t.change(p, c, &s)

		mu.Lock()
		defer mu.Unlock()

		o.errors, o.warnings = append(o.errors, s.errors...), append(o.warnings, s.warnings...)
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

// change carries out one change, in the provider's second look at it.
func (t *terraform) change(p *plugin, c *change, s *said) *instance {
	if c.planned.IsNull() {
		return t.changes(p, c, s)
	}

	prior := c.prior

	if c.replaces {
		gone := &change{prior: prior, planned: tftypes.NewValue(c.planned.Type(), nil), config: c.config}
		if left := t.changes(p, gone, s); left != nil || s.failed() {
			return left
		}

		prior = nil
	}

	again := p.plan(p.context, prior, c.config, s)
	if s.failed() {
		return prior
	}

	if again == nil {
		s.errors = append(s.errors, "Provider produced inconsistent final plan: nothing to do")

		return prior
	}

	if err := keeps(c.planned, again.planned); err != nil {
		s.errors = append(s.errors, "Provider produced inconsistent final plan: "+err.Error())

		return prior
	}

	return t.changes(p, again, s)
}

// changes makes one request for a change, after which nothing may be forgotten.
func (t *terraform) changes(p *plugin, c *change, s *said) *instance {
	after := p.apply(p.context, c, s)
	if !p.gone() {
		t.forgets(p.name+", applying", c.prior, after)
	}

	return after
}
