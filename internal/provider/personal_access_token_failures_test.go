package provider

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

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// words returns an expression for the words in this order, however the CLI wraps them.
func words(text string) *regexp.Regexp {
	return regexp.MustCompile(`(?s)` + regexp.MustCompile(`\s+`).ReplaceAllString(regexp.QuoteMeta(text), `[\s│]+`))
}

// keepsState carries out steps that issue a token, fail to do anything in each of the
// given ways, and then find state and token as they were.
func keepsState(t *testing.T, s *target, good string, failures ...resource.TestStep) {
	t.Helper()

	steps := []resource.TestStep{{Config: good}}
	steps = append(steps, failures...)
	steps = append(steps, resource.TestStep{
		Config:           good,
		ConfigPlanChecks: emptyPlan(),
		ConfigStateChecks: []statecheck.StateCheck{
			value(at("generation"), knownvalue.Int64Exact(1)),
			value(at("current", "status"), knownvalue.StringExact("active")),
		},
	})

	s.run(t, steps...)
}

func TestAccToken_wrongOrganizationKeepsState(t *testing.T) {
	t.Parallel()

	s := newForeman(t)
	user := s.addUser(t, testUser{login: "svc-outside", outside: true})
	token := tokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"o-\"", user.id))

	keepsState(
		t, s, s.provider()+token,
		resource.TestStep{
			Config:      s.provider("organization_id = "+s.organization) + token,
			ExpectError: words("The user is outside organization_id " + s.organization + ": correct or leave out"),
		},
		resource.TestStep{
			Config:      s.provider("location_id = "+s.location) + token,
			ExpectError: words("The user is outside location_id " + s.location),
		},
		resource.TestStep{
			Config:      s.provider("organization_id = 999999") + token,
			ExpectError: words("Organization with id 999999-~ not found. The account is not in this organization"),
		},
	)
}

func TestAccToken_wrongURLKeepsState(t *testing.T) {
	t.Parallel()

	s, _ := newForemanSandbox(t, foremanserver.Options{PathPrefix: "/foreman"})
	user := s.addUser(t, testUser{login: "svc-url"})
	token := tokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"u-\"", user.id))

	wrong := foremanTarget(t, regexp.MustCompile(`/foreman$`).ReplaceAllString(s.url, ""), s.login, s.password)
	closed := foremanTarget(t, "http://127.0.0.1:1", s.login, s.password)

	keepsState(
		t, s, s.provider()+token,
		resource.TestStep{
			Config: wrong.provider() + token, ExpectError: words("Could not read the personal access token"),
		},
		resource.TestStep{
			Config:      "provider \"opsaccess\" {\n max_retries = 0\n" + closed.provider()[len("\nprovider \"opsaccess\" {"):] + token,
			ExpectError: words("connection refused"),
		},
	)
}

// A wrong password costs the server one login in a process, however many resources there
// are: thirty failed ones would lock everybody's address.
func TestAccToken_wrongPasswordIsSentOnce(t *testing.T) {
	t.Parallel()

	s, server := newForemanSandbox(t, foremanserver.Options{})
	user := s.addUser(t, testUser{login: "svc-password"})
	token := tokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"p-\"", user.id)) + fmt.Sprintf(`
resource "opsaccess_personal_access_token" "many" {
  count       = 20
  user_id     = %q
  name_prefix = "m-${count.index}-"
}
`, user.id)

	var before int

	refused := func(r sandbox.Request) bool { return r.Status == http.StatusUnauthorized }

	keepsState(
		t, s, s.provider()+token,
		resource.TestStep{
			PreConfig:   func() { before = server.Count(refused) },
			Config:      s.block(s.login, "wrong") + token,
			ExpectError: words("Unable to authenticate user admin"),
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

	s := newForeman(t)
	user := s.addUser(t, testUser{login: "svc-permissions"})
	all := []string{
		"view_users", "edit_users", "view_personal_access_tokens", "create_personal_access_tokens", "revoke_personal_access_tokens",
	}
	enough := s.addUser(t, testUser{login: "enough", permissions: all})
	token := tokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"p-\"", user.id))
	without := func(missing string) string {
		var rest []string

		for _, permission := range all {
			if permission != missing {
				rest = append(rest, permission)
			}
		}

		account := s.addUser(t, testUser{login: "no-" + missing, permissions: rest})

		return s.block(account.login, account.password)
	}

	keepsState(
		t, s, s.block(enough.login, enough.password)+token,
		resource.TestStep{
			Config:      without("view_personal_access_tokens") + token,
			ExpectError: words("Missing one of the required permissions: view_personal_access_tokens"),
		},
		resource.TestStep{
			Config:      without("view_users") + token,
			ExpectError: words("This proves nothing, for the account may not see all users and tokens"),
		},
		resource.TestStep{
			Config: without("create_personal_access_tokens") + token + fmt.Sprintf(`
resource "opsaccess_personal_access_token" "another" {
  user_id     = %q
  name_prefix = "q-"
}
`, user.id),
			ExpectError: words("Missing one of the required permissions: create_personal_access_tokens"),
		},
		resource.TestStep{
			Config:      without("revoke_personal_access_tokens") + token,
			Destroy:     true,
			ExpectError: words("Missing one of the required permissions: revoke_personal_access_tokens"),
		},
		resource.TestStep{
			Config:      without("edit_users") + token,
			Destroy:     true,
			ExpectError: words("revoke_personal_access_tokens and edit_users"),
		},
	)
}

