package provider

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/go-version"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// Each block of configuration in a guide has a mark in the line before it, which is not in
// what is rendered. It says that a test applies the block, on which platform if that is not
// Foreman, and which CLI that takes if not every one will do; or why none does.
var (
	guideMark = regexp.MustCompile(`^ *\{\{/\* (.+) \*/ -\}\}$`)
	appliedBy = regexp.MustCompile(`^applied by a test( on Universal Controller)?(?:, with (OpenTofu|Terraform (1\.\d+)))?$`)
	unapplied = regexp.MustCompile(`^not applied: \S+ \S+ \S.+$`)

	guideFence    = regexp.MustCompile("^( *)```([a-z]*)$")
	guideProvider = regexp.MustCompile(`(?m)^provider "opsaccess" \{`)
	guideSettings = regexp.MustCompile(`(?m)^terraform \{`)
	guideDeclared = regexp.MustCompile(`(?m)^resource "opsaccess_personal_access_token" "(\w+)"`)
	// guideMeant is a reference to such a resource, and not to what has its type's name
	// besides.
	guideMeant = regexp.MustCompile(`(?:^|[^.\w"])opsaccess_personal_access_token\.(\w+)`)
)

// guideLanguages are what a block of a guide may be in.
var guideLanguages = []string{"terraform", "sh", "text", "json", "yaml"}

// block is a block of a guide.
type block struct {
	guide    string
	number   int // among those of its language
	language string
	text     string
	mark     string // "" for none
}

func (b block) name() string { return b.guide + " " + strconv.Itoa(b.number) }

// applied says whether a test applies the block, if the CLI can.
func (b block) applied() bool { return appliedBy.MatchString(b.mark) }

// onController says whether it is applied on Universal Controller.
func (b block) onController() bool {
	match := appliedBy.FindStringSubmatch(b.mark)

	return match != nil && match[1] != ""
}

// suits says whether the CLI can apply the block.
func (b block) suits(t *testing.T) bool {
	t.Helper()

	match := appliedBy.FindStringSubmatch(b.mark)
	if match == nil || match[2] == "" {
		return match != nil
	}

	name, at := guideCLIVersion(t)
	if match[3] == "" || name != "Terraform" {
		return match[2] == name
	}

	return at.Core().GreaterThanOrEqual(version.Must(version.NewVersion(match[3])))
}

// whole returns the block with what it refers to: for each token that it does not declare
// the first block of its guide that does. Where the provider comes from, a test adds to a
// configuration of itself, but not to one that has settings for the CLI.
func (b block) whole(t *testing.T, all []block) string {
	t.Helper()

	text := b.text
	if guideSettings.MatchString(text) && !guideProvider.MatchString(text) {
		text = exampleText(t, "provider/provider.tf") + text
	}

	for _, reference := range guideMeant.FindAllStringSubmatch(b.text, -1) {
		if slices.Contains(declared(text), reference[1]) {
			continue
		}

		i := slices.IndexFunc(all, func(other block) bool {
			return other.guide == b.guide && other.applied() && other.onController() == b.onController() &&
				!guideProvider.MatchString(other.text) && slices.Contains(declared(other.text), reference[1])
		})
		if i < 0 {
			t.Fatalf("%s refers to a token %q, which no block that is applied declares", b.name(), reference[1])
		}

		text += "\n" + all[i].text
	}

	return text
}

// declared returns the names of a configuration's tokens.
func declared(text string) []string {
	var names []string
	for _, match := range guideDeclared.FindAllStringSubmatch(text, -1) {
		names = append(names, match[1])
	}

	return names
}

