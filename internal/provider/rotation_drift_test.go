package provider

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// Others: a time is printed in somebody's zone and differs in every plan; a date is one day
// short; only the first page of tokens is read, and the twenty-first counts as gone.
//
// Server, caller and owner live in three zones here, the owner has more tokens than fit on
// a page, and the expiry is spelled in a fourth zone.
func TestAccRotation_noDrift(t *testing.T) {
	t.Parallel()

	west := time.FixedZone("", -4*3600)

	for name, open := range map[string]func(*testing.T) *sandboxed{
		"Foreman": rotatingForeman,
		"Universal Controller, times in the server's zone": func(t *testing.T) *sandboxed {
			return rotatingUniversalController(t, controllerserver.Options{Zone: west})
		},
		"Universal Controller, times in the caller's zone": func(t *testing.T) *sandboxed {
			return rotatingUniversalController(t, controllerserver.Options{
				Zone: west, Switches: controllerserver.Switches{Times: controllerserver.TimesInCallerZone},
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := open(t)
			user := s.addUser(t, testUser{login: "svc-drift", timezone: "Pacific/Auckland"})
			caller := s.addUser(t, testUser{login: "admin-in-india", admin: true, timezone: "Asia/Kolkata"})

			for i := range 45 {
				_, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: fmt.Sprintf("a-%d", i)})
				must(t, err)
			}

			w := s.workspace(t)
			write := func(expiry string) {
				w.write(t, s.block(caller.login, caller.password)+
					rotating(user, fmt.Sprintf("expires_at = %q", expiry), "max_age = \"10d\"\noverlap = \"5d\""))
			}

			write("2031-01-01T05:30:00+05:30")
			w.apply(t)

			for n := int64(1); n <= 2; n++ {
				s.clock.move(4 * time.Hour) // Past midnight, in the end, in every zone.
				w.unchanged(t).quiet(t)
				s.clock.move(10*day - 4*time.Hour - time.Minute)
				w.unchanged(t).quiet(t)
				s.clock.move(2 * time.Minute)
				w.apply(t, generation(n+1), held(false), has(tokenAddress, "2031-01-01T00:00:00Z", "expires_at"))
				w.unchanged(t).quiet(t)
				s.clock.move(5*day - time.Minute)
				w.unchanged(t).quiet(t)
				s.clock.move(2 * time.Minute)
				w.apply(t, generation(n+1), alone())

				s.clock.move(-5*day - time.Minute) // Back to when the token was issued.
			}

			write("2030-12-31T19:00:00-05:00")
			w.unchanged(t).quiet(t)
			write("2031-01-01T00:00:00Z")
			w.unchanged(t).quiet(t)
			w.check(t, value(at("expires_at"), knownvalue.StringExact("2031-01-01T05:30:00+05:30")))
		})
	}
}
