package provider

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// planOutput is a condition on an output of the step that plans.
var planOutput = regexp.MustCompile(`^steps\.plan\.outputs\.(\w+) == '(\w+)'$`)

// githubStep is what a test carries out of a step of GitHub Actions.
type githubStep struct {
	ID  string `yaml:"id"`
	If  string `yaml:"if"`
	Run string `yaml:"run"`
}

// githubWorkflow is what a test reads of a workflow.
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

// gitlabPipeline is what a test reads of a pipeline of GitLab CI.
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

// runGitHubJob carries out the steps of a job that are scripts.
func runGitHubJob(t *testing.T, w *workspace, workflow, id string) outcome {
	t.Helper()

	job, ok := decodeExample[githubWorkflow](t, workflow).Jobs[id]
	if !ok {
		t.Fatalf("%s has no job %s", workflow, id)
	}

	runner := t.TempDir()
	outputs := filepath.Join(runner, "outputs")

	t.Setenv("RUNNER_TEMP", runner)
	t.Setenv("GITHUB_OUTPUT", outputs)

	inside := &workspace{on: w.on, folder: filepath.Join(w.folder, job.Defaults.Run.Folder)}

	var all outcome

	for _, step := range job.Steps {
		if step.Run == "" || !holds(t, step.If, outputs) {
			continue
		}

		done := inside.start(t, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
		all = outcome{code: done.code, text: all.text + done.text, stderr: all.stderr + done.stderr}

		if done.code != 0 {
			break
		}
	}

	return all
}

// holds says whether the condition of a step holds, if there is one.
func holds(t *testing.T, condition, outputs string) bool {
	t.Helper()

	if condition == "" {
		return true
	}

	parts := planOutput.FindStringSubmatch(condition)
	if parts == nil {
		t.Fatalf("no test knows the condition %s", condition)
	}

	text, err := os.ReadFile(outputs) //nolint:gosec // A file of the test's own.
	must(t, err)

	return slices.Contains(strings.Split(string(text), "\n"), parts[1]+"="+parts[2])
}

// runGitLabJob carries out a job's scripts, in one shell as a runner does.
func runGitLabJob(t *testing.T, w *workspace, scripts ...[]string) outcome {
	t.Helper()

	lines := slices.Concat(scripts...)
	if len(lines) < 3 {
		t.Fatalf("there is little to run: %q", lines)
	}

	return w.start(t, "sh", "-ec", strings.Join(lines, "\n"))
}

// putOnPath lets scripts find the CLI of the tests under the name that examples call it by.
func putOnPath(t *testing.T, w *workspace) {
	t.Helper()

	cli, err := filepath.Abs(guideCLI(t))
	must(t, err)

	folder := t.TempDir()
	must(t, os.Symlink(cli, filepath.Join(folder, "terraform")))
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
}
