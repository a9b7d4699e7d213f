package provider

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// isSet says whether a value is known not to be null. What is unknown may turn out null.
func isSet(value attr.Value) bool { return !value.IsNull() && !value.IsUnknown() }

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

// parseTime reads what stringTime wrote; zero for null and unknown.
func parseTime(text types.String) time.Time {
	t, err := time.Parse(time.RFC3339, text.ValueString())
	if err != nil {
		return time.Time{}
	}

	return t
}

// parseDuration reads a duration that validation has let pass; zero for null and
// unknown.
func parseDuration(text types.String) time.Duration {
	d, err := lifecycle.ParseDuration(text.ValueString())
	if err != nil {
		return 0
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
