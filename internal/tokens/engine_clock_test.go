package tokens

import (
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// skews are how far the clock of the machine is ahead of the server's.
var skews = map[string]time.Duration{
	"right": 0, "2 h 30 min behind": -150 * time.Minute, "a day behind": -day, "2 h 30 min ahead": 150 * time.Minute, "a day ahead": day,
}

// onEachClock runs the test on each platform, on machines whose clocks are right, behind and ahead.
func onEachClock(t *testing.T, test func(t *testing.T, s *stage)) {
	t.Helper()

	for name, skew := range skews {
		t.Run("the machine's clock is "+name, func(t *testing.T) {
			t.Parallel()
			onEachPlatform(t, func(t *testing.T, s *stage) {
				s.skew = skew
				test(t, s)
			})
		})
	}
}

// differs returns the warning that each process gives once on a machine whose clock is wrong.
func (s *stage) differs() []string {
	if s.skew.Abs() > pat.ClockTolerance {
		return []string{"ClockDiffers"}
	}

	return nil
}

// A token is rotated at its age, and its predecessor is revoked after the overlap, both by the
// server's clock.
func TestClock_rotatesByTheServers(t *testing.T) {
	t.Parallel()

	onEachClock(t, func(t *testing.T, s *stage) {
		config := basic(maxAge(time.Hour), overlap(2*time.Hour))
		s.created(config)

		s.pass(50 * time.Minute)
		s.wantNotices(s.unchanged(config), s.differs()...)
		s.wantPrevious()

		s.pass(20 * time.Minute)

		if said := s.run(config); said.Failed() {
			t.Fatal(namesOfNotices(said))
		}

		s.wantToken(2, lifecycle.ReasonMaxAge)
		s.wantPrevious(1)
		s.wantIssued(2)

		s.pass(50 * time.Minute)
		s.unchanged(config)
		s.wantPrevious(1)

		// By now the second token is due, and after the third the overlap of the first, two hours,
		// has ended.
		for range 2 {
			s.pass(65 * time.Minute)

			if said := s.run(config); said.Failed() {
				t.Fatal(namesOfNotices(said))
			}
		}

		s.wantToken(4, lifecycle.ReasonMaxAge)
		s.wantPrevious(3, 2)
		s.wantIssued(4)
	})
}

// A relative expiry counts from the server's time.
func TestClock_expiresByTheServers(t *testing.T) {
	t.Parallel()

	const lives = 2 * time.Hour

	short := func(a *Arguments) { a.ExpiresIn = lifecycle.Known(lives) }
	lifetime := lifecycle.Lifetime{In: pat.Some(lives)}

	for name, issue := range map[string]func(t *testing.T, s *stage) (expires time.Time, said Notices){
		"the first token": func(_ *testing.T, s *stage) (time.Time, Notices) {
			plan, _ := s.engine.PlanCreate(s.Context(), asked(basic(short)))
			s.process() // A saved plan is applied by a process that has had no response yet.
			created, _, said := s.engine.Create(s.Context(), plan, Memory{})

			return created.Current.ExpiresAt.V, said
		},
		"a successor": func(_ *testing.T, s *stage) (time.Time, Notices) {
			s.created(basic(short, trigger(0)))
			s.pass(time.Minute)
			s.refresh()
			plan, _, _ := s.plan(basic(short, trigger(1)))
			s.process()
			said := s.update(plan)
			s.wantToken(2, lifecycle.ReasonTriggers)

			return s.state.Current.ExpiresAt.V, said
		},
		"an ephemeral token": func(t *testing.T, s *stage) (time.Time, Notices) {
			t.Helper()

			_, issued, said := new(Leases).Open(t.Context(), s.engine, pat.UserRef{ID: user}, Order{NamePrefix: "job-", Lifetime: lifetime})

			return issued.ExpiresAt, said
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachClock(t, func(t *testing.T, s *stage) {
				expires, said := issue(t, s)
				s.wantNotices(said, s.differs()...)

				if want := lifetime.Expiry(s.system.now, s.system.traits).V; !expires.Equal(want) {
					t.Errorf("it expires %s, want %s", expires, want)
				}
			})
		})
	}
}

// An expiry that the server's clock has not reached is not in the past, and one that it has reached
// is.
func TestClock_refusesByTheServers(t *testing.T) {
	t.Parallel()

	onEachClock(t, func(t *testing.T, s *stage) {
		s.wantNotices(s.create(basic(until(midnight(0)))), "ExpiryPassed", "StepFailed Issue")
		s.wantIssued(0)

		if said := s.create(basic(until(midnight(day)))); said.Failed() {
			t.Error(namesOfNotices(said))
		}
	})
}

