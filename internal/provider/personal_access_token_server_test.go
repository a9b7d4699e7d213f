package provider

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// A resource that is moved to the alias of another server finds that its token is not
// there, and touches nothing.
func TestAccToken_movedToTheWrongServer(t *testing.T) {
	t.Parallel()

	home, _ := newForemanSandbox(t, foremanserver.Options{})
	away, _ := newForemanSandbox(t, foremanserver.Options{})
	user := home.addUser(t, testUser{login: "svc-home"})
	other := away.addUser(t, testUser{login: "svc-away"})

	if user.id != other.id {
		t.Fatalf("the users have the ids %s and %s: the test needs two that look alike", user.id, other.id)
	}

	// Two names of the provider do what two aliases would, which share one process in tests.
	aliases := home.provider() + strings.Replace(away.provider(), `provider "opsaccess"`, `provider "away"`, 1)
	config := func(provider string) string {
		return aliases + tokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"a-\"\n%s", user.id, provider)) + fmt.Sprintf(`
resource "opsaccess_personal_access_token" "away" {
  provider    = away
  user_id     = %q
  name_prefix = "b-"
}
`, other.id)
	}

	home.run(
		t,
		resource.TestStep{Config: config("")},
		resource.TestStep{Config: config("provider = away"), ExpectError: words("The token is on another server")},
		resource.TestStep{
			Config: config("provider = away"), Destroy: true,
			ExpectError: words("The token is on another server"),
		},
		resource.TestStep{Config: config(""), ConfigPlanChecks: emptyPlan()},
	)

	if alive := away.alive(t, other.id); alive != 0 {
		t.Errorf("%d tokens are alive on the other server after the destroy, want none", alive)
	}
}

// The same server under another URL has the very same token: the move is recorded.
func TestAccToken_serverMoved(t *testing.T) {
	t.Parallel()

	s, server := newForemanSandbox(t, foremanserver.Options{})
	user := s.addUser(t, testUser{login: "svc-moved"})

	second := httptest.NewServer(server)
	t.Cleanup(second.Close)

	moved := foremanTarget(t, second.URL, s.login, s.password)
	token := tokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"m-\"", user.id))

	s.run(
		t,
		resource.TestStep{
			Config:            s.provider() + token,
			ConfigStateChecks: []statecheck.StateCheck{value(at("server"), knownvalue.StringExact(s.url))},
		},
		resource.TestStep{
			Config:           moved.provider() + token,
			ConfigPlanChecks: emptyPlan(),
		},
		resource.TestStep{
			RefreshState: true,
		},
		resource.TestStep{
			Config:           moved.provider() + token,
			ConfigPlanChecks: action(plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{
				value(at("server"), knownvalue.StringExact(moved.url)), value(at("generation"), knownvalue.Int64Exact(1)),
			},
		},
	)
}

// A renamed user is the same user; another user is another resource.
func TestAccToken_users(t *testing.T) {
	t.Parallel()

	s, server := newForemanSandbox(t, foremanserver.Options{})
	user := s.addUser(t, testUser{login: "svc-before"})
	other := s.addUser(t, testUser{login: "svc-other"})
	config := func(arguments string) string {
		return s.provider() + tokenConfig("name_prefix = \"u-\"\n"+arguments)
	}

	s.run(
		t,
		resource.TestStep{Config: config(`username = "svc-before"`)},
		resource.TestStep{
			Config:           config(fmt.Sprintf("username = \"svc-before\"\nuser_id = %q", user.id)),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(tokenAddress, plancheck.ResourceActionUpdate), knownToken{}}},
		},
		resource.TestStep{Config: config(fmt.Sprintf("user_id = %q", user.id))},
		resource.TestStep{
			PreConfig: func() {
				must(t, server.UpdateUser("svc-before", func(u *foremanserver.User) { u.Login = "svc-after" }))
			},
			Config: config(`username = "svc-after"`),
			ConfigStateChecks: []statecheck.StateCheck{
				value(at("owner", "username"), knownvalue.StringExact("svc-after")),
				value(at("generation"), knownvalue.Int64Exact(1)),
			},
		},
		resource.TestStep{
			Config:      config(fmt.Sprintf("username = \"svc-after\"\nuser_id = %q", other.id)),
			ExpectError: words("is svc-other"),
		},
		resource.TestStep{
			Config:           config(`username = "svc-other"`),
			ConfigPlanChecks: action(plancheck.ResourceActionReplace),
			ConfigStateChecks: []statecheck.StateCheck{
				value(at("owner", "id"), knownvalue.StringExact(other.id)), value(at("generation"), knownvalue.Int64Exact(1)),
			},
		},
	)

	if alive := s.alive(t, user.id); alive != 0 {
		t.Errorf("%d tokens of the first user are alive, want none", alive)
	}
}
