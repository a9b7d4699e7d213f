package token

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/querycheck/queryfilter"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var generatedImport = regexp.MustCompile(`(?m)^import \{$`)

// TestAccTokenList_generatedConfigurationImports tests that the configuration that a query generates is
// valid, imports every token, and changes none, and that the next plan is empty.
func TestAccTokenList_generatedConfigurationImports(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		w := s.Workspace(t)
		w.Since(t, tfversion.Version1_14_0)

		user := providertest.SeedListed(t, s)
		before := s.TokensOf(t, user.ID)

		w.Write(t, s.AdminBlock())
		w.File(t, "tokens.tfquery.hcl", `
list "opsaccess_personal_access_token" "all" {
  provider = opsaccess

  config {
    username       = "`+user.Login+`"
    expires_before = timeadd("2028-12-31T00:00:00Z", "87600h")
  }
}

list "opsaccess_personal_access_token" "used" {
  provider = opsaccess

  config {
    user_id     = "`+user.ID+`"
    name_prefix = "ci-used"
  }
}
`)

		done := w.Run(t, "query", "-generate-config-out=imported.tf")
		if done.Code != 0 {
			t.Fatalf("query: %s%s", done.Text, done.Stderr)
		}

		text, err := os.ReadFile(filepath.Join(w.Folder, "imported.tf"))
		providertest.Must(t, err)

		if blocks := generatedImport.FindAll(text, -1); len(blocks) != 3 {
			t.Fatalf("%d import blocks, want 3:\n%s", len(blocks), text)
		}

		_, plan := w.Plan(t)

		for _, change := range plan.ResourceChanges {
			if !change.Change.Actions.NoOp() || change.Change.Importing == nil {
				t.Errorf("%s: the plan does more than import: %v", change.Address, change.Change.Actions)
			}
		}

		w.ApplyWith(t, nil)
		w.Unchanged(t)

		if diff := cmp.Diff(before, s.TokensOf(t, user.ID)); diff != "" {
			t.Errorf("the tokens were changed:\n%s", diff)
		}
	})
}

func TestAccTokenList_query(t *testing.T) {
	t.Parallel()
	providertest.OnEachPlatform(t, func(t *testing.T, s *providertest.Target) {
		user := s.AddUser(t, providertest.User{Login: "svc-queried"})

		var last pat.Token

		for _, name := range []string{"ci-1", "ci-2", "other"} {
			issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: name})
			providertest.Must(t, err)

			last = issued.Token
		}

		query := func(arguments, config string) string {
			return "list \"opsaccess_personal_access_token\" \"test\" {\n provider = opsaccess\n" + arguments +
				"\n config {\n user_id = \"" + user.ID + "\"\n" + config + "\n }\n}\n"
		}
		address := "opsaccess_personal_access_token.test"

		identity := map[string]knownvalue.Check{
			"server": knownvalue.StringExact(s.System.Server()), "user_id": knownvalue.StringExact(user.ID),
			"token": knownvalue.StringExact(last.ID),
		}

		test := resource.UnitTest
		if providertest.Live() {
			test = resource.Test
		}

		test(t, resource.TestCase{
			TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)},
			ProtoV6ProviderFactories: s.Factories(nil),
			Steps: []resource.TestStep{
				{Config: s.AdminBlock()},
				{
					Query: true, Config: query("include_resource = true", "name_prefix = \"other\""),
					QueryResultChecks: []querycheck.QueryResultCheck{
						querycheck.ExpectLength(address, 1),
						querycheck.ExpectResourceDisplayName(
							address, queryfilter.ByResourceIdentity(identity), knownvalue.StringExact("other (active, never expires)")),
						querycheck.ExpectResourceKnownValues(
							address, queryfilter.ByResourceIdentity(identity), []querycheck.KnownValueCheck{
								{Path: providertest.Path("username"), KnownValue: knownvalue.StringExact(user.Login)},
								{Path: providertest.Path("name"), KnownValue: knownvalue.StringExact("other")},
								{Path: providertest.Path("token"), KnownValue: knownvalue.Null()},
							}),
					},
				},
				{
					Query: true, Config: query("limit = 2", ""),
					QueryResultChecks: []querycheck.QueryResultCheck{querycheck.ExpectLength(address, 2)},
				},
				{Query: true, Config: query("", "unused_for = \"90\""), ExpectError: providertest.Words("Invalid duration")},
			},
		})
	})
}

// TestAccRevokeTokens_invoke tests that the action also revokes tokens that a resource manages, and
// that the next apply issues new ones.
func TestAccRevokeTokens_invoke(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		w := s.Workspace(t)
		w.Since(t, tfversion.Version1_14_0)

		user := s.AddUser(t, providertest.User{Login: "svc-leaked"})
		invoke := "-invoke=action." + providertest.RevokeType + "."

		w.Write(t, s.AdminBlock()+providertest.TokenConfig("user_id = \""+user.ID+"\"\nname_prefix = \"r-\"")+`
action "opsaccess_revoke_personal_access_tokens" "look" {
  config {
    user_id     = "`+user.ID+`"
    name_prefix = opsaccess_personal_access_token.test.name_prefix
    dry_run     = true
  }
}

action "opsaccess_revoke_personal_access_tokens" "leaked" {
  config {
    user_id = "`+user.ID+`"
    all     = true
  }
}

action "opsaccess_revoke_personal_access_tokens" "null" {
  config {
    user_id     = "`+user.ID+`"
    name_prefix = opsaccess_personal_access_token.test.rotation_reason
  }
}
`)
		w.Apply(t, providertest.Generation(1))
		first := w.Secret(t)

		if done := w.Run(t, "apply", "-auto-approve", "-no-color", invoke+"look"); done.Code != 0 || !strings.Contains(done.Text, "Would revoke") {
			t.Errorf("a dry run ended with exit code %d: %s%s", done.Code, done.Text, done.Stderr)
		}

		w.Refused(t, "Every token of the user would be revoked", "apply", "-auto-approve", invoke+"null")
		s.WantAccepted(t, user, first)

		done := w.Run(t, "apply", "-auto-approve", "-no-color", invoke+"leaked")
		if done.Code != 0 || !strings.Contains(done.Text, "Revoked \"r-") || !strings.Contains(done.Text, "1 token revoked.") {
			t.Fatalf("the action ended with exit code %d: %s%s", done.Code, done.Text, done.Stderr)
		}

		s.WantRefused(t, user, first)
		w.Apply(t, providertest.Generation(2), providertest.HasValue(providertest.Path("current", "issue_reason"), s.AfterRevocation()))
		s.WantAccepted(t, user, w.Secret(t))
		w.Unchanged(t)
		w.Destroy(t)
	})
}
