package campaign

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// schedule is what happens in one run of the campaign: all that is common to its levels.
type schedule struct {
	ctx    context.Context // It ends with the test, not with a function.
	seed   uint64
	random *rand.Rand

	clock  *clock
	place  *place
	ledger *ledger
	gate   *gate
	// right says that all machines' clocks are right, as they have to be where the server sends no Date.
	right bool

	// starts counts processes, and most is the most requests that one operation took.
	starts, most int
	// firsts, fixed and loans count what lives apart: first creates without a set series
	// whose state nobody has, fixed names, and tokens of ephemeral resources.
	firsts, fixed, loans int
	// raced is set where requests were sent at the same time: their order is nobody's choice.
	raced bool
	// hands counts the tokens that were issued by hand.
	hands int
	// past is what happened, for messages.
	past []string
}

// newSchedule opens a place of either platform, each as likely.
func newSchedule(ctx context.Context, seed uint64, clock *clock) (*schedule, error) {
	return newScheduleAt(ctx, seed, clock, 0.5)
}

// newScheduleAt opens a place, which is so likely to be a Universal Controller.
func newScheduleAt(ctx context.Context, seed uint64, clock *clock, controllers float64) (*schedule, error) {
	s := &schedule{ctx: ctx, seed: seed, random: newRandom(seed), clock: clock}

	open := newForeman
	if chance(s.random, controllers) {
		open = newController
	}

	var err error
	if s.place, err = open(s.random, s.clock); err != nil {
		return nil, err
	}

	s.right = s.place.undated || chance(s.random, 0.4)
	s.ledger = newLedger(s.place, s.clock)
	s.gate = newGate(s.place, s.clock, s.ledger)

	return s, nil
}

// close ends the place.
func (s *schedule) close() {
	s.gate.server.CloseClientConnections()
	s.gate.server.Close()
}

// happens notes what happens.
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

// takes notes how many requests an operation took.
func (s *schedule) takes(requests int) { s.most = max(s.most, requests) }

// storm draws the weather of an operation.
func (s *schedule) storm() *weather {
	return newWeather(s.random.Uint64(), pick(s.random, []float64{0, 0.05, 0.2, 0.2, 0.5}))
}

// gale is a storm of some strength at least, for what is done once.
func (s *schedule) gale() *weather {
	return newWeather(s.random.Uint64(), pick(s.random, []float64{0.05, 0.2, 0.3, 0.5}))
}

// together draws whether several things happen at the same time.
func (s *schedule) together(likelihood float64) bool {
	at := chance(s.random, likelihood)
	s.raced = s.raced || at

	return at
}

// each does something some times, at the same time or one after the other.
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

// strike draws the moment of an operation, nil for none.
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

// advances moves the clock. What the server still has to do it has done by then.
func (s *schedule) advances(by time.Duration) {
	if by >= time.Hour {
		s.gate.lands(func() bool { return true })
	}

	s.clock.move(by)
	s.happens("%s pass", by)
}

// String tells what happened.
func (s *schedule) String() string {
	return fmt.Sprintf("%s\n  %s", s.place.variant, strings.Join(s.past, "\n  "))
}

// excusable says whether a token may be in no state: its process was killed before it
// could be, the request was carried out when nobody waited any more, or revoking it failed
// and somebody was told.
func (s *schedule) excusable(of *token) bool { return of.asked.op.killed || of.late || of.told }

// first says whether a token was the first of a series that nobody had set, and so is
// nobody's whose state was not written.
func (s *schedule) first(of *token) bool { return of.asked.op.firsts[resourceOf(of.name)] }

// setApart revokes by hand what does not count as an orphan.
func (s *schedule) setApart(of *token) {
	of.apart, of.revoked = true, true
	s.happens("%s counts apart", of.name)

	s.place.revokes(of)
}
