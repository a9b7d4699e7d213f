package leak

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// leakHeader is the beginning of every configuration.
const leakHeader = `
terraform {
  required_providers {
    opsaccess = { source = "opsaccess/opsaccess" }
  }
}

variable "client_key" {
  type      = string
  sensitive = true
}
`

// logHead matches the beginning of an entry in Terraform's log, up to the name of the component that
// wrote it.
var logHead = regexp.MustCompile(`^[0-9]{4}-[0-9-]+T[0-9:.+Z-]+ \[[A-Z]+\] +([^ :]*)`)

// carryOut runs a stage and checks everything that it outputs.
func (s *leakScene) carryOut(t *testing.T, at leakStage) {
	t.Helper()

	if at.before != nil {
		at.before(t, s)
	}

	configuration, queries := s.configuration(at)
	s.file(t, "main.tf", leakHeader+configuration)
	s.file(t, "all.tfquery.hcl", queries)
	s.front.attackOn(at.attack)

	for _, command := range s.commands(at) {
		code, said := s.run(t, at.name, command...)

		if failed := code != 0; failed != at.fails {
			t.Fatalf("%s: exit code %d, after hostile responses to %q: %q", at.name, code, at.attack, s.watch.harmless(said))
		}
	}

	if slices.Contains(at.command, "-out="+providertest.SavedPlan) {
		s.lookAtPlan(t, at.name)
	}
}

// commands returns the commands of a stage, with an argument for each resource or action.
func (s *leakScene) commands(at leakStage) [][]string {
	last := len(at.command) - 1
	before, flag := at.command[:last:last], at.command[last]

	switch flag {
	case "-replace":
		for _, p := range s.providers {
			for _, user := range p.users {
				before = append(before, fmt.Sprintf("-replace=%s.made-%s", providertest.TokenType, user.Login))
			}
		}

		return [][]string{before}
	case "-invoke":
		var all [][]string
		for _, p := range s.providers { // The CLI accepts only one -invoke.
			all = append(all, append(before, fmt.Sprintf("-invoke=action.%s.spare-%s", providertest.RevokeType, p.users[0].Login)))
		}

		return all
	default:
		return [][]string{at.command}
	}
}

// knows reports whether the CLI supports a stage: list resources and actions were added in Terraform
// 1.14, and OpenTofu has neither.
func (s *leakScene) knows(t *testing.T, at leakStage) bool {
	t.Helper()

	done, err := s.cli.Run(t.Context(), "version", "-json")
	providertest.Must(t, err)

	var cli struct {
		Version *version.Version `json:"terraform_version"`
	}

	providertest.Must(t, json.Unmarshal([]byte(done.Stdout), &cli))

	return !at.lists && !at.acts || cli.Version.Core().GreaterThanOrEqual(tfversion.Version1_14_0)
}

// run runs a command, and checks its output, the log, and the files that it left.
func (s *leakScene) run(t *testing.T, name string, arguments ...string) (code int, said string) {
	t.Helper()

	log := filepath.Join(t.TempDir(), "log")

	logging := s.cli.In(s.cli.Folder, map[string]string{"TF_LOG": "TRACE", "TF_LOG_PATH": log})
	done, err := logging.Run(t.Context(), arguments...)
	providertest.Must(t, err)

	s.watch.lookAtText(name+": stdout", done.Stdout)
	s.watch.lookAtText(name+": stderr", done.Stderr)
	s.lookAtLog(t, name, log)
	s.lookAtFiles(t, name)

	return done.Code, done.Stdout + done.Stderr
}

// lookAtLog checks a whole log: the provider's entries and Terraform's own.
func (s *leakScene) lookAtLog(t *testing.T, name, file string) {
	t.Helper()

	log, err := os.Open(file) //nolint:gosec // A file of the test.
	providertest.Must(t, err)

	defer func() { _ = log.Close() }()

	author := ""
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 64<<20)

	for lines.Scan() {
		if head := logHead.FindStringSubmatch(lines.Text()); head != nil {
			author = "Terraform"
			if strings.HasPrefix(head[1], "provider.terraform-provider-opsaccess") {
				author = "the provider"
				s.logged++
			}
		}

		s.watch.look(name+": log of "+author, lines.Text())
	}

	providertest.Must(t, lines.Err())
}

// lookAtFiles checks the files that a command left in the folder. In a state, the attribute that stores
// the secret is exempt.
func (s *leakScene) lookAtFiles(t *testing.T, name string) {
	t.Helper()

	providertest.Must(t, filepath.WalkDir(s.cli.Folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || slices.Contains([]string{"main.tf", "all.tfquery.hcl", "client.pem", "ca.pem", "cli.tfrc", providertest.SavedPlan}, entry.Name()) {
			return err
		}

		text, err := os.ReadFile(path) //nolint:gosec // A file of the test.
		if err != nil {
			return err
		}

		if strings.HasPrefix(entry.Name(), "terraform.tfstate") {
			s.lookAtState(t, name, text)
		} else {
			s.watch.lookAtText(name+": "+entry.Name(), string(text))
		}

		return nil
	}))
}

func (s *leakScene) lookAtState(t *testing.T, name string, text []byte) {
	t.Helper()

	if len(text) == 0 {
		return
	}

	var state struct {
		Resources []struct {
			Type      string           `json:"type"`
			Mode      string           `json:"mode"`
			Instances []map[string]any `json:"instances"`
		} `json:"resources"`
	}

	providertest.Must(t, json.Unmarshal(text, &state))

	for _, r := range state.Resources {
		for _, instance := range r.Instances {
			attributes, _ := instance["attributes"].(map[string]any)
			marks := map[string]any{}

			if r.Mode == "managed" && r.Type == providertest.TokenType && attributes["encrypt_to"] == nil {
				marks["attributes"] = map[string]any{"token": true}
			}

			if private, ok := instance["private"].(string); ok {
				s.lookAtPrivate(t, name+": private data of "+r.Type, private)
			}

			s.watch.lookAtValues(name+": state of "+r.Type, instance, marks)
		}
	}
}

// lookAtPrivate checks private data: base64 of a JSON object whose values are base64 again.
func (s *leakScene) lookAtPrivate(t *testing.T, place, private string) {
	t.Helper()

	decoded, err := base64.StdEncoding.DecodeString(private)
	providertest.Must(t, err)

	var values map[string][]byte

	providertest.Must(t, json.Unmarshal(decoded, &values))

	for key, value := range values {
		s.watch.look(place, key+"="+string(value))

		s.private++
	}
}

// lookAtPlan checks the saved plan as JSON, except for values that it marks as sensitive, and the
// values of variables, which it always contains in plain text.
func (s *leakScene) lookAtPlan(t *testing.T, name string) {
	t.Helper()

	done, err := s.cli.Run(t.Context(), "show", "-json", providertest.SavedPlan)
	providertest.Must(t, err)

	var plan map[string]any

	providertest.Must(t, json.Unmarshal([]byte(done.Stdout), &plan))

	if _, ok := plan["resource_changes"]; !ok {
		t.Fatal("the plan has no changes")
	}

	delete(plan, "variables")
	s.watch.lookAtValues(name+": the plan", plan, nil)
}
