package provider

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

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var (
	_ basetypes.StringTypable                    = instantType{}
	_ basetypes.StringValuableWithSemanticEquals = instant{}
	_ xattr.ValidateableAttribute                = instant{}
)

// lastYear is the last one that RFC 3339 has digits for.
const lastYear = 9999

var bareDate = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)

// instantType is the type of an RFC 3339 timestamp. Two are equal when their instants
// are, however they are spelled; the RFC3339 type of terraform-plugin-framework-timetypes
// compares text, so that +02:00 and Z would show a change for ever.
type instantType struct{ basetypes.StringType }

func (t instantType) Equal(other attr.Type) bool {
	_, ok := other.(instantType)

	return ok
}

func (t instantType) String() string { return "instant" }

func (t instantType) ValueType(context.Context) attr.Value { return instant{} }

func (t instantType) ValueFromString(
	_ context.Context, value basetypes.StringValue,
) (basetypes.StringValuable, diag.Diagnostics) {
	return instant{StringValue: value}, nil
}

func (t instantType) ValueFromTerraform(ctx context.Context, value tftypes.Value) (attr.Value, error) {
	plain, err := t.StringType.ValueFromTerraform(ctx, value)
	if err != nil {
		return nil, err
	}

	text, ok := plain.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("unexpected value type %T", plain)
	}

	return instant{StringValue: text}, nil
}

// instant is a value of instantType.
type instant struct{ basetypes.StringValue }

// newInstant returns the instant in UTC, null for the zero time.
func newInstant(t time.Time) instant { return instant{StringValue: stringTime(t)} }

func (v instant) Equal(other attr.Value) bool {
	o, ok := other.(instant)

	return ok && v.StringValue.Equal(o.StringValue)
}

func (v instant) Type(context.Context) attr.Type { return instantType{} }

func (v instant) StringSemanticEquals(
	_ context.Context, other basetypes.StringValuable,
) (bool, diag.Diagnostics) {
	o, ok := other.(instant)

	return ok && v.same(o), nil
}

func (v instant) ValidateAttribute(
	_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse,
) {
	if v.IsNull() || v.IsUnknown() {
		return
	}

	v.read(req.Path, &resp.Diagnostics)
}

// optional returns the instant as code below the provider takes it. One that cannot be read is
// set, and long past, beside the error.
func (v instant) optional() (pat.Option[time.Time], error) {
	if !isSet(v) {
		return pat.Option[time.Time]{}, nil
	}

	t, err := parseInstant(v.ValueString())

	return pat.Some(t), err
}

// read returns the instant and reports one that cannot be read.
func (v instant) read(at path.Path, diags *diag.Diagnostics) pat.Option[time.Time] {
	t, err := v.optional()
	if err != nil {
		addTextError(diags, at, v.ValueString(), "Invalid timestamp", sentence(err))
	}

	return t
}

// same says whether both are known and mean the same instant.
func (v instant) same(other instant) bool {
	t, unreadable := v.optional()
	o, otherUnreadable := other.optional()

	return unreadable == nil && otherUnreadable == nil && t.Set && o.Set && t.V.Equal(o.V)
}

// parseInstant reads a timestamp. It refuses one that would come back from a server in another
// form.
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
