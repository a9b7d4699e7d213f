package token

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// TestAccToken_planAfterApplyIsEmpty tests that the plan right after an apply is empty for every
// optional argument, in whatever time zone the server responds, which is that of the caller's account.
func TestAccToken_planAfterApplyIsEmpty(t *testing.T) {
	t.Parallel()

	tokens := []struct {
		address, arguments string
		expires            knownvalue.Check
	}{
		{"never", `name_prefix = "never-"`, knownvalue.Null()},
		{"relative", "name_prefix = \"relative-\"\nexpires_in = \"12w1d\"", knownvalue.StringRegexp(regexp.MustCompile(`Z$`))},
		{"summer", "name_prefix = \"utc-\"\nexpires_at = \"2031-07-01T12:00:00Z\"", knownvalue.StringExact("2031-07-01T12:00:00Z")},
		{"offset", "name_prefix = \"o-\"\nexpires_at = \"2031-01-01T12:00:00+05:30\"", knownvalue.StringExact("2031-01-01T06:30:00Z")},
		// This hour occurs twice, at the end of daylight saving time.
		{"repeated", "name_prefix = \"dst-\"\nexpires_at = \"2031-10-26T02:30:00+01:00\"", knownvalue.StringExact("2031-10-26T01:30:00Z")},
		{"leap", "name_prefix = \"leap-\"\nexpires_at = \"2032-02-29T23:59:59-04:00\"", knownvalue.StringExact("2032-03-01T03:59:59Z")},
		{"series", "name_prefix = \"l-\"\nseries = \"" + providertest.Unique() + "\"", knownvalue.Null()},
		{"fixed", "name = \"fixed-" + providertest.Unique() + "\"", knownvalue.Null()},
		{"both", "name_prefix = \"both-\"\nusername = local.username", knownvalue.Null()},
	}

	s := providertest.NewForeman(t)

	zones := []string{"Berlin"}
	if providertest.Live() { // The sandbox's own tests compare its responses in other time zones with recordings.
		zones = append(zones, "UTC", "London")
	}

	for _, zone := range zones {
		t.Run("read in "+zone, func(t *testing.T) {
			t.Parallel()

			user := s.AddUser(t, providertest.User{Login: "svc-in-" + zone})
			caller := s.AddUser(t, providertest.User{Login: "admin-in-" + zone, Admin: true, Timezone: zone})

			config := s.ProviderBlock(caller.Login, caller.Password) + fmt.Sprintf("locals {\n  username = %q\n}\n", user.Login)
			checks := make([]statecheck.StateCheck, 0, len(tokens))

			for _, token := range tokens {
				config += fmt.Sprintf("resource \"opsaccess_personal_access_token\" %q {\nuser_id = %q\n%s\n}\n",
					token.address, user.ID, token.arguments)
				checks = append(checks, statecheck.ExpectKnownValue(
					"opsaccess_personal_access_token."+token.address, providertest.Path("current", "expires_at"), token.expires))
			}

			s.Run(
				t,
				resource.TestStep{Config: config, ConfigStateChecks: checks},
				resource.TestStep{Config: config, ConfigPlanChecks: providertest.EmptyPlan()},
			)
		})
	}
}

// TestAccToken_changes tests which changes are only recorded and which issue a new token in place. The
// engine's own tests cover every change.
func TestAccToken_changes(t *testing.T) {
	t.Parallel()
	providertest.OnEachPlatform(t, func(t *testing.T, s *providertest.Target) {
		for name, test := range map[string]struct {
			before, after string
			reissued      bool
			generation    int64
		}{
			"expires_in is recorded": {before: `name_prefix = "c-"` + "\n" + `expires_in = "30d"`, after: `name_prefix = "c-"` + "\n" + `expires_in = "60d"`, generation: 1},
			"name_prefix is changed": {before: `name_prefix = "c-"`, after: `name_prefix = "d-"`, reissued: true, generation: 2},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()

				user := s.AddUser(t, providertest.User{Login: "svc-" + providertest.Unique()})
				config := func(arguments string) string {
					return s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("user_id = %q\n%s", user.ID, arguments))
				}

				secret, compared := statecheck.CompareValue(compare.ValuesSame()), action(plancheck.ResourceActionUpdate)
				if test.reissued {
					secret = statecheck.CompareValue(compare.ValuesDiffer())
				} else {
					compared.PreApply = append(compared.PreApply, providertest.KnownToken{})
				}

				s.Run(
					t,
					resource.TestStep{
						Config:            config(test.before),
						ConfigStateChecks: []statecheck.StateCheck{secret.AddStateValue(providertest.TokenAddress, providertest.Path("token"))},
					},
					resource.TestStep{
						Config:           config(test.after),
						ConfigPlanChecks: compared,
						ConfigStateChecks: []statecheck.StateCheck{
							secret.AddStateValue(providertest.TokenAddress, providertest.Path("token")),
							providertest.HasValue(providertest.Path("generation"), knownvalue.Int64Exact(test.generation)),
							providertest.HasValue(providertest.Path("current", "status"), knownvalue.StringExact("active")),
						},
					},
					resource.TestStep{Config: config(test.after), ConfigPlanChecks: providertest.EmptyPlan()},
				)

				if alive := s.Alive(t, user.ID); alive != 0 {
					t.Errorf("%d tokens are alive after the destroy, want none", alive)
				}
			})
		}
	})
}

