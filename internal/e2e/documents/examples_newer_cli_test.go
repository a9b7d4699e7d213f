package documents

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
)

// TestAccExamples_newerCLI runs the examples that need a newer CLI, unmodified.
func TestAccExamples_newerCLI(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	s, server := examples.NewSandbox(t)
	w := s.Workspace(t)
	w.Since(t, tfversion.Version1_14_0)

	providertest.AddToken(t, server, examples.DeployUser, "deploy-1")
	providertest.AddToken(t, server, "svc-gitlab", "deploy-1")

	w.Write(t, examples.Text(t, actionExample))
	w.File(t, "tokens.tfquery.hcl", string(exampleBytes(t, listExample)))

	for _, name := range []string{"main.tf", "tokens.tfquery.hcl"} {
		if done := w.Run(t, "fmt", "-check", "-diff", name); done.Code != 0 {
			t.Errorf("an example is not formatted: %s%s", done.Text, done.Stderr)
		}
	}

	query := w.Run(t, "query", "-json")

	var found []string
	for _, match := range providertest.DisplayName.FindAllStringSubmatch(query.Text, -1) {
		found = append(found, match[1])
	}

	if query.Code != 0 || !slices.Equal(found, []string{"deploy-1 (active, never expires)"}) {
		t.Errorf("the query found %q: %s%s", found, query.Text, query.Stderr)
	}

	for _, name := range []string{"stale", "leaked", "everything"} {
		if done := w.Run(t, "apply", "-auto-approve", "-invoke=action."+providertest.RevokeType+"."+name); done.Code != 0 {
			t.Errorf("%s: %s%s", name, done.Text, done.Stderr)
		}
	}

	if server.LiveTokens("svc-gitlab") != 0 || server.LiveTokens(examples.DeployUser) != 1 {
		t.Error("the actions did not revoke the expected tokens")
	}
}
