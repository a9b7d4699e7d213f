package pat

import (
	"sync"
	"time"
)

// ClockTolerance is how far the runner's clock may be from the server's and still count as right.
// Clocks that NTP keeps differ by less than a second.
const ClockTolerance = 2 * time.Minute

// Runner is the clock of the machine that the provider runs on. The zero value is the real one.
type Runner struct {
	// Now is the wall clock, which may be wrong and may be set at any time; nil is time.Now.
	Now func() time.Time
	// Elapsed is the time since some moment, on a clock that is never set. Nil derives it from
	// Now, whose readings have a monotonic part if they are those of time.Now.
	Elapsed func() time.Duration
}

// Clock tells the time of a server. A server issues and expires tokens by its own clock, so what is due
// is decided by that one, and not by the runner's, which may be wrong by hours.
//
// A server tells its time in the Date header of each response. Where it sends none, the creation time
// of a token that was just issued tells it; until then, the runner's clock has to do. The server's
// clock shows that time or a later one when the response is here, so the latest that was told is the
// closest: an old response, or that of a node that is behind, changes nothing. In between the runner's
// monotonic clock counts, so that setting the runner's clock changes nothing either.
//
// It is behind the server's by a second and the time of a request at most, and ahead only of nodes
// that are behind others, or of a clock that is set back during the run. It is safe for concurrent
// use. Make it with [NewClock].
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

// Now returns the server's time, or the runner's while the server has not told its own. It never
// goes back once the server has sent a Date.
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

// Responded notes the Date of a response that was just received.
func (c *Clock) Responded(date time.Time) { c.learn(fromResponse, date) }

// Created notes the creation time of a token that was just issued; zero is one that the server did
// not tell. It counts only where responses have no Date.
func (c *Clock) Created(created time.Time) {
	if !created.IsZero() {
		c.learn(fromCreation, created)
	}
}

// learn notes that the server's clock shows this time or a later one.
func (c *Clock) learn(source timeSource, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()

	elapsed := c.runner.Elapsed()
	if source > c.source || source == c.source && at.After(c.reading(elapsed)) {
		c.source, c.at, c.mark = source, at, elapsed
	}
}

// reading returns the server's time at an elapsed time of the runner's. The mutex is held.
func (c *Clock) reading(elapsed time.Duration) time.Time { return c.at.Add(elapsed - c.mark) }
