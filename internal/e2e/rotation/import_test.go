package rotation

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
)

// Others: there is no import, for a null secret makes the plan invalid and a relative
// expiry cannot be derived; or the import is followed by a replacement.
//
// A token that was issued by another state of this resource, or by hand under such a name,
// is adopted at its generation, and goes on from there.
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

		s.Clock.Move(49 * time.Hour)
		w.Apply(t, providertest.Generation(8), providertest.NoPredecessors())
		w.Unchanged(t)
		w.Destroy(t)
		s.WantNoneAlive(t)
	})
}

// An import that is overdue by the policy it gets is recorded first: nobody here holds its
// secret. The next plan reissues it, once.
func TestAccRotation_importOfAnOverdueToken(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-overdue"})

		issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "by hand"})
		providertest.Must(t, err)
		s.Clock.Move(100 * providertest.Day)

		w := s.Workspace(t)
		config := s.AdminBlock() + providertest.Rotating(user, "expires_in = \"90d\"", "max_age = \"60d\"\noverlap = \"48h\"")
		w.Write(t, config+providertest.ImportBlock(user.ID+"/"+issued.ID))

		w.Planned(t, providertest.Unknowns(nil)).Warns(t, "The imported token differs", `The live token's name is "by hand"`)
		w.Apply(t, providertest.Generation(0), providertest.IssueReason("imported"), providertest.NoPredecessors())

		w.Planned(t, providertest.Unknowns(append([]string{}, append(unknownInRotation[:8:8], "previous", "series", "token", "token_version")...)))
		w.Apply(t, providertest.Generation(1), providertest.IssueReason("max_age"), providertest.HasValue(providertest.Path("token"), knownvalue.NotNull()),
			providertest.Predecessors(map[string]knownvalue.Check{"name": knownvalue.StringExact("by hand"), "generation": knownvalue.Int64Exact(0)}))
		w.Unchanged(t).Quiet(t)
		s.WantAccepted(t, user, issued.Secret.Reveal())

		s.Clock.Move(49 * time.Hour)
		w.Apply(t, providertest.NoPredecessors())

		s.WantIssued(t, 2) // That by hand included.
	})
}

// What the import's first plan does not know yet may be known only after apply.
func TestAccRotation_importWithAnUnknownPolicy(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-import-unknown"})

		issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "by hand"})
		providertest.Must(t, err)

		w := s.Workspace(t)
		config := s.AdminBlock() + providertest.TerraformData("age", "60d", "1") +
			providertest.Rotating(user, "expires_in = \"90d\"", "max_age = terraform_data.age.output")
		w.Write(t, config+providertest.ImportBlock(user.ID+"/"+issued.ID))

		w.Apply(t, providertest.Generation(0), moment("rotate_at", s.Clock.Now().Add(60*providertest.Day)))
		w.Unchanged(t)
	})
}

// What tells an imported token's generation may be known only after apply.
func TestAccRotation_importWithAnUnknownName(t *testing.T) {
	t.Parallel()

	for name, arguments := range map[string]string{
		"the series": "name_prefix = \"r-\"\nseries = terraform_data.text.output",
		"the prefix": "name_prefix = \"${terraform_data.text.output}-\"\nseries = \"abc234\"",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
				user := s.AddUser(t, providertest.User{Login: "svc-import-name"})

				issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "r-abc234-7"})
				providertest.Must(t, err)

				text := map[string]string{"the series": "abc234", "the prefix": "r"}[name]
				config := s.AdminBlock() + providertest.TerraformData("text", text, "1") + providertest.TokenConfig(fmt.Sprintf("user_id = %q\n%s", user.ID, arguments))

				w := s.Workspace(t)
				w.Write(t, config+providertest.ImportBlock(user.ID+"/"+issued.ID))

				w.Apply(t, providertest.Generation(7), providertest.IssueReason("imported"), providertest.NoPredecessors())
				w.Unchanged(t)
			})
		})
	}
}

// The series may come to a token that is due in the same run: the token is not its own
// predecessor twice.
func TestAccRotation_importThatGetsItsSeriesLate(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-late"})

		issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "r-abc234-7"})
		providertest.Must(t, err)

		w := s.Workspace(t)
		config := func(series string) string {
			return s.AdminBlock() + providertest.Rotating(user, series+"\nexpires_in = \"90d\"", "max_age = \"60d\"\noverlap = \"48h\"")
		}

		w.Write(t, config("")+providertest.ImportBlock(user.ID+"/"+issued.ID))
		w.Apply(t, providertest.Generation(0))
		s.Clock.Move(61 * providertest.Day)
		w.Write(t, config(`series = "abc234"`))
		w.Apply(t, providertest.Generation(8), providertest.Predecessors(map[string]knownvalue.Check{
			"name": knownvalue.StringExact("r-abc234-7"), "generation": knownvalue.Int64Exact(7),
		})).Quiet(t)
		w.Unchanged(t).Quiet(t)
	})
}
