package token

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// TestAccUniversalController_planAfterApplyIsEmpty uses a caller in +05:30 and a server in -04:00.
// Expiries are dates, and the plan right after an apply is empty for every optional argument.
func TestAccUniversalController_planAfterApplyIsEmpty(t *testing.T) {
	t.Parallel()

	now := time.Date(2028, 2, 27, 20, 30, 0, 0, time.FixedZone("", -4*3600))
	options := controllerserver.Options{Zone: now.Location(), Switches: controllerserver.Switches{Times: controllerserver.TimesInCallerZone}}
	options.Console.Now = func() time.Time { return now }

	s, _ := providertest.NewUniversalControllerServer(t, options)
	user := s.AddUser(t, providertest.User{Login: "svc.dates"})
	caller := s.AddUser(t, providertest.User{Login: "admin.in.india", Admin: true, Timezone: "Asia/Kolkata"})

	config := s.ProviderBlock(caller.Login, caller.Password)
	checks := []statecheck.StateCheck{}

	for name, test := range map[string]struct{ arguments, want string }{
		"never":     {`name_prefix = "never-"`, ""},
		"hour":      {"name_prefix = \"hour-\"\nexpires_in = \"1h\"", "2028-02-29T00:00:00Z"}, // This is 28 February 01:30 UTC, rounded up.
		"leap":      {"name_prefix = \"leap-\"\nexpires_in = \"1d\"", "2028-03-01T00:00:00Z"},
		"leap_day":  {"name_prefix = \"day-\"\nexpires_at = \"2028-02-29T00:00:00Z\"", "2028-02-29T00:00:00Z"},
		"offset":    {"name_prefix = \"offset-\"\nexpires_at = \"2031-01-01T05:30:00+05:30\"", "2031-01-01T00:00:00Z"},
		"fixed":     {`name = "a fixed name/with&odd+characters%"`, ""},
		"series":    {"name_prefix = \"l-\"\nseries = \"abc234\"", ""},
		"hundred":   {`name = "` + strings.Repeat("ü", 100) + `"`, ""},
		"both_refs": {"name_prefix = \"b-\"\nusername = \"svc.dates\"", ""},
	} {
		config += fmt.Sprintf("resource \"opsaccess_personal_access_token\" %q {\nuser_id = %q\n%s\n}\n", name, user.ID, test.arguments)

		want := knownvalue.Check(knownvalue.Null())
		if test.want != "" {
			want = knownvalue.StringExact(test.want)
		}

		address := "opsaccess_personal_access_token." + name
		checks = append(
			checks, statecheck.ExpectKnownValue(address, providertest.Path("current", "expires_at"), want),
			statecheck.ExpectKnownValue(address, providertest.Path("current", "created_at"), knownvalue.StringExact("2028-02-28T00:30:00Z")),
		)
	}

	s.Run(
		t,
		resource.TestStep{Config: config, ConfigStateChecks: checks},
		resource.TestStep{Config: config, ConfigPlanChecks: providertest.EmptyPlan()},
	)
}

// TestAccUniversalController_refusal tests that the apply fails with the server's own words if the
// server refuses a token.
func TestAccUniversalController_refusal(t *testing.T) {
	t.Parallel()

	s, _ := providertest.NewUniversalControllerServer(t, controllerserver.Options{Switches: controllerserver.Switches{MaxLifetimeDays: 30}})
	user := s.AddUser(t, providertest.User{Login: "svc.refused"})

	s.Run(t, resource.TestStep{
		Config:      s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"x-\"\nexpires_in = \"60d\"", user.ID)),
		ExpectError: providertest.Words("30"),
	})

	if live := len(s.TokensOf(t, user.ID)); live != 0 {
		t.Errorf("%d tokens were issued, want none", live)
	}
}

func TestAccUniversalController_import(t *testing.T) {
	t.Parallel()

	s := providertest.NewUniversalController(t)
	user := s.AddUser(t, providertest.User{Login: "svc.import"})
	name := "by hand/1 & 2"

	_, err := s.System.Create(t.Context(), user.ID, pat.NewToken{
		Name: name, ExpiresAt: pat.Some(time.Date(2031, 5, 6, 0, 0, 0, 0, time.UTC)),
	})
	providertest.Must(t, err)

	arguments := fmt.Sprintf("username = %q\nname = %q\nexpires_at = \"2031-05-06T00:00:00Z\"", user.Login, name)

	s.Run(
		t,
		resource.TestStep{
			Config: importing(s, user.Login+"/"+name, arguments),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(providertest.TokenAddress, plancheck.ResourceActionNoop), providertest.KnownToken{},
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				providertest.HasValue(providertest.Path("id"), knownvalue.StringExact(user.ID+"/"+name)),
				providertest.HasValue(providertest.Path("platform"), knownvalue.StringExact("universal_controller")),
				providertest.HasValue(providertest.Path("token"), knownvalue.Null()),
			},
		},
		resource.TestStep{Config: s.AdminBlock() + providertest.TokenConfig(arguments), ConfigPlanChecks: providertest.EmptyPlan()},
	)
}

