package provider

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// The tests of the module pass, and ask no server: the environment names none.
func TestAccExamples_moduleTests(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	setEnvironment(t, nil)

	w := (&target{now: time.Now}).workspace(t)
	copyExamples(t, w, "module", "module")

	done := w.run(t, "-chdir=module", "test", "-json")

	var summary struct {
		Summary struct {
			Status  string `json:"status"`
			Passed  int    `json:"passed"`
			Failed  int    `json:"failed"`
			Errored int    `json:"errored"`
			Skipped int    `json:"skipped"`
		} `json:"test_summary"`
	}

	for line := range strings.Lines(done.text) {
		if strings.Contains(line, `"type":"test_summary"`) {
			must(t, json.Unmarshal([]byte(line), &summary))
		}
	}

	if got := summary.Summary; done.code != 0 || got.Status != "pass" || got.Passed < 5 || got.Failed+got.Errored+got.Skipped > 0 {
		t.Errorf("ended with %d, %+v: %s%s", done.code, got, done.errors(), done.stderr)
	}
}

// The module is called as its example calls it.
func TestAccExamples_module(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	s, server := newForemanExamples(t, foremanserver.Options{})
	setEnvironment(t, s.env)

	w := s.workspace(t)
	copyExamples(t, w, "module", "module")
	w.folder += "/module/examples/ci"

	before := s.live()

	if done := w.run(t, "init"); done.code != 0 {
		t.Fatalf("init: %s%s", done.text, done.stderr)
	}

	w.apply(t)
	w.unchanged(t).quiet(t)

	tokens := map[string]string{}
	must(t, json.Unmarshal([]byte(w.run(t, "output", "-json", "tokens").text), &tokens))

	for name, login := range map[string]string{"deploy": exampleDeployUser, "jenkins": "svc-jenkins"} {
		if tokens[name] == "" || server.LiveTokens(login) != 1 {
			t.Errorf("%s has %d live tokens, and the output for it has %d characters", login, server.LiveTokens(login), len(tokens[name]))
		}
	}

	w.destroy(t)

	if left := s.live() - before; left != 0 {
		t.Errorf("%d tokens outlived the example, want none", left)
	}
}
