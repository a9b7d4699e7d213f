package token

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// TestAccToken_unknownArgumentsThatTurnOutEqual tests that arguments that are unknown in the plan and
// turn out to be unchanged do not change the token.
func TestAccToken_unknownArgumentsThatTurnOutEqual(t *testing.T) {
	t.Parallel()

	s := providertest.NewForeman(t)
	user := s.AddUser(t, providertest.User{Login: "svc-unknown"})
	config := func(trigger string) string {
		return s.AdminBlock() + providertest.TerraformData("user", user.Login, trigger) + providertest.TerraformData("prefix", "unknown-", trigger) +
			providertest.TerraformData("expiry", "2031-01-01T00:00:00Z", trigger) + providertest.TokenConfig(`
  username    = terraform_data.user.output
  name_prefix = terraform_data.prefix.output
  expires_at  = terraform_data.expiry.output
`)
	}

	s.Run(
		t,
		resource.TestStep{Config: config("1")},
		resource.TestStep{
			Config:           config("2"),
			ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				providertest.HasValue(providertest.Path("generation"), knownvalue.Int64Exact(1)),
				providertest.HasValue(providertest.Path("current", "issue_reason"), knownvalue.StringExact("created")),
			},
		},
		resource.TestStep{Config: config("2"), ConfigPlanChecks: providertest.EmptyPlan()},
	)
}

// TestAccToken_unknownUserThatTurnsOutAnother tests that the apply fails and keeps the token if an
// unknown user turns out to be another user: Terraform cannot plan a replacement any more.
func TestAccToken_unknownUserThatTurnsOutAnother(t *testing.T) {
	t.Parallel()

	s := providertest.NewUniversalController(t)
	user := s.AddUser(t, providertest.User{Login: "svc-first"})
	other := s.AddUser(t, providertest.User{Login: "svc-second"})
	config := func(login, trigger string) string {
		return s.AdminBlock() + providertest.TerraformData("user", login, trigger) +
			providertest.TokenConfig("username = terraform_data.user.output\nname_prefix = \"u-\"")
	}

	s.Run(
		t,
		resource.TestStep{Config: config(user.Login, "1")},
		resource.TestStep{Config: config(other.Login, "2"), ExpectError: providertest.Words("The token belongs to another user")},
		resource.TestStep{
			Config:           config(other.Login, "2"),
			ConfigPlanChecks: action(plancheck.ResourceActionReplace),
			ConfigStateChecks: []statecheck.StateCheck{
				providertest.HasValue(providertest.Path("owner", "username"), knownvalue.StringExact(other.Login)),
			},
		},
	)
}

// TestAccProvider_unknownSettings tests that the provider's own settings may be unknown in the plan,
// which then sends no request to the server.
func TestAccProvider_unknownSettings(t *testing.T) {
	t.Parallel()

	s := providertest.NewForeman(t)
	user := s.AddUser(t, providertest.User{Login: "svc-settings"})
	config := providertest.TerraformData("url", s.URL, "1") + fmt.Sprintf(`
provider "opsaccess" {
  foreman = {
    url      = terraform_data.url.output
    username = %q
    password = %q
  }
}
`, s.Login, s.Password)

	s.Run(
		t,
		resource.TestStep{
			Config: config + providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"s-\"", user.ID)),
			ConfigStateChecks: []statecheck.StateCheck{
				providertest.HasValue(providertest.Path("current", "status"), knownvalue.StringExact("active")),
			},
		},
		resource.TestStep{
			Config:           config + providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"s-\"", user.ID)),
			ConfigPlanChecks: providertest.EmptyPlan(),
		},
	)
}
