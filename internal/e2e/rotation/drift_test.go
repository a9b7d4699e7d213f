package rotation

import (
	"fmt"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// resource is a token resource and the account that manages it. Each run uses a new provider.
type resource struct {
	*providertest.ResourceState

	on       *providertest.Sandbox
	settings map[string]any
}

// run refreshes, plans and applies, and fails the test unless the token then has this generation and
// this number of predecessors.
func (r *resource) run(t *testing.T, set map[string]any, generation string, predecessors int) {
	t.Helper()

	if r.Attributes(t) != nil {
		if errs := r.Refresh(t, r.on.Serve(t, r.settings)); len(errs) > 0 {
			t.Fatalf("the refresh failed: %q", errs)
		}
	}

	r.Apply(t, r.on.Serve(t, r.settings), set)

	previous, _ := r.Attributes(t)["previous"].([]any)
	if got := r.Attributes(t)["generation"]; got != generation || len(previous) != predecessors {
		t.Errorf("generation %v with %d predecessors, want %s with %d", got, len(previous), generation, predecessors)
	}
}

// unchanged fails the test unless a refresh and a plan change nothing and report nothing.
func (r *resource) unchanged(t *testing.T, set map[string]any) {
	t.Helper()

	if errs := r.Refresh(t, r.on.Serve(t, r.settings)); len(errs) > 0 {
		t.Fatalf("the refresh failed: %q", errs)
	}

	plan := r.Plan(t, r.on.Serve(t, r.settings), set)
	if diff := r.Diff(t, plan); diff != "" || len(plan.Errors)+len(plan.Warnings) > 0 {
		t.Errorf("the next plan changes %s: %q, %q", diff, plan.Errors, plan.Warnings)
	}
}

// TestRotation_noDrift tests that every plan right after an apply is empty. Server, caller and owner
// are in three time zones, the owner has more tokens than fit on a page, and the expiry is written in a
// fourth time zone.
//
// Other providers print a time in a local zone, which differs in every plan; are off by one day with
// dates; or read only the first page of tokens, so that the twenty-first seems to be missing.
func TestRotation_noDrift(t *testing.T) {
	t.Parallel()

	west := time.FixedZone("", -4*3600)

	for name, open := range map[string]func(*testing.T) *providertest.Sandbox{
		"Foreman": providertest.NewForemanSandbox,
		"Universal Controller, times in the server's zone": func(t *testing.T) *providertest.Sandbox {
			return providertest.NewUniversalControllerSandbox(t, controllerserver.Options{Zone: west})
		},
		"Universal Controller, times in the caller's zone": func(t *testing.T) *providertest.Sandbox {
			return providertest.NewUniversalControllerSandbox(t, controllerserver.Options{
				Zone: west, Switches: controllerserver.Switches{Times: controllerserver.TimesInCallerZone},
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := open(t)
			user := s.AddUser(t, providertest.User{Login: "svc-drift", Timezone: "Pacific/Auckland"})
			caller := s.AddUser(t, providertest.User{Login: "admin-in-india", Admin: true, Timezone: "Asia/Kolkata"})

			for i := range 45 {
				_, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: fmt.Sprintf("a-%d", i)})
				providertest.Must(t, err)
			}

			r := &resource{ResourceState: providertest.NewTokenState(t), on: s, settings: s.Settings(caller.Login, caller.Password)}
			until := func(expiry string) map[string]any {
				return map[string]any{
					"user_id": user.ID, "name_prefix": "r-", "expires_at": expiry, "rotation": map[string]any{"max_age": "10d", "overlap": "5d"},
				}
			}

			const spelled = "2031-01-01T05:30:00+05:30"

			r.run(t, until(spelled), "1", 0)

			for n := 1; n <= 2; n++ {
				next := fmt.Sprint(n + 1)

				s.Clock.Move(4 * time.Hour) // In the end, it is past midnight in every zone.
				r.unchanged(t, until(spelled))
				s.Clock.Move(10*providertest.Day - 4*time.Hour - time.Minute)
				r.unchanged(t, until(spelled))
				s.Clock.Move(2 * time.Minute)
				r.run(t, until(spelled), next, 1)

				if current, _ := r.Attributes(t)["current"].(map[string]any); current["expires_at"] != "2031-01-01T00:00:00Z" {
					t.Errorf("the token expires at %v", current["expires_at"])
				}

				r.unchanged(t, until(spelled))
				s.Clock.Move(5*providertest.Day - time.Minute)
				r.unchanged(t, until(spelled))
				s.Clock.Move(2 * time.Minute)
				r.run(t, until(spelled), next, 0)

				s.Clock.Move(-5*providertest.Day - time.Minute) // This is the time at which the token was issued.
			}

			// Written differently, it is the same instant, and the state keeps its own form.
			for _, otherwise := range []string{"2030-12-31T19:00:00-05:00", "2031-01-01T00:00:00Z"} {
				r.unchanged(t, until(otherwise))
			}
		})
	}
}

// TestRotation_clockOffTheServers tests that a rotation is due by the server's clock and counted from
// the token's creation on the server, even if the machine's clock is wrong.
//
// A timer that counts from its last run is delayed further by each late run.
func TestRotation_clockOffTheServers(t *testing.T) {
	t.Parallel()

	for name, off := range map[string]time.Duration{
		"ahead": 150 * time.Minute, "a day ahead": providertest.Day, "behind": -150 * time.Minute, "a day behind": -providertest.Day,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
				server := s.Now
				s.Now = func() time.Time { return server().Add(off) }

				user := s.AddUser(t, providertest.User{Login: "svc-clocks"})
				r := &resource{ResourceState: providertest.NewTokenState(t), on: s, settings: s.Settings(s.Login, s.Password)}
				set := map[string]any{
					"user_id": user.ID, "name_prefix": "r-", "expires_in": "90d", "rotation": map[string]any{"max_age": "30m", "overlap": "15m"},
				}

				for n := 1; n <= 3; n++ {
					r.run(t, set, fmt.Sprint(n), min(n-1, 1))
					s.Clock.Move(30*time.Minute - 30*time.Second)
					r.run(t, set, fmt.Sprint(n), 0)
					s.Clock.Move(time.Minute)
				}

				s.WantIssued(t, 3)
			})
		})
	}
}
