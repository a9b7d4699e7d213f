package move

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

func from(address string) func(*tfprotov6.MoveResourceStateRequest) {
	return func(r *tfprotov6.MoveResourceStateRequest) { r.SourceProviderAddress = address }
}

func raw(state *tfprotov6.RawState) func(*tfprotov6.MoveResourceStateRequest) {
	return func(r *tfprotov6.MoveResourceStateRequest) { r.SourceState = state }
}

func moveRequest(t *testing.T, attributes map[string]any) *tfprotov6.MoveResourceStateRequest {
	t.Helper()

	text, err := json.Marshal(attributes)
	providertest.Must(t, err)

	return &tfprotov6.MoveResourceStateRequest{
		SourceProviderAddress: restSource, SourceTypeName: restObjectType, TargetTypeName: providertest.TokenType,
		SourceState: &tfprotov6.RawState{JSON: text},
	}
}

// moveState calls an unconfigured provider, as a CLI does.
func moveState(t *testing.T, request *tfprotov6.MoveResourceStateRequest) *tfprotov6.MoveResourceStateResponse {
	t.Helper()

	response, err := providertest.Protocol(t).MoveResourceState(t.Context(), request)
	providertest.Must(t, err)

	return response
}

// movedTo returns the state after a move, with numbers and booleans as strings.
func movedTo(t *testing.T, response *tfprotov6.MoveResourceStateResponse) map[string]any {
	t.Helper()

	for _, d := range response.Diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			t.Fatalf("%s: %s", d.Summary, d.Detail)
		}
	}

	value, err := response.TargetState.Unmarshal(providertest.Schemas(t)["resource "+providertest.TokenType].ValueType())
	providertest.Must(t, err)

	state, ok := providertest.PlainValue(t, value).(map[string]any)
	if !ok {
		t.Fatal("there is no state")
	}

	return state
}

func saysOf(response *tfprotov6.MoveResourceStateResponse) string {
	var says strings.Builder

	for _, d := range response.Diagnostics {
		says.WriteString(d.Summary + ": " + d.Detail + "\n")
	}

	return says.String()
}

// wantHidden fails the test if the diagnostics contain the secret.
func wantHidden(t *testing.T, response *tfprotov6.MoveResourceStateResponse) {
	t.Helper()

	if strings.Contains(saysOf(response), movable.Secret.Reveal()) {
		t.Error("the diagnostics contain the secret")
	}
}
