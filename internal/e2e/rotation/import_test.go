package rotation

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// TestAccRotation_importIsAdopted imports a token that another state of this resource has issued, or
// that was issued by hand with such a name. The resource adopts it with its generation and continues
// from there.
//
// Other providers have no import, because a null secret makes the plan invalid and expires_in cannot be
// derived, or they replace the token after the import.
func TestAccRotation_importIsAdopted(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-adopted"})

		issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{
			Name: "r-abc234-7", ExpiresAt: pat.Some(s.Expiry(90 * providertest.Day).Truncate(time.Second)),
		})
		providertest.Must(t, err)

		w := s.Workspace(t)
		config := s.AdminBlock() + providertest.Rotating(user, "series = \"abc234\"\nexpires_in = \"90d\"", "before_expiry = \"14d\"\noverlap = \"48h\"")
		w.Write(t, config+providertest.ImportBlock(user.ID+"/"+issued.ID))

		w.Planned(t, providertest.Unknowns(nil)).Warns(t, "The token's secret is not known")
		w.Apply(t, providertest.Generation(7), providertest.HasValue(providertest.Path("token"), knownvalue.Null()), providertest.IssueReason("imported"), providertest.NoPredecessors())
		w.Write(t, config)
		w.Unchanged(t).Quiet(t)

		s.Clock.Move(77 * providertest.Day)
		w.Planned(t, providertest.Unknowns(unknownInRotation))
		w.Apply(t, providertest.Generation(8), providertest.HasValue(providertest.Path("token"), knownvalue.NotNull()), providertest.IssueReason("before_expiry"),
			providertest.HasText(providertest.TokenAddress, "r-abc234-8", "name"),
			providertest.Predecessors(map[string]knownvalue.Check{
				"name": knownvalue.StringExact("r-abc234-7"), "generation": knownvalue.Int64Exact(7), "sha256": knownvalue.Null(),
			}))
		w.Unchanged(t).Quiet(t)
		s.WantAccepted(t, user, issued.Secret.Reveal())
		w.Destroy(t)
		s.WantNoneAlive(t)
	})
}
