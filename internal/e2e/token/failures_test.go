package token

import (
	"fmt"
	"net/http"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// keepsState applies steps that issue a token, then steps that fail in the given ways, and checks that
// state and token did not change.
func keepsState(t *testing.T, s *providertest.Target, good string, failures ...resource.TestStep) {
	t.Helper()

	steps := []resource.TestStep{{Config: good}}
	steps = append(steps, failures...)
	steps = append(steps, resource.TestStep{
		Config:           good,
		ConfigPlanChecks: providertest.EmptyPlan(),
		ConfigStateChecks: []statecheck.StateCheck{
			providertest.HasValue(providertest.Path("generation"), knownvalue.Int64Exact(1)),
			providertest.HasValue(providertest.Path("current", "status"), knownvalue.StringExact("active")),
		},
	})

	s.Run(t, steps...)
}

// TestAccToken_wrongPasswordIsSentOnce tests that a process sends a wrong password once, however many
// resources it has: thirty failed logins would lock out everyone at this address. One error explains it
// in full.
func TestAccToken_wrongPasswordIsSentOnce(t *testing.T) {
	t.Parallel()

	s, server := providertest.NewForemanServer(t, foremanserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc-password"})
	token := providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"p-\"", user.ID)) + fmt.Sprintf(`
resource "opsaccess_personal_access_token" "many" {
  count       = 20
  user_id     = %q
  name_prefix = "m-${count.index}-"
}
`, user.ID)

	var before int

	refused := func(r sandbox.Request) bool { return r.Status == http.StatusUnauthorized }

	keepsState(
		t, s, s.AdminBlock()+token,
		resource.TestStep{
			PreConfig: func() { before = server.Count(refused) },
			Config:    s.ProviderBlock(s.Login, "wrong") + token,
			ExpectError: regexp.MustCompile(fmt.Sprintf("(%[1]s.*%[2]s|%[2]s.*%[1]s)",
				providertest.Words("Unable to authenticate user admin"),
				providertest.Words("The server refused the login, as another error of this run says in full"))),
		},
	)

	if logins := server.Count(refused) - before; logins != 1 {
		t.Errorf("the wrong password reached the server %d times, want once", logins)
	}
}

// TestAccToken_missingPermissionsKeepState tests that an account without one of the permissions gets an
// error that names it, and that the state does not change.
func TestAccToken_missingPermissionsKeepState(t *testing.T) {
	t.Parallel()

	s := providertest.NewForeman(t)
	user := s.AddUser(t, providertest.User{Login: "svc-permissions"})
	all := []string{
		"view_users", "edit_users", "view_personal_access_tokens", "create_personal_access_tokens", "revoke_personal_access_tokens",
	}
	enough := s.AddUser(t, providertest.User{Login: "enough", Permissions: all})
	token := providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"p-\"", user.ID))
	without := func(missing string) string {
		var rest []string

		for _, permission := range all {
			if permission != missing {
				rest = append(rest, permission)
			}
		}

		account := s.AddUser(t, providertest.User{Login: "no-" + missing, Permissions: rest})

		return s.ProviderBlock(account.Login, account.Password)
	}

	keepsState(
		t, s, s.ProviderBlock(enough.Login, enough.Password)+token,
		resource.TestStep{
			Config:      without("view_personal_access_tokens") + token,
			ExpectError: providertest.Words("Missing one of the required permissions: view_personal_access_tokens"),
		},
		resource.TestStep{
			Config:      without("view_users") + token,
			ExpectError: providertest.Words("It may still exist, hidden from this account"),
		},
		resource.TestStep{
			Config: without("create_personal_access_tokens") + token + fmt.Sprintf(`
resource "opsaccess_personal_access_token" "another" {
  user_id     = %q
  name_prefix = "q-"
}
`, user.ID),
			ExpectError: providertest.Words("Missing one of the required permissions: create_personal_access_tokens"),
		},
		resource.TestStep{
			Config:      without("revoke_personal_access_tokens") + token,
			Destroy:     true,
			ExpectError: providertest.Words("Missing one of the required permissions: revoke_personal_access_tokens"),
		},
		resource.TestStep{
			Config:      without("edit_users") + token,
			Destroy:     true,
			ExpectError: providertest.Words("The permission edit_users is missing"),
		},
	)
}

// TestAccToken_ownTokensNeedNoPermission tests that users need no permission for their own tokens.
func TestAccToken_ownTokensNeedNoPermission(t *testing.T) {
	t.Parallel()
	providertest.OnEachPlatform(t, func(t *testing.T, s *providertest.Target) {
		user := s.AddUser(t, providertest.User{Login: "svc-own"})
		config := s.ProviderBlock(user.Login, user.Password) +
			providertest.TokenConfig(fmt.Sprintf("username = %q\nname_prefix = \"own-\"\nexpires_in = \"1d\"", user.Login))

		s.Run(
			t,
			resource.TestStep{Config: config},
			resource.TestStep{Config: config, ConfigPlanChecks: providertest.EmptyPlan()},
		)
	})
}
