package token

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// ephemeralConfig returns an ephemeral token with these arguments.
func ephemeralConfig(arguments string) string {
	return "ephemeral \"opsaccess_personal_access_token\" \"test\" {\n" + arguments + "\n}\n"
}

// echoed stores the attributes of the ephemeral token in state, where tests can read them.
const echoed = `
provider "echo" {
  data = ephemeral.opsaccess_personal_access_token.test
}

resource "echo" "test" {}
`

// echoes returns a check of an attribute of the ephemeral token during the apply.
func echoes(check knownvalue.Check, steps ...string) statecheck.StateCheck {
	path := tfjsonpath.New("data")
	for _, step := range steps {
		path = path.AtMapKey(step)
	}

	return statecheck.ExpectKnownValue("echo.test", path, check)
}

func TestAccEphemeralToken_livesForTheApply(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-ephemeral"})
		config := s.AdminBlock() + ephemeralConfig(fmt.Sprintf("username = %q\napplying = terraform.applying", user.Login)) + echoed
		traits := s.System.Traits()

		// It is noon in the sandbox.
		expiry := knownvalue.StringRegexp(regexp.MustCompile(`^2028-02-28T13:\d\d:\d\dZ$`))
		if traits.ExpiryIsDate { // Where the day begins first, the 29th begins within the hour.
			expiry = knownvalue.StringRegexp(regexp.MustCompile(`^2028-03-01T00:00:00Z$`))
		}

		s.Run(
			t,
			resource.TestStep{
				Config: config,
				ConfigStateChecks: []statecheck.StateCheck{
					echoes(knownvalue.StringRegexp(regexp.MustCompile(`^terraform-[a-z2-7]{6}-1$`)), "name"),
					echoes(knownvalue.StringRegexp(regexp.MustCompile(`oaSEC`)), "token"),
					echoes(knownvalue.StringRegexp(regexp.MustCompile(`^`+user.ID+`/.`)), "id"),
					echoes(knownvalue.StringRegexp(regexp.MustCompile(`^2028-02-28T1`)), "created_at"),
					echoes(expiry, "expires_at"),
					echoes(knownvalue.StringExact(user.ID), "owner", "id"),
					echoes(knownvalue.StringExact(user.Login), "owner", "username"),
					echoes(knownvalue.StringExact(traits.Platform), "platform"),
					echoes(knownvalue.StringExact(s.URL), "server"),
				},
			},
			resource.TestStep{
				PreConfig: func() {
					if issued, alive := s.Issued(), s.LiveTokens(); issued != 1 || alive != 0 {
						t.Errorf("%d tokens were issued and %d are alive; want 1 and 0", issued, alive)
					}
				},
				Config:           config,
				ConfigPlanChecks: providertest.EmptyPlan(),
			},
		)

		s.WantNoneAlive(t)
	})
}

// TestAccEphemeralToken_notApplying tests that no request is sent without an apply, not even a login.
func TestAccEphemeralToken_notApplying(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-planned"})
		null := knownvalue.Null()

		s.Run(t, resource.TestStep{
			Config: s.AdminBlock() + ephemeralConfig(fmt.Sprintf("username = %q\napplying = false", user.Login)) + echoed,
			ConfigStateChecks: []statecheck.StateCheck{
				echoes(knownvalue.StringExact(user.Login), "username"), echoes(null, "token"), echoes(null, "id"),
				echoes(null, "name"), echoes(null, "created_at"), echoes(null, "expires_at"), echoes(null, "owner"),
				echoes(null, "platform"), echoes(null, "server"),
			},
		})

		if sent := s.Console.Count(nil); sent != 0 {
			t.Errorf("%d requests were sent, want none", sent)
		}
	})
}

// TestAccEphemeralToken_inAPlan tests that a plan issues and revokes a token, unless `applying` says to
// wait for the apply.
func TestAccEphemeralToken_inAPlan(t *testing.T) {
	t.Parallel()

	s := providertest.NewUniversalControllerSandbox(t, controllerserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc-early"})
	w := s.Workspace(t)

	for applying, want := range map[string]int{"": 1, "applying = terraform.applying": 0} {
		before := s.Issued()

		w.Write(t, s.AdminBlock()+ephemeralConfig(fmt.Sprintf("user_id = %q\n%s", user.ID, applying)))
		w.Unchanged(t).Quiet(t)

		if issued, alive := s.Issued()-before, s.LiveTokens(); issued != want || alive != 0 {
			t.Errorf("with %q the plan issued %d tokens and %d are alive; want %d and 0", applying, issued, alive, want)
		}
	}
}

// TestAccEphemeralToken_unknownArguments tests that an ephemeral resource with unknown arguments is not
// opened in the plan.
func TestAccEphemeralToken_unknownArguments(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	user := s.AddUser(t, providertest.User{Login: "svc-unknown"})

	s.Run(t, resource.TestStep{
		Config: s.AdminBlock() + providertest.TerraformData("user", user.Login, "1") + providertest.TerraformData("prefix", "late-", "1") + providertest.TerraformData("life", "30m", "1") +
			ephemeralConfig(`
  username    = terraform_data.user.output
  name_prefix = terraform_data.prefix.output
  expires_in  = terraform_data.life.output
`) + echoed,
		ConfigStateChecks: []statecheck.StateCheck{
			echoes(knownvalue.StringExact(user.Login), "owner", "username"),
			echoes(knownvalue.StringRegexp(regexp.MustCompile(`^late-[a-z2-7]{6}-1$`)), "name"),
		},
	})

	if issued, alive := s.Issued(), s.LiveTokens(); issued == 0 || alive != 0 {
		t.Errorf("%d tokens were issued and %d are alive; want some and 0", issued, alive)
	}
}

// TestAccEphemeralToken_closingFails tests that a failed revocation does not make the run fail. A
// warning names the token.
func TestAccEphemeralToken_closingFails(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	user := s.AddUser(t, providertest.User{Login: "svc-closing"})
	w := s.Workspace(t)
	w.Write(t, s.Impatient()+ephemeralConfig(fmt.Sprintf("username = %q\nname_prefix = \"left-\"", user.Login)))
	restore := s.FailRevocations()

	done := w.Unchanged(t)
	done.Warns(t, "The ephemeral token was not revoked", "user svc-closing with id "+user.ID, "HTTP 503")

	tokens := s.TokensOf(t, user.ID)
	if len(tokens) != 1 {
		t.Fatalf("the user has %d tokens, want 1", len(tokens))
	}

	done.Warns(t, fmt.Sprintf("%q (id %s)", tokens[0].Name, tokens[0].ID))
	restore()
}
