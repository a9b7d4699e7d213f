package provider

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// later returns a resource whose output is the text, and unknown in the plan that
// replaces it, which a changed trigger does.
func later(name, text, trigger string) string {
	return fmt.Sprintf(`
resource "terraform_data" %q {
  input            = %s
  triggers_replace = %q
}
`, name, hclString(text), trigger)
}

// Arguments that are unknown at plan and turn out as they were leave the token alone.
func TestAccToken_unknownArgumentsThatTurnOutEqual(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *target) {
		user := s.addUser(t, testUser{login: "svc-unknown"})
		config := func(trigger string) string {
			return s.provider() + later("user", user.login, trigger) + later("prefix", "unknown-", trigger) +
				later("expiry", "2031-01-01T00:00:00Z", trigger) + tokenConfig(`
  username    = terraform_data.user.output
  name_prefix = terraform_data.prefix.output
  expires_at  = terraform_data.expiry.output
`)
		}

		s.run(
			t,
			resource.TestStep{Config: config("1")},
			resource.TestStep{
				Config:           config("2"),
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					value(at("generation"), knownvalue.Int64Exact(1)),
					value(at("current", "issue_reason"), knownvalue.StringExact("created")),
				},
			},
			resource.TestStep{Config: config("2"), ConfigPlanChecks: emptyPlan()},
		)
	})
}

// A series may become known only at apply: that of a new token, the same one again, and
// another one, which is recorded.
func TestAccToken_unknownSeries(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *target) {
		user := s.addUser(t, testUser{login: "svc-series"})
		config := func(series, trigger string) string {
			return s.provider() + later("series", series, trigger) + tokenConfig(fmt.Sprintf(`
  user_id     = %q
  name_prefix = "l-"
  series     = terraform_data.series.output
`, user.id))
		}

		var steps []resource.TestStep

		for _, series := range []string{"abc234", "abc234", "zyx765"} {
			steps = append(steps, resource.TestStep{
				Config: config(series, strconv.Itoa(len(steps))),
				ConfigStateChecks: []statecheck.StateCheck{
					value(at("series"), knownvalue.StringExact(series)),
					value(at("generation"), knownvalue.Int64Exact(1)),
					value(at("current", "name"), knownvalue.StringExact("l-abc234-1")),
				},
			})
		}

		s.run(t, append(steps, resource.TestStep{Config: config("zyx765", "2"), ConfigPlanChecks: emptyPlan()})...)
	})
}

// A user that becomes known as another one only at apply is an error then: Terraform
// takes no replacement any more, and the token stays.
func TestAccToken_unknownUserThatTurnsOutAnother(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *target) {
		user := s.addUser(t, testUser{login: "svc-first"})
		other := s.addUser(t, testUser{login: "svc-second"})
		config := func(login, trigger string) string {
			return s.provider() + later("user", login, trigger) +
				tokenConfig("username = terraform_data.user.output\nname_prefix = \"u-\"")
		}

		s.run(
			t,
			resource.TestStep{Config: config(user.login, "1")},
			resource.TestStep{Config: config(other.login, "2"), ExpectError: words("The token belongs to another user")},
			resource.TestStep{
				Config:           config(other.login, "2"),
				ConfigPlanChecks: action(plancheck.ResourceActionReplace),
				ConfigStateChecks: []statecheck.StateCheck{
					value(at("owner", "username"), knownvalue.StringExact(other.login)),
				},
			},
		)
	})
}

// A user that becomes known under a new login only at apply is the same user.
func TestAccToken_unknownUserThatWasRenamed(t *testing.T) {
	t.Parallel()

	s, server := newForemanSandbox(t, foremanserver.Options{})
	s.addUser(t, testUser{login: "svc-before"})

	config := func(login, trigger string) string {
		return s.provider() + later("user", login, trigger) +
			tokenConfig("username = terraform_data.user.output\nname_prefix = \"u-\"")
	}

	s.run(
		t,
		resource.TestStep{Config: config("svc-before", "1")},
		resource.TestStep{
			PreConfig: func() {
				must(t, server.UpdateUser("svc-before", func(u *foremanserver.User) { u.Login = "svc-after" }))
			},
			Config: config("svc-after", "2"),
			ConfigStateChecks: []statecheck.StateCheck{
				value(at("owner", "username"), knownvalue.StringExact("svc-after")),
				value(at("generation"), knownvalue.Int64Exact(1)),
			},
		},
		resource.TestStep{Config: config("svc-after", "2"), ConfigPlanChecks: emptyPlan()},
	)
}

// The provider's own settings may be unknown at plan: a token is then planned without a
// look at the server.
func TestAccProvider_unknownSettings(t *testing.T) {
	t.Parallel()

	s := newForeman(t)
	user := s.addUser(t, testUser{login: "svc-settings"})
	config := later("url", s.url, "1") + fmt.Sprintf(`
provider "opsaccess" {
  foreman = {
    url      = terraform_data.url.output
    username = %q
    password = %q
  }
}
`, s.login, s.password)

	s.run(
		t,
		resource.TestStep{
			Config: config + tokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"s-\"", user.id)),
			ConfigStateChecks: []statecheck.StateCheck{
				value(at("current", "status"), knownvalue.StringExact("active")),
			},
		},
		resource.TestStep{
			Config:           config + tokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"s-\"", user.id)),
			ConfigPlanChecks: emptyPlan(),
		},
	)
}
