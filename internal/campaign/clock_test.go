package campaign

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// clock is the clock of a schedule's server and consumers; providers run on machines with their own
// clocks. In process, it advances by one second with each request, so that no two tokens have the same
// creation time, and otherwise only when the schedule moves it. If the provider runs in its own
// process, the clock also runs in real time.
type clock struct {
	mu sync.Mutex
	at time.Time
	// ahead is how far a running clock is ahead of this machine's clock; 0 if the clock does not run.
	ahead time.Duration
}

// noon is the start time of every schedule: on the day before a leap day, far from midnight.
var noon = time.Date(2028, 2, 28, 12, 0, 0, 0, time.UTC)

// newClock returns a clock that does not run.
func newClock() *clock { return &clock{at: noon} }

// newRunningClock returns a clock that runs in real time.
func newRunningClock() *clock { return &clock{ahead: time.Until(noon)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()

	if c.ahead != 0 {
		return time.Now().Add(c.ahead)
	}

	return c.at
}

// lead returns how far a running clock is ahead of this machine's clock.
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

// machine is the machine that a provider runs on. Its clock may be wrong, and may be set during a run.
type machine struct {
	server *clock

	mu sync.Mutex
	// ahead is how far the machine's clock is ahead of the server's.
	ahead time.Duration
	// requests counts the requests that the machine has sent. During request number jump, the clock is
	// set by this amount; 0 means never.
	requests, jump int
	by             time.Duration
}

// newMachine returns a machine whose clock may be off by up to a day, and may be set during one of the
// first requests. If right is set, the clock is right.
func newMachine(random *rand.Rand, server *clock, right bool) *machine {
	m := &machine{server: server}
	if right {
		return m
	}

	m.ahead = pick(random, skews)
	if m.ahead != 0 {
		results.meets("wrong clocks")
	}

	if chance(random, 0.3) {
		m.jump, m.by = 1+random.IntN(8), pick(random, skews)
	}

	return m
}

// skews are the possible deviations of a machine's clock.
var skews = []time.Duration{0, 3 * time.Minute, 150 * time.Minute, 24 * time.Hour, -3 * time.Minute, -150 * time.Minute, -24 * time.Hour}

// runner returns the machine's clock as the provider uses it.
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

// sends records that the machine sends a request.
func (m *machine) sends() {
	if m == nil { // The process was not started by the campaign.
		return
	}

	m.mu.Lock()
	defer m.mu.Unlock()

	if m.requests++; m.requests == m.jump {
		m.ahead += m.by
		results.meets("clocks set during a run")
	}
}

// tick advances the clock by the second that a request takes.
func (c *clock) tick() { c.move(time.Second) }
