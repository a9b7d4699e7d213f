package providertest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// ResourceState holds a resource's state between calls, as a CLI does. It calls the provider over the
// plugin protocol in this process, which allows calls that no CLI makes in one run: for example, a plan
// with a provider whose settings are unknown, followed by an apply with the same provider fully
// configured.
type ResourceState struct {
	// typeName is the resource's type, such as TokenType.
	typeName string
	// Of is the type of the resource's values. State is its current value, null if it does not exist.
	Of       tftypes.Type
	State    *tfprotov6.DynamicValue
	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

// ResourcePlan is a plan of a [ResourceState] with its diagnostics.
type ResourcePlan struct {
	*tfprotov6.PlanResourceChangeResponse

	// Errors and Warnings come from both validating and planning.
	Errors, Warnings []string
	of               tftypes.Type
	config           *tfprotov6.DynamicValue
}

// NewTokenState returns a token resource that has not been created yet.
func NewTokenState(t *testing.T) *ResourceState {
	t.Helper()

	return newResourceState(t, TokenType)
}

// NewUserState returns a user resource that has not been created yet.
func NewUserState(t *testing.T) *ResourceState {
	t.Helper()

	return newResourceState(t, UserType)
}

func newResourceState(t *testing.T, typeName string) *ResourceState {
	t.Helper()

	schema := Schemas(t)["resource "+typeName]

	return &ResourceState{typeName: typeName, Of: schema.ValueType(), State: EncodeNull(t, schema)}
}

// Value returns an attribute from the state.
func (s *ResourceState) Value(t *testing.T, name string) tftypes.Value {
	t.Helper()

	return DecodeObject(t, s.Of, s.State)[name]
}

// Plan validates and plans a configuration.
func (s *ResourceState) Plan(t *testing.T, server ProtocolServer, set map[string]any) *ResourcePlan {
	t.Helper()

	config := EncodeObject(t, s.Of, set)

	diagnostics := ValidateConfig(t, server, "resource", s.typeName, config)
	if errs := Texts(diagnostics, tfprotov6.DiagnosticSeverityError); len(errs) > 0 {
		return &ResourcePlan{Errors: errs, config: config}
	}

	proposed := DecodeObject(t, s.Of, config)

	if prior, err := s.State.Unmarshal(s.Of); err == nil && !prior.IsNull() {
		recorded := DecodeObject(t, s.Of, s.State)

		for _, attribute := range Schemas(t)["resource "+s.typeName].Block.Attributes {
			if attribute.Computed && proposed[attribute.Name].IsNull() {
				proposed[attribute.Name] = recorded[attribute.Name]
			}
		}
	}

	proposal, err := tfprotov6.NewDynamicValue(s.Of, tftypes.NewValue(s.Of, proposed))
	Must(t, err)

	response, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: s.typeName, PriorState: s.State, ProposedNewState: &proposal, Config: config,
		PriorPrivate: s.private, PriorIdentity: s.identity,
	})
	Must(t, err)

	diagnostics = append(diagnostics, response.Diagnostics...)

	return &ResourcePlan{
		PlanResourceChangeResponse: response, of: s.Of, config: config,
		Errors:   Texts(diagnostics, tfprotov6.DiagnosticSeverityError),
		Warnings: Texts(diagnostics, tfprotov6.DiagnosticSeverityWarning),
	}
}

// Applied applies a plan, records the new state, and returns the errors and warnings.
func (s *ResourceState) Applied(t *testing.T, server ProtocolServer, plan *ResourcePlan) (errs, warnings []string) {
	t.Helper()

	response, err := server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: s.typeName, PriorState: s.State, PlannedState: plan.PlannedState, Config: plan.config,
		PlannedPrivate: plan.PlannedPrivate, PlannedIdentity: plan.PlannedIdentity,
	})
	Must(t, err)

	errs = Texts(response.Diagnostics, tfprotov6.DiagnosticSeverityError)

	if destroyed, err := plan.PlannedState.Unmarshal(s.Of); len(errs) == 0 && err == nil && !destroyed.IsNull() {
		CheckConsistent(t, s.Of, plan.PlannedState, response.NewState)
	}

	s.State, s.private, s.identity = response.NewState, response.Private, response.NewIdentity

	return errs, Texts(response.Diagnostics, tfprotov6.DiagnosticSeverityWarning)
}

// Apply plans and applies a configuration, and fails the test on an error.
func (s *ResourceState) Apply(t *testing.T, server ProtocolServer, set map[string]any) {
	t.Helper()

	plan := s.Plan(t, server, set)
	if len(plan.Errors) > 0 {
		t.Fatalf("the plan failed: %q", plan.Errors)
	}

	if errs, _ := s.Applied(t, server, plan); len(errs) > 0 {
		t.Fatalf("the apply failed: %q", errs)
	}
}

