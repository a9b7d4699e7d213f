package protocol

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// TestTokenList_resultsMatchTheirImport tests the configuration that Terraform generates from a
// result. It is valid, imports the same token by its identity, and plans no change; the token is not
// changed.
func TestTokenList_resultsMatchTheirImport(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := providertest.SeedListed(t, s)
		server := s.Admin(t)
		of := providertest.Schemas(t)["resource "+providertest.TokenType].ValueType()
		before := s.TokensOf(t, user.ID)

		answer := providertest.ListTokens(t, server, tfprotov6.ListResourceRequest{Limit: 100, IncludeResource: true}, map[string]any{"user_id": user.ID})
		if len(answer.Results) != 3 || len(answer.Errors)+len(answer.Warnings) > 0 {
			t.Fatalf("%d results, %q, %q", len(answer.Results), answer.Errors, answer.Warnings)
		}

		for _, result := range answer.Results {
			imported, err := server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
				TypeName: providertest.TokenType, Identity: result.Identity,
			})
			providertest.Must(t, err)

			if errs := providertest.Texts(imported.Diagnostics, tfprotov6.DiagnosticSeverityError); len(errs) > 0 {
				t.Fatal(errs)
			}

			listed, state := providertest.DecodeObject(t, of, result.Resource), providertest.DecodeObject(t, of, imported.ImportedResources[0].State)
			if diff := cmp.Diff(state, listed); diff != "" {
				t.Errorf("%s: the import differs from the result (-import +result):\n%s", result.DisplayName, diff)
			}

			if got, want := decodeIdentity(t, server, result.Identity), decodeIdentity(t, server, imported.ImportedResources[0].Identity); !maps.Equal(got, want) ||
				got["server"] != s.URL || got["user_id"] != user.ID {
				t.Errorf("the identity is %v, but that of the import is %v", got, want)
			}

			plansNoChange(t, server, generated(t, listed), imported.ImportedResources[0])
		}

		if diff := cmp.Diff(before, s.TokensOf(t, user.ID)); diff != "" {
			t.Errorf("the tokens were changed:\n%s", diff)
		}
	})
}

// generated returns the configuration that Terraform generates from a resource: it has only arguments.
func generated(t *testing.T, resource map[string]tftypes.Value) map[string]tftypes.Value {
	t.Helper()

	config := maps.Clone(resource)

	for _, attribute := range providertest.Schemas(t)["resource "+providertest.TokenType].Block.Attributes {
		if !attribute.Optional && !attribute.Required {
			config[attribute.Name] = tftypes.NewValue(config[attribute.Name].Type(), nil)
		}
	}

	return config
}

// plansNoChange validates the configuration, reads the resource and plans, as Terraform does after an
// import.
func plansNoChange(
	t *testing.T, server providertest.ProtocolServer, config map[string]tftypes.Value, imported *tfprotov6.ImportedResource,
) {
	t.Helper()

	of := providertest.Schemas(t)["resource "+providertest.TokenType].ValueType()

	encoded, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, config))
	providertest.Must(t, err)

	if errs := providertest.Texts(providertest.ValidateConfig(t, server, "resource", providertest.TokenType, &encoded), tfprotov6.DiagnosticSeverityError); len(errs) > 0 {
		t.Fatalf("the generated configuration is invalid: %q", errs)
	}

	read, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: providertest.TokenType, CurrentState: imported.State, CurrentIdentity: imported.Identity, Private: imported.Private,
	})
	providertest.Must(t, err)

	proposed := providertest.DecodeObject(t, of, read.NewState)
	for name, value := range config {
		if !value.IsNull() {
			proposed[name] = value
		}
	}

	proposal, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, proposed))
	providertest.Must(t, err)

	planned, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: providertest.TokenType, PriorState: read.NewState, ProposedNewState: &proposal, Config: &encoded,
		PriorPrivate: read.Private, PriorIdentity: read.NewIdentity,
	})
	providertest.Must(t, err)

	if errs := providertest.Texts(append(read.Diagnostics, planned.Diagnostics...), tfprotov6.DiagnosticSeverityError); len(errs) > 0 {
		t.Fatal(errs)
	}

	if diff := cmp.Diff(providertest.DecodeObject(t, of, read.NewState), providertest.DecodeObject(t, of, planned.PlannedState)); diff != "" {
		t.Errorf("the plan has changes:\n%s", diff)
	}
}
