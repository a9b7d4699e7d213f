package provider

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// What Terraform makes of a result is configuration that is valid, imports the very token
// of the result by its identity, and plans no change; and nobody touches the token.
func TestTokenList_aResultIsWhatAnImportFills(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := seedListed(t, s)
		server := s.admin(t)
		of := schemas(t)["resource "+tokenType].ValueType()
		before := s.tokensOf(t, user.id)

		answer := listTokens(t, server, tfprotov6.ListResourceRequest{Limit: 100, IncludeResource: true}, map[string]any{"user_id": user.id})
		if len(answer.results) != 3 || len(answer.errors)+len(answer.warnings) > 0 {
			t.Fatalf("%d results, %q, %q", len(answer.results), answer.errors, answer.warnings)
		}

		for _, result := range answer.results {
			imported, err := server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
				TypeName: tokenType, Identity: result.Identity,
			})
			must(t, err)

			if errs := said(imported.Diagnostics, tfprotov6.DiagnosticSeverityError); len(errs) > 0 {
				t.Fatal(errs)
			}

			listed, state := decode(t, of, result.Resource), decode(t, of, imported.ImportedResources[0].State)
			if diff := cmp.Diff(state, listed); diff != "" {
				t.Errorf("%s: the import differs from the result (-import +result):\n%s", result.DisplayName, diff)
			}

			if got, want := decodeIdentity(t, server, result.Identity), decodeIdentity(t, server, imported.ImportedResources[0].Identity); !maps.Equal(got, want) ||
				got["server"] != s.url || got["user_id"] != user.id {
				t.Errorf("the identity is %v, and that of the import %v", got, want)
			}

			plansNoChange(t, server, generated(t, listed), imported.ImportedResources[0])
		}

		if diff := cmp.Diff(before, s.tokensOf(t, user.id)); diff != "" {
			t.Errorf("the tokens were touched:\n%s", diff)
		}
	})
}

// generated returns the configuration that Terraform generates of a resource: what is not
// an argument is left out.
func generated(t *testing.T, resource map[string]tftypes.Value) map[string]tftypes.Value {
	t.Helper()

	config := maps.Clone(resource)

	for _, attribute := range schemas(t)["resource "+tokenType].Block.Attributes {
		if !attribute.Optional && !attribute.Required {
			config[attribute.Name] = tftypes.NewValue(config[attribute.Name].Type(), nil)
		}
	}

	return config
}

// plansNoChange validates the configuration, reads the resource and plans, as Terraform
// does after an import.
func plansNoChange(
	t *testing.T, server protocolServer, config map[string]tftypes.Value, imported *tfprotov6.ImportedResource,
) {
	t.Helper()

	of := schemas(t)["resource "+tokenType].ValueType()

	encoded, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, config))
	must(t, err)

	if errs := said(validateConfig(t, server, "resource", tokenType, &encoded), tfprotov6.DiagnosticSeverityError); len(errs) > 0 {
		t.Fatalf("the generated configuration is not valid: %q", errs)
	}

	read, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: tokenType, CurrentState: imported.State, CurrentIdentity: imported.Identity, Private: imported.Private,
	})
	must(t, err)

	proposed := decode(t, of, read.NewState)
	for name, value := range config {
		if !value.IsNull() {
			proposed[name] = value
		}
	}

	proposal, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, proposed))
	must(t, err)

	planned, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: tokenType, PriorState: read.NewState, ProposedNewState: &proposal, Config: &encoded,
		PriorPrivate: read.Private, PriorIdentity: read.NewIdentity,
	})
	must(t, err)

	if errs := said(append(read.Diagnostics, planned.Diagnostics...), tfprotov6.DiagnosticSeverityError); len(errs) > 0 {
		t.Fatal(errs)
	}

	if diff := cmp.Diff(decode(t, of, read.NewState), decode(t, of, planned.PlannedState)); diff != "" {
		t.Errorf("the plan has changes:\n%s", diff)
	}
}
