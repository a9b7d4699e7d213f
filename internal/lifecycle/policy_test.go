package lifecycle

import (
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// days are the traits of a platform whose tokens expire on dates.
var days = pat.Traits{Platform: "uc", ReusableNames: true, ExpiryIsDate: true}

// span is a duration in a configuration: empty means not set, "?" means unknown.
func span(t testing.TB, text string) Value[time.Duration] {
	t.Helper()

	switch text {
	case "":
		return Value[time.Duration]{}
	case "?":
		return Value[time.Duration]{Unknown: true}
	}

	d, err := ParseOverlap(text)
	if err != nil {
		t.Fatal(err)
	}

	return set(d)
}

// moment is an instant; empty means the zero time.
func moment(t *testing.T, text string) time.Time {
	t.Helper()

	if text == "" {
		return time.Time{}
	}

	return instant(t, text)
}

func TestPolicy_Check(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		before, age, overlap, hold, in string
		triggers, dates                bool
		argument, err                  string // err is a part of the error; empty means no error
	}{
		"nothing in it":                                    {in: "90d", err: "`rotation` is empty"},
		"nothing in it, and no expiry":                     {err: "`rotation` is empty"},
		"only triggers":                                    {triggers: true},
		"only max_age":                                     {age: "60d"},
		"only overlap, for changed arguments":              {overlap: "1h"},
		"only an overlap of zero":                          {overlap: "0s"},
		"only hold_if_used_within":                         {hold: "1h"},
		"only an unknown before_expiry":                    {before: "?", in: "90d"},
		"only an unknown max_age":                          {age: "?"},
		"only an unknown overlap":                          {overlap: "?"},
		"only an unknown hold_if_used_within":              {hold: "?"},
		"everything":                                       {before: "14d", age: "60d", overlap: "14d", hold: "24h", in: "90d", triggers: true},
		"before_expiry without an expiry":                  {before: "14d", argument: "before_expiry", err: "requires `expires_in`"},
		"before_expiry before an unknown expiry":           {before: "14d", in: "?"},
		"an unknown before_expiry without an expiry":       {before: "?"},
		"before_expiry as long as the lifetime":            {before: "90d", in: "90d", argument: "before_expiry", err: "or every run rotates the token"},
		"before_expiry longer than the lifetime":           {before: "91d", in: "90d", argument: "before_expiry", err: "`rotation.before_expiry` (91d) must be shorter than `expires_in` (90d),"},
		"before_expiry a second shorter":                   {before: "89d23h59m59s", in: "90d"},
		"before_expiry a day shorter, on dates":            {before: "89d", in: "90d", dates: true, argument: "before_expiry", err: "`rotation.before_expiry` (89d) must be shorter than `expires_in` (90d) less one day,"},
		"before_expiry a day and a second shorter":         {before: "88d23h59m59s", in: "90d", dates: true},
		"before_expiry of a token of one day, on dates":    {before: "1s", in: "1d", dates: true, argument: "before_expiry", err: "or every run rotates the token"},
		"before_expiry of a token of one hour, on dates":   {before: "1s", in: "1h", dates: true, argument: "before_expiry", err: "or every run rotates the token"},
		"before_expiry of a token of 15 minutes":           {before: "14m", in: "15m"},
		"max_age as long as the lifetime":                  {age: "90d", in: "90d", argument: "max_age", err: "expires without a successor"},
		"max_age longer than the lifetime":                 {age: "91d", in: "90d", argument: "max_age", err: "`rotation.max_age` (91d) must be shorter than `expires_in` (90d)"},
		"max_age a second shorter":                         {age: "89d23h59m59s", in: "90d"},
		"max_age of a token that never expires":            {age: "36525d"},
		"max_age of an unknown expiry":                     {age: "91d", in: "?"},
		"an unknown max_age":                               {age: "?", in: "90d"},
		"overlap as long as before_expiry":                 {before: "14d", overlap: "14d", in: "90d"},
		"overlap a second longer":                          {before: "14d", overlap: "14d1s", in: "90d", argument: "overlap", err: "`rotation.overlap` (14d1s) must not exceed `rotation.before_expiry` (14d)"},
		"overlap longer than an unknown before_expiry":     {before: "?", overlap: "15d", in: "90d"},
		"an unknown overlap":                               {before: "14d", overlap: "?", in: "90d"},
		"the default overlap, before_expiry shorter":       {before: "1h", in: "90d"},
		"an overlap of zero":                               {before: "1h", overlap: "0s", in: "90d"},
		"an overlap longer than max_age":                   {age: "1d", overlap: "2d"},
		"an overlap without before_expiry, longer than it": {triggers: true, overlap: "91d", in: "90d"},
		"the first of two faults":                          {before: "90d", age: "90d", in: "90d", argument: "before_expiry", err: "or every run rotates the token"},
		"a valid before_expiry, an invalid max_age":        {before: "1d", age: "90d", in: "90d", argument: "max_age", err: "expires without a successor"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			policy := Policy{
				BeforeExpiry: span(t, test.before), MaxAge: span(t, test.age),
				Overlap: span(t, test.overlap), HoldIfUsedWithin: span(t, test.hold),
			}

			argument, err := policy.Check(span(t, test.in), test.triggers, pat.Traits{ExpiryIsDate: test.dates})
			if argument != test.argument {
				t.Errorf("the argument is %q, want %q", argument, test.argument)
			}

			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("got %v, want an error with %q", err, test.err)
			}
		})
	}
}