// Refresh reads the resource and returns the errors.
func (s *ResourceState) Refresh(t *testing.T, server ProtocolServer) []string {
	t.Helper()

	response, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: s.typeName, CurrentState: s.State, Private: s.private, CurrentIdentity: s.identity,
	})
	Must(t, err)

	if response.NewIdentity == nil { // Terraform requires one after every read, even a failed one.
		t.Error("the refresh returned no identity")
	}

	errs := Texts(response.Diagnostics, tfprotov6.DiagnosticSeverityError)
	if len(errs) == 0 {
		s.State, s.private, s.identity = response.NewState, response.Private, response.NewIdentity
	}

	return errs
}

// Diff returns the difference between the state and the plan; empty if nothing changes.
func (s *ResourceState) Diff(t *testing.T, plan *ResourcePlan) string {
	t.Helper()

	return cmp.Diff(s.Attributes(t), plan.Attributes(t))
}

// Destroy plans and applies a destroy, records the remaining state, and returns the errors.
func (s *ResourceState) Destroy(t *testing.T, server ProtocolServer) []string {
	t.Helper()

	plan := s.PlanDestroy(t, server)
	if len(plan.Errors) > 0 {
		return plan.Errors
	}

	errs, _ := s.Applied(t, server, plan)

	return errs
}

// PlanDestroy plans a destroy.
func (s *ResourceState) PlanDestroy(t *testing.T, server ProtocolServer) *ResourcePlan {
	t.Helper()

	null := EncodeNull(t, Schemas(t)["resource "+s.typeName])

	plan, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: s.typeName, PriorState: s.State, ProposedNewState: null, Config: null,
		PriorPrivate: s.private, PriorIdentity: s.identity,
	})
	Must(t, err)

	return &ResourcePlan{
		PlanResourceChangeResponse: plan, of: s.Of, config: null,
		Errors:   Texts(plan.Diagnostics, tfprotov6.DiagnosticSeverityError),
		Warnings: Texts(plan.Diagnostics, tfprotov6.DiagnosticSeverityWarning),
	}
}

// Import imports the resource with this id and returns the errors.
func (s *ResourceState) Import(t *testing.T, server ProtocolServer, id string) []string {
	t.Helper()

	response, err := server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: s.typeName, ID: id})
	Must(t, err)

	return s.imported(response)
}

// ImportIdentity imports the resource with this identity and returns the errors.
func (s *ResourceState) ImportIdentity(t *testing.T, server ProtocolServer, identity map[string]any) []string {
	t.Helper()

	return s.imported(importIdentity(t, server, s.typeName, identity))
}

func (s *ResourceState) imported(response *tfprotov6.ImportResourceStateResponse) []string {
	errs := Texts(response.Diagnostics, tfprotov6.DiagnosticSeverityError)
	if len(errs) == 0 {
		imported := response.ImportedResources[0]
		s.State, s.private, s.identity = imported.State, imported.Private, imported.Identity
	}

	return errs
}

// Attributes returns the state as a Go map, with numbers and booleans as strings; nil if there is no
// state.
func (s *ResourceState) Attributes(t *testing.T) map[string]any {
	t.Helper()

	value, err := s.State.Unmarshal(s.Of)
	Must(t, err)

	attributes, _ := PlainValue(t, value).(map[string]any)

	return attributes
}

// Attributes returns the planned state as a Go map, with numbers and booleans as strings.
func (p *ResourcePlan) Attributes(t *testing.T) map[string]any {
	t.Helper()

	planned := &ResourceState{Of: p.of, State: p.PlannedState}

	return planned.Attributes(t)
}

// CheckConsistent fails the test if a value that is known in first differs in second. A CLI rejects
// this as inconsistent, both between two plans and between a plan and the new state.
func CheckConsistent(t *testing.T, of tftypes.Type, first, second *tfprotov6.DynamicValue) {
	t.Helper()

	checkPromises(t, "", DecodeObject(t, of, first), DecodeObject(t, of, second))
}

func checkPromises(t *testing.T, at string, promised, kept map[string]tftypes.Value) {
	t.Helper()

	for name, value := range promised {
		switch {
		case !value.IsKnown():
		case value.Type().Is(tftypes.Object{}) && !value.IsNull() && kept[name].IsKnown() && !kept[name].IsNull():
			var inner, innerKept map[string]tftypes.Value
			Must(t, value.As(&inner))
			Must(t, kept[name].As(&innerKept))
			checkPromises(t, at+name+".", inner, innerKept)
		case !value.Equal(kept[name]):
			t.Errorf("%s was planned as a known value, but it changed: %s", at+name, cmp.Diff(value, kept[name]))
		}
	}
}
