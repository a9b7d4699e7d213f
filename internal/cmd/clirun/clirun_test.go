package clirun

import (
	"slices"
	"strings"
	"testing"
)

func TestCLIDoesNotGetTheCallersEnvironment(t *testing.T) {
	t.Setenv("FOREMAN_PASSWORD", "of the caller")
	t.Setenv("STONEBRANCH_API_TOKEN", "of the caller")
	t.Setenv("TF_LOG", "of the caller")
	t.Setenv("TF_VAR_organization_id", "of the caller")
	t.Setenv("HOME", "of the caller")
	t.Setenv("HTTP_PROXY", "of the caller")

	c := CLI{Env: Environment("/home", "/config")}

	for _, entry := range c.environ() {
		if strings.Contains(entry, "of the caller") {
			t.Errorf("the CLI gets %s", entry)
		}
	}

	if !slices.Contains(c.environ(), "TF_CLI_CONFIG_FILE=/config") {
		t.Errorf("the CLI does not get its own configuration: %q", c.environ())
	}
}

func TestCLIInAnotherFolderHasASeparateEnvironment(t *testing.T) {
	t.Parallel()

	first := CLI{Path: "/bin/tofu.exe", Folder: "one", Env: map[string]string{"URL": "right", "PASSWORD": "right"}}
	second := first.In("two", map[string]string{"URL": "wrong"})

	if first.Env["URL"] != "right" || second.Env["URL"] != "wrong" || second.Env["PASSWORD"] != "right" {
		t.Errorf("the environments are %v and %v", first.Env, second.Env)
	}

	if second.Folder != "two" || second.Name() != "tofu" {
		t.Errorf("the CLI is %s in %s", second.Name(), second.Folder)
	}
}

func TestFindFailsForAMissingProgram(t *testing.T) {
	t.Parallel()

	if found, err := Find("./nowhere"); err == nil {
		t.Errorf("found %s", found)
	}
}
