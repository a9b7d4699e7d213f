package token

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
)

func TestModels_haveAFieldForEachAttribute(t *testing.T) {
	t.Parallel()

	for name, model := range map[string]struct {
		types  map[string]attr.Type
		values map[string]attr.Value
	}{
		"tokenModel":    {types: tokenTypes(), values: tfvalue.ValuesOf(tokenModel{})},
		"ownerModel":    {types: ownerTypes, values: tfvalue.ValuesOf(ownerModel{})},
		"currentModel":  {types: currentTypes, values: tfvalue.ValuesOf(currentModel{})},
		"rotationModel": {types: rotationTypes, values: tfvalue.ValuesOf(rotationModel{})},
		"previousModel": {types: previousType.AttrTypes, values: tfvalue.ValuesOf(previousModel{})},
	} {
		want, got := slices.Sorted(maps.Keys(model.types)), slices.Sorted(maps.Keys(model.values))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the attributes of %s (-type +fields):\n%s", name, diff)
		}
	}
}

// anyText draws a value of an attribute: null, known, or unknown if the attribute is in a plan.
func anyText(t *rapid.T, name string, unknown bool, texts ...string) types.String {
	switch rapid.IntRange(0, 2).Draw(t, name) {
	case 0:
		return types.StringNull()
	case 1:
		if unknown {
			return types.StringUnknown()
		}
	}

	return types.StringValue(rapid.SampledFrom(texts).Draw(t, name+" text"))
}

// anyTime draws a timestamp in the format of the state.
func anyTime(t *rapid.T, name string, unknown bool) types.String {
	return anyText(t, name, unknown, "0001-01-01T00:00:01Z", "2026-11-28T21:45:05Z", "9999-12-31T23:59:59Z")
}

// anyModel draws a resource in a plan or in state.
func anyModel(t *rapid.T, unknown bool) tokenModel {
	text := func(name string, texts ...string) types.String { return anyText(t, name, unknown, texts...) }
	owner := types.ObjectUnknown(ownerTypes)

	if !unknown || rapid.Bool().Draw(t, "owner") {
		owner = types.ObjectValueMust(ownerTypes, tfvalue.ValuesOf(ownerModel{
			ID: types.StringValue("7"), Username: text("owner's username", "svc"),
		}))
	}

	id := types.StringUnknown()
	if !unknown || rapid.Bool().Draw(t, "id") {
		id = types.StringValue("42")
	}

	current := currentModel{
		ID: id, Name: text("current name", "ci-abc234-1"), CreatedAt: anyTime(t, "created_at", unknown),
		ExpiresAt: anyTime(t, "expires_at", unknown), RotateAt: anyTime(t, "rotate_at", unknown),
		Status: text("status", "active", "revoked", "missing"), IssueReason: text("issue_reason", "created", "triggers"),
		SHA256: text("sha256", "00ff"),
	}

	model := tokenModel{
		Username: text("username", "svc"), UserID: text("user_id", "7"), Name: text("name", "ci"),
		NamePrefix: text("name_prefix", "ci-", ""), Series: text("series", "abc234"),
		ExpiresIn: text("expires_in", "7d", "1w", "168h", "90"),
		ExpiresAt: tfvalue.Instant{StringValue: text("expires_at", "2031-05-06T07:08:09Z", "2031-05-06T09:08:09+02:00", "tomorrow")},
		Rotation:  anyRotation(t, unknown),
		EncryptTo: types.SetValueMust(types.StringType, []attr.Value{text("recipient", "age1abc", "x")}),

		ReissueWhenInvalid: types.BoolValue(rapid.Bool().Draw(t, "reissue_when_invalid")),

		Token: text("token", "s3cret"), EncryptedToken: text("encrypted_token", "sealed"),
		TokenVersion: types.Int64Value(rapid.Int64Range(0, 3).Draw(t, "token_version")),
		Generation:   types.Int64Value(rapid.Int64Range(0, 3).Draw(t, "generation")),
		Owner:        owner, Platform: text("platform", "foreman"), Server: text("server", "https://foreman.example.com"),
		RotationReason: text("rotation_reason", "max_age"),
		Current:        types.ObjectValueMust(currentTypes, tfvalue.ValuesOf(current)),
		Previous:       anyPrevious(t, unknown),
	}

	model.RotationDue = types.BoolValue(tfvalue.IsSet(model.RotationReason))
	if model.RotationReason.IsUnknown() {
		model.RotationDue = types.BoolUnknown()
	}

	model.ID = types.StringValue(tfvalue.ModelOf[ownerModel](owner).ID.ValueString() + "/42")
	if id.IsUnknown() {
		model.ID = types.StringUnknown()
	}

	return model
}

