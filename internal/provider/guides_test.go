package provider

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

const rotationGuide = "rotation.md.tmpl"

var (
	// guideBlock is a block of configuration; the mark before it is not in what is rendered.
	guideBlock    = regexp.MustCompile("(?ms)^(\\{\\{/\\* applied by a test \\*/ -\\}\\}\n)?```terraform\n(.*?)^```$")
	guideSchedule = regexp.MustCompile("(?m)^\\| [^`|]+ \\| `(\\w+)` \\| `(\\w+)` \\| `(\\w+)` \\| `(\\w+)` \\| `(\\w+)` \\|$")
	guideWarning  = regexp.MustCompile("(?m)^\\| `([A-Z][^`]+)` \\|")
)

// block is a block of configuration in a guide.
type block struct {
	guide   string
	number  int
	text    string
	applied bool
}

func (b block) name() string { return b.guide + " " + strconv.Itoa(b.number) }

// Everything in a guide that is configuration is formatted, and so is well-formed.
func TestAccGuides_configurationIsFormatted(t *testing.T) {
	t.Parallel()

	for _, b := range guideBlocks(t) {
		t.Run(b.name(), func(t *testing.T) {
			t.Parallel()

			formatted(t, b.text)
		})
	}
}

// The same holds for what the examples' README.md say.
func TestAccGuides_configurationInReadmesIsFormatted(t *testing.T) {
	t.Parallel()

	var found int

	for _, folder := range exampleFolders(t) {
		name := folder + "/README.md"
		if !slices.Contains(filesOf(t, folder), name) {
			continue
		}

		for _, match := range guideBlock.FindAllStringSubmatch(string(exampleFile(t, name)), -1) {
			found++

			formatted(t, match[2])
		}
	}

	if found == 0 {
		t.Error("there is no configuration: is it still found?")
	}
}

// What a guide marks is applied as it stands. A block without a token of its own is
// applied beside the guide's first.
func TestAccGuides_apply(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	blocks := guideBlocks(t)

	for _, b := range blocks { //nolint:paralleltest // As above.
		if !b.applied {
			continue
		}

		t.Run(b.name(), func(t *testing.T) {
			s, server := newExampleSandbox(t)
			text := exampleText(t, "provider/provider.tf") + b.text

			addToken(t, server, exampleDeployUser, "deploy-k3v7xq-4")

			if !strings.Contains(b.text, `resource "opsaccess_personal_access_token"`) {
				text += firstOf(blocks, b.guide).text
			}

			s.run(
				t,
				resource.TestStep{Config: text},
				resource.TestStep{Config: text, ConfigPlanChecks: emptyPlan()},
			)
		})
	}
}

// Each schedule is one that the provider accepts, and may be as late as the guide says.
func TestGuides_schedulesAreConsistent(t *testing.T) {
	t.Parallel()

	rows := guideSchedule.FindAllStringSubmatch(guideText(t, rotationGuide), -1)
	if len(rows) == 0 {
		t.Fatal("the guide has no schedules")
	}

	for _, row := range rows {
		var values [5]time.Duration

		for i, text := range row[1:] {
			d, err := lifecycle.ParseDuration(text)
			if err != nil {
				t.Fatal(err)
			}

			values[i] = d
		}

		lifetime, before, overlap, interval, late := values[0], values[1], values[2], values[3], values[4]
		policy := lifecycle.Policy{
			BeforeExpiry: lifecycle.Value[time.Duration]{V: before, Set: true},
			Overlap:      lifecycle.Value[time.Duration]{V: overlap, Set: true},
		}
		expiresIn := lifecycle.Value[time.Duration]{V: lifetime, Set: true}
		dates := pat.Traits{DisplayName: "a platform of dates", ExpiryIsDate: true}

		if _, err := policy.Check(expiresIn, false, pat.Traits{}); err != nil {
			t.Errorf("%s: %v", row[0], err)
		}

		if _, err := policy.Check(expiresIn, false, dates); (err != nil) != strings.Contains(row[0], "not on Universal Controller") {
			t.Errorf("%s: on a platform whose tokens expire on dates: %v", row[0], err)
		}

		if late != before-overlap || late < 3*interval || overlap >= lifetime-before {
			t.Errorf("%s: a run may be late by %s, and there is one every %s",
				row[0], lifecycle.FormatDuration(before-overlap), lifecycle.FormatDuration(interval))
		}
	}
}