func TestPolicy_DueAt(t *testing.T) {
	t.Parallel()

	const created = "2026-01-01T12:00:00Z"

	for name, test := range map[string]struct {
		before, age, created, expires string
		dates                         bool
		want                          string // empty means never
		reason                        Reason
	}{
		"no policy":                 {created: created, expires: "2026-04-01T12:00:00Z"},
		"max_age":                   {age: "60d", created: created, want: "2026-03-02T12:00:00Z", reason: ReasonMaxAge},
		"before_expiry":             {before: "14d", created: created, expires: "2026-04-01T12:00:00Z", want: "2026-03-18T12:00:00Z", reason: ReasonBeforeExpiry},
		"both, max_age first":       {before: "14d", age: "60d", created: created, expires: "2026-04-01T12:00:00Z", want: "2026-03-02T12:00:00Z", reason: ReasonMaxAge},
		"both, before_expiry first": {before: "14d", age: "80d", created: created, expires: "2026-04-01T12:00:00Z", want: "2026-03-18T12:00:00Z", reason: ReasonBeforeExpiry},
		"both at once":              {before: "30d", age: "60d", created: created, expires: "2026-04-01T12:00:00Z", want: "2026-03-02T12:00:00Z", reason: ReasonMaxAge},
		"before_expiry of a token without expiry": {before: "14d", created: created},
		"both, without expiry":                    {before: "14d", age: "60d", created: created, want: "2026-03-02T12:00:00Z", reason: ReasonMaxAge},
		"max_age, without a time of creation":     {age: "60d", expires: "2026-04-01T12:00:00Z"},
		"both, without a time of creation":        {before: "14d", age: "1d", expires: "2026-04-01T12:00:00Z", want: "2026-03-18T12:00:00Z", reason: ReasonBeforeExpiry},
		"unknown parts":                           {before: "?", age: "?", created: created, expires: "2026-04-01T12:00:00Z"},
		"a date begins first in UTC+14":           {before: "1d", created: created, expires: "2026-04-01T00:00:00Z", dates: true, want: "2026-03-30T10:00:00Z", reason: ReasonBeforeExpiry},
		"a date does not affect the age":          {age: "1d", created: created, expires: "2026-04-01T00:00:00Z", dates: true, want: "2026-01-02T12:00:00Z", reason: ReasonMaxAge},
		"max_age between the readings of a date":  {before: "1d", age: "87d23h", created: created, expires: "2026-04-01T00:00:00Z", dates: true, want: "2026-03-30T10:00:00Z", reason: ReasonBeforeExpiry},
		"an expiry in 15 minutes":                 {before: "10m", created: created, expires: "2026-01-01T12:15:00Z", want: "2026-01-01T12:05:00Z", reason: ReasonBeforeExpiry},
		"due before it was created":               {before: "14d", created: created, expires: "2026-01-01T12:15:00Z", want: "2025-12-18T12:15:00Z", reason: ReasonBeforeExpiry},
		"across the start of summer time":         {age: "1d", created: "2026-03-28T12:00:00+01:00", want: "2026-03-29T11:00:00Z", reason: ReasonMaxAge},
		"across the end of summer time":           {before: "1d", created: created, expires: "2026-10-25T12:00:00+01:00", want: "2026-10-24T11:00:00Z", reason: ReasonBeforeExpiry},
		"on a leap day":                           {age: "1d", created: "2028-02-28T23:59:59Z", want: "2028-02-29T23:59:59Z", reason: ReasonMaxAge},
		"across a leap day":                       {age: "365d", created: "2028-02-29T00:00:00Z", want: "2029-02-28T00:00:00Z", reason: ReasonMaxAge},
		"back across a leap day":                  {before: "1d", created: created, expires: "2028-03-01T00:00:00Z", dates: true, want: "2028-02-28T10:00:00Z", reason: ReasonBeforeExpiry},
		"a hundred years":                         {age: "36525d", created: "2026-01-01T00:00:00Z", want: "2126-01-02T00:00:00Z", reason: ReasonMaxAge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			policy := Policy{BeforeExpiry: span(t, test.before), MaxAge: span(t, test.age)}

			got, reason := policy.DueAt(moment(t, test.created), moment(t, test.expires), pat.Traits{ExpiryIsDate: test.dates})
			if want := moment(t, test.want); !got.Equal(want) || got.Location() != time.UTC || reason != test.reason {
				t.Errorf("got %s %q, want %s %q", got, reason, want, test.reason)
			}
		})
	}
}

