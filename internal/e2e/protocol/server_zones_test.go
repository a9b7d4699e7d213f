package protocol

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// serverZones are the time zones in which a day begins first and last, and two in between.
var serverZones = map[string]*time.Location{
	"Kiritimati": time.FixedZone("", 14*60*60), "Tokyo": time.FixedZone("", 9*60*60),
	"UTC": time.UTC, "Baker Island": time.FixedZone("", -12*60*60),
}

// inEachZone runs a test against a server in each zone and for each meaning of the last day of a token.
// The test sets the clock of the server and the provider with at.
func inEachZone(t *testing.T, test func(t *testing.T, s *providertest.Target, server *controllerserver.Server, at func(time.Time))) {
	t.Helper()

	for place, zone := range serverZones {
		for name, lastDay := range map[string]controllerserver.LastDay{
			"through the last day": controllerserver.ValidThroughDay, "until the last day": controllerserver.ExpiredFromDay,
		} {
			t.Run(place+", "+name, func(t *testing.T) {
				t.Parallel()

				var now atomic.Pointer[time.Time]

				at := func(moment time.Time) { now.Store(&moment) }
				at(firstHour)

				s, server := providertest.NewUniversalControllerServer(t, controllerserver.Options{
					Zone: zone, Switches: controllerserver.Switches{LastDay: lastDay},
					Console: sandbox.Options{Now: func() time.Time { return *now.Load() }},
				})

				test(t, s, server, at)
			})
		}
	}
}

// firstHour is in the first of 24 hours to test.
var firstHour = time.Date(2028, 2, 28, 0, 30, 0, 0, time.UTC)

// TestEphemeralToken_worksWhereverTheServerIs tests that an ephemeral token for an hour works for an
// hour, at any time of day, whatever time zone the server applies to its date.
func TestEphemeralToken_worksWhereverTheServerIs(t *testing.T) {
	t.Parallel()
	inEachZone(t, func(t *testing.T, s *providertest.Target, server *controllerserver.Server, at func(time.Time)) {
		user := s.AddUser(t, providertest.User{Login: "svc-dates"})
		_, plugin := ephemeralPlugin(t, s)

		for hour := range 24 {
			now := firstHour.Add(time.Duration(hour) * time.Hour)
			at(now)

			opened, outputs := openEphemeral(t, plugin, map[string]any{"user_id": user.ID})
			for _, d := range opened.Diagnostics {
				t.Errorf("at %s: %s: %s", now.Format(time.TimeOnly), d.Summary, d.Detail)
			}

			at(now.Add(time.Hour - time.Second))

			if !server.Authenticates(outputs["token"]) {
				t.Errorf("issued at %s, the token of %s works for less than an hour", now.Format(time.TimeOnly), outputs["expires_at"])
			}

			for _, d := range closeEphemeral(t, plugin, opened.Private) {
				t.Errorf("closing returned %s: %s", d.Summary, d.Detail)
			}
		}
	})
}

// TestLifetimesOfManagedTokens_whereverTheServerIs tests that a managed token expires on a date in UTC.
// If that is too early for the server, the plan has warned about it, and the error explains it.
func TestLifetimesOfManagedTokens_whereverTheServerIs(t *testing.T) {
	t.Parallel()
	inEachZone(t, func(t *testing.T, s *providertest.Target, server *controllerserver.Server, at func(time.Time)) {
		traits := s.System.Traits()

		for hour := range 24 {
			// A new user each time, because each token makes a user's list longer.
			user := s.AddUser(t, providertest.User{Login: fmt.Sprintf("svc-dates-%d", hour)})

			for _, in := range []string{"1m", "14h", "15h", "1d", "32h", "2d", "30d"} {
				now := firstHour.Add(time.Duration(hour) * time.Hour)
				at(now)

				name := fmt.Sprintf("at %s for %s", now.Format(time.TimeOnly), in)

				span, err := lifecycle.ParseDuration(in)
				providertest.Must(t, err)

				lifetime := lifecycle.Lifetime{In: pat.Some(span)}
				// The plan's warning says how long a token with this lifetime works at least.
				sure := lifetime.Least(now, traits).V

				issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: name, ExpiresAt: lifetime.Expiry(now, traits)})

				switch _, refused := errors.AsType[*pat.ValidationError](err); {
				case refused && sure == 0:
					if !strings.Contains(err.Error(), "where that date may have begun already, or be over") {
						t.Errorf("%s: the advice is wrong: %v", name, err)
					}
				case err != nil:
					t.Errorf("%s: %v", name, err)
				}

				at(now.Add(sure - time.Second))

				if sure > 0 && !server.Authenticates(issued.Secret.Reveal()) {
					t.Errorf("%s: the token works for less than %s", name, sure)
				}
			}
		}
	})
}

// TestEphemeralToken_livesUntilItsDateIsOverEverywhere tests that the warning about a token that could
// not be revoked gives its latest possible expiry, in any time zone.
func TestEphemeralToken_livesUntilItsDateIsOverEverywhere(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-late"})
		_, server := ephemeralPlugin(t, s.Target)
		opened, outputs := openEphemeral(t, server, map[string]any{"user_id": user.ID})

		restore := s.FailRevocations()
		defer restore()

		said := closeEphemeral(t, server, opened.Private)
		if len(said) != 1 || said[0].Severity != tfprotov6.DiagnosticSeverityWarning {
			t.Fatalf("closing returned %v, want a warning", said)
		}

		last, err := time.Parse(time.RFC3339, outputs["expires_at"])
		providertest.Must(t, err)

		if s.System.Traits().ExpiryIsDate {
			last = last.Add(36 * time.Hour) // the end of the date in UTC-12
		}

		if want := fmt.Sprintf("until %s at the latest", last.Format(time.RFC3339)); !strings.Contains(said[0].Detail, want) {
			t.Errorf("closing returned %s, want a text with %q", said[0].Detail, want)
		}
	})
}
