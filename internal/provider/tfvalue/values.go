package tfvalue

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// IsSet reports whether a value is neither null nor unknown.
func IsSet(value attr.Value) bool { return !value.IsNull() && !value.IsUnknown() }

// Text decodes a text.
func Text(text types.String) lifecycle.Value[string] { return TextAs[string](text) }

// TextAs decodes a text to a string type.
func TextAs[T ~string](text types.String) lifecycle.Value[T] {
	return lifecycle.Value[T]{V: T(text.ValueString()), Set: IsSet(text), Unknown: text.IsUnknown()}
}

// Int64 decodes a number.
func Int64(number types.Int64) lifecycle.Value[int64] {
	return lifecycle.Value[int64]{V: number.ValueInt64(), Set: IsSet(number), Unknown: number.IsUnknown()}
}

// Bool decodes a flag.
func Bool(flag types.Bool) lifecycle.Value[bool] {
	return lifecycle.Value[bool]{V: flag.ValueBool(), Set: IsSet(flag), Unknown: flag.IsUnknown()}
}

// ParsedDuration decodes a duration, including 0s. An invalid one is unknown, because its validator
// reports it.
func ParsedDuration(text types.String) lifecycle.Value[time.Duration] {
	d, err := lifecycle.ParseOverlap(text.ValueString())

	return lifecycle.Value[time.Duration]{V: d, Set: err == nil, Unknown: err != nil && !text.IsNull()}
}

// FromText encodes a text.
func FromText[T ~string](value lifecycle.Value[T]) types.String {
	switch {
	case value.Unknown:
		return types.StringUnknown()
	case !value.Set:
		return types.StringNull()
	default:
		return types.StringValue(string(value.V))
	}
}

// FromSecret encodes a secret for state, the only place where it may be stored.
func FromSecret(value lifecycle.Value[pat.Secret]) types.String {
	return FromText(lifecycle.Value[string]{V: value.V.Reveal(), Set: value.Set, Unknown: value.Unknown})
}

// FromInt64 encodes a number.
func FromInt64(value lifecycle.Value[int64]) types.Int64 {
	switch {
	case value.Unknown:
		return types.Int64Unknown()
	case !value.Set:
		return types.Int64Null()
	default:
		return types.Int64Value(value.V)
	}
}

// FromTime encodes a time in UTC.
func FromTime(value lifecycle.Value[time.Time]) types.String {
	return FromText(lifecycle.Value[string]{
		V: value.V.UTC().Format(time.RFC3339), Set: value.Set, Unknown: value.Unknown,
	})
}

// StringOrNull returns null for an empty text, which servers use for a missing value.
func StringOrNull(text string) types.String {
	return FromText(lifecycle.Value[string]{V: text, Set: text != ""})
}

// Timestamp returns a time in UTC; null for the zero time.
func Timestamp(t time.Time) types.String {
	return FromTime(lifecycle.Value[time.Time]{V: t, Set: !t.IsZero()})
}

// OptionalText returns a text in the form that the packages below the provider use.
func OptionalText(text types.String) pat.Option[string] {
	return pat.Option[string]{V: text.ValueString(), Set: IsSet(text)}
}

// OptionalNumber returns a number in the form that the packages below the provider use.
func OptionalNumber(number types.Int64) pat.Option[int64] {
	return pat.Option[int64]{V: number.ValueInt64(), Set: IsSet(number)}
}

// StringList returns the texts. It keeps nil, which becomes null, distinct from an empty list.
func StringList(texts []string) []types.String {
	if texts == nil {
		return nil
	}

	list := make([]types.String, 0, len(texts))
	for _, text := range texts {
		list = append(list, types.StringValue(text))
	}

	return list
}
