package pat

import (
	"testing"
	"time"
)

// machine is the machine of a runner, and a server with a clock of its own.
type machine struct {
	wall, server time.Time
	elapsed      time.Duration
	clock        *Clock
}

// newMachine returns a machine whose clock is ahead of the server's.
func newMachine(ahead time.Duration) *machine {
	server := time.Date(2028, 2, 28, 12, 0, 0, 0, time.UTC)
	m := &machine{server: server, wall: server.Add(ahead)}
	m.clock = NewClock(Runner{
		Now:     func() time.Time { return m.wall },
		Elapsed: func() time.Duration { return m.elapsed },
	})

	return m
}

// passes lets time pass for everybody.
func (m *machine) passes(d time.Duration) {
	m.wall, m.server, m.elapsed = m.wall.Add(d), m.server.Add(d), m.elapsed+d
}

// responds is a request of so long whose response is made halfway, by a node whose clock is ahead
// of the server's.
func (m *machine) responds(took, ahead time.Duration) {
	sent := m.clock.Mark()
	m.passes(took / 2)
	date := m.server.Add(ahead).Truncate(time.Second)
	m.passes(took / 2)
	m.clock.Responded(sent, date)
}

// creates is a request that issues a token.
func (m *machine) creates() {
	sent := m.clock.Mark()
	m.passes(100 * time.Millisecond)
	m.clock.Created(sent, m.server.Truncate(time.Second))
}

func TestClock(t *testing.T) {
	t.Parallel()

	const ahead = 3 * time.Hour

	for name, test := range map[string]struct {
		happens func(*machine)
		// want is how far the clock may be ahead of the server's at least and at most.
		least, most time.Duration
		known       bool
	}{
		"nothing was said":              {happens: func(*machine) {}, least: ahead, most: ahead},
		"a token without creation time": {happens: func(m *machine) { m.clock.Created(0, time.Time{}) }, least: ahead, most: ahead},
		"a response":                    {happens: func(m *machine) { m.responds(200*time.Millisecond, 0) }, least: -2 * time.Second, known: true},
		"a response long ago": {
			happens: func(m *machine) { m.responds(0, 0); m.passes(9 * time.Hour) }, least: -time.Second, known: true,
		},
		"a slow response": {
			happens: func(m *machine) { m.responds(time.Minute, 0) }, least: -31 * time.Second, known: true,
		},
		"a slow response, and a fast one": {
			happens: func(m *machine) { m.responds(time.Minute, 0); m.responds(0, 0) }, least: -time.Second, known: true,
		},
		"a fast response, and a slow one": {
			happens: func(m *machine) { m.responds(0, 0); m.responds(time.Minute, 0) }, least: -time.Second, known: true,
		},
		"the runner's clock is set": {
			happens: func(m *machine) { m.responds(0, 0); m.wall = m.wall.Add(-ahead) }, least: -time.Second, known: true,
		},
		"the runner's clock is set during a request": {
			happens: func(m *machine) {
				sent := m.clock.Mark()
				m.wall = m.wall.Add(-9 * ahead)
				m.clock.Responded(sent, m.server)
			}, least: -time.Second, known: true,
		},
		"the server's clock is set back": {
			happens: func(m *machine) { m.responds(0, 0); m.server = m.server.Add(-time.Hour); m.responds(0, 0) }, least: -time.Second, known: true,
		},
		"the server's clock is set forward": {
			happens: func(m *machine) { m.responds(0, 0); m.server = m.server.Add(time.Hour); m.responds(0, 0) }, least: -time.Second, known: true,
		},
		"a token":             {happens: (*machine).creates, least: -2 * time.Second, known: true},
		"a token, a response": {happens: func(m *machine) { m.creates(); m.responds(0, -time.Hour) }, least: -time.Hour - time.Second, most: -time.Hour, known: true},
		"a response, a token": {happens: func(m *machine) { m.responds(0, -time.Hour); m.creates() }, least: -time.Hour - time.Second, most: -time.Hour, known: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			m := newMachine(ahead)
			test.happens(m)

			if is := m.clock.Now().Sub(m.server); is < test.least || is > test.most {
				t.Errorf("the clock is ahead of the server's by %s, want %s to %s", is, test.least, test.most)
			}

			if is := m.clock.Known(); is != test.known {
				t.Errorf("known is %t, want %t", is, test.known)
			}
		})
	}
}

// What was due must not be early a moment later, because another node of the server has answered.
func TestClock_doesNotGoBackBetweenNodes(t *testing.T) {
	t.Parallel()

	m := newMachine(time.Hour)
	last := time.Time{}

	for n := range 40 {
		m.responds(time.Duration(n%5)*300*time.Millisecond, time.Duration(n%3)*20*time.Second)

		now := m.clock.Now()
		if now.Before(last) {
			t.Fatalf("after response %d the clock shows %s, and before it %s", n, now, last)
		}

		last = now
	}

	if is := last.Sub(m.server); is > 40*time.Second || is < 39*time.Second {
		t.Errorf("the clock is ahead of the server's by %s, want the node's that is most ahead, 40 s", is)
	}
}

func TestClock_difference(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		ahead   time.Duration
		happens func(*machine)
		want    bool
		undated bool
	}{
		"ahead, before the server said anything": {ahead: time.Hour, happens: func(*machine) {}},
		"ahead by two minutes":                   {ahead: ClockTolerance, happens: func(m *machine) { m.responds(0, 0) }},
		"ahead by more":                          {ahead: ClockTolerance + time.Second, happens: func(m *machine) { m.responds(0, 0) }, want: true},
		"behind by two minutes":                  {ahead: -ClockTolerance, happens: func(m *machine) { m.responds(0, 0) }},
		"behind by more":                         {ahead: -ClockTolerance - time.Second, happens: func(m *machine) { m.responds(0, 0) }, want: true},
		"behind, without a Date":                 {ahead: -time.Hour, happens: (*machine).creates, want: true, undated: true},
		"ahead, and a Date after a creation":     {ahead: time.Hour, happens: func(m *machine) { m.creates(); m.responds(0, 0) }, want: true},
		"ahead, and set since":                   {ahead: time.Hour, happens: func(m *machine) { m.responds(0, 0); m.wall = m.server }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			m := newMachine(test.ahead)
			test.happens(m)

			difference, differs := m.clock.Difference()
			if differs != test.want || difference.Undated != test.undated {
				t.Errorf("differs is %t, and undated %t; want %t and %t", differs, difference.Undated, test.want, test.undated)
			}

			if differs && (!difference.Runner.Equal(m.wall) || m.server.Sub(difference.Server).Abs() > time.Second) {
				t.Errorf("the difference is of %s and %s, want %s and %s", difference.Server, difference.Runner, m.server, m.wall)
			}
		})
	}
}

// The zero Runner is the machine's clock, with its monotonic part.
func TestClock_ofThisMachine(t *testing.T) {
	t.Parallel()

	c := NewClock(Runner{})
	date := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)

	if now := c.Now(); time.Since(now).Abs() > time.Hour {
		t.Errorf("the runner's clock shows %s", now)
	}

	c.Responded(c.Mark(), date)

	if now := c.Now(); now.Sub(date).Abs() > time.Hour {
		t.Errorf("the clock shows %s, want %s", now, date)
	}
}
