package provider

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Others: there is no import, for a null secret makes the plan invalid and a relative
// expiry cannot be derived; or the import is followed by a replacement.
//
// A token that was issued by another state of this resource, or by hand under such a name,
// is adopted at its generation, and goes on from there.
func TestAccRotation_importIsAdopted(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-adopted"})

		issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{
			Name: "r-abc234-7", ExpiresAt: pat.Some(s.expiry(90 * day).Truncate(time.Second)),
		})
		must(t, err)

		w := s.workspace(t)
		config := s.provider() + rotating(user, "series = \"abc234\"\nexpires_in = \"90d\"", "before_expiry = \"14d\"\noverlap = \"48h\"")
		w.write(t, config+importBlock(user.id+"/"+issued.ID))

		w.planned(t, unknowns(nil)).warns(t, "The token's secret is not known")
		w.apply(t, generation(7), value(at("token"), knownvalue.Null()), reason("imported"), alone())
		w.write(t, config)
		w.unchanged(t).quiet(t)

		s.clock.move(77 * day)
		w.planned(t, unknowns(unknownInRotation))
		w.apply(t, generation(8), value(at("token"), knownvalue.NotNull()), reason("before_expiry"),
			has(tokenAddress, "r-abc234-8", "name"),
			predecessors(map[string]knownvalue.Check{
				"name": knownvalue.StringExact("r-abc234-7"), "generation": knownvalue.Int64Exact(7), "sha256": knownvalue.Null(),
			}))
		w.unchanged(t).quiet(t)
		s.works(t, user, issued.Secret.Reveal())

		s.clock.move(49 * time.Hour)
		w.apply(t, generation(8), alone())
		w.unchanged(t)
		w.destroy(t)
		s.wantNoneAlive(t)
	})
}

// An import that is overdue by the policy it gets is recorded first: nobody here holds its
// secret. The next plan reissues it, once.
func TestAccRotation_importOfAnOverdueToken(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-overdue"})

		issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: "by hand"})
		must(t, err)
		s.clock.move(100 * day)

		w := s.workspace(t)
		config := s.provider() + rotating(user, "expires_in = \"90d\"", "max_age = \"60d\"\noverlap = \"48h\"")
		w.write(t, config+importBlock(user.id+"/"+issued.ID))

		w.planned(t, unknowns(nil)).warns(t, "The imported token differs", `The live token's name is "by hand"`)
		w.apply(t, generation(0), reason("imported"), alone())

		w.planned(t, unknowns(append([]string{}, append(unknownInRotation[:8:8], "series", "previous", "token")...)))
		w.apply(t, generation(1), reason("max_age"), value(at("token"), knownvalue.NotNull()),
			predecessors(map[string]knownvalue.Check{"name": knownvalue.StringExact("by hand"), "generation": knownvalue.Int64Exact(0)}))
		w.unchanged(t).quiet(t)
		s.works(t, user, issued.Secret.Reveal())

		s.clock.move(49 * time.Hour)
		w.apply(t, alone())

		s.wantIssued(t, 2) // That by hand included.
	})
}

// What the import's first plan does not know yet may be known only after apply.
func TestAccRotation_importWithAnUnknownPolicy(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-import-unknown"})

		issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: "by hand"})
		must(t, err)

		w := s.workspace(t)
		config := s.provider() + later("age", "60d", "1") +
			rotating(user, "expires_in = \"90d\"", "max_age = terraform_data.age.output")
		w.write(t, config+importBlock(user.id+"/"+issued.ID))

		w.apply(t, generation(0), moment("rotate_at", s.clock.now().Add(60*day)))
		w.unchanged(t)
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
			onEachSandbox(t, func(t *testing.T, s *sandboxed) {
				user := s.addUser(t, testUser{login: "svc-import-name"})

				issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: "r-abc234-7"})
				must(t, err)

				text := map[string]string{"the series": "abc234", "the prefix": "r"}[name]
				config := s.provider() + later("text", text, "1") + tokenConfig(fmt.Sprintf("user_id = %q\n%s", user.id, arguments))

				w := s.workspace(t)
				w.write(t, config+importBlock(user.id+"/"+issued.ID))

				w.apply(t, generation(7), reason("imported"), alone())
				w.unchanged(t)
			})
		})
	}
}

// The series may come to a token that is due in the same run: the token is not its own
// predecessor twice.
func TestAccRotation_importThatGetsItsSeriesLate(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-late"})

		issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: "r-abc234-7"})
		must(t, err)

		w := s.workspace(t)
		config := func(series string) string {
			return s.provider() + rotating(user, series+"\nexpires_in = \"90d\"", "max_age = \"60d\"\noverlap = \"48h\"")
		}

		w.write(t, config("")+importBlock(user.id+"/"+issued.ID))
		w.apply(t, generation(0))
		s.clock.move(61 * day)
		w.write(t, config(`series = "abc234"`))
		w.apply(t, generation(8), predecessors(map[string]knownvalue.Check{
			"name": knownvalue.StringExact("r-abc234-7"), "generation": knownvalue.Int64Exact(7),
		})).quiet(t)
		w.unchanged(t).quiet(t)
	})
}

func importBlock(id string) string {
	return fmt.Sprintf("import {\n to = %s\n id = %q\n}\n", tokenAddress, id)
}
