package provider

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-version"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/querycheck/queryfilter"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// What is below takes list resources and actions, which Terraform has since 1.14 and
// OpenTofu has not. The same is tested over the protocol, whatever CLI is there.

// since skips a test whose commands the CLI is too old for, and says so.
func (w *workspace) since(t *testing.T, minimum *version.Version) {
	t.Helper()

	var cli struct {
		Version *version.Version `json:"terraform_version"`
	}

	must(t, json.Unmarshal([]byte(w.run(t, "version", "-json").text), &cli))

	var response tfversion.CheckTerraformVersionResponse

	tfversion.SkipBelow(minimum).CheckTerraformVersion(
		t.Context(), tfversion.CheckTerraformVersionRequest{TerraformVersion: cli.Version}, &response)

	if response.Skip != "" {
		t.Skip(response.Skip)
	}
}

var (
	generatedImport = regexp.MustCompile(`(?m)^import \{$`)
	queried         = regexp.MustCompile(`"display_name":"([^"]+)"`)
)

// The configuration that a query generates is valid, imports every token, and changes
// none; the next plan is empty.
func TestAccTokenList_generatedConfigurationImports(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		w := s.workspace(t)
		w.since(t, tfversion.Version1_14_0)

		user := seedListed(t, s)
		before := s.tokensOf(t, user.id)

		w.write(t, s.provider())
		w.file(t, "tokens.tfquery.hcl", `
list "opsaccess_personal_access_token" "all" {
  provider = opsaccess

  config {
    username       = "`+user.login+`"
    expires_before = timeadd("2028-12-31T00:00:00Z", "87600h")
  }
}

list "opsaccess_personal_access_token" "used" {
  provider = opsaccess

  config {
    user_id     = "`+user.id+`"
    name_prefix = "ci-used"
  }
}
`)

		done := w.run(t, "query", "-generate-config-out=imported.tf")
		if done.code != 0 {
			t.Fatalf("query: %s%s", done.text, done.stderr)
		}

		text, err := os.ReadFile(filepath.Join(w.folder, "imported.tf"))
		must(t, err)

		if blocks := generatedImport.FindAll(text, -1); len(blocks) != 3 {
			t.Fatalf("%d import blocks, want 3:\n%s", len(blocks), text)
		}

		_, plan := w.plan(t)

		for _, change := range plan.ResourceChanges {
			if !change.Change.Actions.NoOp() || change.Change.Importing == nil {
				t.Errorf("%s: the plan does more than to import: %v", change.Address, change.Change.Actions)
			}
		}

		w.applyWith(t, nil)
		w.unchanged(t)

		if diff := cmp.Diff(before, s.tokensOf(t, user.id)); diff != "" {
			t.Errorf("the tokens were touched:\n%s", diff)
		}
	})
}

func TestAccTokenList_query(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *target) {
		user := s.addUser(t, testUser{login: "svc-queried"})

		var last pat.Token

		for _, name := range []string{"ci-1", "ci-2", "other"} {
			issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: name})
			must(t, err)

			last = issued.Token
		}

		query := func(arguments, config string) string {
			return "list \"opsaccess_personal_access_token\" \"test\" {\n provider = opsaccess\n" + arguments +
				"\n config {\n user_id = \"" + user.id + "\"\n" + config + "\n }\n}\n"
		}
		address := "opsaccess_personal_access_token.test"

		identity := map[string]knownvalue.Check{
			"server": knownvalue.StringExact(s.system.Server()), "user_id": knownvalue.StringExact(user.id),
			"token": knownvalue.StringExact(last.ID),
		}

		test := resource.UnitTest
		if live() {
			test = resource.Test
		}

		test(t, resource.TestCase{
			TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)},
			ProtoV6ProviderFactories: s.factories(nil),
			Steps: []resource.TestStep{
				{Config: s.provider()},
				{
					Query: true, Config: query("include_resource = true", "name_prefix = \"other\""),
					QueryResultChecks: []querycheck.QueryResultCheck{
						querycheck.ExpectLength(address, 1),
						querycheck.ExpectResourceDisplayName(
							address, queryfilter.ByResourceIdentity(identity), knownvalue.StringExact("other (active, never expires)")),
						querycheck.ExpectResourceKnownValues(
							address, queryfilter.ByResourceIdentity(identity), []querycheck.KnownValueCheck{
								{Path: at("username"), KnownValue: knownvalue.StringExact(user.login)},
								{Path: at("name"), KnownValue: knownvalue.StringExact("other")},
								{Path: at("token"), KnownValue: knownvalue.Null()},
							}),
					},
				},
				{
					Query: true, Config: query("limit = 2", ""),
					QueryResultChecks: []querycheck.QueryResultCheck{querycheck.ExpectLength(address, 2)},
				},
				{Query: true, Config: query("", "unused_for = \"90\""), ExpectError: words("Invalid duration")},
			},
		})
	})
}

