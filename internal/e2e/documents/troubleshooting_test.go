package documents

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework-validators/helpers/validatordiag"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
)

const troubleshootingGuide = "troubleshooting.md.tmpl"

var (
	// guideDiagnostic is the heading of a diagnostic, as a CLI prints it.
	guideDiagnostic = regexp.MustCompile(`^### ((?:Error|Warning): .+)$`)
	// guideDetail is the heading of a phrase in the detail of a diagnostic.
	guideDetail = regexp.MustCompile(`^#### (.+)$`)
	// guideExplanation is the text below such a heading.
	guideExplanation = regexp.MustCompile(`(?s)^\s*\*\*Cause:\*\* \S.*\n\n\*\*Remedy:\*\* \S`)
	// guideQuotation is a diagnostic without its severity.
	guideQuotation = regexp.MustCompile("(?:(?m:^)\\| |[Ww]arning |[Ww]arns |[Ee]rror |\\n)`([A-Z][a-z]* [^`]+)`")
)

// guideEntry is a heading of the guide, without its mark, and the text below it.
type guideEntry struct{ heading, text string }

// guideEntries returns the entries of the guide whose heading matches the expression.
func guideEntries(t *testing.T, heading *regexp.Regexp) []guideEntry {
	t.Helper()

	var (
		entries []guideEntry
		inside  bool
	)

	text := guideCode.ReplaceAllString(examples.GuideText(t, troubleshootingGuide), "") // A comment in code is no heading.

	for line := range strings.SplitSeq(text, "\n") {
		switch match := heading.FindStringSubmatch(line); {
		case match != nil:
			entries, inside = append(entries, guideEntry{heading: match[1]}), true
		case strings.HasPrefix(line, "#"):
			inside = false
		case inside:
			entries[len(entries)-1].text += line + "\n"
		}
	}

	return entries
}

// The guide has one heading for each diagnostic that the provider can print, and none for any other.
func TestGuides_everyDiagnosticIsExplained(t *testing.T) {
	t.Parallel()

	s := readProvider(t)

	printed, err := s.summaries()
	if err != nil {
		t.Errorf("summaries that cannot be read from the code:\n%v", err)
	}

	printed = append(append(printed, noticeSummaries()...), s.validatorSummaries(t)...)
	slices.Sort(printed)

	var explained []string
	for _, entry := range guideEntries(t, guideDiagnostic) {
		explained = append(explained, entry.heading)
	}

	slices.Sort(explained)

	if diff := cmp.Diff(slices.Compact(printed), explained); diff != "" {
		t.Errorf("what the code prints, and what the guide explains (-code +guide):\n%s", diff)
	}
}

// The provider also prints what other guides quote: in tables, and after "the warning" or "the error".
func TestGuides_quotedDiagnosticsAre(t *testing.T) {
	t.Parallel()

	printed, err := readProvider(t).summaries()
	if err != nil {
		t.Fatal(err)
	}

	printed = append(printed, noticeSummaries()...)

	var found int

	for _, guide := range examples.GuideNames(t) {
		if guide == troubleshootingGuide { // It quotes each with its severity.
			continue
		}

		for _, quoted := range guideQuotation.FindAllStringSubmatch(examples.GuideText(t, guide), -1) {
			if found++; !slices.Contains(printed, "Error: "+quoted[1]) && !slices.Contains(printed, "Warning: "+quoted[1]) {
				t.Errorf("%s: nothing prints %q", guide, quoted[1])
			}
		}
	}

	if found == 0 {
		t.Error("no guide quotes a diagnostic: are they still found?")
	}
}

// A link or a search leads to a single heading, so the text below each gives the cause and the remedy.
func TestGuides_everyExplanationHasCauseAndRemedy(t *testing.T) {
	t.Parallel()

	for _, entry := range append(guideEntries(t, guideDiagnostic), guideEntries(t, guideDetail)...) {
		if !guideExplanation.MatchString(entry.text) || strings.Count(entry.text, "**Cause:**")+strings.Count(entry.text, "**Remedy:**") != 2 {
			t.Errorf("want one cause and then one remedy below %q, got:%s", entry.heading, entry.text)
		}
	}
}