// blocksOf returns the blocks of a text in their order. What could be taken for a block,
// and would not be found, is an error.
func blocksOf(guide, text string) ([]block, error) {
	var (
		blocks         []block
		before, indent string
		open           *block
		numbers        = map[string]int{}
	)

	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		fence := guideFence.FindStringSubmatch(line)

		switch {
		case fence == nil && (strings.Contains(line, "```") || strings.HasPrefix(strings.TrimSpace(line), "~~~")):
			return nil, fmt.Errorf("%s: a block begins and ends with a line of three backticks and its language: %q", guide, line)
		case fence == nil && open != nil:
			open.text += strings.TrimPrefix(line, indent) + "\n"
		case fence == nil:
		case open == nil:
			if !slices.Contains(guideLanguages, fence[2]) {
				return nil, fmt.Errorf("%s: a block in %q, and not in one of %q", guide, fence[2], guideLanguages)
			}

			indent = fence[1]
			numbers[fence[2]]++
			open = &block{guide: guide, number: numbers[fence[2]], language: fence[2]}

			if mark := guideMark.FindStringSubmatch(before); mark != nil {
				open.mark = mark[1]
			}
		case fence[1] != indent || fence[2] != "":
			return nil, fmt.Errorf("%s: a block in a block: %q", guide, line)
		default:
			blocks = append(blocks, *open)
			open = nil
		}

		before = line
	}

	if open != nil {
		return nil, fmt.Errorf("%s: the last block has no end", guide)
	}

	return blocks, nil
}

// guideBlocks returns the blocks of all guides that are in a language.
func guideBlocks(t *testing.T, language string) []block {
	t.Helper()

	var all []block

	for _, guide := range guideNames(t) {
		blocks, err := blocksOf(guide, guideText(t, guide))
		must(t, err)

		all = append(all, slices.DeleteFunc(blocks, func(b block) bool { return b.language != language })...)
	}

	if len(all) == 0 {
		t.Fatalf("the guides have no block in %q: are they still found?", language)
	}

	return all
}

// newGuideServer returns a sandbox with the users that the examples name, and the tokens
// that the guides import. The environment leads there, and nowhere else.
func newGuideServer(t *testing.T, controller bool) exampleServer {
	t.Helper()

	if controller {
		s := newExampleServers(t, "universal-controller")[0]

		user, err := s.system.User(t.Context(), pat.UserRef{Username: "svc.deploy"})
		must(t, err)

		_, err = s.system.Create(t.Context(), user.ID, pat.NewToken{Name: "deploy pipeline"})
		must(t, err)

		return s
	}

	s, server := newForemanExamples(t, foremanserver.Options{})
	setEnvironment(t, s.env)
	t.Setenv("TF_ACC_PROVIDER_NAMESPACE", "opsaccess")
	seedImports(t, server)

	for _, name := range []string{"deploy-k3v7xq-4", "deploy-by-hand", "nightly report", "weekly report"} {
		addToken(t, server, exampleDeployUser, name)
	}

	return s
}

// firstOf returns the first block of a guide that is applied.
func firstOf(blocks []block, guide string) block {
	return blocks[slices.IndexFunc(blocks, func(b block) bool { return b.applied() && b.guide == guide })]
}

// guides are the files below templates/guides/.
func guides() fs.FS { return os.DirFS(filepath.Join(repository(), "templates", "guides")) }

// guideNames returns the names of these files.
func guideNames(t *testing.T) []string {
	t.Helper()

	names, err := fs.Glob(guides(), "*")
	if err != nil || len(names) == 0 {
		t.Fatalf("there are no guides: %v", err)
	}

	return names
}

func guideText(t *testing.T, name string) string {
	t.Helper()

	text, err := fs.ReadFile(guides(), name)
	must(t, err)

	return string(text)
}

// guideCLI returns the path of the CLI that the acceptance tests run.
func guideCLI(t *testing.T) string {
	t.Helper()

	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}

	path, err := exec.LookPath("terraform")
	must(t, err)

	return path
}

// guideCLIVersion returns what that CLI says it is: `Terraform v1.11.4`, for one.
func guideCLIVersion(t *testing.T) (string, *version.Version) {
	t.Helper()

	output, err := exec.CommandContext(t.Context(), guideCLI(t), "version").Output() //nolint:gosec // The developer's own CLI.
	must(t, err)

	line, _, _ := strings.Cut(string(output), "\n")
	name, number, _ := strings.Cut(line, " ")

	at, err := version.NewVersion(number)
	must(t, err)

	return name, at
}
