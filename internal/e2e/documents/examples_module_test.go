package documents

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// TestAccExamples_moduleTests tests that the module's tests pass without a server: the environment
// names none.
func TestAccExamples_moduleTests(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	providertest.SetEnvironment(t, nil)

	w := (&providertest.Target{Now: time.Now}).Workspace(t)
	examples.Copy(t, w, "module", "module")

	wantTestsToPass(t, w.Run(t, "-chdir=module", "test", "-json"), 5)
}

// TestAccExamples_module uses the module as its example does.
func TestAccExamples_module(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	s, server := examples.NewForeman(t, foremanserver.Options{})
	providertest.SetEnvironment(t, s.Env)

	w := s.Workspace(t)
	examples.Copy(t, w, "module", "module")
	w.Folder += "/module/examples/ci"

	before := s.Live()

	if done := w.Run(t, "init"); done.Code != 0 {
		t.Fatalf("init: %s%s", done.Text, done.Stderr)
	}

	w.Apply(t)
	w.Unchanged(t).Quiet(t)

	tokens := map[string]string{}
	providertest.Must(t, json.Unmarshal([]byte(w.Run(t, "output", "-json", "tokens").Text), &tokens))

	for name, login := range map[string]string{"deploy": examples.DeployUser, "jenkins": "svc-jenkins"} {
		if tokens[name] == "" || server.LiveTokens(login) != 1 {
			t.Errorf("%s has %d live tokens, but its output has %d characters", login, server.LiveTokens(login), len(tokens[name]))
		}
	}

	w.Destroy(t)

	if left := s.Live() - before; left != 0 {
		t.Errorf("%d tokens are alive after the example was destroyed, want none", left)
	}
}

// wantTestsToPass fails the test unless the CLI ran exactly this many tests and all passed.
func wantTestsToPass(t *testing.T, done providertest.Outcome, want int) {
	t.Helper()

	var summary struct {
		Summary struct {
			Status  string `json:"status"`
			Passed  int    `json:"passed"`
			Failed  int    `json:"failed"`
			Errored int    `json:"errored"`
			Skipped int    `json:"skipped"`
		} `json:"test_summary"`
	}

	for line := range strings.Lines(done.Text) {
		if strings.Contains(line, `"type":"test_summary"`) {
			providertest.Must(t, json.Unmarshal([]byte(line), &summary))
		}
	}

	if got := summary.Summary; done.Code != 0 || got.Status != "pass" || got.Passed != want || got.Failed+got.Errored+got.Skipped > 0 {
		t.Errorf("exit code %d, %+v, want %d passed: %s%s", done.Code, got, want, done.Errors(), done.Stderr)
	}
}