// The guide explains all warnings of the resource, in the words that a user sees.
func TestGuides_everyWarningIsExplained(t *testing.T) {
	t.Parallel()

	var explained []string
	for _, row := range guideWarning.FindAllStringSubmatch(guideText(t, rotationGuide), -1) {
		explained = append(explained, row[1])
	}

	slices.Sort(explained)

	if diff := cmp.Diff(tokenWarnings(t), explained); diff != "" {
		t.Errorf("what the resource warns of, and what the guide explains (-want +got):\n%s", diff)
	}
}

// formatted fails the test unless the CLI would leave the configuration as it is.
func formatted(t *testing.T, text string) {
	t.Helper()

	//nolint:gosec // The CLI is that of the developer who runs the test.
	formatting := exec.CommandContext(t.Context(), guideCLI(t), "fmt", "-no-color", "-check", "-diff", "-")
	formatting.Stdin = strings.NewReader(text)

	if output, err := formatting.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

// guides are the files below templates/guides/.
func guides() fs.FS { return os.DirFS("../../templates/guides") }

// guideBlocks returns all configuration in the guides.
func guideBlocks(t *testing.T) []block {
	t.Helper()

	names, err := fs.Glob(guides(), "*.md*")
	if err != nil || len(names) == 0 {
		t.Fatalf("there are no guides: %v", err)
	}

	var blocks []block

	for _, guide := range names {
		text := guideText(t, guide)

		found := guideBlock.FindAllStringSubmatch(text, -1)
		if count := strings.Count(text, "```terraform\n"); count != len(found) {
			t.Errorf("%s: %d of %d blocks were found", guide, len(found), count)
		}

		for i, match := range found {
			blocks = append(blocks, block{
				guide: guide, number: i + 1, text: match[2], applied: match[1] != "",
			})
		}
	}

	return blocks
}

// firstOf returns the first block of a guide that is applied.
func firstOf(blocks []block, guide string) block {
	return blocks[slices.IndexFunc(blocks, func(b block) bool { return b.applied && b.guide == guide })]
}

func guideText(t *testing.T, name string) string {
	t.Helper()

	text, err := fs.ReadFile(guides(), name)
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}

// guideCLI returns the path of the CLI that the acceptance tests run.
func guideCLI(t *testing.T) string {
	t.Helper()

	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}

	path, err := exec.LookPath("terraform")
	if err != nil {
		t.Fatal(err)
	}

	return path
}

// tokenWarnings returns the summaries of all warnings in the resource's code, sorted.
func tokenWarnings(t *testing.T) []string {
	t.Helper()

	files, err := filepath.Glob("personal_access_token_*.go")
	if err != nil {
		t.Fatal(err)
	}

	var summaries []string

	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}

		ast.Inspect(parsed, func(node ast.Node) bool {
			if summary, ok := warningSummary(node); ok {
				summaries = append(summaries, summary)
			}

			return true
		})
	}

	slices.Sort(summaries)

	return slices.Compact(summaries)
}

// warningSummary returns the summary of the warning that a node adds, if it adds one.
func warningSummary(node ast.Node) (string, bool) {
	call, ok := node.(*ast.CallExpr)
	if !ok {
		return "", false
	}

	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || method.Sel.Name != "AddWarning" && method.Sel.Name != "AddAttributeWarning" {
		return "", false
	}

	for _, argument := range call.Args {
		if literal, ok := argument.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			summary, err := strconv.Unquote(literal.Value)

			return summary, err == nil
		}
	}

	return "", false
}
