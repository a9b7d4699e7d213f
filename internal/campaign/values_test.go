package campaign

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// valueOf returns a value of the type: an object or a map of a Go map in which what is not
// set is null, a set of a slice of texts, and of anything else the same.
func valueOf(of tftypes.Type, set any) tftypes.Value {
	switch of := of.(type) {
	case tftypes.Object:
		attributes, ok := set.(map[string]any)
		if !ok {
			return tftypes.NewValue(of, nil)
		}

		values := map[string]tftypes.Value{}
		for name, attribute := range of.AttributeTypes {
			values[name] = valueOf(attribute, attributes[name])
		}

		return tftypes.NewValue(of, values)
	case tftypes.Set:
		texts, ok := set.([]string)
		if !ok {
			return tftypes.NewValue(of, nil)
		}

		var values []tftypes.Value
		for _, text := range texts {
			values = append(values, tftypes.NewValue(of.ElementType, text))
		}

		return tftypes.NewValue(of, values)
	case tftypes.Map:
		texts, ok := set.(map[string]string)
		if !ok {
			return tftypes.NewValue(of, nil)
		}

		values := map[string]tftypes.Value{}
		for key, text := range texts {
			values[key] = tftypes.NewValue(of.ElementType, text)
		}

		return tftypes.NewValue(of, values)
	default:
		return tftypes.NewValue(of, set)
	}
}

// attributes returns those of an object; none of one that is null or unknown.
func attributes(object tftypes.Value) map[string]tftypes.Value {
	var values map[string]tftypes.Value
	if object.IsNull() || !object.IsKnown() || object.As(&values) != nil {
		return nil
	}

	return values
}

// elements returns those of a list or a set.
func elements(list tftypes.Value) []tftypes.Value {
	var values []tftypes.Value
	if list.IsNull() || !list.IsKnown() || list.As(&values) != nil {
		return nil
	}

	return values
}

// text returns a text within an object, empty for none.
func text(object tftypes.Value, path ...string) string {
	for _, name := range path {
		object = attributes(object)[name]
	}

	var found string
	if object.Type() == nil || object.IsNull() || !object.IsKnown() || object.As(&found) != nil {
		return ""
	}

	return found
}

// proposed is what Terraform proposes for a resource: its configuration, and where that
// says nothing of what the provider may compute, the state before.
func proposed(schema *tfprotov6.Schema, config, prior tftypes.Value) tftypes.Value {
	before, values := attributes(prior), attributes(config)

	for _, attribute := range schema.Block.Attributes {
		if old, ok := before[attribute.Name]; ok && attribute.Computed && values[attribute.Name].IsNull() {
			values[attribute.Name] = old
		}
	}

	return tftypes.NewValue(config.Type(), values)
}

// keeps says where a value is not what was planned: what was known has to be so, and what
// was not may be anything.
func keeps(planned, actual tftypes.Value) error {
	differences, err := planned.Diff(actual)
	if err != nil {
		return err
	}

	for _, difference := range differences {
		if within(planned, difference.Path) {
			continue
		}

		return fmt.Errorf("%s is not what was planned", difference.Path)
	}

	return nil
}

// within says whether a path leads through something unknown, or to an object whose parts
// differ by themselves.
func within(value tftypes.Value, path *tftypes.AttributePath) bool {
	for steps := path.Steps(); ; {
		if !value.IsKnown() {
			return true
		}

		if len(steps) == 0 {
			break
		}

		next, _, err := tftypes.WalkAttributePath(value, tftypes.NewAttributePathWithSteps(steps[:1]))
		if err != nil {
			return false
		}

		var ok bool
		if value, ok = next.(tftypes.Value); !ok {
			return false
		}

		steps = steps[1:]
	}

	// An object or a list differs if something in it does, and that is reported too.
	return value.Type().Is(tftypes.Object{}) && !value.IsNull() || value.Type().Is(tftypes.List{}) && !value.IsNull()
}