// With dates, a token is not due when it is issued if the policy is valid, whatever the time.
func TestPolicy_DueAt_comesAfterIssuing(t *testing.T) {
	t.Parallel()

	for _, traits := range []pat.Traits{burning, days} {
		for _, in := range []string{"1d1s", "36h", "2d", "90d"} {
			lifetime := span(t, in)

			longest := lifetime.V - time.Second
			if traits.ExpiryIsDate {
				longest -= Day
			}

			policy := Policy{BeforeExpiry: set(longest)}
			if _, err := policy.Check(lifetime, false, traits); err != nil && longest > 0 {
				t.Errorf("%s is refused: %v", in, err)
			}

			for minutes := range 2 * 24 * 60 {
				now := instant(t, "2028-02-28T00:00:00Z").Add(time.Duration(minutes) * time.Minute)

				due, _ := policy.DueAt(now, Lifetime{In: pat.Some(lifetime.V)}.Expiry(now, traits).V, traits)
				if !due.After(now) {
					t.Fatalf("a token of %s that is issued at %s is due at %s", in, now, due)
				}
			}
		}
	}
}

func TestPolicy_overlap(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		before, overlap, want string
		immediate             bool
	}{
		"the default":                         {want: "24h"},
		"the default, before_expiry longer":   {before: "14d", want: "24h"},
		"the default, before_expiry as long":  {before: "24h", want: "24h"},
		"the default, before_expiry shorter":  {before: "1h", want: "1h"},
		"the default, before_expiry unknown":  {before: "?", want: "24h"},
		"set, longer than the default":        {before: "14d", overlap: "48h", want: "48h"},
		"set, shorter than the default":       {before: "14d", overlap: "1s", want: "1s"},
		"set to zero":                         {before: "14d", overlap: "0s", want: "0s", immediate: true},
		"unknown, so the default":             {overlap: "?", want: "24h"},
		"set, and before_expiry is not known": {before: "?", overlap: "48h", want: "48h"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			policy := Policy{BeforeExpiry: span(t, test.before), Overlap: span(t, test.overlap)}
			if got, want := policy.overlap(), span(t, test.want).V; got != want {
				t.Errorf("got %s, want %s", got, want)
			}

			if got := policy.Immediate(); got != test.immediate {
				t.Errorf("revokes at once: %t, want %t", got, test.immediate)
			}
		})
	}
}

