package tokens

import (
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// A token with a fixed name must be revoked before another token can have the name. If a run is
// interrupted, the next one completes it.
func TestUpdate_aFixedNameComesBack(t *testing.T) {
	t.Parallel()

	s := newStage(t, true)
	with := func(days int) Arguments { return basic(named("ci"), until(midnight(time.Duration(days)*day))) }
	s.created(with(40))

	living := -1
	s.system.onCreate = func() { living = len(s.system.tokens) }

	s.wantNotices(s.run(with(50)), "RevokedFirst")

	if warned := living; warned != 0 {
		t.Errorf("%d tokens were active when the name was requested again", warned)
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

	// It cannot be revoked: no token is issued, and the old one stays.
	s.failing(errRevoke, callRevoke)
	s.wantNotices(s.run(with(70)), "RevokedFirst", "StepFailed RevokeBeforeReissue")
	s.wantLive("ci")
	s.system.fails = nil
	s.run(with(70))
	s.wantToken(4, lifecycle.ReasonChanged)

	// An expired token still has the name.
	s.pass(80 * day)
	s.run(basic(named("ci")))
	s.wantToken(5, lifecycle.ReasonExpired)
	s.wantPrevious()
	s.unchanged(basic(named("ci")))

	// Another token has the name: it does not belong to the resource, so it is left unchanged.
	s.system.kill(s.state.LiveToken())
	s.pass(time.Hour)

	another, _ := s.system.add("ci")
	s.wantNotices(s.run(basic(named("ci"))), "StepFailed Issue")

	_, said := s.engine.Destroy(t.Context(), s.state)
	s.wantNotices(said)

	if !s.works(another) {
		t.Error("a token that does not belong to the resource was revoked")
	}
}

// Without a name and without a prefix, which is possible with ignore_changes, no token is issued.
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

// A name that is used up is not requested again: the plan says so, and the update is refused.
func TestUpdate_aNameThatIsUsedUp(t *testing.T) {
	t.Parallel()

	s := newStage(t, false)
	s.created(basic(named("ci")))

	for range 2 { // First with a change, and then for a revoked token.
		s.wantNotices(s.run(basic(named("ci"), until(midnight(40*day)))), "CannotReissue", "ReissueRefused")
		s.wantIssued(1)
		s.system.kill(s.state.LiveToken())
	}

	s.wantNotices(s.run(basic(named("ci"))), "CannotReissue", "ReissueRefused")
	s.wantNotices(s.run(basic(named("cd"))))
	s.wantToken(2, lifecycle.ReasonRevoked)
}

// A version never repeats, whichever resource replaces another, even if the clock stands still or is
// set back.
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
		"the first": {now: now, want: seconds},
		"the second of a resource, in the same second": {last: seconds, now: now, want: seconds + 1},
		"after others in the same seconds":             {seen: []int64{seconds, seconds + 1}, now: now, want: seconds + 2},
		"after the clock went back":                    {last: seconds, now: now.Add(-time.Hour), want: seconds + 1},
		"before 1970":                                  {now: time.Unix(-5, 0), want: 1},
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
