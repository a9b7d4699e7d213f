//go:build unix

package repository

import (
	goversion "go/version"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// pinnedAction matches an action that is pinned by its commit, with the version in a comment.
var pinnedAction = regexp.MustCompile(`^ +(?:- )?uses: ([\w.-]+/[\w.-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+$`)

// workflow is the part of a workflow file that the tests read.
type workflow struct {
	Permissions map[string]string `yaml:"permissions"`
	Concurrency struct {
		Group string `yaml:"group"`
	} `yaml:"concurrency"`
	Jobs map[string]workflowJob `yaml:"jobs"`
}

type workflowJob struct {
	Uses        string            `yaml:"uses"`
	Permissions map[string]string `yaml:"permissions"`
	Environment string            `yaml:"environment"`
	Minutes     int               `yaml:"timeout-minutes"`
	Strategy    struct {
		Matrix struct {
			Include []map[string]string `yaml:"include"`
		} `yaml:"matrix"`
	} `yaml:"strategy"`
	Steps []struct {
		Uses string            `yaml:"uses"`
		Run  string            `yaml:"run"`
		With map[string]string `yaml:"with"`
	} `yaml:"steps"`
}

// goModule is the part of a go.mod that the tests read.
type goModule struct {
	path, release string
	tools         []string
}

// TestWorkflows_actionsArePinnedByCommit tests that actions are pinned by commit: a tag can be moved to
// other code, which would get the job's permissions and secrets.
func TestWorkflows_actionsArePinnedByCommit(t *testing.T) {
	t.Parallel()

	commits := map[string]string{}

	for _, name := range workflowFiles(t) {
		for line := range strings.Lines(readFile(t, name)) {
			if !strings.Contains(line, "uses:") || strings.Contains(line, "uses: ./") {
				continue
			}

			line = strings.TrimRight(line, "\n")

			found := pinnedAction.FindStringSubmatch(line)
			if found == nil {
				t.Errorf("%s: want a commit with the version in a comment: %s", name, line)

				continue
			}

			if other := commits[found[1]]; other != "" && other != found[2] {
				t.Errorf("%s: %s is pinned to another commit elsewhere: %s", name, found[1], other)
			}

			commits[found[1]] = found[2]
		}
	}

	if len(commits) < 3 {
		t.Errorf("found only %d actions: does the pattern still match?", len(commits))
	}
}

func TestWorkflows_jobsHaveFewPermissionsAndATimeout(t *testing.T) {
	t.Parallel()

	// Permissions beyond reading the repository, by job.
	may := map[string][]string{
		".github/workflows/release.yml release": {"attestations: write", "contents: write", "id-token: write"},
	}

	for _, name := range workflowFiles(t) {
		text := readFile(t, name)
		flow := decodeYAML[workflow](t, name)

		if flow.Permissions == nil || len(flow.Permissions) > 0 || flow.Concurrency.Group == "" || len(flow.Jobs) == 0 {
			t.Errorf("%s: want no top-level permissions, a concurrency group, and jobs; got %+v", name, flow)
		}

		for id, job := range flow.Jobs {
			job.check(t, name+" "+id, may[name+" "+id])

			if strings.Contains(text, "secrets.") && job.Environment == "" && job.Uses == "" {
				t.Errorf("%s: the job %s has secrets without an environment", name, id)
			}
		}
	}
}

// check checks that the job has only these permissions beyond reading the repository, and the other
// rules for jobs.
func (j *workflowJob) check(t *testing.T, name string, may []string) {
	t.Helper()

	if j.Permissions == nil {
		t.Errorf("%s: no permissions", name)
	}

	for permission, access := range j.Permissions {
		if got := permission + ": " + access; got != "contents: read" && !slices.Contains(may, got) {
			t.Errorf("%s: may %s", name, got)
		}
	}

	// A job that calls another workflow cannot have a timeout; the jobs of that workflow have one.
	if j.Uses == "" && (j.Minutes < 1 || j.Minutes > 240) {
		t.Errorf("%s: the timeout is %d minutes", name, j.Minutes)
	}

	for _, step := range j.Steps {
		if strings.Contains(step.Run, "${{") {
			t.Errorf("%s: an expression is inserted into a script; pass it through env instead:\n%s", name, step.Run)
		}

		if strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["persist-credentials"] != "false" {
			t.Errorf("%s: the checkout keeps the job's token", name)
		}
	}
}

func TestWorkflows_testTheOldestTerraformThatTheDocsPromise(t *testing.T) {
	t.Parallel()

	_, after, found := strings.Cut(readFile(t, "templates/index.md.tmpl"), "It runs with Terraform and OpenTofu ")
	promised, _, _ := strings.Cut(after, " or later.")

	if !found || goversion.Compare("go"+promised, "go1.0") <= 0 {
		t.Fatalf("the docs promise version %q: does the text still match?", promised)
	}

	if !strings.Contains(readFile(t, "scripts/cli.sh"), "\noldest="+promised+"\n") {
		t.Errorf("scripts/cli.sh uses another version than %s", promised)
	}

	var terraform, tofu []string

	for _, of := range decodeYAML[workflow](t, ".github/workflows/test.yml").Jobs["test"].Strategy.Matrix.Include {
		terraform, tofu = append(terraform, of["terraform"]), append(tofu, of["tofu"])
	}

	oldest := slices.ContainsFunc(terraform, func(version string) bool {
		return strings.HasPrefix(version, promised+".")
	})
	if !oldest || !slices.Contains(terraform, "latest") || !slices.Contains(tofu, "latest") {
		t.Errorf("want Terraform %s and the latest of both, got Terraform %q and OpenTofu %q", promised, terraform, tofu)
	}
}

// TestWorkflows_goBuildsEveryModule tests that .go-version, which the workflows use, suffices for every
// module.
func TestWorkflows_goBuildsEveryModule(t *testing.T) {
	t.Parallel()

	have := "go" + strings.TrimSpace(readFile(t, ".go-version"))

	for _, module := range goModules(t) {
		if !goversion.IsValid(have) || goversion.Compare(have, module.release) < 0 {
			t.Errorf("%s needs %s, but .go-version says %s", module.path, module.release, have)
		}
	}
}

func TestDependabot_knowsEveryModuleAndTool(t *testing.T) {
	t.Parallel()

	type update struct {
		Ecosystem string `yaml:"package-ecosystem"`
		Directory string `yaml:"directory"`
		Allow     []struct {
			Name string `yaml:"dependency-name"`
		} `yaml:"allow"`
	}

	config := decodeYAML[struct {
		Updates []update `yaml:"updates"`
	}](t, ".github/dependabot.yml")

	for _, module := range goModules(t) {
		folder := strings.TrimSuffix("/"+path.Dir(module.path), "/.")

		at := slices.IndexFunc(config.Updates, func(u update) bool {
			return u.Ecosystem == "gomod" && strings.TrimSuffix(u.Directory, "/") == folder
		})
		if at < 0 {
			t.Errorf("Dependabot does not check %s", module.path)

			continue
		}

		for _, tool := range module.tools {
			named := false
			for _, allowed := range config.Updates[at].Allow {
				named = named || strings.HasPrefix(tool, allowed.Name+"/") || tool == allowed.Name
			}

			if !named {
				t.Errorf("%s: Dependabot does not update the tool %s", module.path, tool)
			}
		}
	}
}

// repository returns the repository's files.
func repository() fs.FS { return os.DirFS(providertest.Repository()) }

func workflowFiles(t *testing.T) []string {
	t.Helper()

	files, err := fs.Glob(repository(), ".github/workflows/*.yml")
	providertest.Must(t, err)

	if len(files) < 4 {
		t.Fatalf("found only %d workflows", len(files))
	}

	return files
}

// goModules reads every go.mod in the repository.
func goModules(t *testing.T) []goModule {
	t.Helper()

	directive := regexp.MustCompile(`(?m)^(go|tool|\t)(?: |)([^ \n]+)$`)

	var modules []goModule

	providertest.Must(t, fs.WalkDir(repository(), ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case entry.Name() != "go.mod":
			return nil
		}

		module := goModule{path: path}

		for _, found := range directive.FindAllStringSubmatch(readFile(t, path), -1) {
			if found[1] == "go" {
				module.release = "go" + found[2]
			} else if strings.Contains(found[2], "/") {
				module.tools = append(module.tools, found[2])
			}
		}

		modules = append(modules, module)

		return nil
	}))

	if len(modules) < 3 {
		t.Fatalf("found only %d modules", len(modules))
	}

	return modules
}

func decodeYAML[T any](t *testing.T, name string) T {
	t.Helper()

	var document T

	providertest.Must(t, yaml.Unmarshal([]byte(readFile(t, name)), &document))

	return document
}

func readFile(t *testing.T, name string) string {
	t.Helper()

	text, err := fs.ReadFile(repository(), name)
	providertest.Must(t, err)

	return string(text)
}