func TestTriggers_changed(t *testing.T) {
	t.Parallel()

	type values = map[string]Value[string]

	var (
		none    = Triggers{}
		unknown = Triggers{Unknown: true}
		later   = Value[string]{Unknown: true}
		null    = Value[string]{}
	)

	for name, test := range map[string]struct {
		before, after    Triggers
		changed, certain bool
	}{
		"no map":                                     {before: none, after: none, certain: true},
		"the same":                                   {before: Triggers{Values: values{"a": set("1")}}, after: Triggers{Values: values{"a": set("1")}}, certain: true},
		"a changed value":                            {before: Triggers{Values: values{"a": set("1")}}, after: Triggers{Values: values{"a": set("2")}}, changed: true, certain: true},
		"an added key":                               {before: Triggers{Values: values{"a": set("1")}}, after: Triggers{Values: values{"a": set("1"), "b": set("1")}}, changed: true, certain: true},
		"a removed key":                              {before: Triggers{Values: values{"a": set("1"), "b": set("1")}}, after: Triggers{Values: values{"a": set("1")}}, changed: true, certain: true},
		"a renamed key":                              {before: Triggers{Values: values{"a": set("1")}}, after: Triggers{Values: values{"b": set("1")}}, changed: true, certain: true},
		"an added key without a value":               {before: Triggers{Values: values{}}, after: Triggers{Values: values{"a": null}}, changed: true, certain: true},
		"a removed key without a value":              {before: Triggers{Values: values{"a": null}}, after: Triggers{Values: values{}}, changed: true, certain: true},
		"a value to no value":                        {before: Triggers{Values: values{"a": set("1")}}, after: Triggers{Values: values{"a": null}}, changed: true, certain: true},
		"an empty text to no value":                  {before: Triggers{Values: values{"a": set("")}}, after: Triggers{Values: values{"a": null}}, changed: true, certain: true},
		"no value to an empty text":                  {before: Triggers{Values: values{"a": null}}, after: Triggers{Values: values{"a": set("")}}, changed: true, certain: true},
		"no value, unchanged":                        {before: Triggers{Values: values{"a": null}}, after: Triggers{Values: values{"a": null}}, certain: true},
		"an unknown value":                           {before: Triggers{Values: values{"a": set("1")}}, after: Triggers{Values: values{"a": later}}, changed: true},
		"an unknown value that was not set":          {before: Triggers{Values: values{"a": null}}, after: Triggers{Values: values{"a": later}}, changed: true},
		"an unknown value and a changed one":         {before: Triggers{Values: values{"a": set("1"), "b": set("1")}}, after: Triggers{Values: values{"a": later, "b": set("2")}}, changed: true, certain: true},
		"an unknown value and an unchanged one":      {before: Triggers{Values: values{"a": set("1"), "b": set("1")}}, after: Triggers{Values: values{"a": later, "b": set("1")}}, changed: true},
		"an unknown value of an added key":           {before: Triggers{Values: values{"a": set("1")}}, after: Triggers{Values: values{"a": set("1"), "b": later}}, changed: true, certain: true},
		"an unknown value, and a key removed":        {before: Triggers{Values: values{"a": set("1"), "b": set("1")}}, after: Triggers{Values: values{"a": later}}, changed: true, certain: true},
		"an unknown value of a renamed key":          {before: Triggers{Values: values{"a": set("1")}}, after: Triggers{Values: values{"b": later}}, changed: true, certain: true},
		"an unknown map":                             {before: Triggers{Values: values{"a": set("1")}}, after: unknown, changed: true},
		"an unknown map that was empty":              {before: Triggers{Values: values{}}, after: unknown, changed: true},
		"an unknown map that was not set":            {before: none, after: unknown},
		"the whole map added":                        {before: none, after: Triggers{Values: values{"a": set("1")}}, certain: true},
		"the whole map added, with an unknown value": {before: none, after: Triggers{Values: values{"a": later}}, certain: true},
		"an empty map added":                         {before: none, after: Triggers{Values: values{}}, certain: true},
		"the whole map removed":                      {before: Triggers{Values: values{"a": set("1")}}, after: none, certain: true},
		"an empty map removed":                       {before: Triggers{Values: values{}}, after: none, certain: true},
		"an empty map, unchanged":                    {before: Triggers{Values: values{}}, after: Triggers{Values: values{}}, certain: true},
		"the first key of an empty map":              {before: Triggers{Values: values{}}, after: Triggers{Values: values{"a": set("1")}}, changed: true, certain: true},
		"the last key of a map removed":              {before: Triggers{Values: values{"a": set("1")}}, after: Triggers{Values: values{}}, changed: true, certain: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			changed, certain := test.before.changed(test.after)
			if changed != test.changed || changed && certain != test.certain {
				t.Errorf("changed %t, for certain %t; want %t, %t", changed, certain, test.changed, test.certain)
			}
		})
	}
}
