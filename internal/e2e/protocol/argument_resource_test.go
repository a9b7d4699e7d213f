package protocol

import (
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// useResource plans a new token with the argument unknown, and applies the plan with this value of the
// argument. Then it does the same with an existing token.
func (s *argumentScene) useResource(t *testing.T, typeName, argument string, set map[string]any) []used {
	t.Helper()

	of := s.schemas["resource "+typeName].ValueType()
	none, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, nil))
	providertest.Must(t, err)

	before := maps.Clone(set)
	setArgument(before, argument, tftypes.UnknownValue)

	config, unknown := providertest.EncodeObject(t, of, set), providertest.EncodeObject(t, of, before)

	if s.fresh == nil {
		s.fresh = s.planUnknown(t, typeName, argument, &none, unknown)
	}

	uses := s.changeResource(t, typeName, argument, s.fresh, config)

	// Other tests cover a change of the user.
	if argument == "username" || argument == "user_id" {
		return uses
	}

	if s.standing == nil {
		s.standing = s.planUnknown(t, typeName, argument, s.createStanding(t, typeName), unknown)
	}

	for _, use := range s.changeResource(t, typeName, argument, s.standing, config) {
		if use.stage == "apply" && (len(use.errors) == 0 || use.changed) {
			s.standing = nil
		}

		use.stage += " of an update"
		uses = append(uses, use)
	}

	return uses
}

// createStanding creates a resource without the argument, or with another name, and returns its state.
func (s *argumentScene) createStanding(t *testing.T, typeName string) *tfprotov6.DynamicValue {
	t.Helper()

	of := s.schemas["resource "+typeName].ValueType()
	none, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, nil))
	providertest.Must(t, err)

	arguments := map[string]any{"username": s.user.Login}
	if typeName == providertest.TokenType {
		arguments["name_prefix"], arguments["expires_in"] = "standing-", "30d"
	}

	config := providertest.EncodeObject(t, of, arguments)
	planned := s.planResource(t, typeName, &none, config)
	created, err := s.server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, PriorState: &none, Config: config, PlannedState: planned.PlannedState,
	})
	providertest.Must(t, err)

	for _, diagnostic := range problems(created.Diagnostics) {
		t.Fatalf("%s: %s", diagnostic.Summary, diagnostic.Detail)
	}

	return created.NewState
}

// planUnknown plans with a configuration in which the argument is unknown.
func (s *argumentScene) planUnknown(t *testing.T, typeName, argument string, prior, unknown *tfprotov6.DynamicValue) *unknownPlan {
	t.Helper()

	planned := s.planResource(t, typeName, prior, unknown)
	if errs := problems(planned.Diagnostics); len(errs) > 0 {
		t.Fatalf("a plan with %s unknown: %s: %s", argument, errs[0].Summary, errs[0].Detail)
	}

	return &unknownPlan{prior: prior, planned: planned}
}

// changeResource plans with the configuration, and applies the plan in which the argument was unknown.
func (s *argumentScene) changeResource(
	t *testing.T, typeName, argument string, from *unknownPlan, config *tfprotov6.DynamicValue,
) []used {
	t.Helper()

	of := s.schemas["resource "+typeName].ValueType()
	uses := []used{{stage: "plan", errors: problems(s.planResource(t, typeName, from.prior, config).Diagnostics)}}

	issued := s.Issued()
	applied, err := s.server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, PriorState: from.prior, Config: config, PlannedPrivate: from.planned.PlannedPrivate,
		PlannedState: settled(t, of, from.planned.PlannedState, config, argument),
	})
	providertest.Must(t, err)

	return append(uses, used{stage: "apply", errors: problems(applied.Diagnostics), changed: s.Issued() != issued})
}

// planResource plans as a CLI does: the proposed state contains the outputs from the prior state.
func (s *argumentScene) planResource(
	t *testing.T, typeName string, prior, config *tfprotov6.DynamicValue,
) *tfprotov6.PlanResourceChangeResponse {
	t.Helper()

	schema := s.schemas["resource "+typeName]
	of := schema.ValueType()
	proposed := config

	if state, err := prior.Unmarshal(of); err == nil && !state.IsNull() {
		attributes := providertest.DecodeObject(t, of, config)

		for _, attribute := range schema.Block.Attributes {
			if attribute.Computed && attributes[attribute.Name].IsNull() {
				attributes[attribute.Name] = providertest.DecodeObject(t, of, prior)[attribute.Name]
			}
		}

		encoded, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, attributes))
		providertest.Must(t, err)

		proposed = &encoded
	}

	planned, err := s.server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: prior, ProposedNewState: proposed, Config: config,
	})
	providertest.Must(t, err)

	return planned
}

// settled returns the planned state with the argument's value from the configuration.
func settled(
	t *testing.T, of tftypes.Type, planned, config *tfprotov6.DynamicValue, argument string,
) *tfprotov6.DynamicValue {
	t.Helper()

	root, _, _ := strings.Cut(argument, ".")
	attributes := providertest.DecodeObject(t, of, planned)
	attributes[root] = providertest.DecodeObject(t, of, config)[root]

	encoded, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, attributes))
	providertest.Must(t, err)

	return &encoded
}
