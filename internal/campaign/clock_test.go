package campaign

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// clock is the clock of a schedule's server and consumers. Providers run on machines with clocks
// of their own. In process it moves by itself only a second for each request, so that no two
// tokens are of one time. Where the provider has a process of its own it runs, and jumps as well.
type clock struct {
	mu sync.Mutex
	at time.Time
	// ahead is how far one that runs is ahead of the machine's; 0 is one that stands.
	ahead time.Duration
}

// noon is when every schedule begins: before a leap day, far from midnight.
var noon = time.Date(2028, 2, 28, 12, 0, 0, 0, time.UTC)

// newClock returns a clock that stands.
func newClock() *clock { return &clock{at: noon} }

// newRunningClock returns a clock that runs.
func newRunningClock() *clock { return &clock{ahead: time.Until(noon)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()

	if c.ahead != 0 {
		return time.Now().Add(c.ahead)
	}

	return c.at
}

// lead is how far the clock is ahead of the machine's, if it runs.
func (c *clock) lead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.ahead
}

func (c *clock) move(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()

	if c.ahead != 0 {
		c.ahead += by
	} else {
		c.at = c.at.Add(by)
	}
}

// machine is what a provider runs on. Its clock may be wrong, and may be set while the provider runs.
type machine struct {
	server *clock

	mu sync.Mutex
	// ahead is how far its clock is ahead of the server's.
	ahead time.Duration
	// requests counts what was sent from it. Its clock is set by so much during request number jump; 0
	// is never.
	requests, jump int
	by             time.Duration
}

// newMachine returns a machine whose clock is wrong by a day at most, and may be set during one of
// the first requests, unless all clocks of the schedule are right.
func newMachine(random *rand.Rand, server *clock, right bool) *machine {
	m := &machine{server: server}
	if right {
		return m
	}

	m.ahead = pick(random, skews)
	if m.ahead != 0 {
		results.meets("clocks that are wrong")
	}

	if chance(random, 0.3) {
		m.jump, m.by = 1+random.IntN(8), pick(random, skews)
	}

	return m
}

// skews are how far a machine's clock is ahead.
var skews = []time.Duration{0, 3 * time.Minute, 150 * time.Minute, 24 * time.Hour, -3 * time.Minute, -150 * time.Minute, -24 * time.Hour}

// runner is the machine's clock as the provider sees it.
func (m *machine) runner() pat.Runner {
	return pat.Runner{
		Now: func() time.Time {
			m.mu.Lock()
			defer m.mu.Unlock()

			return m.server.now().Add(m.ahead)
		},
		Elapsed: func() time.Duration { return m.server.now().Sub(noon) },
	}
}

// sends counts a request.
func (m *machine) sends() {
	if m == nil { // Of a process that the campaign does not start.
		return
	}

	m.mu.Lock()
	defer m.mu.Unlock()

	if m.requests++; m.requests == m.jump {
		m.ahead += m.by
		results.meets("clocks that are set in a run")
	}
}

// tick is a second for a request.
func (c *clock) tick() { c.move(time.Second) }
