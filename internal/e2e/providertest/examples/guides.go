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

// In the guides' templates, the line before each block of configuration is a comment that is not
// rendered. It says that a test applies the block (with the platform, if it is not Foreman, and the
// CLI, if the block does not work with all of them), or why no test does.
var (
	guideMark = regexp.MustCompile(`^ *\{\{/\* (.+) \*/ -\}\}$`)
	appliedBy = regexp.MustCompile(`^applied by a test( on Universal Controller)?(?:, with (OpenTofu|Terraform (1\.\d+)))?(, beside a stand-in for (?:Vault|Kubernetes))?$`)
	Unapplied = regexp.MustCompile(`^not applied: \S+ \S+ \S.+$`)

	guideFence    = regexp.MustCompile("^( *)```([a-z]*)$")
	guideProvider = regexp.MustCompile(`(?m)^provider "opsaccess" \{`)
	guideSettings = regexp.MustCompile(`(?m)^terraform \{`)
	guideDeclared = regexp.MustCompile(`(?m)^resource "opsaccess_personal_access_token" "(\w+)"`)
	// guideMeant matches a reference to a token resource. It does not match names that only contain the
	// resource's type, such as those of data sources.
	guideMeant = regexp.MustCompile(`(?:^|[^.\w"])opsaccess_personal_access_token\.(\w+)`)
)

// GuideLanguages lists the languages that a guide's blocks may be written in.
var GuideLanguages = []string{"terraform", "sh", "text", "json", "yaml", "groovy"}

// Block is a fenced block of a guide.
type Block struct {
	Guide    string
	number   int // among the guide's blocks in this language
	Language string
	Text     string
	Mark     string // empty if there is no such comment
}

// Name returns the guide's name and the block's number.
func (b Block) Name() string { return b.Guide + " " + strconv.Itoa(b.number) }

// Applied reports whether a test applies the block, provided that the CLI supports it.
func (b Block) Applied() bool { return appliedBy.MatchString(b.Mark) }

// OnController reports whether the block is applied on Universal Controller.
func (b Block) OnController() bool {
	match := appliedBy.FindStringSubmatch(b.Mark)

	return match != nil && match[1] != ""
}

// NeedsStore reports whether the block needs [Stores].
func (b Block) NeedsStore() bool {
	match := appliedBy.FindStringSubmatch(b.Mark)

	return match != nil && match[4] != ""
}

// Suits reports whether the CLI under test supports the block.
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

// Whole returns the block together with what it refers to: for each token that the block does not
// declare, the guide's first block that declares it. If the block has a terraform block but no provider
// block, the examples' provider configuration, which includes the provider's source, comes first: a
// test does not add the source to a configuration that has a terraform block.
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
			t.Fatalf("%s refers to a token %q, but no applied block declares it", b.Name(), reference[1])
		}

		text += "\n" + all[i].Text
	}

	return text
}

// declared returns the names of the token resources in a configuration.
func declared(text string) []string {
	var names []string
	for _, match := range guideDeclared.FindAllStringSubmatch(text, -1) {
		names = append(names, match[1])
	}

	return names
}

// BlocksOf returns the blocks of a text in order. It returns an error for a line of backticks that does
// not begin or end a block, because that block would be skipped.
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
			return nil, fmt.Errorf("%s: neither begins (three backticks and a language) nor ends a block: %q", guide, line)
		case fence == nil && open != nil:
			open.Text += strings.TrimPrefix(line, indent) + "\n"
		case fence == nil:
		case open == nil:
			if !slices.Contains(GuideLanguages, fence[2]) {
				return nil, fmt.Errorf("%s: a block is in %q, want one of %q", guide, fence[2], GuideLanguages)
			}

			indent = fence[1]
			numbers[fence[2]]++
			open = &Block{Guide: guide, number: numbers[fence[2]], Language: fence[2]}

			if mark := guideMark.FindStringSubmatch(before); mark != nil {
				open.Mark = mark[1]
			}
		case fence[1] != indent || fence[2] != "":
			return nil, fmt.Errorf("%s: a block inside another block: %q", guide, line)
		default:
			blocks = append(blocks, *open)
			open = nil
		}

		before = line
	}

	if open != nil {
		return nil, fmt.Errorf("%s: the last block is not closed", guide)
	}

	return blocks, nil
}

// GuideBlocks returns all guides' blocks in a language.
func GuideBlocks(t *testing.T, language string) []Block {
	t.Helper()

	var all []Block

	for _, guide := range GuideNames(t) {
		blocks, err := BlocksOf(guide, GuideText(t, guide))
		providertest.Must(t, err)

		all = append(all, slices.DeleteFunc(blocks, func(b Block) bool { return b.Language != language })...)
	}

	if len(all) == 0 {
		t.Fatalf("found no block in %q in any guide", language)
	}

	return all
}

// FirstOf returns a guide's first applied block.
func FirstOf(blocks []Block, guide string) Block {
	return blocks[slices.IndexFunc(blocks, func(b Block) bool { return b.Applied() && b.Guide == guide })]
}

// guideFiles returns the files below templates/guides/.
func guideFiles() fs.FS {
	return os.DirFS(filepath.Join(providertest.Repository(), "templates", "guides"))
}

// GuideNames returns the file names of the guides.
func GuideNames(t *testing.T) []string {
	t.Helper()

	names, err := fs.Glob(guideFiles(), "*")
	if err != nil || len(names) == 0 {
		t.Fatalf("found no guides: %v", err)
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
