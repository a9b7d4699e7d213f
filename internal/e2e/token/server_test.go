package token

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// TestAccToken_movedToTheWrongServer tests that a resource does nothing if its provider is changed to
// the alias of another server, which does not have its token.
func TestAccToken_movedToTheWrongServer(t *testing.T) {
	t.Parallel()

	home, _ := providertest.NewForemanServer(t, foremanserver.Options{})
	away, _ := providertest.NewForemanServer(t, foremanserver.Options{})
	user := home.AddUser(t, providertest.User{Login: "svc-home"})
	other := away.AddUser(t, providertest.User{Login: "svc-away"})

	if user.ID != other.ID {
		t.Fatalf("the users have the ids %s and %s, but the test needs the same id", user.ID, other.ID)
	}

	// Two provider names replace two aliases, which would share one process in tests.
	aliases := home.AdminBlock() + strings.Replace(away.AdminBlock(), `provider "opsaccess"`, `provider "away"`, 1)
	config := func(provider string) string {
		return aliases + providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"a-\"\n%s", user.ID, provider)) + fmt.Sprintf(`
resource "opsaccess_personal_access_token" "away" {
  provider    = away
  user_id     = %q
  name_prefix = "b-"
}
`, other.ID)
	}

	home.Run(
		t,
		resource.TestStep{Config: config("")},
		resource.TestStep{Config: config("provider = away"), ExpectError: providertest.Words("The token is on another server")},
		resource.TestStep{
			Config: config("provider = away"), Destroy: true,
			ExpectError: providertest.Words("The token is on another server"),
		},
		resource.TestStep{Config: config(""), ConfigPlanChecks: providertest.EmptyPlan()},
	)

	if alive := away.Alive(t, other.ID); alive != 0 {
		t.Errorf("%d tokens are alive on the other server after the destroy, want none", alive)
	}
}

// TestAccToken_serverMoved tests that a new URL of the same server is recorded: the same token is found
// there.
func TestAccToken_serverMoved(t *testing.T) {
	t.Parallel()

	s, server := providertest.NewForemanServer(t, foremanserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc-moved"})

	second := httptest.NewServer(server)
	t.Cleanup(second.Close)

	moved := providertest.ForemanTarget(t, second.URL, s.Login, s.Password)
	token := providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"m-\"", user.ID))

	s.Run(
		t,
		resource.TestStep{
			Config:            s.AdminBlock() + token,
			ConfigStateChecks: []statecheck.StateCheck{providertest.HasValue(providertest.Path("server"), knownvalue.StringExact(s.URL))},
		},
		resource.TestStep{
			Config:           moved.AdminBlock() + token,
			ConfigPlanChecks: providertest.EmptyPlan(),
		},
		resource.TestStep{
			RefreshState: true,
		},
		resource.TestStep{
			Config:           moved.AdminBlock() + token,
			ConfigPlanChecks: action(plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{
				providertest.HasValue(providertest.Path("server"), knownvalue.StringExact(moved.URL)), providertest.HasValue(providertest.Path("generation"), knownvalue.Int64Exact(1)),
			},
		},
	)
}

// TestAccToken_users tests that another user requires a replacement.
func TestAccToken_users(t *testing.T) {
	t.Parallel()

	s, _ := providertest.NewForemanServer(t, foremanserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc-before"})
	other := s.AddUser(t, providertest.User{Login: "svc-other"})
	config := func(arguments string) string {
		return s.AdminBlock() + providertest.TokenConfig("name_prefix = \"u-\"\n"+arguments)
	}

	s.Run(
		t,
		resource.TestStep{Config: config(`username = "svc-before"`)},
		resource.TestStep{
			Config:           config(`username = "svc-other"`),
			ConfigPlanChecks: action(plancheck.ResourceActionReplace),
			ConfigStateChecks: []statecheck.StateCheck{
				providertest.HasValue(providertest.Path("owner", "id"), knownvalue.StringExact(other.ID)), providertest.HasValue(providertest.Path("generation"), knownvalue.Int64Exact(1)),
			},
		},
	)

	if alive := s.Alive(t, user.ID); alive != 0 {
		t.Errorf("%d tokens of the first user are alive, want none", alive)
	}
}
