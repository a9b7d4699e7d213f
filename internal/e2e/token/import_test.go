package token

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// importing returns a configuration with an import block for the id.
func importing(s *providertest.Target, id, arguments string) string {
	return s.AdminBlock() + fmt.Sprintf("import {\n to = %s\n id = %s\n}\n", providertest.TokenAddress, providertest.HCLString(id)) + providertest.TokenConfig(arguments)
}

// TestAccToken_importForms tests that the import ids find the token and do not change it. The engine's
// own tests cover every form of id.
func TestAccToken_importForms(t *testing.T) {
	t.Parallel()

	s := providertest.NewForeman(t)
	user := s.AddUser(t, providertest.User{Login: "svc-import"})
	expires := time.Now().AddDate(1, 0, 0).UTC().Truncate(time.Second)

	for name, id := range map[string]func(pat.Token) string{
		"user id and id":           func(token pat.Token) string { return user.ID + "/" + token.ID },
		"login and a numeric name": func(token pat.Token) string { return user.Login + "/name=" + token.Name },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			tokenName := "a/b " + providertest.Unique()
			if name == "login and a numeric name" {
				tokenName = fmt.Sprint(time.Now().UnixNano())
			}

			issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: tokenName, ExpiresAt: pat.Some(expires)})
			providertest.Must(t, err)

			arguments := fmt.Sprintf("username = %q\nname = %s\nexpires_at = %q",
				user.Login, providertest.HCLString(tokenName), expires.In(time.FixedZone("", 7200)).Format(time.RFC3339))

			s.Run(
				t,
				resource.TestStep{
					Config: importing(s, id(issued.Token), arguments),
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(providertest.TokenAddress, plancheck.ResourceActionNoop), providertest.KnownToken{},
					}},
					ConfigStateChecks: []statecheck.StateCheck{
						providertest.HasValue(providertest.Path("token"), knownvalue.Null()),
						providertest.HasValue(providertest.Path("generation"), knownvalue.Int64Exact(0)),
						providertest.HasValue(providertest.Path("current", "id"), knownvalue.StringExact(issued.ID)),
						providertest.HasValue(providertest.Path("current", "issue_reason"), knownvalue.StringExact("imported")),
						providertest.HasValue(providertest.Path("current", "sha256"), knownvalue.Null()),
					},
				},
				resource.TestStep{Config: s.AdminBlock() + providertest.TokenConfig(arguments), ConfigPlanChecks: providertest.EmptyPlan()},
			)
		})
	}
}

// TestAccToken_importIsAdopted tests that the arguments which the server does not store are recorded in
// place, and apply to the next token.
func TestAccToken_importIsAdopted(t *testing.T) {
	t.Parallel()
	providertest.OnEachPlatform(t, func(t *testing.T, s *providertest.Target) {
		user := s.AddUser(t, providertest.User{Login: "svc-adopt"})

		issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "by hand " + providertest.Unique()})
		providertest.Must(t, err)

		arguments := fmt.Sprintf("user_id = %q\nname_prefix = \"managed-\"\nexpires_in = \"30d\"", user.ID)

		s.Run(
			t,
			resource.TestStep{
				Config: importing(s, user.ID+"/"+issued.ID, arguments),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(providertest.TokenAddress, plancheck.ResourceActionUpdate), providertest.KnownToken{},
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					providertest.HasValue(providertest.Path("current", "id"), knownvalue.StringExact(issued.ID)),
					providertest.HasValue(providertest.Path("generation"), knownvalue.Int64Exact(0)),
				},
			},
			resource.TestStep{Config: s.AdminBlock() + providertest.TokenConfig(arguments), ConfigPlanChecks: providertest.EmptyPlan()},
			resource.TestStep{
				PreConfig: func() { s.RevokeAll(t, user.ID) },
				Config:    s.AdminBlock() + providertest.TokenConfig(arguments),
				ConfigStateChecks: []statecheck.StateCheck{
					providertest.HasValue(providertest.Path("token"), knownvalue.NotNull()),
					providertest.HasValue(providertest.Path("generation"), knownvalue.Int64Exact(1)),
					providertest.HasValue(providertest.Path("current", "issue_reason"), s.AfterRevocation()),
					providertest.HasValue(providertest.Path("current", "expires_at"), knownvalue.NotNull()),
				},
			},
		)
	})
}
