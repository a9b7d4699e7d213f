package examples

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/go-version"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// Each block of configuration in a guide has a mark in the line before it, which is not in
// what is rendered. It says that a test applies the block, on which platform if that is not
// Foreman, and which CLI that takes if not every one will do; or why none does.
var (
	guideMark = regexp.MustCompile(`^ *\{\{/\* (.+) \*/ -\}\}$`)
	appliedBy = regexp.MustCompile(`^applied by a test( on Universal Controller)?(?:, with (OpenTofu|Terraform (1\.\d+)))?(, beside a stand-in for (?:Vault|Kubernetes))?$`)
	Unapplied = regexp.MustCompile(`^not applied: \S+ \S+ \S.+$`)

	guideFence    = regexp.MustCompile("^( *)```([a-z]*)$")
	guideProvider = regexp.MustCompile(`(?m)^provider "opsaccess" \{`)
	guideSettings = regexp.MustCompile(`(?m)^terraform \{`)
	guideDeclared = regexp.MustCompile(`(?m)^resource "opsaccess_personal_access_token" "(\w+)"`)
	// guideMeant is a reference to such a resource, and not to what has its type's name
	// besides.
	guideMeant = regexp.MustCompile(`(?:^|[^.\w"])opsaccess_personal_access_token\.(\w+)`)
)

// GuideLanguages are what a block of a guide may be in.
var GuideLanguages = []string{"terraform", "sh", "text", "json", "yaml", "groovy"}

// Block is a block of a guide.
type Block struct {
	Guide    string
	number   int // among those of its language
	Language string
	Text     string
	Mark     string // "" for none
}

// Name returns the name of the guide with the number of the block.
func (b Block) Name() string { return b.Guide + " " + strconv.Itoa(b.number) }

// Applied says whether a test applies the block, if the CLI can.
func (b Block) Applied() bool { return appliedBy.MatchString(b.Mark) }

// OnController says whether it is applied on Universal Controller.
func (b Block) OnController() bool {
	match := appliedBy.FindStringSubmatch(b.Mark)

	return match != nil && match[1] != ""
}

// NeedsStore says whether it is applied beside [Stores].
func (b Block) NeedsStore() bool {
	match := appliedBy.FindStringSubmatch(b.Mark)

	return match != nil && match[4] != ""
}

// Suits says whether the CLI can apply the block.
func (b Block) Suits(t *testing.T) bool {
	t.Helper()

	match := appliedBy.FindStringSubmatch(b.Mark)
	if match == nil || match[2] == "" {
		return match != nil
	}

	name, at := providertest.CLIVersion(t)
	if match[3] == "" || name != "Terraform" {
		return match[2] == name
	}

	return at.Core().GreaterThanOrEqual(version.Must(version.NewVersion(match[3])))
}

// Whole returns the block with what it refers to: for each token that it does not declare
// the first block of its guide that does. Where the provider comes from, a test adds to a
// configuration of itself, but not to one that has settings for the CLI.
func (b Block) Whole(t *testing.T, all []Block) string {
	t.Helper()

	text := b.Text
	if guideSettings.MatchString(text) && !guideProvider.MatchString(text) {
		text = Text(t, "provider/provider.tf") + text
	}

	for _, reference := range guideMeant.FindAllStringSubmatch(b.Text, -1) {
		if slices.Contains(declared(text), reference[1]) {
			continue
		}

		i := slices.IndexFunc(all, func(other Block) bool {
			return other.Guide == b.Guide && other.Applied() && other.OnController() == b.OnController() &&
				!guideProvider.MatchString(other.Text) && !other.NeedsStore() && slices.Contains(declared(other.Text), reference[1])
		})
		if i < 0 {
			t.Fatalf("%s refers to a token %q, which no block that is applied declares", b.Name(), reference[1])
		}

		text += "\n" + all[i].Text
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

// BlocksOf returns the blocks of a text in their order. What could be taken for a block,
// and would not be found, is an error.
func BlocksOf(guide, text string) ([]Block, error) {
	var (
		blocks         []Block
		before, indent string
		open           *Block
		numbers        = map[string]int{}
	)

	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		fence := guideFence.FindStringSubmatch(line)

		switch {
		case fence == nil && (strings.Contains(line, "```") || strings.HasPrefix(strings.TrimSpace(line), "~~~")):
			return nil, fmt.Errorf("%s: a block begins and ends with a line of three backticks and its language: %q", guide, line)
		case fence == nil && open != nil:
			open.Text += strings.TrimPrefix(line, indent) + "\n"
		case fence == nil:
		case open == nil:
			if !slices.Contains(GuideLanguages, fence[2]) {
				return nil, fmt.Errorf("%s: a block in %q, and not in one of %q", guide, fence[2], GuideLanguages)
			}

			indent = fence[1]
			numbers[fence[2]]++
			open = &Block{Guide: guide, number: numbers[fence[2]], Language: fence[2]}

			if mark := guideMark.FindStringSubmatch(before); mark != nil {
				open.Mark = mark[1]
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

// GuideBlocks returns the blocks of all guides that are in a language.
func GuideBlocks(t *testing.T, language string) []Block {
	t.Helper()

	var all []Block

	for _, guide := range GuideNames(t) {
		blocks, err := BlocksOf(guide, GuideText(t, guide))
		providertest.Must(t, err)

		all = append(all, slices.DeleteFunc(blocks, func(b Block) bool { return b.Language != language })...)
	}

	if len(all) == 0 {
		t.Fatalf("the guides have no block in %q: are they still found?", language)
	}

	return all
}

// FirstOf returns the first block of a guide that is applied.
func FirstOf(blocks []Block, guide string) Block {
	return blocks[slices.IndexFunc(blocks, func(b Block) bool { return b.Applied() && b.Guide == guide })]
}

// guideFiles are the files below templates/guides/.
func guideFiles() fs.FS {
	return os.DirFS(filepath.Join(providertest.Repository(), "templates", "guides"))
}

// GuideNames returns the names of these files.
func GuideNames(t *testing.T) []string {
	t.Helper()

	names, err := fs.Glob(guideFiles(), "*")
	if err != nil || len(names) == 0 {
		t.Fatalf("there are no guides: %v", err)
	}

	return names
}

// GuideText returns the text of a guide.
func GuideText(t *testing.T, name string) string {
	t.Helper()

	text, err := fs.ReadFile(guideFiles(), name)
	providertest.Must(t, err)

	return string(text)
}
