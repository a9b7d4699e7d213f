package provider

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
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
	must(t, err)

	return &tfprotov6.MoveResourceStateRequest{
		SourceProviderAddress: restSource, SourceTypeName: restObjectType, TargetTypeName: tokenType,
		SourceState: &tfprotov6.RawState{JSON: text},
	}
}

// moveState asks a provider that is not configured, as a CLI does.
func moveState(t *testing.T, request *tfprotov6.MoveResourceStateRequest) *tfprotov6.MoveResourceStateResponse {
	t.Helper()

	response, err := protocol(t).MoveResourceState(t.Context(), request)
	must(t, err)

	return response
}

// movedTo returns the state that a move made, with every number and flag as a text.
func movedTo(t *testing.T, response *tfprotov6.MoveResourceStateResponse) map[string]any {
	t.Helper()

	for _, d := range response.Diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			t.Fatalf("%s: %s", d.Summary, d.Detail)
		}
	}

	value, err := response.TargetState.Unmarshal(schemas(t)["resource "+tokenType].ValueType())
	must(t, err)

	state, ok := plain(t, value).(map[string]any)
	if !ok {
		t.Fatal("there is no state")
	}

	return state
}

// plain returns a value as Go has it, with numbers and flags as texts.
func plain(t *testing.T, value tftypes.Value) any {
	t.Helper()

	if value.IsNull() {
		return nil
	}

	var (
		object map[string]tftypes.Value
		list   []tftypes.Value
		text   string
	)

	switch {
	case value.As(&object) == nil:
		attributes := map[string]any{}
		for name, attribute := range object {
			attributes[name] = plain(t, attribute)
		}

		return attributes
	case value.As(&list) == nil:
		elements := []any{}
		for _, element := range list {
			elements = append(elements, plain(t, element))
		}

		return elements
	case value.As(&text) == nil:
		return text
	default:
		return numberOrFlag(t, value)
	}
}

func saysOf(response *tfprotov6.MoveResourceStateResponse) string {
	var says strings.Builder

	for _, d := range response.Diagnostics {
		says.WriteString(d.Summary + ": " + d.Detail + "\n")
	}

	return says.String()
}

// neverTold fails the test if the secret is in what a user is told.
func neverTold(t *testing.T, response *tfprotov6.MoveResourceStateResponse) {
	t.Helper()

	if strings.Contains(saysOf(response), movable.Secret.Reveal()) {
		t.Error("the secret is in what a user is told")
	}
}

func numberOrFlag(t *testing.T, value tftypes.Value) string {
	t.Helper()

	var (
		number big.Float
		flag   bool
	)

	if value.As(&number) == nil {
		return number.String()
	}

	must(t, value.As(&flag))

	return strconv.FormatBool(flag)
}