// The phrases that the guide explains are in the code, and each has one heading.
func TestGuides_explainedDetailsAre(t *testing.T) {
	t.Parallel()

	entries := guideEntries(t, guideDetail)
	if len(entries) == 0 {
		t.Fatal("the guide explains no phrase: are the headings still found?")
	}

	files, seen := literals(t), map[string]bool{}

	for _, entry := range entries {
		if seen[entry.heading] {
			t.Errorf("two headings are %q", entry.heading)
		}

		seen[entry.heading] = true

		// A detail begins with a capital letter, which the code adds.
		uncapitalized := strings.ToLower(entry.heading[:1]) + entry.heading[1:]

		if !slices.ContainsFunc(files, func(text string) bool {
			return inOrder(text, strings.Split(entry.heading, anything)) || inOrder(text, strings.Split(uncapitalized, anything))
		}) {
			t.Errorf("no code prints %q", entry.heading)
		}
	}
}

// inOrder says whether a text has the parts, one after the other.
func inOrder(text string, parts []string) bool {
	for _, part := range parts {
		_, after, ok := strings.Cut(text, part)
		if !ok {
			return false
		}

		text = after
	}

	return true
}

// literals returns, for each file whose code can end up in a diagnostic, its string literals as one text.
func literals(t *testing.T) []string {
	t.Helper()

	var all []string

	for _, name := range sourceFiles(t, "internal") {
		if strings.HasPrefix(name, "internal/cmd/") || strings.HasPrefix(name, "internal/sandbox/") ||
			strings.HasPrefix(name, "internal/e2e/") {
			continue
		}

		tree, err := parser.ParseFile(token.NewFileSet(), filepath.Join(providertest.Repository(), name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}

		var texts strings.Builder

		ast.Inspect(tree, func(node ast.Node) bool {
			if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				text, _ := strconv.Unquote(literal.Value)
				texts.WriteString(text)
			}

			return true
		})

		all = append(all, texts.String())
	}

	return all
}

// validatorSummaries returns the summaries of the framework's validators that the schemas use.
func (s *source) validatorSummaries(t *testing.T) []string {
	t.Helper()

	combination := validatordiag.InvalidAttributeCombinationDiagnostic(path.Empty(), "")
	match := validatordiag.InvalidAttributeValueMatchDiagnostic(path.Empty(), "", "")
	length := validatordiag.InvalidAttributeValueLengthDiagnostic(path.Empty(), "", "")
	value := validatordiag.InvalidAttributeValueDiagnostic(path.Empty(), "", "")

	known := map[string]diag.Diagnostic{
		"AtLeastOneOf": combination, "ExactlyOneOf": combination, "ConflictsWith": combination,
		"OneOf": match, "RegexMatches": match,
		"LengthAtLeast": length, "LengthBetween": length,
		"AtLeast": value, "Between": value, "SizeAtLeast": value,
		"NoNullValues": diag.NewErrorDiagnostic("Null Set Value", ""),
	}

	var all []string

	for _, tree := range s.trees {
		ast.Inspect(tree, func(node ast.Node) bool {
			selector, ok := node.(*ast.SelectorExpr)
			if !ok {
				return true
			}

			from, ok := selector.X.(*ast.Ident)
			if !ok || from.Name == "validator" || !strings.HasSuffix(from.Name, "validator") {
				return true
			}

			diagnostic, ok := known[selector.Sel.Name]
			if !ok {
				t.Errorf("%v", s.at(node, "what is the summary of %s.%s?", from.Name, selector.Sel.Name))

				return true
			}

			all = append(all, "Error: "+diagnostic.Summary())

			return true
		})
	}

	return all
}

