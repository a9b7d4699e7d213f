package documents

import (
	"bytes"
	"errors"
	"io"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
)

// pinnedAction matches an action that is pinned by its commit, with the version in a comment.
var pinnedAction = regexp.MustCompile(`^ +- uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

func TestExamples_yamlIsWellFormed(t *testing.T) {
	t.Parallel()

	var found int

	for _, name := range exampleYAML(t) {
		found++

		documents := yaml.NewDecoder(bytes.NewReader(examples.File(t, name)))

		for {
			var document map[string]any

			err := documents.Decode(&document)
			if errors.Is(err, io.EOF) {
				break
			}

			if err != nil || len(document) == 0 {
				t.Errorf("%s: a document with %d keys: %v", name, len(document), err)

				break
			}
		}
	}

	if found < 5 {
		t.Errorf("found only %d files", found)
	}
}

// TestExamples_actionsArePinnedByCommit tests that actions are pinned by commit: a tag can be moved to
// other code, which would get the job's credentials.
func TestExamples_actionsArePinnedByCommit(t *testing.T) {
	t.Parallel()

	var found int

	for _, name := range exampleYAML(t) {
		for line := range strings.Lines(string(examples.File(t, name))) {
			if !strings.Contains(line, "uses:") {
				continue
			}

			found++

			if line = strings.TrimRight(line, "\n"); !pinnedAction.MatchString(line) {
				t.Errorf("%s: want a commit with the version in a comment: %s", name, line)
			}
		}
	}

	if found == 0 {
		t.Error("found no actions")
	}
}

func TestExamples_workflowsHaveFewPermissions(t *testing.T) {
	t.Parallel()

	may := map[string]string{"contents": "read", "id-token": "write"}

	for _, name := range []string{
		"gitops/atlantis/drift.yml", "gitops/github-actions/monitor.yml", "gitops/github-actions/rotate.yml",
	} {
		workflow := decodeExample[githubWorkflow](t, name)
		if workflow.Permissions == nil || len(workflow.Permissions) > 0 || len(workflow.Jobs) == 0 {
			t.Errorf("%s: the top-level permissions are %v, want {}", name, workflow.Permissions)
		}

		for id, job := range workflow.Jobs {
			for permission, access := range job.Permissions {
				if may[permission] != access {
					t.Errorf("%s: the job %s may %s: %s", name, id, access, permission)
				}
			}
		}
	}
}

// TestAccExamples_pipelines runs the pipelines' scripts with a real CLI. They apply only what is due,
// errors make them fail, and the monitor fails while a check fails.
func TestAccExamples_pipelines(t *testing.T) {
	type run func(t *testing.T, w *providertest.Workspace) providertest.Outcome

	pipelines := map[string]struct{ rotate, monitor run }{
		"GitHub Actions": {
			rotate: func(t *testing.T, w *providertest.Workspace) providertest.Outcome {
				t.Helper()

				return runGitHubJob(t, w, "gitops/github-actions/rotate.yml", "rotate")
			},
			monitor: func(t *testing.T, w *providertest.Workspace) providertest.Outcome {
				t.Helper()

				return runGitHubJob(t, w, "gitops/github-actions/monitor.yml", "monitor")
			},
		},
		"GitLab CI": {
			rotate: func(t *testing.T, w *providertest.Workspace) providertest.Outcome {
				t.Helper()

				pipeline := decodeExample[gitlabPipeline](t, "gitops/gitlab-ci/gitlab-ci.yml")

				return runGitLabJob(t, w, pipeline.Default.Before, pipeline.Rotate.Script)
			},
			monitor: func(t *testing.T, w *providertest.Workspace) providertest.Outcome {
				t.Helper()

				pipeline := decodeExample[gitlabPipeline](t, "gitops/gitlab-ci/gitlab-ci.yml")

				return runGitLabJob(t, w, pipeline.Default.Before, pipeline.Monitor.Script)
			},
		},
	}

	for name, pipeline := range pipelines {
		t.Run(name, func(t *testing.T) {
			s, server, clock := examples.NewAgedForeman(t, 80)
			w := s.Workspace(t)
			examples.Copy(t, w, "gitops/tokens", "tokens")
			putOnPath(t)

			ends := func(of run, code, alive int, text string) {
				t.Helper()

				done := of(t, w)
				if done.Code != code || !strings.Contains(done.Text+done.Stderr, text) {
					t.Fatalf("exit code %d, want %d and %q:\n%s%s", done.Code, code, text, done.Text, done.Stderr)
				}

				if found := server.LiveTokens(examples.DeployUser); found != alive {
					t.Fatalf("%d tokens are alive, want %d", found, alive)
				}
			}

			ends(pipeline.rotate, 0, 1, "1 added")
			ends(pipeline.rotate, 0, 1, "No changes")

			// The token was issued 80 days ago and has been due for four days.
			clock.Move(80 * providertest.Day)
			ends(pipeline.monitor, 1, 1, "The deployment token is overdue")
			ends(pipeline.rotate, 0, 2, "1 changed")
			ends(pipeline.monitor, 0, 2, "No changes")
			ends(pipeline.rotate, 0, 2, "No changes")

			clock.Move(49 * time.Hour)
			ends(pipeline.rotate, 0, 1, "1 changed")

			t.Setenv("FOREMAN_PASSWORD", "of somebody else")
			ends(pipeline.rotate, providertest.ExitError, 1, "Could not read the personal access token")
			ends(pipeline.monitor, providertest.ExitError, 1, "Could not read the personal access token")
		})
	}
}

// exampleYAML returns the names of the YAML files.
func exampleYAML(t *testing.T) []string {
	t.Helper()

	var names []string

	for _, folder := range examples.Folders(t) {
		for _, file := range examples.FilesOf(t, folder) {
			if extension := path.Ext(file); extension == ".yml" || extension == ".yaml" {
				names = append(names, file)
			}
		}
	}

	return names
}

// decodeExample decodes a file with a single document.
func decodeExample[T any](t *testing.T, name string) T {
	t.Helper()

	var decoded T

	if err := yaml.Unmarshal(examples.File(t, name), &decoded); err != nil {
		t.Fatalf("%s: %v", name, err)
	}

	return decoded
}
