package documents

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// planOutput matches a condition on an output of the plan step.
var planOutput = regexp.MustCompile(`^steps\.plan\.outputs\.(\w+) == '(\w+)'$`)

// githubStep is the part of a GitHub Actions step that the tests run.
type githubStep struct {
	ID  string `yaml:"id"`
	If  string `yaml:"if"`
	Run string `yaml:"run"`
}

// githubWorkflow is the part of a workflow that the tests read.
type githubWorkflow struct {
	Permissions map[string]string `yaml:"permissions"`
	Jobs        map[string]struct {
		Permissions map[string]string `yaml:"permissions"`
		Defaults    struct {
			Run struct {
				Folder string `yaml:"working-directory"`
			} `yaml:"run"`
		} `yaml:"defaults"`
		Steps []githubStep `yaml:"steps"`
	} `yaml:"jobs"`
}

// gitlabPipeline is the part of a GitLab CI pipeline that the tests read.
type gitlabPipeline struct {
	Default struct {
		Before []string `yaml:"before_script"`
	} `yaml:"default"`
	Rotate struct {
		Script []string `yaml:"script"`
	} `yaml:"rotate"`
	Monitor struct {
		Script []string `yaml:"script"`
	} `yaml:"monitor"`
}

// runGitHubJob runs the steps of a job that are scripts.
func runGitHubJob(t *testing.T, w *providertest.Workspace, workflow, id string) providertest.Outcome {
	t.Helper()

	job, ok := decodeExample[githubWorkflow](t, workflow).Jobs[id]
	if !ok {
		t.Fatalf("%s has no job %s", workflow, id)
	}

	runner := t.TempDir()
	outputs := filepath.Join(runner, "outputs")

	t.Setenv("RUNNER_TEMP", runner)
	t.Setenv("GITHUB_OUTPUT", outputs)

	inside := &providertest.Workspace{On: w.On, Folder: filepath.Join(w.Folder, job.Defaults.Run.Folder)}

	var all providertest.Outcome

	for _, step := range job.Steps {
		if step.Run == "" || !holds(t, step.If, outputs) {
			continue
		}

		done := inside.Start(t, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
		all = providertest.Outcome{Code: done.Code, Text: all.Text + done.Text, Stderr: all.Stderr + done.Stderr}

		if done.Code != 0 {
			break
		}
	}

	return all
}

// holds reports whether a step's condition is met; an empty condition is.
func holds(t *testing.T, condition, outputs string) bool {
	t.Helper()

	if condition == "" {
		return true
	}

	parts := planOutput.FindStringSubmatch(condition)
	if parts == nil {
		t.Fatalf("unsupported condition %s", condition)
	}

	text, err := os.ReadFile(outputs) //nolint:gosec // The test created the file.
	providertest.Must(t, err)

	return slices.Contains(strings.Split(string(text), "\n"), parts[1]+"="+parts[2])
}

// runGitLabJob runs a job's scripts in one shell, as a GitLab runner does.
func runGitLabJob(t *testing.T, w *providertest.Workspace, scripts ...[]string) providertest.Outcome {
	t.Helper()

	lines := slices.Concat(scripts...)
	if len(lines) < 3 {
		t.Fatalf("found only these lines to run: %q", lines)
	}

	return w.Start(t, "sh", "-ec", strings.Join(lines, "\n"))
}

// putOnPath makes the CLI under test available to scripts under the name that the examples use.
func putOnPath(t *testing.T) {
	t.Helper()

	cli, err := filepath.Abs(providertest.CLIPath(t))
	providertest.Must(t, err)

	folder := t.TempDir()
	providertest.Must(t, os.Symlink(cli, filepath.Join(folder, "terraform")))
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
}
