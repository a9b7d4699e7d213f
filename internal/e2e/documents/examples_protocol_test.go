package documents

import (
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
)

const (
	listExample   = "list-resources/" + providertest.TokenType + "/list-resource.tfquery.hcl"
	actionExample = "actions/" + providertest.RevokeType + "/action.tf"
)

// exampleCall is a list or action block of an example, or an instance of one with for_each or count.
type exampleCall struct {
	name   string
	config map[string]any
	limit  int64
	full   bool // include_resource
}

// exampleCalls evaluates the blocks of a file, which the oldest supported Terraform cannot read.
func exampleCalls(t *testing.T, kind, typeName, file string) []exampleCall {
	t.Helper()

	parsed, diags := hclparse.NewParser().ParseHCL(exampleBytes(t, file), path.Base(file))
	if diags.HasErrors() {
		t.Fatal(diags)
	}

	body, ok := parsed.Body.(*hclsyntax.Body)
	if !ok {
		t.Fatalf("%s is a %T", file, parsed.Body)
	}

	var calls []exampleCall

	for _, block := range body.Blocks {
		if block.Type != kind || block.Labels[0] != typeName {
			t.Fatalf("%s has a block %s %q", file, block.Type, block.Labels)
		}

		calls = append(calls, exampleInstances(t, block)...)
	}

	return calls
}

// exampleBytes returns the content of a file.
func exampleBytes(t *testing.T, name string) []byte {
	t.Helper()

	content, err := fs.ReadFile(examples.Files(), name)
	providertest.Must(t, err)

	return content
}

// exampleInstances evaluates all instances of a block.
func exampleInstances(t *testing.T, block *hclsyntax.Block) []exampleCall {
	t.Helper()

	keys := []cty.Value{cty.StringVal("")}

	if each, ok := block.Body.Attributes["for_each"]; ok {
		keys = evaluate(t, each.Expr, cty.NilVal).AsValueSlice()
	}

	var calls []exampleCall

	for _, key := range keys {
		call := exampleCall{name: block.Labels[1] + key.AsString(), limit: 100, config: map[string]any{}}

		if limit, ok := block.Body.Attributes["limit"]; ok {
			call.limit, _ = evaluate(t, limit.Expr, key).AsBigFloat().Int64()
		}

		if full, ok := block.Body.Attributes["include_resource"]; ok {
			call.full = evaluate(t, full.Expr, key).True()
		}

		for name, argument := range block.Body.Blocks[0].Body.Attributes {
			if value := evaluate(t, argument.Expr, key); value.Type() == cty.Bool {
				call.config[name] = value.True()
			} else {
				call.config[name] = value.AsString()
			}
		}

		calls = append(calls, call)
	}

	return calls
}

// evaluate evaluates an expression; it supports the kinds that occur in the examples.
func evaluate(t *testing.T, expression hcl.Expression, key cty.Value) cty.Value {
	t.Helper()

	scope := &hcl.EvalContext{
		Functions: map[string]function.Function{"toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType))},
	}

	if key != cty.NilVal {
		scope.Variables = map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{"key": key})}
	}

	value, diags := expression.Value(scope)
	if diags.HasErrors() {
		t.Fatal(diags)
	}

	return value
}

// TestExamples_list tests that each block in the list resource's example finds a token.
func TestExamples_list(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	s, server := examples.NewSandbox(t)
	providertest.AddToken(t, server, examples.DeployUser, "deploy pipeline")
	_, _, err := server.AddToken("svc-backup", "backup expiring", s.Now().Add(providertest.Day))
	providertest.Must(t, err)

	for _, call := range exampleCalls(t, "list", providertest.TokenType, listExample) {
		request := tfprotov6.ListResourceRequest{Limit: call.limit, IncludeResource: call.full}

		answer := providertest.ListTokens(t, s.Serve(t, map[string]any{}), request, call.config)
		if len(answer.Errors)+len(answer.Warnings) > 0 || len(answer.Results) != 1 {
			t.Errorf("%s: %d results, %q, %q", call.name, len(answer.Results), answer.Errors, answer.Warnings)
		}
	}
}

// TestExamples_action tests that each block in the action's example does what its name says.
func TestExamples_action(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	s, server := examples.NewSandbox(t)

	for _, login := range []string{"svc-gitlab", "svc-jenkins", examples.DeployUser} {
		providertest.AddToken(t, server, login, "deploy-1")
	}

	for _, call := range exampleCalls(t, "action", providertest.RevokeType, actionExample) {
		done := providertest.Invoke(t, s.Serve(t, map[string]any{}), call.config)
		if len(done.Errors) > 0 {
			t.Errorf("%s: %q", call.name, done.Errors)
		}
	}

	for login, want := range map[string]int{
		"svc-gitlab": 0, "svc-jenkins": 0, "svc-backup": 1,
		examples.DeployUser: 1, // It was created after the leak was closed.
	} {
		if got := server.LiveTokens(login); got != want {
			t.Errorf("%d tokens of %s are alive, want %d", got, login, want)
		}
	}
}

// TestExamples_aCommandInvokesEachAction tests that a command above each action invokes it.
func TestExamples_aCommandInvokesEachAction(t *testing.T) {
	t.Parallel()

	text := examples.Text(t, actionExample)

	for _, call := range exampleCalls(t, "action", providertest.RevokeType, actionExample) {
		name := strings.TrimSuffix(strings.TrimSuffix(call.name, "svc-gitlab"), "svc-jenkins")
		if !strings.Contains(text, "-invoke=action."+providertest.RevokeType+"."+name) {
			t.Errorf("no command invokes %s", name)
		}
	}
}
