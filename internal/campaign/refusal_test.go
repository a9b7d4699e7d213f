package campaign

import (
	"context"
	"time"
)

// refusalSchedule has a token that cannot be reissued, because its name can no longer be used, while
// the overlap of its predecessor ends: the predecessor must be revoked nevertheless.
func refusalSchedule(ctx context.Context, seed uint64) (*schedule, error) {
	s, err := newScheduleAt(ctx, seed, newClock(), 0.2)
	if err != nil {
		return nil, err
	}
	defer s.close()

	w := &wish{fixed: true, expiresIn: pick(s.random, expiries), encrypts: pick(s.random, encryptions), whose: s.random.IntN(3)}
	t := newTerraformOf(s, w)

	t.reports(t.command(run{}), run{})
	t.consume()

	for range 1 + s.random.IntN(2) {
		w.turn++

		t.happens("resource 0: another name")
		t.reports(t.command(run{}), run{})
		t.advances(pick(s.random, []time.Duration{time.Minute, 2 * time.Hour, 25 * time.Hour}))
		t.consume()
	}

	t.revokesByHand(0)

	for range 2 + s.random.IntN(3) {
		t.advances(pick(s.random, []time.Duration{2 * time.Hour, 13 * time.Hour, 25 * time.Hour}))

		r := run{}
		if chance(s.random, 0.2) {
			r.weather, r.moment = s.storm(), s.strike(0.3)
		}

		o := t.command(r)
		t.reports(o, r)

		if o.failed() && r.weather == nil {
			results.meets("refused updates")
		}
	}

	t.conclude(chance(s.random, 0.5), chance(s.random, 0.5))

	return s, nil
}

// holdSchedule has consumers that keep using a predecessor, usually on a server that gives times of
// last use in unreadable words.
func holdSchedule(ctx context.Context, seed uint64) (*schedule, error) {
	s, err := newScheduleAt(ctx, seed, newClock(), 0.8)
	if err != nil {
		return nil, err
	}
	defer s.close()

	if s.target.reusable && chance(s.random, 0.7) {
		s.target.timeless, s.target.vague, s.target.words = true, true, withoutTimes
	}

	w := &wish{
		expiresIn: pick(s.random, expiries), rotates: true, trigger: 1, overlap: pick(s.random, []string{"", "0s", "1h", "1h"}),
		holds: pick(s.random, []string{"12h", "36h"}),
	}
	t := newTerraformOf(s, w)

	t.reports(t.command(run{}), run{})

	for range 4 + s.random.IntN(5) {
		t.consume()

		if chance(s.random, 0.5) {
			w.trigger++

			t.happens("resource 0: an edit of triggers")
		}

		t.reports(t.command(run{}), run{})
		t.advances(pick(s.random, []time.Duration{20 * time.Minute, 2 * time.Hour, 13 * time.Hour, 25 * time.Hour}))
	}

	if s.target.timeless {
		results.meets("unreadable times of last use")
	}

	t.conclude(chance(s.random, 0.3), chance(s.random, 0.5))

	return s, nil
}
