package rotation

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
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

			w := s.Workspace(t)
			write := func(expiry string) {
				w.Write(t, s.ProviderBlock(caller.Login, caller.Password)+
					providertest.Rotating(user, fmt.Sprintf("expires_at = %q", expiry), "max_age = \"10d\"\noverlap = \"5d\""))
			}

			write("2031-01-01T05:30:00+05:30")
			w.Apply(t)

			for n := int64(1); n <= 2; n++ {
				s.Clock.Move(4 * time.Hour) // Past midnight, in the end, in every zone.
				w.Unchanged(t).Quiet(t)
				s.Clock.Move(10*providertest.Day - 4*time.Hour - time.Minute)
				w.Unchanged(t).Quiet(t)
				s.Clock.Move(2 * time.Minute)
				w.Apply(t, providertest.Generation(n+1), held(false), providertest.HasText(providertest.TokenAddress, "2031-01-01T00:00:00Z", "expires_at"))
				w.Unchanged(t).Quiet(t)
				s.Clock.Move(5*providertest.Day - time.Minute)
				w.Unchanged(t).Quiet(t)
				s.Clock.Move(2 * time.Minute)
				w.Apply(t, providertest.Generation(n+1), providertest.NoPredecessors())

				s.Clock.Move(-5*providertest.Day - time.Minute) // Back to when the token was issued.
			}

			write("2030-12-31T19:00:00-05:00")
			w.Unchanged(t).Quiet(t)
			write("2031-01-01T00:00:00Z")
			w.Unchanged(t).Quiet(t)
			w.Check(t, providertest.HasValue(providertest.Path("expires_at"), knownvalue.StringExact("2031-01-01T05:30:00+05:30")))
		})
	}
}
