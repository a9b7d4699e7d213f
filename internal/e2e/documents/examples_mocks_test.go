package documents

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
)

const (
	mockData       = "module/tests/mocks/opsaccess.tfmock.hcl"
	mockedTests    = "module/tests/service_token.tftest.hcl"
	mockedTestsFor = "module/tests/service_token.tofutest.hcl" // OpenTofu
	mockSource     = "  source = \"./tests/mocks\"\n"
)

// mockedForeman matches the part of the mock data that OpenTofu does not support: an object that lacks
// attributes.
var mockedForeman = regexp.MustCompile(`(?ms)^ +foreman = \{.*?^ +\}\n`)

// TestExamples_mockDataFitsTheSchemas compares the mock data with the schemas. Terraform ignores mocked
// attributes that the schema does not have and generates dates that are not mocked, so a module's tests
// would not reveal either.
func TestExamples_mockDataFitsTheSchemas(t *testing.T) {
	t.Parallel()

	mocked := mockedConstructs(t)

	for name, schema := range providertest.Schemas(t) {
		if kind, _, _ := strings.Cut(name, " "); kind != "resource" && kind != "data" {
			continue
		}

		values, ok := mocked[name]
		delete(mocked, name)

		if !ok {
			values = cty.EmptyObjectVal
		}

		for _, problem := range mockProblems(schema.Block.Attributes, values) {
			t.Errorf("%s: %s", name, problem)
		}
	}

	for name := range mocked {
		t.Errorf("%s is mocked, but the provider has no such construct", name)
	}
}

// TestExamples_mockedTokenIsConsistent tests that the values of the mocked token are consistent with
// each other, as those of an issued token are.
func TestExamples_mockedTokenIsConsistent(t *testing.T) {
	t.Parallel()

	token := mockedConstructs(t)["resource "+providertest.TokenType]
	text := func(names ...string) string {
		value := token
		for _, name := range names {
			value = value.GetAttr(name)
		}

		return value.AsString()
	}

	created, err := time.Parse(time.RFC3339, text("current", "created_at"))
	providertest.Must(t, err)

	version, _ := token.GetAttr("token_version").AsBigFloat().Int64()
	generation, _ := token.GetAttr("generation").AsBigFloat().Int64()

	if want := text("owner", "id") + "/" + text("current", "id"); text("id") != want {
		t.Errorf("the id is %q, want %q", text("id"), want)
	}

	if want := fmt.Sprintf("-%s-%d", text("series"), generation); !strings.HasSuffix(text("current", "name"), want) {
		t.Errorf("the name is %q, want one that ends in %q", text("current", "name"), want)
	}

	if version != created.Unix() {
		t.Errorf("the token_version is %d, want %d", version, created.Unix())
	}

	// For RFC 3339 in UTC, the order of the strings is the order of the instants.
	if dates := []string{text("current", "created_at"), text("current", "rotate_at"), text("current", "expires_at")}; !slices.IsSorted(dates) {
		t.Errorf("issued, rotated and expired at %q, want ascending times", dates)
	}
}

// TestExamples_moduleTestsAreTheSameForOpenTofu tests the copy of the resource's mock data in
// OpenTofu's tests: OpenTofu cannot load mock data from a file.
func TestExamples_moduleTestsAreTheSameForOpenTofu(t *testing.T) {
	t.Parallel()

	afterComment := func(name string) string {
		_, text, _ := strings.Cut(string(examples.File(t, name)), "mock_provider")

		return text
	}

	resource, _, _ := strings.Cut(mockBlocks(t), "\n  mock_data")

	if got, want := afterComment(mockedTestsFor), strings.Replace(afterComment(mockedTests), mockSource, resource, 1); got != want {
		t.Errorf("%s is\n%s\nwant\n%s", mockedTestsFor, got, want)
	}
}

// TestAccExamples_mockData tests in both CLIs that every construct in the mock data is mocked, with
// dates that can be compared.
func TestAccExamples_mockData(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	providertest.SetEnvironment(t, nil)

	w := (&providertest.Target{Now: time.Now}).Workspace(t)
	examples.Copy(t, w, "module/tests/mocks", "tests/mocks")

	mock, absent := mockSource, "no such attribute"
	if cli, _ := providertest.CLIVersion(t); cli == "OpenTofu" {
		mock, absent = mockedForeman.ReplaceAllString(mockBlocks(t), ""), "foreman."
	}

	var text strings.Builder

	for name, values := range mockedConstructs(t) {
		kind, typeName, _ := strings.Cut(name, " ")
		address := strings.TrimPrefix(kind+"."+typeName+".test.", "resource.")

		fmt.Fprintf(&text, "%s %q \"test\" {\n%s}\n", kind, typeName, mockedArguments[name])

		for _, date := range mockedDates(values) {
			if !strings.HasPrefix(date, absent) {
				fmt.Fprintf(&text, "check %q {\n  assert {\n    condition     = timecmp(%s, \"2000-01-01T00:00:00Z\") > 0\n"+
					"    error_message = \"not a date of this century\"\n  }\n}\n", strings.ReplaceAll(address+date, ".", "_"), address+date)
			}
		}
	}

	w.Write(t, text.String())
	w.File(t, "tests/all.tftest.hcl", "mock_provider \"opsaccess\" {\n"+mock+"}\n\nrun \"all\" {}\n")

	wantTestsToPass(t, w.Run(t, "test", "-json"), 1)
}