func anyRotation(t *rapid.T, unknown bool) types.Object {
	switch rapid.IntRange(0, 2).Draw(t, "rotation") {
	case 0:
		return types.ObjectNull(rotationTypes)
	case 1:
		if unknown {
			return types.ObjectUnknown(rotationTypes)
		}
	}

	return types.ObjectValueMust(rotationTypes, tfvalue.ValuesOf(rotationModel{
		BeforeExpiry: anyText(t, "before_expiry", unknown, "14d", "2w"), MaxAge: anyText(t, "max_age", unknown, "60d"),
		Overlap: anyText(t, "overlap", unknown, "0s", "2d"), HoldIfUsedWithin: anyText(t, "hold_if_used_within", unknown, "1h"),
		Triggers: types.MapValueMust(types.StringType, map[string]attr.Value{"a": anyText(t, "trigger", unknown, "1", "")}),
	}))
}

func anyPrevious(t *rapid.T, unknown bool) types.List {
	if unknown && rapid.Bool().Draw(t, "previous") {
		return types.ListUnknown(previousType)
	}

	var elements []attr.Value

	for range rapid.IntRange(0, 2).Draw(t, "predecessors") {
		elements = append(elements, types.ObjectValueMust(previousType.AttrTypes, tfvalue.ValuesOf(previousModel{
			ID: types.StringValue("41"), Name: types.StringValue("ci-abc234-0"),
			Generation: types.Int64Value(rapid.Int64Range(0, 3).Draw(t, "predecessor's generation")),
			CreatedAt:  anyTime(t, "predecessor's created_at", false), ExpiresAt: anyTime(t, "predecessor's expires_at", false),
			RetireAt: anyTime(t, "retire_at", false), RetireDue: types.BoolValue(rapid.Bool().Draw(t, "retire_due")),
			Held: types.BoolValue(rapid.Bool().Draw(t, "held")), SHA256: anyText(t, "predecessor's sha256", false, "00ff"),
		})))
	}

	return types.ListValueMust(previousType, elements)
}

// Decoding and encoding preserve a model in any notation of its arguments: in a plan with unknown
// values, and in state.
func TestRecord_thereAndBack(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		model := anyModel(t, rapid.Bool().Draw(t, "a plan"))

		var diags diag.Diagnostics

		back := model.with(model.record(&diags))
		if diags.HasError() {
			t.Fatal(diags)
		}

		if diff := cmp.Diff(tfvalue.ValuesOf(model), tfvalue.ValuesOf(back)); diff != "" {
			t.Fatalf("there and back (-was +is):\n%s", diff)
		}

		if object := back.object(&diags); diags.HasError() || object.IsNull() {
			t.Fatal(diags)
		}
	})
}

// Encoding and decoding preserve a record, so the engine gets the same record from any model.
func TestRecord_isTheSameAgain(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		var diags diag.Diagnostics

		record := anyModel(t, rapid.Bool().Draw(t, "a plan")).record(&diags)

		// An empty model contains only what the record sets.
		again := emptyModel().with(record).record(&diags)
		again.Arguments = record.Arguments

		if diff := cmp.Diff(record, again); diff != "" || diags.HasError() {
			t.Fatalf("there and back (-was +is):\n%s%v", diff, diags)
		}
	})
}

// An invalid time in state must never count as missing.
func TestRecord_unreadableTimes(t *testing.T) {
	t.Parallel()

	broken := types.StringValue("yesterday")
	model := emptyModel()
	model.Current = types.ObjectValueMust(currentTypes, tfvalue.ValuesOf(currentModel{CreatedAt: broken, ExpiresAt: broken}))
	model.Previous = types.ListValueMust(previousType, []attr.Value{types.ObjectValueMust(previousType.AttrTypes,
		tfvalue.ValuesOf(previousModel{CreatedAt: broken, ExpiresAt: broken, RetireAt: broken}))})

	var diags diag.Diagnostics

	model.record(&diags)

	if diags.ErrorsCount() != 5 {
		t.Errorf("%d errors, want 5: %v", diags.ErrorsCount(), diags)
	}
}

func TestTokenModel_objectOfAnotherType(t *testing.T) {
	t.Parallel()

	model := emptyModel()
	model.Owner = types.ObjectNull(currentTypes)

	var diags diag.Diagnostics

	if model.object(&diags); !diags.HasError() {
		t.Error("no error for an object of another type")
	}
}

// A set of recipients with an unknown element is unknown.
func TestRecipients_unknown(t *testing.T) {
	t.Parallel()

	for name, set := range map[string]types.Set{
		"the set":    types.SetUnknown(types.StringType),
		"an element": types.SetValueMust(types.StringType, []attr.Value{types.StringUnknown(), types.StringValue("age1")}),
	} {
		if got := (tokenModel{EncryptTo: set}).recipients(); !got.Unknown || got.Set {
			t.Errorf("%s is not known: %+v", name, got)
		}
	}
}

// An invalid argument is not a missing argument.
func TestArguments_unreadable(t *testing.T) {
	t.Parallel()

	model := emptyModel()
	model.ExpiresIn = types.StringValue("a while")
	model.ExpiresAt = tfvalue.Instant{StringValue: types.StringValue("soon")}

	lifetime := model.arguments().Lifetime()
	if !lifetime.In.Set || lifetime.In.V != 0 || !lifetime.At.Set || !lifetime.At.V.Equal(time.Time{}) {
		t.Errorf("got %+v, want both set, and zero", lifetime)
	}
}
