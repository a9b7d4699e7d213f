package core

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Value converts a Go value to the type: a map to an object (absent attributes are null) or to a map,
// and a slice to a set. tftypes.UnknownValue is allowed at every level.
func Value(of tftypes.Type, v any) tftypes.Value {
	if v == nil || v == tftypes.UnknownValue {
		return tftypes.NewValue(of, v)
	}

	switch of := of.(type) {
	case tftypes.Object:
		members, values := v.(map[string]any), map[string]tftypes.Value{} //nolint:forcetypeassert // A panic names the mistake.
		for name, member := range of.AttributeTypes {
			values[name] = Value(member, members[name])
		}

		return tftypes.NewValue(of, values)
	case tftypes.Map:
		values := map[string]tftypes.Value{}
		for key, member := range v.(map[string]any) { //nolint:forcetypeassert // As above.
			values[key] = Value(of.ElementType, member)
		}

		return tftypes.NewValue(of, values)
	case tftypes.Set:
		var values []tftypes.Value

		if texts, ok := v.([]string); ok {
			for _, text := range texts {
				values = append(values, tftypes.NewValue(of.ElementType, text))
			}

			return tftypes.NewValue(of, values)
		}

		for _, member := range v.([]any) { //nolint:forcetypeassert // As above.
			values = append(values, Value(of.ElementType, member))
		}

		return tftypes.NewValue(of, values)
	default:
		return tftypes.NewValue(of, v)
	}
}

// Members returns the attributes of an object or the elements of a map; none if it is null or unknown.
func Members(value tftypes.Value) map[string]tftypes.Value {
	var found map[string]tftypes.Value
	if value.IsNull() || !value.IsKnown() || value.As(&found) != nil {
		return nil
	}

	return maps.Clone(found)
}

// Elements returns the elements of a list or a set; none if it is null or unknown.
func Elements(value tftypes.Value) []tftypes.Value {
	var found []tftypes.Value
	if value.IsNull() || !value.IsKnown() || value.As(&found) != nil {
		return nil
	}

	return slices.Clone(found)
}

// TextAt returns the text at a path, or nil if it does not exist, is null or is unknown.
func TextAt(value tftypes.Value, path string) *string {
	for name := range strings.SplitSeq(path, ".") {
		inner, ok := Members(value)[name]
		if !ok {
			return nil
		}

		value = inner
	}

	var text *string
	if !value.IsKnown() || value.As(&text) != nil {
		return nil
	}

	return text
}