// mockedArguments holds the required arguments of each mocked construct.
var mockedArguments = map[string]string{ //nolint:gosec // These are not credentials.
	"resource " + providertest.TokenType:   "  username    = \"svc-deploy\"\n  name_prefix = \"deploy-\"\n  expires_in  = \"90d\"\n",
	"resource " + providertest.UserType:    "  username = \"svc.deploy\"\n",
	"data opsaccess_personal_access_token": "  username = \"svc-deploy\"\n  name     = \"deploy pipeline\"\n",
	"data opsaccess_user":                  "  username = \"svc-deploy\"\n",
}

// mockedConstructs returns the defaults in the mock data, by kind and name of the construct.
func mockedConstructs(t *testing.T) map[string]cty.Value {
	t.Helper()

	parsed, diags := hclparse.NewParser().ParseHCL(examples.File(t, mockData), mockData)
	if diags.HasErrors() {
		t.Fatal(diags)
	}

	body, ok := parsed.Body.(*hclsyntax.Body)
	if !ok {
		t.Fatalf("%s is a %T", mockData, parsed.Body)
	}

	mocked := map[string]cty.Value{}

	for _, block := range body.Blocks {
		kind, ok := map[string]string{"mock_resource": "resource", "mock_data": "data"}[block.Type]
		if !ok {
			t.Fatalf("%s has a block %s", mockData, block.Type)
		}

		mocked[kind+" "+block.Labels[0]] = evaluate(t, block.Body.Attributes["defaults"].Expr, cty.NilVal)
	}

	return mocked
}

// mockBlocks returns the mock data as it would appear in a mock_provider block.
func mockBlocks(t *testing.T) string {
	t.Helper()

	var text strings.Builder

	_, blocks, _ := strings.Cut(string(examples.File(t, mockData)), "\nmock_resource")
	for line := range strings.Lines("mock_resource" + blocks) {
		if line != "\n" {
			text.WriteString("  ")
		}

		text.WriteString(line)
	}

	return text.String()
}

// mockProblems returns the problems of the mocked values of an object.
func mockProblems(attributes []*tfprotov6.SchemaAttribute, values cty.Value) []string {
	var problems []string

	unknown := values.AsValueMap()
	if unknown == nil {
		unknown = map[string]cty.Value{}
	}

	for _, attribute := range attributes {
		value, ok := unknown[attribute.Name]
		delete(unknown, attribute.Name)

		problem := ""

		switch nested := attribute.NestedType; {
		case ok && !attribute.Computed:
			problem = "is an argument, which OpenTofu does not allow to mock"
		case nested != nil && nested.Nesting == tfprotov6.SchemaObjectNestingModeSingle && attribute.Computed:
			if !ok {
				value = cty.EmptyObjectVal
			}

			for _, problem := range mockProblems(nested.Attributes, value) {
				problems = append(problems, attribute.Name+"."+problem)
			}
		case ok && nested != nil:
			problem = "is a list, which Terraform cannot mock"
		case ok && !value.IsNull() && value.Type() != mockType(attribute.Type):
			problem = fmt.Sprintf("is %s, want %s", value.Type().FriendlyName(), attribute.Type)
		case attribute.Computed && strings.HasSuffix(attribute.Name, "_at"):
			if !ok {
				problem = "is a date that is not mocked"
			} else if _, err := time.Parse(time.RFC3339, value.AsString()); err != nil {
				problem = err.Error()
			}
		case !ok && attribute.Computed && attribute.Name == "id" && attribute.Type.Is(tftypes.String):
			problem = "is not mocked"
		}

		if problem != "" {
			problems = append(problems, attribute.Name+" "+problem)
		}
	}

	for name := range unknown {
		problems = append(problems, name+" is mocked, but not in the schema")
	}

	return problems
}

// mockType returns the type of a mocked value; cty.NilType if it cannot be mocked.
func mockType(of tftypes.Type) cty.Type {
	switch {
	case of.Is(tftypes.String):
		return cty.String
	case of.Is(tftypes.Number):
		return cty.Number
	case of.Is(tftypes.Bool):
		return cty.Bool
	default:
		return cty.NilType
	}
}

// mockedDates returns the paths of the dates in the mocked values.
func mockedDates(values cty.Value) []string {
	var dates []string

	mocked := values.AsValueMap()
	for _, name := range slices.Sorted(maps.Keys(mocked)) {
		switch value := mocked[name]; {
		case strings.HasSuffix(name, "_at"):
			dates = append(dates, name)
		case value.Type().IsObjectType():
			for _, date := range mockedDates(value) {
				dates = append(dates, name+"."+date)
			}
		}
	}

	return dates
}