// The action revokes what a resource manages too, and the next apply issues another token.
func TestAccRevokeTokens_invoke(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		w := s.workspace(t)
		w.since(t, tfversion.Version1_14_0)

		user := s.addUser(t, testUser{login: "svc-leaked"})
		invoke := "-invoke=action." + revokeType + "."

		w.write(t, s.provider()+tokenConfig("user_id = \""+user.id+"\"\nname_prefix = \"r-\"")+`
action "opsaccess_revoke_personal_access_tokens" "look" {
  config {
    user_id     = "`+user.id+`"
    name_prefix = opsaccess_personal_access_token.test.name_prefix
    dry_run     = true
  }
}

action "opsaccess_revoke_personal_access_tokens" "leaked" {
  config {
    user_id = "`+user.id+`"
    all     = true
  }
}

action "opsaccess_revoke_personal_access_tokens" "null" {
  config {
    user_id     = "`+user.id+`"
    name_prefix = opsaccess_personal_access_token.test.rotation_reason
  }
}
`)
		w.apply(t, generation(1))
		first := w.secret(t)

		if done := w.run(t, "apply", "-auto-approve", "-no-color", invoke+"look"); done.code != 0 || !strings.Contains(done.text, "Would revoke") {
			t.Errorf("a dry run ended with %d: %s%s", done.code, done.text, done.stderr)
		}

		w.refused(t, "Every token of the user would be revoked", "apply", "-auto-approve", invoke+"null")
		s.works(t, user, first)

		done := w.run(t, "apply", "-auto-approve", "-no-color", invoke+"leaked")
		if done.code != 0 || !strings.Contains(done.text, "Revoked \"r-") || !strings.Contains(done.text, "1 token revoked.") {
			t.Fatalf("the action ended with %d: %s%s", done.code, done.text, done.stderr)
		}

		s.dead(t, user, first)
		w.apply(t, generation(2), value(at("current", "issue_reason"), s.afterRevocation()))
		s.works(t, user, w.secret(t))
		w.unchanged(t)
		w.destroy(t)
	})
}

// The examples run as they stand.
func TestAccExamples_newerCLI(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	s, server := newExampleSandbox(t)
	w := s.workspace(t)
	w.since(t, tfversion.Version1_14_0)

	addToken(t, server, exampleDeployUser, "deploy-1")
	addToken(t, server, "svc-gitlab", "deploy-1")

	w.write(t, exampleText(t, actionExample))
	w.file(t, "tokens.tfquery.hcl", string(exampleBytes(t, listExample)))

	for _, name := range []string{"main.tf", "tokens.tfquery.hcl"} {
		if done := w.run(t, "fmt", "-check", "-diff", name); done.code != 0 {
			t.Errorf("an example is not formatted: %s%s", done.text, done.stderr)
		}
	}

	query := w.run(t, "query", "-json")

	var found []string
	for _, match := range queried.FindAllStringSubmatch(query.text, -1) {
		found = append(found, match[1])
	}

	if query.code != 0 || !slices.Equal(found, []string{"deploy-1 (active, never expires)"}) {
		t.Errorf("the query found %q: %s%s", found, query.text, query.stderr)
	}

	for _, name := range []string{"stale", "leaked", "everything"} {
		if done := w.run(t, "apply", "-auto-approve", "-invoke=action."+revokeType+"."+name); done.code != 0 {
			t.Errorf("%s: %s%s", name, done.text, done.stderr)
		}
	}

	if server.LiveTokens("svc-gitlab") != 0 || server.LiveTokens(exampleDeployUser) != 1 {
		t.Error("the actions did not revoke what they ought to")
	}
}
