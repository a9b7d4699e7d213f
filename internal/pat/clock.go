package pat

import (
	"sync"
	"time"
)

// ClockTolerance is how far two clocks may be apart and still count as showing the same time. The
// nodes of one server differ by seconds, and so does a machine whose clock is kept by NTP.
const ClockTolerance = 2 * time.Minute

// Runner is the clock of the machine that the provider runs on. The zero value is the real one.
type Runner struct {
	// Now is the wall clock, which may be wrong and may be set at any time; nil is time.Now.
	Now func() time.Time
	// Elapsed is the time since some moment, on a clock that is never set. Nil derives it from
	// Now, whose readings have a monotonic part if they are those of time.Now.
	Elapsed func() time.Duration
}

// Clock tells the time of a server, as far as the server has told it. A server issues and
// expires tokens by its own clock, so what is due is decided by that one, and not by the
// runner's, which may be wrong by hours.
//
// A server tells its time in the Date header of each response. Where it sends none, the
// creation time of a token that was just issued tells it; until then, the runner's clock has to
// do. Both have whole seconds, and a Date may be that of a gateway in front of the server: the
// time is as exact as that. Between two responses the runner's monotonic clock counts, so that
// setting the runner's clock changes nothing.
//
// It is safe for concurrent use. Make it with [NewClock].
type Clock struct {
	runner Runner

	mu     sync.Mutex
	source timeSource
	// at was the server's time when the runner's elapsed time was mark.
	at   time.Time
	mark time.Duration
}

// ClockDifference is how the runner's clock differs from a server's.
type ClockDifference struct {
	// Server and Runner are what both show at the same time.
	Server, Runner time.Time
	// Undated is true if no response had a Date. Until the server issued a token, the runner's clock
	// had to do.
	Undated bool
}

// timeSource is what told a server's time; the higher one wins.
type timeSource int

const (
	fromRunner timeSource = iota
	fromCreation
	fromResponse
)

// NewClock returns the clock of a server that has not told its time yet.
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

// Now returns the server's time, or the runner's while the server has not told its own. It
// does not go back, unless the server's clock does by more than [ClockTolerance].
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()

	if c.source == fromRunner {
		return c.runner.Now()
	}

	return c.reading(c.runner.Elapsed())
}

// Known says whether the server has told its time.
func (c *Clock) Known() bool {
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.source != fromRunner
}

// Difference returns how the runner's clock differs from the server's, and whether it does by
// more than [ClockTolerance].
func (c *Clock) Difference() (difference ClockDifference, differs bool) {
	c.mu.Lock()
	defer c.mu.Unlock()

	difference = ClockDifference{Server: c.reading(c.runner.Elapsed()), Runner: c.runner.Now(), Undated: c.source == fromCreation}

	return difference, c.source != fromRunner && difference.Server.Sub(difference.Runner).Abs() > ClockTolerance
}

// Mark returns the runner's elapsed time: take it right before sending a request, for
// [Clock.Responded] or [Clock.Created].
func (c *Clock) Mark() time.Duration { return c.runner.Elapsed() }

// Responded notes the Date of a response to a request that was sent at the mark.
func (c *Clock) Responded(sent time.Duration, date time.Time) { c.learn(fromResponse, sent, date) }

// Created notes the creation time of a token that a request sent at the mark has issued; zero
// is one that the server did not tell. It counts only where responses have no Date.
func (c *Clock) Created(sent time.Duration, created time.Time) {
	if !created.IsZero() {
		c.learn(fromCreation, sent, created)
	}
}

// learn notes that the server's clock showed a time, without fractions of its second, between
// the mark and now.
func (c *Clock) learn(source timeSource, sent time.Duration, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()

	if source < c.source {
		return
	}

	received := c.runner.Elapsed()
	earliest, latest := at, at.Add(time.Second+max(received-sent, 0))

	// Of all times that the response allows, the one next to what is known: so it gets more exact
	// with each response, and never goes back between nodes of a server that differ by seconds.
	now := c.reading(received)
	if source > c.source || now.Before(earliest) || now.After(latest.Add(ClockTolerance)) {
		now = earliest
	}

	c.source, c.at, c.mark = source, now, received
}

// reading returns the server's time at an elapsed time of the runner's. The mutex is held.
func (c *Clock) reading(elapsed time.Duration) time.Time { return c.at.Add(elapsed - c.mark) }
