package providertest

import (
	"sync/atomic"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Clock is a clock that a test sets. The zero value shows the machine's time.
type Clock struct{ by atomic.Int64 }

// Now returns the clock's time.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.by.Load())) }

// Move sets the clock forward, or back if by is negative.
func (c *Clock) Move(by time.Duration) { c.by.Add(int64(by)) }

// Day is the length of a day in UTC.
const Day = 24 * time.Hour

// Never is the expiry of a token that does not expire.
var Never pat.Option[time.Time]

// NewNoonClock returns a clock set to noon UTC, so that no test depends on the time of day at which it
// runs: dates change at midnight.
func NewNoonClock() *Clock {
	clock := &Clock{}
	clock.Move(time.Until(time.Date(2028, 2, 28, 12, 0, 0, 0, time.UTC)))

	return clock
}
