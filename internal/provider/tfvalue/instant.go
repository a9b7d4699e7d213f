package tfvalue

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var (
	_ basetypes.StringTypable                    = InstantType{}
	_ basetypes.StringValuableWithSemanticEquals = Instant{}
	_ xattr.ValidateableAttribute                = Instant{}
)

// lastYear is the last year that RFC 3339 can represent.
const lastYear = 9999

var bareDate = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)

// InstantType is the type of an RFC 3339 timestamp. Two values are equal if their instants are
// equal, in any notation. The RFC3339 type of terraform-plugin-framework-timetypes compares the
// text, so that +02:00 and Z would always show a change.
type InstantType struct{ basetypes.StringType }

// Equal reports whether the other type is an InstantType.
func (t InstantType) Equal(other attr.Type) bool {
	_, ok := other.(InstantType)

	return ok
}

func (t InstantType) String() string { return "instant" }

// ValueType returns an Instant.
func (t InstantType) ValueType(context.Context) attr.Value { return Instant{} }

// ValueFromString returns the text as an Instant.
func (t InstantType) ValueFromString(
	_ context.Context, value basetypes.StringValue,
) (basetypes.StringValuable, diag.Diagnostics) {
	return Instant{StringValue: value}, nil
}

// ValueFromTerraform returns the text as an Instant. It fails for a value that is not a text.
func (t InstantType) ValueFromTerraform(ctx context.Context, value tftypes.Value) (attr.Value, error) {
	plain, err := t.StringType.ValueFromTerraform(ctx, value)
	if err != nil {
		return nil, err
	}

	text, ok := plain.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("unexpected value type %T", plain)
	}

	return Instant{StringValue: text}, nil
}

// Instant is a value of InstantType.
type Instant struct{ basetypes.StringValue }

// NewInstant returns the instant in UTC, null for the zero time.
func NewInstant(t time.Time) Instant { return Instant{StringValue: Timestamp(t)} }

// Equal reports whether the other value has the same text.
func (v Instant) Equal(other attr.Value) bool {
	o, ok := other.(Instant)

	return ok && v.StringValue.Equal(o.StringValue)
}

// Type returns InstantType.
func (v Instant) Type(context.Context) attr.Type { return InstantType{} }

// StringSemanticEquals reports whether the other value means the same instant.
func (v Instant) StringSemanticEquals(
	_ context.Context, other basetypes.StringValuable,
) (bool, diag.Diagnostics) {
	o, ok := other.(Instant)

	return ok && v.Same(o), nil
}

// ValidateAttribute reports an invalid text.
func (v Instant) ValidateAttribute(
	_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse,
) {
	if v.IsNull() || v.IsUnknown() {
		return
	}

	v.Read(req.Path, &resp.Diagnostics)
}

// Value decodes the instant. An invalid text is unknown, because the validation reports it.
func (v Instant) Value() lifecycle.Value[time.Time] {
	if !IsSet(v) {
		return lifecycle.Value[time.Time]{Unknown: v.IsUnknown()}
	}

	t, err := parseInstant(v.ValueString())

	return lifecycle.Value[time.Time]{V: t.UTC(), Set: err == nil, Unknown: err != nil}
}

// Read returns the instant in the form that the packages below the provider use, and reports an
// invalid one.
func (v Instant) Read(at path.Path, diags *diag.Diagnostics) pat.Option[time.Time] {
	if !IsSet(v) {
		return pat.Option[time.Time]{}
	}

	t, err := parseInstant(v.ValueString())
	if err != nil {
		AddTextError(diags, at, v.ValueString(), "Invalid timestamp", Sentence(err))
	}

	return pat.Some(t)
}

// Same reports whether both are known and mean the same instant.
func (v Instant) Same(other Instant) bool {
	t, o := v.Value(), other.Value()

	return t.Set && o.Set && t.V.Equal(o.V)
}

// parseInstant parses a timestamp. It refuses one that a server would return in another form.
func parseInstant(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)

	switch {
	case err != nil && bareDate.MatchString(text):
		return time.Time{}, fmt.Errorf("%s has no time of day. For the first moment of that day in UTC, write %q",
			pat.Quote(text), text+"T00:00:00Z")
	case err != nil:
		return time.Time{}, fmt.Errorf("%s is not a timestamp of RFC 3339, such as \"2031-05-06T07:08:09Z\" or "+
			"\"2031-05-06T09:08:09+02:00\"", pat.Quote(text))
	case t.UTC().Year() < 1 || t.UTC().Year() > lastYear:
		return time.Time{}, fmt.Errorf("%s is not in the years 1 to %d of UTC, which RFC 3339 can express", pat.Quote(text), lastYear)
	case t.Nanosecond() != 0:
		return time.Time{}, fmt.Errorf("%s has a fraction of a second, which no server gives back. Write %q",
			pat.Quote(text), t.Truncate(time.Second).Format(time.RFC3339))
	default:
		return t, nil
	}
}
