package campaign

import (
	"context"
	"sync"
	"time"
)

// phase is the phase of a request in which something happens to the process that sent it.
type phase int

const (
	// arriving: before the server handles the request.
	arriving phase = iota
	// handled: after the server has handled the request, before it responds.
	handled
	// answered: some time after the response.
	answered
)

// moment says when a process is killed or interrupted (as by Ctrl-C).
type moment struct {
	// nth counts the selected requests, from 1.
	nth int
	// writes selects only requests that create or revoke tokens.
	writes bool
	phase  phase
	// after is the time between the response and the kill.
	after time.Duration
	// kills distinguishes a kill from an interrupt, which the process notices.
	kills bool
}

// process is a simulated process that sends requests, such as a provider's.
type process struct {
	name string
	// machine is the machine that it runs on; nil for this one.
	machine *machine
	// strikes, if set, is called when the process is killed, in addition to what the gate does.
	strikes func()

	mu     sync.Mutex
	dead   bool
	struck bool
	moment *moment
	seen   int
	// context is the context of the current operation, and cancel ends it.
	context context.Context
	cancel  context.CancelFunc
	// requests counts the requests of the current operation.
	requests int
	// sent holds the names of the tokens that the process has requested, except those that the server
	// definitely refused.
	sent map[string]bool
}

// begin starts an operation, which is killed or interrupted at the moment; nil for never.
func (p *process) begin(ctx context.Context, m *moment) context.Context {
	ctx, cancel := context.WithCancel(ctx)

	p.mu.Lock()
	defer p.mu.Unlock()

	p.moment, p.context, p.cancel, p.seen, p.requests, p.struck = m, ctx, cancel, 0, 0, false

	return ctx
}

// perish kills a process whose moment has not come yet: its last response is lost.
func (p *process) perish() {
	p.mu.Lock()
	defer p.mu.Unlock()

	if p.moment != nil && p.moment.kills {
		p.dead, p.struck = true, true
	}
}

// gone reports whether the process was killed.
func (p *process) gone() bool {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.dead
}

// stopped reports whether the process was killed or interrupted.
func (p *process) stopped() bool {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.dead || p.struck
}

// count returns the number of requests in the current operation so far.
func (p *process) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.requests
}

// end ends the operation. It returns the number of requests, and whether the moment came.
func (p *process) end() (requests int, struck bool) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.cancel()
	p.moment, p.strikes = nil, nil // Another process may get the same process id later.

	return p.requests, p.struck
}

// arrive counts a request. It returns the moment if this is its request, and whether the process is
// dead.
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

// strike kills or interrupts the process.
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

// asks records a request for a token name and reports whether the process has requested it before.
func (p *process) asks(name string) (again bool) {
	p.mu.Lock()
	defer p.mu.Unlock()

	again = p.sent[name]
	p.sent[name] = true

	return again
}

// refused records that the server definitely refused the request for a name.
func (p *process) refused(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()

	delete(p.sent, name)
}
