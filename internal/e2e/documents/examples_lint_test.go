package documents

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
)

// documentedConstraint is the version constraint for this provider in all documents.
const documentedConstraint = "~> 0.1"

// lintRule is a rule that tflint recommends for Terraform, or its rule for names.
type lintRule struct {
	name string
	// whole rules apply only to a whole configuration, which a block of a guide may not be.
	whole bool
	check func(lintedConfiguration) []string
}

// lintedConfiguration is a parsed configuration.
type lintedConfiguration struct {
	text string
	body *hclsyntax.Body
}

var lintRules = []lintRule{
	{name: "terraform_required_version", check: checkRequiredVersion},
	{name: "terraform_required_providers", check: checkRequiredProviders},
	{name: "terraform_typed_variables", check: checkTypedVariables},
	{name: "terraform_unused_declarations", whole: true, check: checkUnusedDeclarations},
	{name: "terraform_naming_convention", check: checkNames},
	{name: "terraform_deprecated_interpolation", check: checkInterpolations},
	{name: "terraform_deprecated_index", check: checkIndexes},
	{name: "terraform_module_pinned_source", check: checkModuleSources},
}

// The examples, and the configurations in the guides and on the provider's page, follow the rules.
func TestExamples_followTheRulesOfTflint(t *testing.T) {
	t.Parallel()

	whole, parts := map[string]string{}, map[string]string{}

	for _, folder := range examples.Folders(t) {
		files := slices.DeleteFunc(examples.FilesOf(t, folder), func(file string) bool { return filepath.Ext(file) != ".tf" })

		switch {
		case len(files) == 0:
		case slices.ContainsFunc(files, func(file string) bool { return filepath.Base(file) == "main.tf" }):
			whole[folder] = examples.Text(t, folder)
		default:
			for _, file := range files {
				whole[file] = examples.Text(t, file)
			}
		}
	}

	for _, block := range examples.GuideBlocks(t, "terraform") {
		parts[block.Name()] = block.Text
	}

	page, err := os.ReadFile(filepath.Join(providertest.Repository(), "templates", "index.md.tmpl"))
	providertest.Must(t, err)

	blocks, err := examples.BlocksOf("index.md.tmpl", string(page))
	providertest.Must(t, err)

	for _, block := range blocks {
		if block.Language == "terraform" {
			parts[block.Name()] = block.Text
		}
	}

	for name, text := range whole {
		for _, finding := range lint(t, name, text, true) {
			t.Errorf("examples/%s: %s", name, finding)
		}
	}

	for name, text := range parts {
		for _, finding := range lint(t, name, text, false) {
			t.Errorf("%s: %s", name, finding)
		}
	}

	if len(whole) < 20 || len(parts) < 20 {
		t.Errorf("only %d examples and %d blocks were checked: are they still found?", len(whole), len(parts))
	}
}

