package campaign

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// schedule is one run of the campaign: everything that its levels have in common.
type schedule struct {
	ctx    context.Context // It ends with the test, not with a function.
	seed   uint64
	random *rand.Rand

	clock  *clock
	target *target
	ledger *ledger
	gate   *gate
	// right says that all machines' clocks are right. They must be, if the server sends no Date header.
	right bool

	// starts counts processes, and most is the largest number of requests of one operation.
	starts, most int
	// firsts, fixed and loans count the tokens that are set apart: first tokens of a generated series
	// that no state has, tokens with a fixed name, and tokens of ephemeral resources.
	firsts, fixed, loans int
	// raced is set if requests were sent concurrently, so that their order is not determined by the
	// seed.
	raced bool
	// hands counts the tokens that were issued by hand.
	hands int
	// past is the log of what happened, for messages.
	past []string
}

// newSchedule starts a server of either platform, with the same probability.
func newSchedule(ctx context.Context, seed uint64, clock *clock) (*schedule, error) {
	return newScheduleAt(ctx, seed, clock, 0.5)
}

// newScheduleAt starts a server, which is a Universal Controller with the given probability.
func newScheduleAt(ctx context.Context, seed uint64, clock *clock, controllers float64) (*schedule, error) {
	s := &schedule{ctx: ctx, seed: seed, random: newRandom(seed), clock: clock}

	open := newForeman
	if chance(s.random, controllers) {
		open = newController
	}

	var err error
	if s.target, err = open(s.random, s.clock); err != nil {
		return nil, err
	}

	s.right = s.target.undated || chance(s.random, 0.4)
	s.ledger = newLedger(s.target, s.clock)
	s.gate = newGate(s.target, s.clock, s.ledger)

	return s, nil
}

// close stops the server.
func (s *schedule) close() {
	s.gate.server.CloseClientConnections()
	s.gate.server.Close()
}

// happens adds a line to the log.
func (s *schedule) happens(format string, args ...any) {
	s.past = append(s.past, s.clock.now().Format(time.DateTime)+" "+fmt.Sprintf(format, args...))
}

// process starts a process.
func (s *schedule) process() *process {
	s.starts++

	p := s.gate.process(fmt.Sprintf("p%d", s.starts))
	p.machine = newMachine(s.random, s.clock, s.right)

	return p
}

// takes records the number of requests of an operation.
func (s *schedule) takes(requests int) { s.most = max(s.most, requests) }

// storm draws the weather of an operation.
func (s *schedule) storm() *weather {
	return newWeather(s.random.Uint64(), pick(s.random, []float64{0, 0.05, 0.2, 0.2, 0.5}))
}

// gale is like storm, but there are always some faults. It is for operations that a schedule does only
// once.
func (s *schedule) gale() *weather {
	return newWeather(s.random.Uint64(), pick(s.random, []float64{0.05, 0.2, 0.3, 0.5}))
}

// together draws whether several things happen concurrently.
func (s *schedule) together(likelihood float64) bool {
	at := chance(s.random, likelihood)
	s.raced = s.raced || at

	return at
}

// each calls a function several times, concurrently or one after the other.
func each(count int, together bool, do func(i int)) {
	var waits sync.WaitGroup

	for i := range count {
		if together {
			waits.Go(func() { do(i) })
		} else {
			do(i)
		}
	}

	waits.Wait()
}

// strike draws the moment at which an operation is killed or interrupted; nil for never.
func (s *schedule) strike(likelihood float64) *moment {
	if !chance(s.random, likelihood) {
		return nil
	}

	m := &moment{
		nth: 1 + s.random.IntN(8), phase: pick(s.random, []phase{arriving, handled}), kills: chance(s.random, 0.7),
	}
	if chance(s.random, 0.6) {
		m.writes, m.nth = true, 1+s.random.IntN(2)
	}

	return m
}

// advances moves the clock. If it moves by an hour or more, the server has carried out all pending
// requests.
func (s *schedule) advances(by time.Duration) {
	if by >= time.Hour {
		s.gate.lands(func() bool { return true })
	}

	s.clock.move(by)
	s.happens("%s pass", by)
}

// String returns the log.
func (s *schedule) String() string {
	return fmt.Sprintf("%s\n  %s", s.target.variant, strings.Join(s.past, "\n  "))
}

// excusable reports whether a token may be in no state: its process was killed first, the server
// carried out the request after the provider had given up, or the revocation failed and the user was
// told.
func (s *schedule) excusable(of *token) bool { return of.asked.op.killed || of.late || of.told }

// first reports whether a token was the first of a generated series. If its state was not written,
// nothing knows that series.
func (s *schedule) first(of *token) bool { return of.asked.op.firsts[resourceOf(of.name)] }

// setApart revokes by hand a token that does not count as an orphan.
func (s *schedule) setApart(of *token) {
	of.apart, of.revoked = true, true
	s.happens("%s is set apart", of.name)

	s.target.revokes(of)
}
