package provider

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

// Others: a plan of an earlier day fails when it is applied, or issues with a date that
// was computed then.
//
// A plan that was saved is applied three days later: the new token counts from there.
func TestAccRotation_savedPlanIsAppliedDaysLater(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-saved"})
		w := s.workspace(t)
		w.write(t, s.provider()+rotating(user, "expires_in = \"90d\"", "before_expiry = \"14d\"\noverlap = \"48h\""))
		save := func(want int) {
			t.Helper()

			if done, _ := w.plan(t); done.code != want {
				t.Errorf("the exit code of the plan is %d, want %d", done.code, want)
			}
		}
		apply := func(checks ...statecheck.StateCheck) {
			t.Helper()
			s.clock.move(3 * day)
			w.applyWith(t, []string{savedPlan}, checks...)
			w.unchanged(t)
		}

		save(exitChanges)
		apply(generation(1), moment("created_at", s.clock.now().Add(3*day)), moment("expires_at", s.expiry(93*day)))

		save(exitNoChanges)
		apply(generation(1))

		s.clock.move(74 * day)
		save(exitChanges)
		apply(generation(2), reason("before_expiry"),
			moment("created_at", s.clock.now().Add(3*day)), moment("expires_at", s.expiry(93*day)),
			predecessors(map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(1), "retire_due": knownvalue.Bool(false)}))

		s.clock.move(2 * day)
		save(exitChanges)
		apply(generation(2), alone())

		s.wantIssued(t, 2)
	})
}

// Others: it takes two applies, or the plan announces what the apply does not do, or there
// is a change in every plan; and dueness is known to the plan alone, where no check of the
// configuration sees it.
func TestAccRotation_exitCodesAndRefreshes(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-codes"})
		w := s.workspace(t)
		w.write(t, s.provider()+rotating(user, "expires_in = \"90d\"", "max_age = \"60d\"\noverlap = \"48h\""))
		w.apply(t, due(""))
		w.unchanged(t)
		s.clock.move(60*day - time.Minute)
		w.unchanged(t)
		s.clock.move(2 * time.Minute)

		// Without a refresh nothing is due, and a refresh changes nothing on the server.
		w.unchanged(t, "-refresh=false")
		w.applyWith(t, []string{"-refresh=false"}, generation(1), due(""))
		w.unchanged(t, "-refresh=false")
		w.applyWith(t, []string{"-refresh-only"}, generation(1), due("max_age"), alone())

		// Refreshed before, the rotation needs no refresh.
		if done, _ := w.plan(t, "-refresh=false"); done.code != exitChanges {
			t.Errorf("the exit code is %d while the token is due, want %d", done.code, exitChanges)
		}

		w.applyWith(t, []string{"-refresh=false"}, generation(2), due(""), held(false))
		w.unchanged(t)

		s.clock.move(49 * time.Hour)
		w.unchanged(t, "-refresh=false")
		w.applyWith(t, []string{"-refresh-only"}, generation(2), predecessors(map[string]knownvalue.Check{
			"retire_due": knownvalue.Bool(true),
		}))

		if alive := s.alive(t, user.id); alive != 2 {
			t.Errorf("%d tokens are alive after a refresh, want still 2", alive)
		}

		w.applyWith(t, []string{"-refresh=false"}, generation(2), alone())
		w.unchanged(t)

		s.wantIssued(t, 2)
	})
}

// What is not a target is not rotated, and is by the next run. A replacement issues one
// token and leaves none of the old.
func TestAccRotation_targetAndReplace(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-target"})
		w := s.workspace(t)
		token := rotating(user, "expires_in = \"90d\"\nseries = \"abc234\"", "max_age = \"60d\"\noverlap = \"48h\"")
		other := strings.NewReplacer(`"test"`, `"other"`, "abc234", "zzz234").Replace(token)
		otherGeneration := func(n int64) statecheck.StateCheck {
			return statecheck.ExpectKnownValue("opsaccess_personal_access_token.other", at("generation"), knownvalue.Int64Exact(n))
		}

		w.write(t, s.provider()+token+other)
		w.apply(t)
		s.clock.move(61 * day)
		w.applyWith(t, []string{"-target=" + tokenAddress}, generation(2), otherGeneration(1))
		w.apply(t, generation(2), otherGeneration(2))
		w.unchanged(t)

		before := w.secret(t)

		w.applyWith(t, []string{"-replace=" + tokenAddress}, reason("created"), alone(), otherGeneration(2))
		w.unchanged(t)

		if now := w.secret(t); now == before || s.logIn(t, user, before) {
			t.Error("the replaced token is still there")
		}

		if alive := s.alive(t, user.id); alive != 3 {
			t.Errorf("%d tokens are alive, want the replaced one, the other and its predecessor", alive)
		}
	})
}

// Others: a timer that counts from when it last ran is pushed back by every late run.
//
// Dueness counts from when the server created the token, on a clock that is minutes off
// the server's, too.
func TestAccRotation_clockOffTheServers(t *testing.T) {
	t.Parallel()

	for name, off := range map[string]time.Duration{"ahead": 5 * time.Minute, "behind": -5 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachSandbox(t, func(t *testing.T, s *sandboxed) {
				server := s.now
				s.now = func() time.Time { return server().Add(off) }

				user := s.addUser(t, testUser{login: "svc-clocks"})
				w := s.workspace(t)
				w.write(t, s.provider()+rotating(user, "expires_in = \"90d\"", "max_age = \"30m\"\noverlap = \"15m\""))

				for n := int64(1); n <= 3; n++ {
					w.apply(t, generation(n))
					w.unchanged(t)
					s.clock.move(30*time.Minute - off - time.Second*30)
					w.apply(t, generation(n), alone())
					s.clock.move(time.Minute)
				}

				s.wantIssued(t, 3)
			})
		})
	}
}

// due is a check of why the token is due; empty if it is not.
func due(reason string) statecheck.StateCheck {
	if reason == "" {
		return value(at("rotation_due"), knownvalue.Bool(false))
	}

	return value(at("rotation_reason"), knownvalue.StringExact(reason))
}

// expiry returns when a token expires that is issued so that it lives until then.
func (s *sandboxed) expiry(in time.Duration) time.Time {
	at := s.clock.now().Add(in).UTC()
	if s.system.Traits().ExpiryIsDate {
		at = at.Truncate(day).Add(day)
	}

	return at
}

// moment is a check that an attribute of the live token is this instant, give or take
// the time that the test takes.
func moment(attribute string, want time.Time) statecheck.StateCheck {
	return value(at("current", attribute), knownvalue.StringFunc(func(text string) error {
		got, err := time.Parse(time.RFC3339, text)
		if err == nil && got.Sub(want).Abs() > 5*time.Minute {
			err = fmt.Errorf("got %s, want about %s", got, want.UTC())
		}

		return err
	}))
}
