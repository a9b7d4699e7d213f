package provider

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// tokenAddress is the resource of most configurations.
const tokenAddress = "opsaccess_personal_access_token.test"

// unique returns a text that no earlier run used: Foreman never frees a name.
func unique() string { return lifecycle.NewSeries() }

// tokenConfig returns the resource with the given arguments, one a line.
func tokenConfig(arguments string) string {
	return fmt.Sprintf("resource \"opsaccess_personal_access_token\" \"test\" {\n%s\n}\n", arguments)
}

func at(steps ...string) tfjsonpath.Path {
	path := tfjsonpath.New(steps[0])
	for _, step := range steps[1:] {
		path = path.AtMapKey(step)
	}

	return path
}

func value(path tfjsonpath.Path, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(tokenAddress, path, check)
}

func emptyPlan() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
}

func action(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(tokenAddress, a)}}
}

func TestAccToken_lifecycle(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *target) {
		user := s.addUser(t, testUser{login: "svc-lifecycle"})
		config := s.provider() + tokenConfig(fmt.Sprintf(`
  username    = %q
  name_prefix = "deploy-"
  expires_in  = "90d"
`, user.login))

		sameToken := statecheck.CompareValue(compare.ValuesDiffer())

		s.run(
			t,
			resource.TestStep{
				Config:           config,
				ConfigPlanChecks: action(plancheck.ResourceActionCreate),
				ConfigStateChecks: []statecheck.StateCheck{
					sameToken.AddStateValue(tokenAddress, at("token")),
					value(at("generation"), knownvalue.Int64Exact(1)),
					value(at("series"), knownvalue.StringRegexp(lifecycle.Series)),
					value(at("owner", "id"), knownvalue.StringExact(user.id)),
					value(at("owner", "username"), knownvalue.StringExact(user.login)),
					value(at("server"), knownvalue.StringExact(s.url)),
					value(at("current", "name"), knownvalue.StringRegexp(regexp.MustCompile(`^deploy-[a-z2-7]{6}-1$`))),
					value(at("current", "status"), knownvalue.StringExact("active")),
					value(at("current", "issue_reason"), knownvalue.StringExact("created")),
					value(at("current", "sha256"), knownvalue.StringRegexp(regexp.MustCompile(`^[0-9a-f]{64}$`))),
					statecheck.ExpectSensitiveValue(tokenAddress, at("token")),
				},
			},
			resource.TestStep{Config: config, ConfigPlanChecks: emptyPlan()},
			resource.TestStep{
				ResourceName: tokenAddress, ImportState: true, ImportStateVerify: true,
				ImportStateVerifyIgnore: []string{
					"token", "generation", "series", "name", "name_prefix", "expires_in", "expires_at",
					"current.sha256", "current.issue_reason",
				},
			},
			resource.TestStep{
				PreConfig:        func() { s.revokeAll(t, user.id) },
				Config:           config,
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					sameToken.AddStateValue(tokenAddress, at("token")),
					value(at("generation"), knownvalue.Int64Exact(2)),
					value(at("current", "name"), knownvalue.StringRegexp(regexp.MustCompile(`^deploy-[a-z2-7]{6}-2$`))),
					value(at("current", "status"), knownvalue.StringExact("active")),
					value(at("current", "issue_reason"), s.afterRevocation()),
				},
			},
			resource.TestStep{Config: config, ConfigPlanChecks: emptyPlan()},
		)

		if alive := s.alive(t, user.id); alive != 0 {
			t.Errorf("%d tokens are alive after the destroy, want none", alive)
		}
	})
}
