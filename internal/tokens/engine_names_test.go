package tokens

import (
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// A fixed name has to be given up before another token can have it, and an interrupted run is made
// good by the next.
func TestUpdate_aFixedNameComesBack(t *testing.T) {
	t.Parallel()

	s := newStage(t, true)
	with := func(days int) Arguments { return basic(named("ci"), until(midnight(time.Duration(days)*day))) }
	s.created(with(40))

	living := -1
	s.system.onCreate = func() { living = len(s.system.tokens) }

	s.wantNotices(s.run(with(50)), "RevokedFirst")

	if warned := living; warned != 0 {
		t.Errorf("%d tokens lived when the name was asked for again", warned)
	}

	s.wantToken(2, lifecycle.ReasonChanged)
	s.wantPrevious()

	if s.state.Series.Set || s.state.Current.Name.V != "ci" {
		t.Errorf("series %v, name %s", s.state.Series, s.state.Current.Name.V)
	}

	s.unchanged(with(50))

	s.system.creates = []outcome{refused}
	s.wantNotices(s.run(with(60)), "RevokedFirst", "StepFailed Issue")
	s.run(with(60))
	s.wantToken(3, lifecycle.ReasonMissing)
	s.unchanged(with(60))

	// It cannot be revoked: nothing is issued, and the token stays.
	s.failing(errRevoke, callRevoke)
	s.wantNotices(s.run(with(70)), "RevokedFirst", "StepFailed RevokeBeforeReissue")
	s.wantLive("ci")
	s.system.fails = nil
	s.run(with(70))
	s.wantToken(4, lifecycle.ReasonChanged)

	// An expired row still has the name.
	s.pass(80 * day)
	s.run(basic(named("ci")))
	s.wantToken(5, lifecycle.ReasonExpired)
	s.wantPrevious()
	s.unchanged(basic(named("ci")))

	// Another token has the name: it is not ours, and nobody touches it.
	s.system.kill(s.state.LiveToken())
	s.pass(time.Hour)

	another, _ := s.system.add("ci")
	s.wantNotices(s.run(basic(named("ci"))), "StepFailed Issue")

	_, said := s.engine.Destroy(t.Context(), s.state)
	s.wantNotices(said)

	if !s.works(another) {
		t.Error("the token of another was revoked")
	}
}

// With neither a name nor a prefix, as is possible with ignore_changes, nothing is issued.
func TestUpdate_withoutAName(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(_ *testing.T, s *stage) {
		s.created(basic(trigger(1)))

		nameless := basic(trigger(2), func(a *Arguments) { a.NamePrefix = lifecycle.Value[string]{} })
		plan, _, _ := s.plan(nameless)
		s.wantNotices(s.update(plan), "NameMissing")
		s.wantIssued(1)
		s.wantToken(1, lifecycle.ReasonCreated)
	})
}

// A name that is burnt is not asked for again: the plan says so, and the update is refused.
func TestUpdate_aBurntName(t *testing.T) {
	t.Parallel()

	s := newStage(t, false)
	s.created(basic(named("ci")))

	for range 2 { // Changed, and then revoked.
		s.wantNotices(s.run(basic(named("ci"), until(midnight(40*day)))), "CannotReissue", "ReissueRefused")
		s.wantIssued(1)
		s.system.kill(s.state.LiveToken())
	}

	s.wantNotices(s.run(basic(named("ci"))), "CannotReissue", "ReissueRefused")
	s.wantNotices(s.run(basic(named("cd"))))
	s.wantToken(2, lifecycle.ReasonRevoked)
}

// A version never repeats, whatever takes the place of what: also where the clock stands still, or goes
// back.
func TestRegistry_nextVersion(t *testing.T) {
	t.Parallel()

	var r Registry

	now := start
	seconds := now.Unix()

	for name, test := range map[string]struct {
		seen []int64
		last int64
		now  time.Time
		want int64
	}{
		"the first":                              {now: now, want: seconds},
		"the second of a resource, at once":      {last: seconds, now: now, want: seconds + 1},
		"in place of others of the same seconds": {seen: []int64{seconds, seconds + 1}, now: now, want: seconds + 2},
		"after the clock went back":              {last: seconds, now: now.Add(-time.Hour), want: seconds + 1},
		"before 1970":                            {now: time.Unix(-5, 0), want: 1},
	} {
		r = Registry{}
		for _, version := range test.seen {
			r.AddVersion(lifecycle.Known(version))
		}

		r.AddVersion(lifecycle.Value[int64]{})

		if got := r.nextVersion(test.last, test.now); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}
