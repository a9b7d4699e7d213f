package campaign

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// states is two states that share a series which the user has set, or one state with two resources that
// do. Neither may revoke the other's tokens when they are new or in use.
type states struct {
	*schedule

	cores []*terraform
	// copied is when the second state was made as a copy of the first; zero for never.
	copied time.Time
	// merged is set if both resources are in the first state.
	merged bool
}

// statesSchedule applies two configurations with the same series in turn, while consumers use the
// tokens of both.
func statesSchedule(ctx context.Context, seed uint64) (*schedule, error) {
	base, err := newSchedule(ctx, seed, newClock())
	if err != nil {
		return nil, err
	}
	defer base.close()

	s := &states{schedule: base}
	w := wish{
		series: "abcdea", expiresIn: pick(s.random, expiries), rotates: true, trigger: 1,
		overlap: pick(s.random, overlaps), holds: pick(s.random, holdings),
	}
	s.adds(w)

	switch s.runs(0, run{}); s.random.IntN(3) {
	case 0:
		s.adds(w)
		s.cores[1].state, s.copied = slices.Clone(s.cores[0].state), s.clock.now()
		s.happens("the state is copied")
		s.titled("copied")
	case 1:
		s.adds(w)
		s.advances(s.soon())
		s.runs(1, run{})
		s.titled("apart")
	default:
		s.adds(w)
		s.advances(s.soon())
		s.runs(1, run{})
		s.merges()
		s.titled("merged")
	}

	for range 6 + s.random.IntN(6) {
		s.step()
	}

	return base, nil
}

// adds adds an empty state.
func (s *states) adds(w wish) {
	t := newTerraformOf(s.schedule, &w)
	t.guards = func(bool) func(*process, *token) objection { return s.spares(t) }
	s.cores = append(s.cores, t)
}

// merges moves the resource of the second state into the first.
func (s *states) merges() {
	first, second := s.cores[0], s.cores[1]
	first.adds(second.wishes[0], second.state[0])

	s.ledger.each(func(of *token) {
		switch of.of {
		case first:
			of.index = 1
		case second:
			of.of, of.index = first, 2
		}
	})

	s.cores, s.merged = s.cores[:1], true
	s.happens("the resource of the second state is moved into the first")
}

// titled records in messages how the states came to share a series.
func (s *states) titled(how string) {
	for n, t := range s.cores {
		t.title = fmt.Sprintf("state %d (%s), ", n, how)
	}

	results.meets("states of one series, " + how)
}

// soon returns a duration within which a new token may still belong to another state.
func (s *states) soon() time.Duration {
	return pick(s.random, []time.Duration{time.Minute, 20 * time.Minute, 2 * time.Hour, 13 * time.Hour})
}

// step does one random thing.
func (s *states) step() {
	n := s.random.IntN(len(s.cores))

	switch s.random.IntN(6) {
	case 0:
		s.advances(s.soon())
	case 1:
		s.advances(25 * time.Hour)
	case 2:
		w := pick(s.random, s.cores[n].wishes)
		w.trigger++

		s.happens("state %d: an edit of triggers", n)

		fallthrough
	default:
		r := run{parallel: s.merged && s.together(0.3), backwards: chance(s.random, 0.5)}
		if chance(s.random, 0.2) {
			r.weather = s.storm()
		}

		s.runs(n, r)
	}

	if chance(s.random, 0.5) {
		s.cores[s.random.IntN(len(s.cores))].consume()
	}
}

// runs carries out a command.
func (s *states) runs(n int, r run) {
	s.happens("state %d", n)
	s.cores[n].reports(s.cores[n].command(r), r)
}

// spares returns the reason why a run of a state must not revoke a token.
func (s *states) spares(t *terraform) func(*process, *token) objection {
	own := t.spares(false)

	return func(p *process, of *token) objection {
		switch {
		case of.of == nil || of.of == t:
			o := own(p, of)
			if s.merged && o.why != "" {
				o.breach = breachAnother
			}

			return o
		case !s.copied.IsZero() && !of.made.After(s.copied):
			return objection{} // The token is in this state as well.
		case of.used.IsZero():
			return t.sparesOrphan(p, of)
		}

		hold := max(t.wishes[0].hold(), 0)
		if hold == 0 {
			hold = grace
		}

		if ago := t.clock.now().Sub(of.used); s.target.timeless || ago < hold-slack {
			return objection{breachAnother, "it belongs to another state, and was used " + ago.String() + " ago"}
		}

		return objection{}
	}
}
