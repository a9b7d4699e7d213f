package pat

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// machine is a runner's machine, and a server with another clock.
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

// passes advances all clocks.
func (m *machine) passes(d time.Duration) {
	m.wall, m.server, m.elapsed = m.wall.Add(d), m.server.Add(d), m.elapsed+d
}

// responds is a request whose response arrives the given time after it was created, by a node whose
// clock is ahead of the server's.
func (m *machine) responds(took, ahead time.Duration) {
	date := m.server.Add(ahead).Truncate(time.Second)
	m.passes(took)
	m.clock.Responded(date)
}

// creates is a request that issues a token.
func (m *machine) creates() {
	created := m.server.Truncate(time.Second)
	m.passes(100 * time.Millisecond)
	m.clock.Created(created)
}

func TestClock(t *testing.T) {
	t.Parallel()

	const ahead = 3 * time.Hour

	for name, test := range map[string]struct {
		happens func(*machine)
		// least and most are how far the clock may be ahead of the server's.
		least, most time.Duration
		known       bool
	}{
		"no response":                   {happens: func(*machine) {}, least: ahead, most: ahead},
		"a token without creation time": {happens: func(m *machine) { m.clock.Created(time.Time{}) }, least: ahead, most: ahead},
		"a response":                    {happens: func(m *machine) { m.responds(200*time.Millisecond, 0) }, least: -time.Second, known: true},
		"an old response": {
			happens: func(m *machine) { m.responds(0, 0); m.passes(9 * time.Hour) }, least: -time.Second, known: true,
		},
		"a slow response":                 {happens: func(m *machine) { m.responds(time.Minute, 0) }, least: -61 * time.Second, known: true},
		"a slow response, and a fast one": {happens: func(m *machine) { m.responds(time.Minute, 0); m.responds(0, 0) }, least: -time.Second, known: true},
		"a fast response, and a slow one": {happens: func(m *machine) { m.responds(0, 0); m.responds(time.Minute, 0) }, least: -time.Second, known: true},
		"a response, and a day-old one from a cache without an Age": {
			happens: func(m *machine) { m.responds(0, 0); m.responds(0, -24*time.Hour) }, least: -time.Second, known: true,
		},
		"the runner's clock is set": {
			happens: func(m *machine) { m.responds(0, 0); m.wall = m.wall.Add(-ahead) }, least: -time.Second, known: true,
		},
		"the server's clock is set forward": {
			happens: func(m *machine) { m.responds(0, 0); m.server = m.server.Add(time.Hour); m.responds(0, 0) }, least: -time.Second, known: true,
		},
		"a token":             {happens: (*machine).creates, least: -time.Second, known: true},
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

// Once the server has sent its time, the clock never goes back, however wrong the runner's is and
// however often it is adjusted. It is never ahead of the server's, and at most the whole seconds of a
// Date and the time of the request behind. A node that is behind others changes nothing.
func TestClock_isCloseToTheServersAndNeverGoesBack(t *testing.T) {
	t.Parallel()

	span := func(most time.Duration) *rapid.Generator[time.Duration] {
		return rapid.Custom(func(t *rapid.T) time.Duration {
			return time.Duration(rapid.Int64Range(0, int64(most)).Draw(t, "duration"))
		})
	}

	rapid.Check(t, func(t *rapid.T) {
		const twoDays = 48 * time.Hour

		m := newMachine(span(twoDays).Draw(t, "ahead") - twoDays/2)

		first := span(2*time.Minute).Draw(t, "first response")
		m.responds(first, 0)

		last, behind := m.clock.Now(), time.Second+first

		t.Repeat(map[string]func(*rapid.T){
			"time passes": func(t *rapid.T) { m.passes(span(24*time.Hour).Draw(t, "passes")) },
			"the runner's clock is set": func(t *rapid.T) {
				m.wall = m.wall.Add(span(twoDays).Draw(t, "by") - twoDays/2)
			},
			"a response": func(t *rapid.T) {
				took := span(2*time.Minute).Draw(t, "took")
				m.responds(took, 0)
				behind = min(behind, time.Second+took)
			},
			"a response of a node that is behind": func(t *rapid.T) {
				m.responds(span(time.Minute).Draw(t, "took"), -span(24*time.Hour).Draw(t, "behind"))
			},
			"a token": func(*rapid.T) { m.creates() },
			"": func(t *rapid.T) {
				now := m.clock.Now()
				if now.Before(last) {
					t.Fatalf("the clock went back from %s to %s", last, now)
				}

				if is := m.server.Sub(now); is < 0 || is > behind {
					t.Fatalf("the clock is behind the server's by %s, want 0 to %s", is, behind)
				}

				last = now
			},
		})
	})
}

func TestClock_Difference(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		ahead   time.Duration
		happens func(*machine)
		want    bool
		undated bool
	}{
		"ahead, before any response":         {ahead: time.Hour, happens: func(*machine) {}},
		"ahead by two minutes":               {ahead: ClockTolerance, happens: func(m *machine) { m.responds(0, 0) }},
		"ahead by more":                      {ahead: ClockTolerance + time.Second, happens: func(m *machine) { m.responds(0, 0) }, want: true},
		"behind by two minutes":              {ahead: -ClockTolerance, happens: func(m *machine) { m.responds(0, 0) }},
		"behind by more":                     {ahead: -ClockTolerance - time.Second, happens: func(m *machine) { m.responds(0, 0) }, want: true},
		"behind, without a Date":             {ahead: -time.Hour, happens: (*machine).creates, want: true, undated: true},
		"ahead, and a Date after a creation": {ahead: time.Hour, happens: func(m *machine) { m.creates(); m.responds(0, 0) }, want: true},
		"ahead, then corrected":              {ahead: time.Hour, happens: func(m *machine) { m.responds(0, 0); m.wall = m.server }},
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

	c.Responded(date)

	if now := c.Now(); now.Sub(date).Abs() > time.Hour {
		t.Errorf("the clock shows %s, want %s", now, date)
	}
}
