package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNothingOfTheCallersReachesTheCLI(t *testing.T) {
	t.Setenv("FOREMAN_PASSWORD", "of the caller")
	t.Setenv("STONEBRANCH_API_TOKEN", "of the caller")
	t.Setenv("TF_LOG", "of the caller")
	t.Setenv("TF_VAR_organization_id", "of the caller")
	t.Setenv("HOME", "of the caller")
	t.Setenv("HTTP_PROXY", "of the caller")

	c := &cli{env: hermetic("/home", "/config")}

	for _, entry := range c.environment() {
		if strings.Contains(entry, "of the caller") {
			t.Errorf("the CLI gets %s", entry)
		}
	}

	if !slices.Contains(c.environment(), "TF_CLI_CONFIG_FILE=/config") {
		t.Errorf("the CLI does not get its own configuration: %q", c.environment())
	}
}

func TestACommandIsShownAsAPersonWouldTypeIt(t *testing.T) {
	t.Parallel()

	first := &cli{name: "tofu", env: map[string]string{"URL": "right", "PASSWORD": "right"}}
	second := first.with("URL", "wrong").withSecret("PASSWORD", "hidden")

	if diff := cmp.Diff("URL=wrong PASSWORD=*** tofu plan", second.line([]string{"plan"})); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}

	if diff := cmp.Diff([]string{"PASSWORD=hidden", "URL=wrong"}, second.environment()); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}

	if diff := cmp.Diff([]string{"PASSWORD=right", "URL=right"}, first.environment()); diff != "" {
		t.Errorf("the environment that was started from (-want +got):\n%s", diff)
	}
}
