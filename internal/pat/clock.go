package pat

import (
	"sync"
	"time"
)

// ClockTolerance is how much the runner's clock may differ from the server's and still count as
// right. Clocks that are synchronized by NTP differ by less than a second.
const ClockTolerance = 2 * time.Minute

// Runner is the clock of the machine that the provider runs on. The zero value uses the real clock.
type Runner struct {
	// Now is the wall clock, which may be wrong and may be adjusted at any time; nil means time.Now.
	Now func() time.Time
	// Elapsed is the time since some moment, on a clock that is never adjusted. Nil derives it from
	// Now, whose results have a monotonic part if they come from time.Now.
	Elapsed func() time.Duration
}

// Clock is the clock of a server. A server issues and expires tokens by its own clock, so that clock
// decides what is due, and not the runner's, which may be wrong by hours.
//
// The time comes from the Date header of each response. If the server sends none, it comes from the
// creation time of a token that was just issued; until then, the runner's clock is used. When a
// response arrives, the server's clock shows the time in it or a later one, so the latest time
// received is the closest: a delayed response, or one of a node that is behind, changes nothing.
// Between responses the runner's monotonic clock counts on, so that adjusting the runner's clock
// changes nothing either.
//
// A Clock is behind the server's by at most a second and the time of a request. It is ahead only of
// nodes that are behind others, or of a clock that is set back during the run. It is safe for
// concurrent use. Create it with [NewClock].
type Clock struct {
	runner Runner

	mu     sync.Mutex
	source timeSource
	// at was the server's time when the runner's elapsed time was mark.
	at   time.Time
	mark time.Duration
}

// ClockDifference is the difference between the runner's clock and a server's.
type ClockDifference struct {
	// Server and Runner are the readings of both clocks at the same moment.
	Server, Runner time.Time
	// Undated is true if no response had a Date. Until the server issued a token, the runner's clock
	// was used.
	Undated bool
}

// timeSource is the source of a server's time; a higher one takes precedence.
type timeSource int

const (
	fromRunner timeSource = iota
	fromCreation
	fromResponse
)

// NewClock returns the clock of a server whose time is not known yet.
func NewClock(runner Runner) *Clock {
	if runner.Now == nil {
		runner.Now = time.Now
	}

	if runner.Elapsed == nil {
		start := runner.Now()
		runner.Elapsed = func() time.Duration { return runner.Now().Sub(start) }
	}

	return &Clock{runner: runner}
}

// Now returns the server's time, or the runner's while the server's is not known. It never goes back
// once the server has sent a Date.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()

	if c.source == fromRunner {
		return c.runner.Now()
	}

	return c.reading(c.runner.Elapsed())
}

// Known reports whether the server's time is known.
func (c *Clock) Known() bool {
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.source != fromRunner
}

// Difference returns the difference between the runner's clock and the server's, and whether it
// exceeds [ClockTolerance].
func (c *Clock) Difference() (difference ClockDifference, differs bool) {
	c.mu.Lock()
	defer c.mu.Unlock()

	difference = ClockDifference{Server: c.reading(c.runner.Elapsed()), Runner: c.runner.Now(), Undated: c.source == fromCreation}

	return difference, c.source != fromRunner && difference.Server.Sub(difference.Runner).Abs() > ClockTolerance
}

// Responded records the Date of a response that was just received.
func (c *Clock) Responded(date time.Time) { c.update(fromResponse, date) }

// Created records the creation time of a token that was just issued; zero means that the server did
// not send it. It is used only while no response had a Date.
func (c *Clock) Created(created time.Time) {
	if !created.IsZero() {
		c.update(fromCreation, created)
	}
}

// update records that the server's clock shows this time or a later one.
func (c *Clock) update(source timeSource, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()

	elapsed := c.runner.Elapsed()
	if source > c.source || source == c.source && at.After(c.reading(elapsed)) {
		c.source, c.at, c.mark = source, at, elapsed
	}
}

// reading returns the server's time at an elapsed time of the runner's. The caller holds the mutex.
func (c *Clock) reading(elapsed time.Duration) time.Time { return c.at.Add(elapsed - c.mark) }
