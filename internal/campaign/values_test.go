package campaign

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// unknown is an argument whose value Terraform knows only while it applies.
var unknown any = tftypes.UnknownValue

// valueOf returns a value of the type: an object or a map of a Go map in which what is not
// set is null, a set of a slice of texts, and of anything else the same. Any of them may be
// unknown.
func valueOf(of tftypes.Type, set any) tftypes.Value {
	if set == unknown {
		return tftypes.NewValue(of, tftypes.UnknownValue)
	}

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
		elements, ok := set.(map[string]any)
		if !ok {
			return tftypes.NewValue(of, nil)
		}

		values := map[string]tftypes.Value{}
		for key, element := range elements {
			values[key] = valueOf(of.ElementType, element)
		}

		return tftypes.NewValue(of, values)
	default:
		return tftypes.NewValue(of, set)
	}
}

// attributes returns those of an object or the elements of a map, in a map of its own, for a
// value never changes; none of one that is null or unknown.
func attributes(object tftypes.Value) map[string]tftypes.Value {
	var values map[string]tftypes.Value
	if object.IsNull() || !object.IsKnown() || object.As(&values) != nil {
		return nil
	}

	return maps.Clone(values)
}

// elements returns those of a list or a set.
func elements(list tftypes.Value) []tftypes.Value {
	var values []tftypes.Value
	if list.IsNull() || !list.IsKnown() || list.As(&values) != nil {
		return nil
	}

	return values
}

// truth says whether an attribute of an object is true.
func truth(object tftypes.Value, name string) bool {
	var found bool

	value := attributes(object)[name]

	return value.Type() != nil && !value.IsNull() && value.IsKnown() && value.As(&found) == nil && found
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