// A user needs no permission for its own tokens.
func TestAccToken_ownTokensNeedNoPermission(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *target) {
		user := s.addUser(t, testUser{login: "svc-own"})
		config := s.block(user.login, user.password) +
			tokenConfig(fmt.Sprintf("username = %q\nname_prefix = \"own-\"\nexpires_in = \"1d\"", user.login))

		s.run(
			t,
			resource.TestStep{Config: config},
			resource.TestStep{Config: config, ConfigPlanChecks: emptyPlan()},
		)
	})
}

func TestAccToken_unknownUser(t *testing.T) {
	t.Parallel()

	s := newForeman(t)
	viewer := s.addUser(t, testUser{login: "viewer", permissions: []string{"view_users", "view_personal_access_tokens"}})

	s.run(
		t,
		resource.TestStep{
			Config:      s.provider() + tokenConfig("username = \"nobody-at-all\"\nname_prefix = \"x-\""),
			ExpectError: words("no user has the login \"nobody-at-all\""),
		},
		resource.TestStep{
			Config:      s.provider() + tokenConfig("user_id = \"99999999\"\nname_prefix = \"x-\""),
			ExpectError: words("user not found by id '99999999-~'"),
		},
		resource.TestStep{
			Config: s.block(viewer.login, viewer.password) +
				tokenConfig("username = \"nobody-at-all\"\nname_prefix = \"x-\""),
			ExpectError: words("This proves nothing"),
		},
		resource.TestStep{
			Config:      s.provider() + tokenConfig(fmt.Sprintf("username = %q\nuser_id = %q\nname_prefix = \"x-\"", s.login, viewer.id)),
			ExpectError: words("the user with id " + viewer.id + " is " + viewer.login),
		},
	)
}

// A token whose user was deleted is proven to be gone: a plan says so and offers no
// reissue, and destroy succeeds.
func TestAccToken_deletedUser(t *testing.T) {
	t.Parallel()

	s, server := newForemanSandbox(t, foremanserver.Options{})
	user := s.addUser(t, testUser{login: "svc-deleted"})
	config := s.provider() + tokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"d-\"", user.id))

	s.run(
		t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig:        func() { server.DeleteUser(user.login) },
			Config:           config,
			ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
			ExpectError:      words("Remove the resource, or give it another user"),
		},
		resource.TestStep{Config: config, Destroy: true},
	)
}

// Katello deletes rows: the token is missing, and another takes its place.
func TestAccToken_missing(t *testing.T) {
	t.Parallel()

	s, server := newForemanSandbox(t, foremanserver.Options{})
	user := s.addUser(t, testUser{login: "svc-missing"})
	config := s.provider() + tokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"m-\"", user.id))

	s.run(
		t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				for _, token := range s.tokensOf(t, user.id) {
					id, _ := strconv.Atoi(token.ID)
					server.DeleteToken(user.login, id)
				}
			},
			Config:           config,
			ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				value(at("current", "issue_reason"), knownvalue.StringExact("missing")),
				value(at("generation"), knownvalue.Int64Exact(2)),
			},
		},
	)
}

func must(t *testing.T, err error) {
	t.Helper()

	if err != nil {
		t.Fatal(err)
	}
}
