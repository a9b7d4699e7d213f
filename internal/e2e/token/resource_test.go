package token

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

func TestAccToken_lifecycle(t *testing.T) {
	t.Parallel()
	providertest.OnEachPlatform(t, func(t *testing.T, s *providertest.Target) {
		user := s.AddUser(t, providertest.User{Login: "svc-lifecycle"})
		config := s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf(`
  username    = %q
  name_prefix = "deploy-"
  expires_in  = "90d"
`, user.Login))

		sameToken := statecheck.CompareValue(compare.ValuesDiffer())

		s.Run(
			t,
			resource.TestStep{
				Config:           config,
				ConfigPlanChecks: action(plancheck.ResourceActionCreate),
				ConfigStateChecks: []statecheck.StateCheck{
					sameToken.AddStateValue(providertest.TokenAddress, providertest.Path("token")),
					providertest.HasValue(providertest.Path("generation"), knownvalue.Int64Exact(1)),
					providertest.HasValue(providertest.Path("series"), knownvalue.StringRegexp(lifecycle.Series)),
					providertest.HasValue(providertest.Path("owner", "id"), knownvalue.StringExact(user.ID)),
					providertest.HasValue(providertest.Path("owner", "username"), knownvalue.StringExact(user.Login)),
					providertest.HasValue(providertest.Path("server"), knownvalue.StringExact(s.URL)),
					providertest.HasValue(providertest.Path("current", "name"), knownvalue.StringRegexp(regexp.MustCompile(`^deploy-[a-z2-7]{6}-1$`))),
					providertest.HasValue(providertest.Path("current", "status"), knownvalue.StringExact("active")),
					providertest.HasValue(providertest.Path("current", "issue_reason"), knownvalue.StringExact("created")),
					providertest.HasValue(providertest.Path("current", "sha256"), knownvalue.StringRegexp(regexp.MustCompile(`^[0-9a-f]{64}$`))),
					statecheck.ExpectSensitiveValue(providertest.TokenAddress, providertest.Path("token")),
				},
			},
			resource.TestStep{Config: config, ConfigPlanChecks: providertest.EmptyPlan()},
			resource.TestStep{
				ResourceName: providertest.TokenAddress, ImportState: true, ImportStateVerify: true,
				ImportStateVerifyIgnore: []string{
					"token", "generation", "series", "name", "name_prefix", "expires_in", "expires_at",
					"current.sha256", "current.issue_reason",
				},
			},
			resource.TestStep{
				PreConfig:        func() { s.RevokeAll(t, user.ID) },
				Config:           config,
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					sameToken.AddStateValue(providertest.TokenAddress, providertest.Path("token")),
					providertest.HasValue(providertest.Path("generation"), knownvalue.Int64Exact(2)),
					providertest.HasValue(providertest.Path("current", "name"), knownvalue.StringRegexp(regexp.MustCompile(`^deploy-[a-z2-7]{6}-2$`))),
					providertest.HasValue(providertest.Path("current", "status"), knownvalue.StringExact("active")),
					providertest.HasValue(providertest.Path("current", "issue_reason"), s.AfterRevocation()),
				},
			},
			resource.TestStep{Config: config, ConfigPlanChecks: providertest.EmptyPlan()},
		)

		if alive := s.Alive(t, user.ID); alive != 0 {
			t.Errorf("%d tokens are alive after the destroy, want none", alive)
		}
	})
}
