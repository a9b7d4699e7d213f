package protocol

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
)

// tokenState is a token's resource as a CLI keeps it between calls. It speaks the plugin protocol
// in this process, and can do what no CLI does in one run, such as to plan with a provider whose
// settings are not known and to apply with one whose are.
type tokenState struct {
	of       tftypes.Type
	state    *tfprotov6.DynamicValue
	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

// tokenPlan is a plan of it, with what was said.
type tokenPlan struct {
	*tfprotov6.PlanResourceChangeResponse

	of               tftypes.Type
	config           *tfprotov6.DynamicValue
	errors, warnings []string
}

func newTokenState(t *testing.T) *tokenState {
	t.Helper()

	schema := providertest.Schemas(t)["resource "+providertest.TokenType]

	return &tokenState{of: schema.ValueType(), state: dynamicNull(t, schema)}
}

// value returns an attribute of the state.
func (s *tokenState) value(t *testing.T, name string) tftypes.Value {
	t.Helper()

	return providertest.DecodeObject(t, s.of, s.state)[name]
}

// plan validates and plans the configuration.
func (s *tokenState) plan(t *testing.T, server providertest.ProtocolServer, set map[string]any) *tokenPlan {
	t.Helper()

	config := providertest.EncodeObject(t, s.of, set)

	diagnostics := providertest.ValidateConfig(t, server, "resource", providertest.TokenType, config)
	if errs := providertest.Texts(diagnostics, tfprotov6.DiagnosticSeverityError); len(errs) > 0 {
		return &tokenPlan{of: s.of, config: config, errors: errs}
	}

	proposed := providertest.DecodeObject(t, s.of, config)

	if prior, err := s.state.Unmarshal(s.of); err == nil && !prior.IsNull() {
		recorded := providertest.DecodeObject(t, s.of, s.state)

		for _, attribute := range providertest.Schemas(t)["resource "+providertest.TokenType].Block.Attributes {
			if attribute.Computed && proposed[attribute.Name].IsNull() {
				proposed[attribute.Name] = recorded[attribute.Name]
			}
		}
	}

	proposal, err := tfprotov6.NewDynamicValue(s.of, tftypes.NewValue(s.of, proposed))
	providertest.Must(t, err)

	response, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: providertest.TokenType, PriorState: s.state, ProposedNewState: &proposal, Config: config,
		PriorPrivate: s.private, PriorIdentity: s.identity,
	})
	providertest.Must(t, err)

	diagnostics = append(diagnostics, response.Diagnostics...)

	return &tokenPlan{
		PlanResourceChangeResponse: response, of: s.of, config: config,
		errors:   providertest.Texts(diagnostics, tfprotov6.DiagnosticSeverityError),
		warnings: providertest.Texts(diagnostics, tfprotov6.DiagnosticSeverityWarning),
	}
}

// applied applies a plan, records what comes of it, and returns the errors and warnings.
func (s *tokenState) applied(t *testing.T, server providertest.ProtocolServer, plan *tokenPlan) (errs, warnings []string) {
	t.Helper()

	response, err := server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: providertest.TokenType, PriorState: s.state, PlannedState: plan.PlannedState, Config: plan.config,
		PlannedPrivate: plan.PlannedPrivate, PlannedIdentity: plan.PlannedIdentity,
	})
	providertest.Must(t, err)

	errs = providertest.Texts(response.Diagnostics, tfprotov6.DiagnosticSeverityError)

	if len(errs) == 0 {
		checkConsistent(t, s.of, plan.PlannedState, response.NewState)
	}

	s.state, s.private, s.identity = response.NewState, response.Private, response.NewIdentity

	return errs, providertest.Texts(response.Diagnostics, tfprotov6.DiagnosticSeverityWarning)
}

// apply plans and applies a configuration that is fine.
func (s *tokenState) apply(t *testing.T, server providertest.ProtocolServer, set map[string]any) {
	t.Helper()

	plan := s.plan(t, server, set)
	if len(plan.errors) > 0 {
		t.Fatalf("the plan fails: %q", plan.errors)
	}

	if errs, _ := s.applied(t, server, plan); len(errs) > 0 {
		t.Fatalf("the apply fails: %q", errs)
	}
}

// refresh reads the resource, and returns the errors.
func (s *tokenState) refresh(t *testing.T, server providertest.ProtocolServer) []string {
	t.Helper()

	response, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: providertest.TokenType, CurrentState: s.state, Private: s.private, CurrentIdentity: s.identity,
	})
	providertest.Must(t, err)

	errs := providertest.Texts(response.Diagnostics, tfprotov6.DiagnosticSeverityError)
	if len(errs) == 0 {
		s.state, s.private, s.identity = response.NewState, response.Private, response.NewIdentity
	}

	return errs
}

// checkConsistent reports a value that is known in the first and another one in the second: a CLI
// calls that inconsistent, be they a plan and a later plan or a plan and a state.
func checkConsistent(t *testing.T, of tftypes.Type, first, second *tfprotov6.DynamicValue) {
	t.Helper()

	checkPromises(t, "", providertest.DecodeObject(t, of, first), providertest.DecodeObject(t, of, second))
}

func checkPromises(t *testing.T, at string, promised, kept map[string]tftypes.Value) {
	t.Helper()

	for name, value := range promised {
		switch {
		case !value.IsKnown():
		case value.Type().Is(tftypes.Object{}) && !value.IsNull() && kept[name].IsKnown() && !kept[name].IsNull():
			var inner, innerKept map[string]tftypes.Value
			providertest.Must(t, value.As(&inner))
			providertest.Must(t, kept[name].As(&innerKept))
			checkPromises(t, at+name+".", inner, innerKept)
		case !value.Equal(kept[name]):
			t.Errorf("%s was promised and is another one: %s", at+name, cmp.Diff(value, kept[name]))
		}
	}
}

// having returns the arguments with others set.
func having(set map[string]any, others map[string]any) map[string]any {
	all := maps.Clone(set)
	maps.Copy(all, others)

	return all
}
