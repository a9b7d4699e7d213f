package provider

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// stringOrNull returns null for an empty text: a server's way to say that it has none.
func stringOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}

	return types.StringValue(text)
}

// stringTime returns an instant in UTC, null for the zero time.
func stringTime(t time.Time) types.String {
	if t.IsZero() {
		return types.StringNull()
	}

	return types.StringValue(t.UTC().Format(time.RFC3339))
}

// parseTime reads what stringTime wrote; zero for null and unknown. [tokenOf] reports a state
// in which a time cannot be read.
func parseTime(text types.String) time.Time {
	t, err := time.Parse(time.RFC3339, text.ValueString())
	if err != nil {
		return time.Time{}
	}

	return pat.ServerTime(t)
}

// isSet says whether a value is there to be read: neither null nor unknown.
func isSet(value attr.Value) bool { return !value.IsNull() && !value.IsUnknown() }

// optionalText returns a text as code below the provider takes it.
func optionalText(text types.String) pat.Option[string] {
	return pat.Option[string]{V: text.ValueString(), Set: isSet(text)}
}

// optionalNumber returns a number as code below the provider takes it.
func optionalNumber(number types.Int64) pat.Option[int64] {
	return pat.Option[int64]{V: number.ValueInt64(), Set: isSet(number)}
}

// optionalDuration returns a duration as code below the provider takes it. One that cannot be
// read is set, and zero, beside the error.
func optionalDuration(text types.String) (pat.Option[time.Duration], error) {
	if !isSet(text) {
		return pat.Option[time.Duration]{}, nil
	}

	d, err := lifecycle.ParseDuration(text.ValueString())

	return pat.Some(d), err
}

// readDuration returns a duration and reports one that cannot be read.
func readDuration(text types.String, at path.Path, diags *diag.Diagnostics) pat.Option[time.Duration] {
	d, err := optionalDuration(text)
	if err != nil {
		addTextError(diags, at, text.ValueString(), duration().summary, sentence(err))
	}

	return d
}

// stringList returns the texts, and keeps nil, which is null, apart from empty.
func stringList(texts []string) []types.String {
	if texts == nil {
		return nil
	}

	list := make([]types.String, 0, len(texts))
	for _, text := range texts {
		list = append(list, types.StringValue(text))
	}

	return list
}