func TestAccUniversalController_dataSources(t *testing.T) {
	t.Parallel()

	s, server := providertest.NewUniversalControllerServer(t, controllerserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc.shown", Permissions: []string{controllerserver.RoleService}})

	for _, name := range []string{"ci-2", "ci-1", "other"} {
		_, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: name})
		providertest.Must(t, err)
	}

	config := s.AdminBlock() + fmt.Sprintf(`
data "opsaccess_personal_access_tokens" "all" {
  username = %[1]q
}

data "opsaccess_personal_access_tokens" "prefix" {
  user_id     = %[2]q
  name_prefix = "ci-"
  status      = "active"
}

data "opsaccess_personal_access_token" "one" {
  username = %[1]q
  name     = "ci-1"
}

data "opsaccess_user" "one" {
  username = %[1]q
}

data "opsaccess_users" "all" {
  show_tokens = true
}

data "opsaccess_users" "one" {
  username = %[1]q
}

data "opsaccess_current_user" "me" {}
`, user.Login, user.ID)

	tokens := tfjsonpath.New("tokens")

	s.Run(
		t,
		resource.TestStep{
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				data("personal_access_tokens.all", tokens, listed("ci-1", "ci-2", "other")),
				data("personal_access_tokens.prefix", tokens, listed("ci-1", "ci-2")),
				data("personal_access_token.one", tfjsonpath.New("id"), knownvalue.StringExact("ci-1")),
				data("personal_access_token.one", tfjsonpath.New("last_used_at"), knownvalue.Null()),
				data("user.one", tfjsonpath.New("id"), knownvalue.StringExact(user.ID)),
				data("user.one", tokens, knownvalue.Null()),
				data("user.one", tfjsonpath.New("foreman"), knownvalue.Null()),
				data("user.one", providertest.Path("universal_controller", "active"), knownvalue.Bool(true)),
				data("user.one", providertest.Path("universal_controller", "roles"), knownvalue.ListExact([]knownvalue.Check{
					knownvalue.ObjectPartial(map[string]knownvalue.Check{"name": knownvalue.StringExact("ops_service_role")}),
				})),
				data("users.all", tfjsonpath.New("users").AtSliceIndex(1).AtMapKey("tokens"), knownvalue.NotNull()),
				data("users.one", tfjsonpath.New("users"), knownvalue.ListSizeExact(1)),
				data("current_user.me", tfjsonpath.New("username"), knownvalue.StringExact(s.Login)),
				data("current_user.me", tfjsonpath.New("admin"), knownvalue.Bool(true)),
			},
		},
		resource.TestStep{
			Config: s.AdminBlock() + fmt.Sprintf(
				"data \"opsaccess_personal_access_token\" \"t\" {\n user_id = %q\n token_id = \"1\"\n}", user.ID),
			ExpectError: providertest.Words("Tokens of Universal Controller have no IDs: use `name`."),
		},
		resource.TestStep{
			Config: s.AdminBlock() + fmt.Sprintf(
				"data \"opsaccess_personal_access_tokens\" \"t\" {\n user_id = %q\n foreman = {\n search = \"x\"\n }\n}", user.ID),
			ExpectError: providertest.Words("The provider is configured for Universal Controller, which has no `foreman`"),
		},
	)

	if put := server.Count(sandbox.Matching("PUT", ".")); put != 0 {
		t.Errorf("%d requests were PUT, want none", put)
	}
}

// TestAccUniversalController_bearer logs in with a token instead of a password. The server does not say
// which user it belongs to.
func TestAccUniversalController_bearer(t *testing.T) {
	t.Parallel()

	s, server := providertest.NewUniversalControllerServer(t, controllerserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc.bearer"})

	secret, err := server.AddToken(controllerserver.AdminUserName, "terraform", time.Time{})
	providertest.Must(t, err)

	provider := func(more string) string {
		return fmt.Sprintf("provider \"opsaccess\" {\n universal_controller = {\n url = %q\n token = %q\n %s\n }\n}\n", s.URL, secret, more)
	}
	token := providertest.TokenConfig(fmt.Sprintf("username = %q\nname_prefix = \"b-\"", user.Login))

	s.Run(
		t,
		resource.TestStep{Config: provider("") + token},
		resource.TestStep{Config: provider("") + token, ConfigPlanChecks: providertest.EmptyPlan()},
		resource.TestStep{
			Config: provider("username = \"ops.admin\"") + token + "data \"opsaccess_current_user\" \"me\" {}\n",
			ConfigStateChecks: []statecheck.StateCheck{
				data("current_user.me", tfjsonpath.New("username"), knownvalue.StringExact("ops.admin")),
			},
		},
		resource.TestStep{
			Config:      provider("") + token + "data \"opsaccess_current_user\" \"me\" {}\n",
			ExpectError: regexp.MustCompile(`username`),
		},
	)
}