func TestAccToken_ignoreChangesOfAll(t *testing.T) {
	t.Parallel()
	providertest.OnEachPlatform(t, func(t *testing.T, s *providertest.Target) {
		user := s.AddUser(t, providertest.User{Login: "svc-ignore"})
		config := func(arguments string) string {
			return s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf(
				"user_id = %q\n%s\nlifecycle {\n ignore_changes = all\n}", user.ID, arguments))
		}

		s.Run(
			t,
			resource.TestStep{Config: config("name_prefix = \"i-\"\nexpires_in = \"30d\"")},
			resource.TestStep{Config: config("name_prefix = \"j-\"\nexpires_in = \"60d\""), ConfigPlanChecks: providertest.EmptyPlan()},
			resource.TestStep{Config: config("name = \"k\"\nexpires_at = \"2031-01-01T00:00:00Z\""), ConfigPlanChecks: providertest.EmptyPlan()},
			resource.TestStep{
				PreConfig: func() { s.RevokeAll(t, user.ID) },
				Config:    config("name = \"k\""),
				ConfigStateChecks: []statecheck.StateCheck{
					providertest.HasValue(providertest.Path("current", "name"), knownvalue.StringRegexp(regexp.MustCompile(`^i-.*-2$`))),
					providertest.HasValue(providertest.Path("current", "expires_at"), knownvalue.NotNull()),
				},
			},
		)
	})
}

// TestAccToken_hostileNames tests that names with special characters of search grammars, URLs and
// shells are returned unchanged.
func TestAccToken_hostileNames(t *testing.T) {
	t.Parallel()
	providertest.OnEachPlatform(t, func(t *testing.T, s *providertest.Target) {
		user := s.AddUser(t, providertest.User{Login: "svc-hostile"})

		var names strings.Builder

		for _, name := range []string{
			`and`, `not`, `a or b`, `say "hello"`, `back\slash`, `trailing\`, `it's`, `50%`, `under_score*`,
			`<script>&amp;`, `a,b;c`, `((`, `name="x"`, `-rf /`, `../../etc`, `a/b?c=d#e`, `ünïcödé 令牌 🔑`, "inner\u00a0space",
			strings.Repeat("long", 23),
		} {
			names.WriteString(providertest.HCLString(name+" "+providertest.Unique()) + ",\n")
		}

		// The test framework cannot read instances of for_each, hence count.
		config := s.AdminBlock() + fmt.Sprintf(`
locals {
  names = [%s]
}

resource "opsaccess_personal_access_token" "hostile" {
  count   = length(local.names)
  user_id = %q
  name    = local.names[count.index]
}

data "opsaccess_personal_access_token" "hostile" {
  count   = length(local.names)
  user_id = %q
  name    = opsaccess_personal_access_token.hostile[count.index].name
}

output "asked" {
  value = local.names
}

output "issued" {
  value = opsaccess_personal_access_token.hostile[*].current.name
}

output "issued_ids" {
  value = opsaccess_personal_access_token.hostile[*].current.id
}

output "found_ids" {
  value = data.opsaccess_personal_access_token.hostile[*].id
}
`, names.String(), user.ID, user.ID)

		s.Run(
			t,
			resource.TestStep{
				Config: config,
				ConfigStateChecks: []statecheck.StateCheck{
					sameOutputs{"asked", "issued"}, sameOutputs{"issued_ids", "found_ids"},
				},
			},
			resource.TestStep{Config: config, ConfigPlanChecks: providertest.EmptyPlan()},
		)
	})
}
