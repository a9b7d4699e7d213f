package campaign

import (
	"sync"
	"time"
)

// clock is the one clock of a schedule: the server's, the provider's and the consumers'. In
// process it moves by itself only a second for each request, so that no two tokens are of
// one time. Where the provider has a process of its own it runs.
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

func (c *clock) move(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()

	if c.ahead != 0 {
		c.ahead += by
	} else {
		c.at = c.at.Add(by)
	}
}

// tick is a second for a request, of a clock that stands.
func (c *clock) tick() {
	if c.ahead == 0 {
		c.move(time.Second)
	}
}
