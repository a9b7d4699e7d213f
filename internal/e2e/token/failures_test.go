package token

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// keepsState carries out steps that issue a token, fail to do anything in each of the
// given ways, and then find state and token as they were.
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

func TestAccToken_wrongOrganizationKeepsState(t *testing.T) {
	t.Parallel()

	s := providertest.NewForeman(t)
	user := s.AddUser(t, providertest.User{Login: "svc-outside", Outside: true})
	token := providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"o-\"", user.ID))

	keepsState(
		t, s, s.AdminBlock()+token,
		resource.TestStep{
			Config:      s.AdminBlock("organization_id = "+s.Organization) + token,
			ExpectError: providertest.Words("The user is outside organization_id " + s.Organization + ": correct or leave out"),
		},
		resource.TestStep{
			Config:      s.AdminBlock("location_id = "+s.Location) + token,
			ExpectError: providertest.Words("The user is outside location_id " + s.Location),
		},
		resource.TestStep{
			Config:      s.AdminBlock("organization_id = 999999") + token,
			ExpectError: providertest.Words("Organization with id 999999-~ not found. The account is not in this organization"),
		},
	)
}

func TestAccToken_wrongURLKeepsState(t *testing.T) {
	t.Parallel()

	s, _ := providertest.NewForemanServer(t, foremanserver.Options{PathPrefix: "/foreman"})
	user := s.AddUser(t, providertest.User{Login: "svc-url"})
	token := providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"u-\"", user.ID))

	wrong := providertest.ForemanTarget(t, regexp.MustCompile(`/foreman$`).ReplaceAllString(s.URL, ""), s.Login, s.Password)
	closed := providertest.ForemanTarget(t, "http://127.0.0.1:1", s.Login, s.Password)

	keepsState(
		t, s, s.AdminBlock()+token,
		resource.TestStep{
			Config: wrong.AdminBlock() + token, ExpectError: providertest.Words("Could not read the personal access token"),
		},
		resource.TestStep{
			Config:      "provider \"opsaccess\" {\n max_retries = 0\n" + closed.AdminBlock()[len("\nprovider \"opsaccess\" {"):] + token,
			ExpectError: providertest.Words("connection refused"),
		},
	)
}

// A wrong password costs the server one login in a process, however many resources there
// are: thirty failed ones would lock everybody's address.
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
			PreConfig:   func() { before = server.Count(refused) },
			Config:      s.ProviderBlock(s.Login, "wrong") + token,
			ExpectError: providertest.Words("Unable to authenticate user admin"),
		},
	)

	if logins := server.Count(refused) - before; logins != 1 {
		t.Errorf("the wrong password reached the server %d times, want once", logins)
	}
}

// Without each of the permissions in turn an account is told which it lacks, and state
// stays as it is.
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
			ExpectError: providertest.Words("This proves nothing, for the account may not see all users and tokens"),
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
			ExpectError: providertest.Words("revoke_personal_access_tokens and edit_users"),
		},
	)
}

// A user needs no permission for its own tokens.
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

func TestAccToken_unknownUser(t *testing.T) {
	t.Parallel()

	s := providertest.NewForeman(t)
	viewer := s.AddUser(t, providertest.User{Login: "viewer", Permissions: []string{"view_users", "view_personal_access_tokens"}})

	s.Run(
		t,
		resource.TestStep{
			Config:      s.AdminBlock() + providertest.TokenConfig("username = \"nobody-at-all\"\nname_prefix = \"x-\""),
			ExpectError: providertest.Words("no user has the login \"nobody-at-all\""),
		},
		resource.TestStep{
			Config:      s.AdminBlock() + providertest.TokenConfig("user_id = \"99999999\"\nname_prefix = \"x-\""),
			ExpectError: providertest.Words("user not found by id '99999999-~'"),
		},
		resource.TestStep{
			Config: s.ProviderBlock(viewer.Login, viewer.Password) +
				providertest.TokenConfig("username = \"nobody-at-all\"\nname_prefix = \"x-\""),
			ExpectError: providertest.Words("This proves nothing"),
		},
		resource.TestStep{
			Config:      s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("username = %q\nuser_id = %q\nname_prefix = \"x-\"", s.Login, viewer.ID)),
			ExpectError: providertest.Words("the user with id " + viewer.ID + " is " + viewer.Login),
		},
	)
}

// A token whose user was deleted is proven to be gone: a plan says so and offers no
// reissue, and destroy succeeds.
func TestAccToken_deletedUser(t *testing.T) {
	t.Parallel()

	s, server := providertest.NewForemanServer(t, foremanserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc-deleted"})
	config := s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"d-\"", user.ID))

	s.Run(
		t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig:        func() { server.DeleteUser(user.Login) },
			Config:           config,
			ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
			ExpectError:      providertest.Words("Remove the resource, or give it another user"),
		},
		resource.TestStep{Config: config, Destroy: true},
	)
}

// Katello deletes rows: the token is missing, and another takes its place.
func TestAccToken_missing(t *testing.T) {
	t.Parallel()

	s, server := providertest.NewForemanServer(t, foremanserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc-missing"})
	config := s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"m-\"", user.ID))

	s.Run(
		t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				for _, token := range s.TokensOf(t, user.ID) {
					id, _ := strconv.Atoi(token.ID)
					server.DeleteToken(user.Login, id)
				}
			},
			Config:           config,
			ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				providertest.HasValue(providertest.Path("current", "issue_reason"), knownvalue.StringExact("missing")),
				providertest.HasValue(providertest.Path("generation"), knownvalue.Int64Exact(2)),
			},
		},
	)
}
