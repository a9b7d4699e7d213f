package universalcontroller

import (
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

func TestParseDate(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		text string
		want time.Time
		bad  bool
	}{
		"as in a response":            {text: "20220730", want: date(2022, 7, 30)},
		"as in a request":             {text: "2022-07-30", want: date(2022, 7, 30)},
		"a leap day":                  {text: "20280229", want: date(2028, 2, 29)},
		"surrounding blanks":          {text: " 20220730 ", want: date(2022, 7, 30)},
		"an empty text means never":   {text: ""},
		"blanks mean never":           {text: "  "},
		"the word for never":          {text: "Never"},
		"year 1 does not mean never":  {text: "00010101", want: time.Time{}.Add(time.Second)},
		"a leap day of a common year": {text: "20270229", bad: true},
		"a month that does not exist": {text: "20221330", bad: true},
		"another order":               {text: "30.07.2022", bad: true},
		"the word for no value":       {text: "null", bad: true},
		"a date with a time":          {text: "2022-07-30 10:00:00 +0000", bad: true},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := parseDate(test.text)
			if (err != nil) != test.bad || !got.Equal(test.want) {
				t.Errorf("%v, %v; want %v, an error %t", got, err, test.want, test.bad)
			}
		})
	}
}

func TestParseInstant(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		text string
		want time.Time
		bad  bool
	}{
		"west of Greenwich":          {text: "2022-07-28 17:11:35 -0400", want: time.Date(2022, 7, 28, 21, 11, 35, 0, time.UTC)},
		"east, half an hour":         {text: "2022-07-29 02:41:35 +0530", want: time.Date(2022, 7, 28, 21, 11, 35, 0, time.UTC)},
		"across a leap day":          {text: "2028-02-29 23:30:00 -0400", want: time.Date(2028, 3, 1, 3, 30, 0, 0, time.UTC)},
		"ISO 8601":                   {text: "2022-07-28T17:11:35-04:00", want: time.Date(2022, 7, 28, 21, 11, 35, 0, time.UTC)},
		"year 1 does not mean never": {text: "0001-01-01 00:00:00 +0000", want: time.Time{}.Add(time.Second)},
		"nothing":                    {text: ""},
		"no zone":                    {text: "2022-07-28 17:11:35", bad: true},
		"a word":                     {text: "yesterday", bad: true},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := parseInstant(test.text)
			if (err != nil) != test.bad || !got.Equal(test.want) {
				t.Errorf("%v, %v; want %v, an error %t", got, err, test.want, test.bad)
			}

			if got.Location() != time.UTC {
				t.Errorf("the time is in the zone %v", got.Location())
			}

			want := test.want
			if want.Year() == 1 { // A last use at that time counts as unreadable.
				want = time.Time{}
			}

			if at, used := lastUse(test.text).parse(); !at.Equal(want) || used != (test.text != "") {
				t.Errorf("as a last use: %v, %t; want %v", at, used, want)
			}
		})
	}
}

func TestStatusIsExpiredAfterTheDateHasEndedEverywhere(t *testing.T) {
	t.Parallel()

	expires := date(2026, 11, 21)

	tests := map[string]struct {
		expires, now time.Time
		want         pat.Status
	}{
		"no expiry":                         {time.Time{}, today, pat.StatusActive},
		"the date begins":                   {expires, expires, pat.StatusActive},
		"it ended in UTC":                   {expires, date(2026, 11, 22), pat.StatusActive},
		"its last second in UTC-12":         {expires, time.Date(2026, 11, 22, 11, 59, 59, 0, time.UTC), pat.StatusActive},
		"it ended in UTC-12, so everywhere": {expires, time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), pat.StatusExpired},
		"long ago":                          {date(2022, 7, 30), today, pat.StatusExpired},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := status(test.expires, test.now); got != test.want {
				t.Errorf("the token is %s, want %s", got, test.want)
			}
		})
	}
}

func TestFormatDate(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		at   time.Time
		want string // Empty means a refusal.
	}{
		"midnight UTC":                     {date(2028, 2, 29), "2028-02-29"},
		"the same instant in another zone": {time.Date(2028, 2, 29, 5, 30, 0, 0, time.FixedZone("", 19800)), "2028-02-29"},
		"midnight in another zone":         {time.Date(2028, 2, 29, 0, 0, 0, 0, time.FixedZone("", -14400)), ""},
		"a nanosecond later":               {date(2028, 2, 29).Add(1), ""},
		"a year of five digits":            {date(10000, 1, 1), ""},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := formatDate(test.at)
			if got != test.want {
				t.Errorf("%q (%v), want %q", got, err, test.want)
			}

			if test.want == "" {
				verdict.Want(t, err, "validation", "midnight UTC")
			}
		})
	}
}