// Each rule reports what it is for.
func TestExamples_rulesOfTflintReport(t *testing.T) {
	t.Parallel()

	const settings = "terraform {\n  required_version = \">= 1.11\"\n  required_providers {\n    opsaccess = {\n" +
		"      source  = \"opsaccess/opsaccess\"\n      version = \"~> 0.1\"\n    }\n  }\n}\n"

	tests := map[string]struct {
		text string
		want []string
	}{
		"a valid configuration": {text: settings},
		"no required_version": {
			text: strings.Replace(settings, "  required_version = \">= 1.11\"\n", "", 1),
			want: []string{"terraform_required_version: required_version is missing"},
		},
		"a provider without a version": {
			text: strings.Replace(settings, "      version = \"~> 0.1\"\n", "", 1),
			want: []string{"terraform_required_providers: opsaccess has no version"},
		},
		"a provider without a source": {
			text: strings.Replace(settings, "      source  = \"opsaccess/opsaccess\"\n", "", 1),
			want: []string{"terraform_required_providers: opsaccess has no source"},
		},
		"another constraint": {
			text: strings.Replace(settings, "~> 0.1", "~> 0.2", 1),
			want: []string{`terraform_required_providers: the version of opsaccess is "~> 0.2", want "~> 0.1"`},
		},
		"a version as a text": {
			text: "terraform {\n  required_version = \">= 1.11\"\n  required_providers {\n    vault = \">= 5.0\"\n  }\n}\n",
			want: []string{"terraform_required_providers: vault has no source", "terraform_required_providers: vault has no version"},
		},
		"a variable without a type": {
			text: "variable \"a\" {}\noutput \"b\" {\n  value = var.a\n}\n",
			want: []string{"terraform_typed_variables: the variable a has no type"},
		},
		"unused declarations": {
			text: "variable \"a\" {\n  type = string\n}\nlocals {\n  b = 1\n}\ndata \"c\" \"d\" {}\nprovider \"e\" {\n  alias = \"f\"\n}\n",
			want: []string{
				"terraform_unused_declarations: var.a", "terraform_unused_declarations: local.b",
				"terraform_unused_declarations: data.c.d", "terraform_unused_declarations: e.f",
			},
		},
		"names with capitals and hyphens": {
			text: "resource \"a\" \"B-c\" {}\noutput \"D\" {\n  value = 1\n}\n",
			want: []string{"terraform_naming_convention: B-c", "terraform_naming_convention: D"},
		},
		"an interpolation of nothing else": {
			text: "output \"a\" {\n  value = \"${1}\"\n}\n",
			want: []string{`terraform_deprecated_interpolation: "${1}"`},
		},
		"an index after a dot": {
			text: "output \"a\" {\n  value = b.c.0\n}\n",
			want: []string{"terraform_deprecated_index: b.c.0"},
		},
		"a module without a version": {
			text: "module \"a\" {\n  source = \"example/token/opsaccess\"\n}\nmodule \"b\" {\n  source = \"../b\"\n}\n",
			want: []string{`terraform_module_pinned_source: the module a is from "example/token/opsaccess", without a version`},
		},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if diff := cmp.Diff(test.want, lint(t, name, test.text, true)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// A build of `make mirror` satisfies the version constraint of the examples.
func TestExamples_constraintAcceptsMirror(t *testing.T) {
	t.Parallel()

	script, err := os.ReadFile(filepath.Join(providertest.Repository(), "scripts", "mirror.sh"))
	providertest.Must(t, err)

	match := regexp.MustCompile(`(?m)^version=\$\{1:-([0-9.]+)\}$`).FindSubmatch(script)
	if match == nil {
		t.Fatal("scripts/mirror.sh has no default version")
	}

	constraint, err := version.NewConstraint(documentedConstraint)
	providertest.Must(t, err)

	if at := version.Must(version.NewVersion(string(match[1]))); !constraint.Check(at) {
		t.Errorf("the version %s of scripts/mirror.sh does not satisfy %s", at, constraint)
	}
}

// lint returns the findings of all rules.
func lint(t *testing.T, name, text string, whole bool) []string {
	t.Helper()

	file, diagnostics := hclsyntax.ParseConfig([]byte(text), name, hcl.InitialPos)
	if diagnostics.HasErrors() {
		t.Fatalf("%s: %v", name, diagnostics)
	}

	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		t.Fatalf("%s: the body is a %T", name, file.Body)
	}

	var findings []string

	for _, rule := range lintRules {
		if rule.whole && !whole {
			continue
		}

		for _, finding := range rule.check(lintedConfiguration{text, body}) {
			findings = append(findings, rule.name+": "+finding)
		}
	}

	return findings
}

// blocks returns the blocks of these types.
func (c lintedConfiguration) blocks(types ...string) []*hclsyntax.Block {
	var found []*hclsyntax.Block

	for _, block := range c.body.Blocks {
		if slices.Contains(types, block.Type) {
			found = append(found, block)
		}
	}

	return found
}

// source returns the text of a range.
func (c lintedConfiguration) source(of hcl.Range) string { return c.text[of.Start.Byte:of.End.Byte] }

// traversals returns all references in the configuration.
func (c lintedConfiguration) traversals() []hcl.Traversal {
	var found []hcl.Traversal

	_ = hclsyntax.VisitAll(c.body, func(node hclsyntax.Node) hcl.Diagnostics {
		switch node := node.(type) {
		case *hclsyntax.ScopeTraversalExpr:
			found = append(found, node.Traversal)
		case *hclsyntax.RelativeTraversalExpr:
			found = append(found, node.Traversal)
		}

		return nil
	})

	return found
}

// requirements returns the blocks that list the required providers.
func (c lintedConfiguration) requirements() []*hclsyntax.Block {
	var found []*hclsyntax.Block

	for _, settings := range c.blocks("terraform") {
		for _, block := range settings.Body.Blocks {
			if block.Type == "required_providers" {
				found = append(found, block)
			}
		}
	}

	return found
}

func checkRequiredVersion(c lintedConfiguration) []string {
	has := func(block *hclsyntax.Block) bool { return block.Body.Attributes["required_version"] != nil }
	if len(c.requirements()) > 0 && !slices.ContainsFunc(c.blocks("terraform"), has) {
		return []string{"required_version is missing"}
	}

	return nil
}

func checkRequiredProviders(c lintedConfiguration) []string {
	var findings []string

	for _, block := range c.requirements() {
		for name, attribute := range block.Body.Attributes {
			values := map[string]string{}

			if object, ok := attribute.Expr.(*hclsyntax.ObjectConsExpr); ok {
				for _, item := range object.Items {
					values[hcl.ExprAsKeyword(item.KeyExpr)] = literal(item.ValueExpr)
				}
			}

			for _, key := range []string{"source", "version"} {
				if values[key] == "" {
					findings = append(findings, name+" has no "+key)
				}
			}

			if constraint := values["version"]; name == "opsaccess" && constraint != "" && constraint != documentedConstraint {
				findings = append(findings, fmt.Sprintf("the version of opsaccess is %q, want %q", constraint, documentedConstraint))
			}
		}
	}

	return findings
}

func checkTypedVariables(c lintedConfiguration) []string {
	var findings []string

	for _, variable := range c.blocks("variable") {
		if variable.Body.Attributes["type"] == nil {
			findings = append(findings, "the variable "+variable.Labels[0]+" has no type")
		}
	}

	return findings
}

func checkUnusedDeclarations(c lintedConfiguration) []string {
	var declared, findings []string

	for _, block := range c.blocks("variable") {
		declared = append(declared, "var."+block.Labels[0])
	}

	for _, block := range c.blocks("locals") {
		for name := range block.Body.Attributes {
			declared = append(declared, "local."+name)
		}
	}

	for _, block := range c.blocks("data") {
		declared = append(declared, "data."+strings.Join(block.Labels, "."))
	}

	for _, block := range c.blocks("provider") {
		if alias := block.Body.Attributes["alias"]; alias != nil {
			declared = append(declared, block.Labels[0]+"."+literal(alias.Expr))
		}
	}

	for _, address := range declared {
		uses := func(reference hcl.Traversal) bool {
			text := c.source(reference.SourceRange())

			return text == address || strings.HasPrefix(text, address+".") || strings.HasPrefix(text, address+"[")
		}
		if !slices.ContainsFunc(c.traversals(), uses) {
			findings = append(findings, address)
		}
	}

	return findings
}

var snakeCase = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

func checkNames(c lintedConfiguration) []string {
	var findings []string

	for _, block := range c.body.Blocks {
		if len(block.Labels) > 0 && !snakeCase.MatchString(block.Labels[len(block.Labels)-1]) {
			findings = append(findings, block.Labels[len(block.Labels)-1])
		}
	}

	for _, block := range c.blocks("locals") {
		for name := range block.Body.Attributes {
			if !snakeCase.MatchString(name) {
				findings = append(findings, name)
			}
		}
	}

	return findings
}

func checkInterpolations(c lintedConfiguration) []string {
	var findings []string

	_ = hclsyntax.VisitAll(c.body, func(node hclsyntax.Node) hcl.Diagnostics {
		if wrapped, ok := node.(*hclsyntax.TemplateWrapExpr); ok {
			findings = append(findings, c.source(wrapped.Range()))
		}

		return nil
	})

	return findings
}

func checkIndexes(c lintedConfiguration) []string {
	var findings []string

	for _, traversal := range c.traversals() {
		for _, step := range traversal {
			if index, ok := step.(hcl.TraverseIndex); ok && strings.HasPrefix(c.source(index.SrcRange), ".") {
				findings = append(findings, c.source(traversal.SourceRange()))
			}
		}
	}

	return findings
}

func checkModuleSources(c lintedConfiguration) []string {
	var findings []string

	for _, module := range c.blocks("module") {
		source := ""
		if attribute := module.Body.Attributes["source"]; attribute != nil {
			source = literal(attribute.Expr)
		}

		local := strings.HasPrefix(source, "./") || strings.HasPrefix(source, "../")
		if !local && module.Body.Attributes["version"] == nil && !strings.Contains(source, "ref=") {
			findings = append(findings, fmt.Sprintf("the module %s is from %q, without a version", module.Labels[0], source))
		}
	}

	return findings
}

// literal returns the value of a text without references, and an empty text for any other expression.
func literal(expression hclsyntax.Expression) string {
	value, diagnostics := expression.Value(nil)
	if diagnostics.HasErrors() || value.IsNull() || value.Type().FriendlyName() != "string" {
		return ""
	}

	return value.AsString()
}
