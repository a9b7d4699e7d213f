package user

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/users"
)

// Each attribute is a field of the model or a property, and each property is an argument.
func TestModel_hasTheAttributesOfTheSchema(t *testing.T) {
	t.Parallel()

	schema := slices.Sorted(maps.Keys(userSchema().Attributes))
	if diff := cmp.Diff(schema, slices.Sorted(maps.Keys(emptyModel().values()))); diff != "" {
		t.Error(diff)
	}

	if len(propertyDescriptions) != len(pat.AllProperties()) {
		t.Errorf("%d descriptions of %d properties", len(propertyDescriptions), len(pat.AllProperties()))
	}
}

// Encoding and decoding preserve a record with values that are set, unknown or neither.
func TestModel_isTheSameThereAndBack(t *testing.T) {
	t.Parallel()

	for i, property := range pat.AllProperties() {
		value := lifecycle.Known("x")
		if property.IsFlag() {
			value = lifecycle.Known([]string{pat.FlagTrue, pat.FlagFalse}[i%2])
		}

		for _, value := range []lifecycle.Value[string]{value, lifecycle.Unknown[string]()} {
			want := users.Record{
				Username: lifecycle.Known("svc"), UserID: lifecycle.Unknown[string](),
				Managed: map[pat.Property]lifecycle.Value[string]{property: value},
				OwnerID: lifecycle.Known("1"), OwnerUsername: lifecycle.Unknown[string](), Server: lifecycle.Known("https://uc.example.com"),
			}
			model := emptyModel()
			model.AllowSelf = types.BoolValue(true)
			want.AllowSelf = lifecycle.Known(true)

			if diff := cmp.Diff(want, model.with(want).record()); diff != "" {
				t.Errorf("%s: %s", property, diff)
			}
		}
	}

	unknown := lifecycle.Unknown[string]()
	model := emptyModel().with(users.Record{OwnerID: unknown, OwnerUsername: unknown, Server: unknown})

	if !model.Owner.IsUnknown() || !model.ID.IsUnknown() || model.record().OwnerUsername != unknown || tfvalue.IsSet(model.Server) {
		t.Errorf("%+v", model)
	}
}
