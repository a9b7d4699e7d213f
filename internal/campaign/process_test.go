package campaign

import (
	"context"
	"sync"
	"time"
)

// phase is when in a request something happens to the process that sent it.
type phase int

const (
	// arriving is before the request is handled.
	arriving phase = iota
	// handled is after it was, and before its answer.
	handled
	// answered is some time after its answer.
	answered
)

// moment is when a process is killed, or interrupted as by Ctrl-C.
type moment struct {
	// nth is which of the selected requests it is, from 1.
	nth int
	// writes selects requests that create or revoke alone.
	writes bool
	phase  phase
	// after is how long after its answer.
	after time.Duration
	// kills is false for an interrupt, which the process gets to know of.
	kills bool
}

// process is a provider, or whatever else sends requests, in a process of its own.
type process struct {
	name string
	// machine is what it runs on; nil is this one.
	machine *machine
	// strikes, if set, is called when the process is killed, apart from what the gate does.
	strikes func()

	mu     sync.Mutex
	dead   bool
	struck bool
	moment *moment
	seen   int
	// context is that of the operation under way, and cancel ends it.
	context context.Context
	cancel  context.CancelFunc
	// requests counts those of the operation under way.
	requests int
	// sent are the names of tokens that were asked for and not definitely refused.
	sent map[string]bool
}

// begin starts an operation, in which the moment may come; nil is never.
func (p *process) begin(ctx context.Context, m *moment) context.Context {
	ctx, cancel := context.WithCancel(ctx)

	p.mu.Lock()
	defer p.mu.Unlock()

	p.moment, p.context, p.cancel, p.seen, p.requests, p.struck = m, ctx, cancel, 0, 0, false

	return ctx
}

// perish kills a process that was to be killed and was not yet: its last answer is lost.
func (p *process) perish() {
	p.mu.Lock()
	defer p.mu.Unlock()

	if p.moment != nil && p.moment.kills {
		p.dead, p.struck = true, true
	}
}

// gone says whether the process was killed.
func (p *process) gone() bool {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.dead
}

// stopped says whether the process was killed or interrupted.
func (p *process) stopped() bool {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.dead || p.struck
}

// count returns how many requests the operation under way took so far.
func (p *process) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.requests
}

// end ends the operation, and says how many requests it took and whether the moment came.
func (p *process) end() (requests int, struck bool) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.cancel()
	p.moment, p.strikes = nil, nil // Its number may be another's from now on.

	return p.requests, p.struck
}

// arrive counts a request, and returns the moment if this is the one.
func (p *process) arrive(c call) (m *moment, dead bool) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.requests++

	if p.dead {
		return nil, true
	}

	if p.moment == nil || p.struck || p.moment.writes && c.kind != kindCreate && c.kind != kindRevoke {
		return nil, false
	}

	if p.seen++; p.seen != p.moment.nth {
		return nil, false
	}

	return p.moment, false
}

// strike makes the moment come.
func (p *process) strike(m *moment) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.struck = true
	p.dead = p.dead || m.kills

	if p.cancel != nil {
		p.cancel()
	}

	if m.kills && p.strikes != nil {
		p.strikes()
	}
}

// asks notes a request for a name, and says whether this process asked for it before.
func (p *process) asks(name string) (again bool) {
	p.mu.Lock()
	defer p.mu.Unlock()

	again = p.sent[name]
	p.sent[name] = true

	return again
}

// refused notes that the request for a name was definitely refused.
func (p *process) refused(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()

	delete(p.sent, name)
}
