package core_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
)

// TestFits tests that Misfits finds the differences that Terraform rejects.
func TestFits(t *testing.T) {
	t.Parallel()

	of := tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"text": tftypes.String, "list": tftypes.List{ElementType: tftypes.String}, "set": tftypes.Set{ElementType: tftypes.String},
	}}
	list := func(texts ...string) tftypes.Value {
		values := []tftypes.Value{}
		for _, text := range texts {
			values = append(values, tftypes.NewValue(tftypes.String, text))
		}

		return tftypes.NewValue(of.AttributeTypes["list"], values)
	}
	object := func(text any, list tftypes.Value, set any) tftypes.Value {
		return tftypes.NewValue(of, map[string]tftypes.Value{
			"text": core.Value(tftypes.String, text), "list": list, "set": core.Value(of.AttributeTypes["set"], set),
		})
	}

	planned := object("a", list("x", "y"), []string{"p", "q"})

	for name, test := range map[string]struct {
		planned, actual tftypes.Value
		want            string
	}{
		"the same":             {planned, object("a", list("x", "y"), []string{"q", "p"}), ""},
		"a different text":     {planned, object("b", list("x", "y"), []string{"p", "q"}), `.text: was "a", but is now "b"`},
		"a null text":          {planned, object(nil, list("x", "y"), []string{"p", "q"}), `.text: was "a", but is now null`},
		"a newly unknown text": {planned, object(tftypes.UnknownValue, list("x", "y"), []string{"p", "q"}), ".text: was known, but is now unknown"},
		"an unknown text":      {object(tftypes.UnknownValue, list(), nil), object("b", list(), nil), ""},
		"a shorter list":       {planned, object("a", list("x"), []string{"p", "q"}), ".list: had 2 elements, but has now 1"},
		"a reordered list":     {planned, object("a", list("y", "x"), []string{"p", "q"}), `.list[0]: was "x", but is now "y"; .list[1]: was "y", but is now "x"`},
		"a different set":      {planned, object("a", list("x", "y"), []string{"p", "r"}), ".set: an element is missing"},
	} {
		if got := strings.Join(core.Misfits(test.planned, test.actual, ""), "; "); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// TestProposed tests that the proposed state keeps the configured values.
func TestProposed(t *testing.T) {
	t.Parallel()

	of := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"id": tftypes.String, "name": tftypes.String}}
	schema := &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{
		{Name: "id", Type: tftypes.String, Computed: true}, {Name: "name", Type: tftypes.String, Optional: true},
	}}}

	config := core.Value(of, map[string]any{"name": "new"})
	prior := core.Value(of, map[string]any{"id": "1", "name": "old"})

	got := core.Proposed(schema, config, prior)
	if want := core.Value(of, map[string]any{"id": "1", "name": "new"}); !got.Equal(want) {
		t.Errorf("proposed is %s, want %s", got, want)
	}

	if core.TextAt(config, "id") != nil {
		t.Error("the configuration was modified: it has an output")
	}

	if broken := core.InvalidPlan(schema, got, config, prior); len(broken) > 0 {
		t.Error(broken)
	}

	if len(core.InvalidPlan(schema, core.Value(of, map[string]any{"id": "1", "name": "other"}), config, prior)) == 0 {
		t.Error("InvalidPlan does not report a name that differs from the configuration")
	}
}