// An edited policy is decided during apply. A process that applies a saved plan must send a request
// first.
func TestClock_settlesASavedPlanByTheServers(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		age        time.Duration
		generation int64
	}{
		"due by the new policy":     {age: 9 * time.Hour, generation: 2},
		"not due by the new policy": {age: 7 * time.Hour, generation: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachClock(t, func(t *testing.T, s *stage) {
				s.created(basic(maxAge(60 * day)))
				s.pass(test.age)
				s.refresh()

				plan, _, _ := s.plan(basic(maxAge(8 * time.Hour)))
				if !plan.Generation.Unknown {
					t.Fatal("the plan made a decision that needs the clock")
				}

				s.process()
				s.wantNotices(s.update(plan), s.differs()...)

				if s.state.Generation.V != test.generation {
					t.Errorf("generation %d, want %d", s.state.Generation.V, test.generation)
				}
			})
		})
	}

	t.Run("the server does not respond", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			s.created(basic(maxAge(60 * day)))
			s.refresh()
			plan, _, _ := s.plan(basic(maxAge(8 * time.Hour)))
			s.process()
			s.failing(errUnseen, callUser)

			before := s.state
			s.wantNotices(s.update(plan), "StepFailed FindUser")
			s.wantIssued(1)

			if s.state.Policy != before.Policy {
				t.Errorf("the policy %+v was recorded", s.state.Policy)
			}
		})
	})

	t.Run("no token is issued, and no request is sent", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			s.created(basic(maxAge(60 * day)))
			s.refresh()
			plan, _, _ := s.plan(basic(maxAge(80 * day)))
			s.process()

			calls := s.system.calls
			s.wantNotices(s.update(plan))

			if s.system.calls != calls {
				t.Errorf("%d requests", s.system.calls-calls)
			}
		})
	})
}

// A server that sends no Date sends its time when it issues a token. Before that, the machine's is
// used.
func TestClock_withoutADate(t *testing.T) {
	t.Parallel()

	onEachClock(t, func(t *testing.T, s *stage) {
		s.system.undated = true
		config := basic(maxAge(50 * day))

		said := s.create(config)
		s.wantNotices(said, s.differs()...)

		for _, notice := range noticesOf[ClockDiffers](said) {
			if !notice.Undated {
				t.Error("the warning does not say that the server sends no Date")
			}
		}

		if now := s.engine.Clock.Now(); !now.Equal(s.system.now) {
			t.Errorf("the clock shows %s, want %s", now, s.system.now)
		}

		s.pass(49*day - 2*time.Hour)
		s.wantNotices(s.refresh())

		if s.state.Due.Set {
			t.Errorf("the token is due: %v", s.state.Due)
		}
	})
}

// The warning is given once per process, and only by operations that decide by time.
func TestClock_warnsOnce(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		says func(s *stage) Notices
		want bool
	}{
		"a refresh of a token that expires":       {says: func(s *stage) Notices { return s.refreshed(basic()) }, want: true},
		"a refresh of a token that rotates":       {says: func(s *stage) Notices { return s.refreshed(basic(forEver, maxAge(day))) }, want: true},
		"a refresh of a token that never expires": {says: func(s *stage) Notices { return s.refreshed(basic(forEver)) }},
		"an import": {says: func(s *stage) Notices {
			s.created(basic())

			return s.imported(NameMark + s.state.Current.Name.V)
		}},
		"a destroy": {says: func(s *stage) Notices {
			s.created(basic())
			_, said := s.engine.Destroy(s.Context(), s.state)

			return said
		}},
		"a list of all tokens":               {says: func(s *stage) Notices { return s.filtered(Filter{}) }},
		"a list by name":                     {says: func(s *stage) Notices { return s.filtered(Filter{NamePrefix: pat.Some("ci-")}) }},
		"a list of unused tokens":            {says: func(s *stage) Notices { return s.filtered(Filter{UnusedFor: pat.Some(day)}) }, want: true},
		"a list of tokens about to expire":   {says: func(s *stage) Notices { return s.filtered(Filter{ExpiresBefore: pat.Some(start)}) }, want: true},
		"a list of tokens older than a time": {says: func(s *stage) Notices { return s.filtered(Filter{CreatedBefore: pat.Some(start)}) }, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachClock(t, func(t *testing.T, s *stage) {
				said := noticesOf[ClockDiffers](test.says(s))
				want := test.want && len(s.differs()) > 0

				if len(said) > 0 != want {
					t.Fatalf("%d warnings, want any: %t", len(said), want)
				}

				for _, notice := range said {
					if notice.Undated || !notice.Server.Equal(s.system.now) || !notice.Runner.Equal(s.system.now.Add(s.skew)) {
						t.Errorf("%+v", notice)
					}
				}

				if want {
					s.wantNotices(s.refreshed(basic())) // Another resource in the same process.
				}
			})
		})
	}
}

// refreshed refreshes a resource that another process has created.
func (s *stage) refreshed(config Arguments) Notices {
	s.Helper()

	one := s.another()
	one.process()
	one.created(config)
	one.engine, one.system.clock = s.engine, s.engine.Clock

	return one.refresh()
}

// filtered lists tokens, as a data source does.
func (s *stage) filtered(filter Filter) Notices {
	s.Helper()

	if _, err := s.engine.System.Tokens(s.Context(), user, pat.TokenQuery{}); err != nil {
		s.Fatal(err)
	}

	return s.engine.CheckClock(filter)
}
