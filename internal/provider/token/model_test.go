package token

import (
	"maps"
	"slices"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/issuer"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
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

func TestTokenModel_object(t *testing.T) {
	t.Parallel()

	current := currentModel{ID: types.StringValue("7"), Name: types.StringValue("ci-1"), Status: types.StringValue("active")}
	model := tokenModel{
		Username: types.StringValue("ci"), NamePrefix: types.StringValue("ci-"), Token: types.StringUnknown(),
		Generation: types.Int64Value(3), RotationDue: types.BoolValue(true),
		Rotation: types.ObjectNull(rotationTypes), EncryptTo: types.SetNull(types.StringType),
		Owner: types.ObjectUnknown(ownerTypes),
	}
	model.setCurrent(current)
	model.setPredecessors(nil)

	var diags diag.Diagnostics

	object := model.object(&diags)
	if diags.HasError() {
		t.Fatal(diags)
	}

	got := tfvalue.ModelOf[tokenModel](object)
	if diff := cmp.Diff(tfvalue.ValuesOf(model), tfvalue.ValuesOf(got)); diff != "" {
		t.Errorf("there and back (-was +is):\n%s", diff)
	}

	if got.current() != current {
		t.Errorf("current is %+v, want %+v", got.current(), current)
	}

	if owner := got.owner(); owner != (ownerModel{}) {
		t.Errorf("an unknown owner is %+v, want the zero one", owner)
	}
}

func TestTokenModel_objectOfAnotherType(t *testing.T) {
	t.Parallel()

	model := tokenModel{Owner: types.ObjectNull(currentTypes)}

	var diags diag.Diagnostics

	if model.object(&diags); !diags.HasError() {
		t.Error("no error for an object of another type")
	}
}

// A server whose clock is ahead may call a short-lived token expired in the very answer that
// creates it. The plan said that it is active.
func TestTokenModel_issuedIsActive(t *testing.T) {
	t.Parallel()

	var model tokenModel

	model.issued(issuer.Result{Issued: pat.Issued{Token: pat.Token{ID: "1", Status: pat.StatusExpired}}}, lifecycle.ReasonCreated, pat.Traits{})

	if status := model.current().Status.ValueString(); status != string(pat.StatusActive) {
		t.Errorf("the status is %q", status)
	}
}