// The reader finds a summary however the code is written, and reports the place of one that it
// cannot find out.
func TestSummaries(t *testing.T) {
	t.Parallel()

	const header = "import \"fmt\"; import \"example.com/diag\"; type D = *diag.Diagnostics\n"

	for name, test := range map[string]struct {
		body  string
		other string // The body of another package, values.
		want  []string
		err   string
	}{
		"a literal":         {body: `func f(d D) { d.AddError("A", "") }`, want: []string{"Error: A"}},
		"an attribute's":    {body: `func f(d D) { d.AddAttributeWarning(nil, "A", "") }`, want: []string{"Warning: A"}},
		"a constructor":     {body: `var x = diag.NewWarningDiagnostic("A", "")`, want: []string{"Warning: A"}},
		"a constant":        {body: "const a = \"A\"\nfunc f(d D) { const b = a + \"B\"; d.AddError(b, \"\") }", want: []string{"Error: AB"}},
		"a sum":             {body: "func g() { f(nil, \"x\"); f(nil, (\"y\")) }\nfunc f(d D, what string) { d.AddError(\"A \"+what, \"\") }", want: []string{"Error: A x", "Error: A y"}},
		"a method":          {body: "type T struct{}\nfunc (t T) f(d D, what string) { d.AddError(what, \"\") }\nfunc g(t T) { t.f(nil, \"A\") }", want: []string{"Error: A"}},
		"a variable":        {body: "func f(d D, more bool) { s := \"A\"; if more { s = \"B\" }; d.AddError(s, \"\") }", want: []string{"Error: A", "Error: B"}},
		"a field":           {body: "type T struct{ s string }\nvar x = T{s: \"A\"}\nfunc f(d D, t T) { d.AddError(t.s, \"\") }", want: []string{"Error: A"}},
		"a format":          {body: `func f(d D, n int) { d.AddError(fmt.Sprintf("A %d of %q, 5%%", n, n), "") }`, want: []string{"Error: A … of …, 5%"}},
		"the same twice":    {body: `func f(d D) { d.AddError("A", ""); d.AddError("A", "") }`, want: []string{"Error: A"}},
		"an error's text":   {body: `func f(d D, err error) { d.AddError(err.Error(), "") }`, err: "text0.go:2:37"},
		"a result":          {body: "func g() (string, bool) { return \"\", true }\nfunc f(d D) { s, _ := g(); d.AddError(s, \"\") }", err: "text0.go:3:39"},
		"an element":        {body: "func f(d D) { for _, s := range []string{\"A\"} { d.AddError(s, \"\") } }", err: "text0.go:2:60"},
		"a longer variable": {body: "func f(d D, x string) { s := \"A\"; s += x; d.AddError(s, \"\") }", err: "text0.go:2:54"},
		"a pointer":         {body: "func f(d D) { s := \"A\"; g(&s); d.AddError(s, \"\") }\nfunc g(*string) {}", err: "text0.go:2:43"},
		"never assigned":    {body: `func f(d D, what string) { d.AddError(what, "") }`, err: "nothing is ever assigned"},
		"a function value":  {body: "func g(d D) { h := f; h(d, \"x\") }\nfunc f(d D, what string) { d.AddError(what, \"\") }", err: "handed on"},
		"a method value":    {body: `func f(d D) { g := d.AddError; g("A", "") }`, err: "AddError is handed on"},
		"another package's parameter": {
			body:  "func g(d D) { values.Report(d, \"A\") }",
			other: "func Report(d D, what string) { d.AddError(what, \"\") }", want: []string{"Error: A"},
		},
		"another package's function of that name": {
			body:  "func g(d D, err error) { values.AddError(err.Error(), d, \"A\") }",
			other: "func AddError(detail string, d D, what string) { d.AddError(what, detail) }", want: []string{"Error: A"},
		},
		"another package's constant": {
			body: "func f(d D) { d.AddError(values.Name+\"B\", \"\") }", other: "const Name = \"A\"", want: []string{"Error: AB"},
		},
		"itself":       {body: "func f(d D, s string) { s = s; d.AddError(s, \"\") }", err: "cannot be told"},
		"another type": {body: "type T struct{}\nfunc (T) Summary() string { return \"\" }", err: "text0.go:3:1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := readSource(t, map[string][]string{
				"example.com/provider": {"package provider; import \"example.com/values\"; " + header + test.body},
				"example.com/values":   {"package values; " + header + test.other},
			}).summaries()

			if (err != nil) != (test.err != "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("got the error %v, want one of %q", err, test.err)
			}

			if diff := cmp.Diff(test.want, got); test.err == "" && diff != "" {
				t.Error(diff)
			}
		})
	}
}
