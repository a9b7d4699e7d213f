package providertest

import (
	"sync/atomic"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Clock is a clock that a test moves. The zero value shows the time of the machine.
type Clock struct{ by atomic.Int64 }

// Now returns the time that the clock shows.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.by.Load())) }

// Move sets the clock forward, or back if by is negative.
func (c *Clock) Move(by time.Duration) { c.by.Add(int64(by)) }

// Day is the length of a day in UTC.
const Day = 24 * time.Hour

// Never is the expiry of a token that never expires.
var Never pat.Option[time.Time]

// NewNoonClock returns a clock that shows noon, whenever the test runs: dates change at
// midnight.
func NewNoonClock() *Clock {
	clock := &Clock{}
	clock.Move(time.Until(time.Date(2028, 2, 28, 12, 0, 0, 0, time.UTC)))

	return clock
}
