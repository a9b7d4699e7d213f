package provider

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
)

// pinnedAction is an action by its commit, with the version for people as a comment.
var pinnedAction = regexp.MustCompile(`^ +- uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

func TestExamples_yamlIsWellFormed(t *testing.T) {
	t.Parallel()

	var found int

	for _, name := range exampleYAML(t) {
		found++

		documents := yaml.NewDecoder(bytes.NewReader(exampleFile(t, name)))

		for {
			var document map[string]any

			err := documents.Decode(&document)
			if errors.Is(err, io.EOF) {
				break
			}

			if err != nil || len(document) == 0 {
				t.Errorf("%s: a document of %d keys: %v", name, len(document), err)

				break
			}
		}
	}

	if found < 5 {
		t.Errorf("only %d files were read: are they still found?", found)
	}
}

// A tag can be moved to other code, which then has the credentials.
func TestExamples_actionsArePinnedByCommit(t *testing.T) {
	t.Parallel()

	var found int

	for _, name := range exampleYAML(t) {
		for line := range strings.Lines(string(exampleFile(t, name))) {
			if !strings.Contains(line, "uses:") {
				continue
			}

			found++

			if line = strings.TrimRight(line, "\n"); !pinnedAction.MatchString(line) {
				t.Errorf("%s: not a commit with its version as a comment: %s", name, line)
			}
		}
	}

	if found == 0 {
		t.Error("there are no actions: are they still found?")
	}
}

func TestExamples_workflowsMayDoLittle(t *testing.T) {
	t.Parallel()

	may := map[string]string{"contents": "read", "id-token": "write"}

	for _, name := range []string{
		"gitops/atlantis/drift.yml", "gitops/github-actions/monitor.yml", "gitops/github-actions/rotate.yml",
	} {
		workflow := decodeExample[githubWorkflow](t, name)
		if workflow.Permissions == nil || len(workflow.Permissions) > 0 || len(workflow.Jobs) == 0 {
			t.Errorf("%s: what is not said of a job is %v, want {}", name, workflow.Permissions)
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

// The scripts of the pipelines do what their comments say, with a real CLI: they apply what
// is due and nothing else, fail with an error, and the monitor fails while a check does.
func TestAccExamples_pipelines(t *testing.T) {
	type run func(t *testing.T, w *workspace) outcome

	pipelines := map[string]struct{ rotate, monitor run }{
		"GitHub Actions": {
			rotate: func(t *testing.T, w *workspace) outcome {
				t.Helper()

				return runGitHubJob(t, w, "gitops/github-actions/rotate.yml", "rotate")
			},
			monitor: func(t *testing.T, w *workspace) outcome {
				t.Helper()

				return runGitHubJob(t, w, "gitops/github-actions/monitor.yml", "monitor")
			},
		},
		"GitLab CI": {
			rotate: func(t *testing.T, w *workspace) outcome {
				t.Helper()

				pipeline := decodeExample[gitlabPipeline](t, "gitops/gitlab-ci/gitlab-ci.yml")

				return runGitLabJob(t, w, pipeline.Default.Before, pipeline.Rotate.Script)
			},
			monitor: func(t *testing.T, w *workspace) outcome {
				t.Helper()

				pipeline := decodeExample[gitlabPipeline](t, "gitops/gitlab-ci/gitlab-ci.yml")

				return runGitLabJob(t, w, pipeline.Default.Before, pipeline.Monitor.Script)
			},
		},
	}

	for name, pipeline := range pipelines {
		t.Run(name, func(t *testing.T) {
			s, server, clock := agedForemanExamples(t, 80)
			w := s.workspace(t)
			copyExamples(t, w, "gitops/tokens", "tokens")
			putOnPath(t, w)

			ends := func(of run, code, alive int, text string) {
				t.Helper()

				done := of(t, w)
				if done.code != code || !strings.Contains(done.text+done.stderr, text) {
					t.Fatalf("ended with %d, want %d and %q:\n%s%s", done.code, code, text, done.text, done.stderr)
				}

				if found := server.LiveTokens(exampleDeployUser); found != alive {
					t.Fatalf("%d tokens are alive, want %d", found, alive)
				}
			}

			ends(pipeline.rotate, 0, 1, "1 added")
			ends(pipeline.rotate, 0, 1, "No changes")

			// Issued 80 days ago, so due for four.
			clock.move(80 * day)
			ends(pipeline.monitor, 1, 1, "The deployment token is overdue")
			ends(pipeline.rotate, 0, 2, "1 changed")
			ends(pipeline.monitor, 0, 2, "No changes")
			ends(pipeline.rotate, 0, 2, "No changes")

			clock.move(49 * time.Hour)
			ends(pipeline.rotate, 0, 1, "1 changed")

			t.Setenv("FOREMAN_PASSWORD", "of somebody else")
			ends(pipeline.rotate, exitError, 1, "Could not read the personal access token")
			ends(pipeline.monitor, exitError, 1, "Could not read the personal access token")
		})
	}
}

// exampleYAML returns the files that are YAML.
func exampleYAML(t *testing.T) []string {
	t.Helper()

	var names []string

	for _, folder := range exampleFolders(t) {
		for _, file := range filesOf(t, folder) {
			if extension := path.Ext(file); extension == ".yml" || extension == ".yaml" {
				names = append(names, file)
			}
		}
	}

	return names
}

// decodeExample reads a file of one document.
func decodeExample[T any](t *testing.T, name string) T {
	t.Helper()

	var decoded T

	if err := yaml.Unmarshal(exampleFile(t, name), &decoded); err != nil {
		t.Fatalf("%s: %v", name, err)
	}

	return decoded
}
