package campaign

import (
	"fmt"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// proposed is what Terraform proposes for a resource: its configuration, and where that
// is null for an attribute that the provider may compute, the state before.
func proposed(schema *tfprotov6.Schema, config, prior tftypes.Value) tftypes.Value {
	before, values := attributes(prior), attributes(config)

	for _, attribute := range schema.Block.Attributes {
		if old, ok := before[attribute.Name]; ok && attribute.Computed && values[attribute.Name].IsNull() {
			values[attribute.Name] = old
		}
	}

	return tftypes.NewValue(config.Type(), values)
}

// obeys says where a plan does not do what the configuration says. An argument that is set
// is planned as it is or, where it means the same, as it was; what the provider computes
// may be anything as long as the configuration has none.
func obeys(schema *tfprotov6.Schema, config, prior, planned tftypes.Value) error {
	was, says, plans := attributes(prior), attributes(config), attributes(planned)

	for _, attribute := range schema.Block.Attributes {
		wanted, got := says[attribute.Name], plans[attribute.Name]
		old, had := was[attribute.Name]

		switch {
		case got.Equal(wanted), wanted.IsNull() && attribute.Computed:
		case had && got.Equal(old) && !old.IsNull() && !wanted.IsNull():
		default:
			return fmt.Errorf("%s is planned otherwise than the configuration says", attribute.Name)
		}
	}

	return nil
}

// fits says where a value does not fit a plan: what was known in it has to be so, and what
// was unknown may be anything. The value is that of a plan made later, or of a state.
func fits(planned, actual tftypes.Value) error { return fitsAt("", planned, actual) }

func fitsAt(path string, planned, actual tftypes.Value) error {
	switch {
	case !planned.IsKnown():
		return nil
	case !actual.IsKnown():
		return fmt.Errorf("%s was known, and is unknown now", path)
	case planned.IsNull() || actual.IsNull():
		if planned.IsNull() != actual.IsNull() {
			return fmt.Errorf("%s was planned null %t, and is null %t", path, planned.IsNull(), actual.IsNull())
		}

		return nil
	case planned.Type().Is(tftypes.Object{}), planned.Type().Is(tftypes.Map{}):
		return fitsEach(path, attributes(planned), attributes(actual))
	case planned.Type().Is(tftypes.List{}):
		return fitsInOrder(path, elements(planned), elements(actual))
	case planned.Type().Is(tftypes.Set{}):
		return fitsSomehow(path, elements(planned), elements(actual))
	case !planned.Equal(actual):
		return fmt.Errorf("%s is not what was planned", path)
	default:
		return nil
	}
}

func fitsEach(path string, planned, actual map[string]tftypes.Value) error {
	if len(planned) != len(actual) {
		return fmt.Errorf("%s has %d elements, and %d were planned", path, len(actual), len(planned))
	}

	for name, value := range planned {
		is, ok := actual[name]
		if !ok {
			return fmt.Errorf("%s.%s was planned, and is not there", path, name)
		}

		if err := fitsAt(path+"."+name, value, is); err != nil {
			return err
		}
	}

	return nil
}

func fitsInOrder(path string, planned, actual []tftypes.Value) error {
	if len(planned) != len(actual) {
		return fmt.Errorf("%s has %d elements, and %d were planned", path, len(actual), len(planned))
	}

	for i, value := range planned {
		if err := fitsAt(fmt.Sprintf("%s[%d]", path, i), value, actual[i]); err != nil {
			return err
		}
	}

	return nil
}

// fitsSomehow is for sets, whose elements have no order. Unknown ones may turn out alike.
func fitsSomehow(path string, planned, actual []tftypes.Value) error {
	known := !slices.ContainsFunc(planned, func(v tftypes.Value) bool { return !v.IsFullyKnown() })
	if len(actual) > len(planned) || known && len(planned) != len(actual) {
		return fmt.Errorf("%s has %d elements, and %d were planned", path, len(actual), len(planned))
	}

	for _, value := range planned {
		if !slices.ContainsFunc(actual, func(is tftypes.Value) bool { return fitsAt(path, value, is) == nil }) {
			return fmt.Errorf("%s has lost an element that was planned", path)
		}
	}

	return nil
}

// TestFits shows that the core finds what Terraform would complain about.
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
			"text": valueOf(tftypes.String, text), "list": list, "set": valueOf(of.AttributeTypes["set"], set),
		})
	}

	planned := object("a", list("x", "y"), []string{"p", "q"})

	for name, test := range map[string]struct {
		planned, actual tftypes.Value
		want            string
	}{
		"the same":                  {planned, object("a", list("x", "y"), []string{"q", "p"}), ""},
		"another text":              {planned, object("b", list("x", "y"), []string{"p", "q"}), ".text is not what was planned"},
		"no text":                   {planned, object(nil, list("x", "y"), []string{"p", "q"}), ".text was planned null false, and is null true"},
		"a text that is unknown":    {planned, object(unknown, list("x", "y"), []string{"p", "q"}), ".text was known, and is unknown now"},
		"an unknown text":           {object(unknown, list(), nil), object("b", list(), nil), ""},
		"a shorter list":            {planned, object("a", list("x"), []string{"p", "q"}), ".list has 1 elements, and 2 were planned"},
		"another order of the list": {planned, object("a", list("y", "x"), []string{"p", "q"}), ".list[0] is not what was planned"},
		"another set":               {planned, object("a", list("x", "y"), []string{"p", "r"}), ".set has lost an element that was planned"},
	} {
		var got string
		if err := fits(test.planned, test.actual); err != nil {
			got = err.Error()
		}

		if got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// TestProposed shows that what Terraform proposes leaves the configuration alone.
func TestProposed(t *testing.T) {
	t.Parallel()

	of := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"id": tftypes.String, "name": tftypes.String}}
	schema := &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{
		{Name: "id", Type: tftypes.String, Computed: true}, {Name: "name", Type: tftypes.String, Optional: true},
	}}}

	config := valueOf(of, map[string]any{"name": "new"})
	prior := valueOf(of, map[string]any{"id": "1", "name": "old"})

	if got := proposed(schema, config, prior); text(got, "id") != "1" || text(got, "name") != "new" {
		t.Errorf("proposed is %s", got)
	}

	if text(config, "id") != "" {
		t.Error("the configuration has an output")
	}

	if err := obeys(schema, config, prior, proposed(schema, config, prior)); err != nil {
		t.Error(err)
	}

	if obeys(schema, config, prior, valueOf(of, map[string]any{"id": "1", "name": "other"})) == nil {
		t.Error("another name is planned than the configuration has, and nothing is said")
	}
}
