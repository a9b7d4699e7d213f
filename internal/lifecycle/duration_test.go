package lifecycle

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDuration(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		text string
		want time.Duration
		err  string // a part of the error; empty means no error
	}{
		"days":                      {text: "90d", want: 90 * Day},
		"all units":                 {text: "1w2d3h4m5s", want: Week + 2*Day + 3*time.Hour + 4*time.Minute + 5*time.Second},
		"a unit twice":              {text: "1h1h", want: 2 * time.Hour},
		"leading zeros":             {text: "007d", want: 7 * Day},
		"a hundred years":           {text: "36525d", want: MaxDuration},
		"a number without a unit":   {text: "90", err: `write "90d"`},
		"nothing":                   {text: "", err: "not a duration"},
		"zero":                      {text: "0d", err: "is zero"},
		"zero in many parts":        {text: "0w0s", err: "is zero"},
		"a sign":                    {text: "-1d", err: "not a duration"},
		"a fraction":                {text: "1.5h", err: "not a duration"},
		"a blank between the parts": {text: "1d 2h", err: "not a duration"},
		"months":                    {text: "3M", err: "not a duration"},
		"Go's milliseconds":         {text: "10ms", err: "not a duration"},
		"ISO 8601":                  {text: "P90D", err: "not a duration"},
		"a day beyond the limit":    {text: "36526d", err: "100 years"},
		"a second beyond the limit": {text: "36525d1s", err: "100 years"},
		"more than any number":      {text: "99999999999999999999d", err: "100 years"},
		"digits of another script":  {text: "٣d", err: "not a duration"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := ParseDuration(test.text)

			switch {
			case test.err == "" && (err != nil || got != test.want):
				t.Errorf("got %s and %v, want %s", got, err, test.want)
			case test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)):
				t.Errorf("got the error %v, want %q in it", err, test.err)
			case err != nil && !strings.Contains(err.Error(), test.text):
				t.Errorf("the error %q does not quote the text", err)
			}
		})
	}
}

func TestParseOverlap(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		text string
		want time.Duration
		err  string // a part of the error; empty means no error
	}{
		"hours":                     {text: "48h", want: 48 * time.Hour},
		"zero seconds":              {text: "0s"},
		"zero days":                 {text: "0d"},
		"zero in many parts":        {text: "0w0d00h"},
		"a zero among other parts":  {text: "1d0s", want: Day},
		"a hundred years":           {text: "36525d", want: MaxDuration},
		"zero without a unit":       {text: "0", err: `write "0d"`},
		"a number without a unit":   {text: "24", err: `write "24d"`},
		"nothing":                   {text: "", err: "not a duration"},
		"a sign":                    {text: "-0s", err: "not a duration"},
		"Go's zero":                 {text: "0ms", err: "not a duration"},
		"a second beyond the limit": {text: "36525d1s", err: "100 years"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := ParseOverlap(test.text)
			if got != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("got %s and %v, want %s and an error with %q", got, err, test.want, test.err)
			}
		})
	}
}

func TestFormatDuration(t *testing.T) {
	t.Parallel()

	for want, d := range map[string]time.Duration{
		"0s": 0, "1s": time.Millisecond, "1d12h": 36 * time.Hour, "90d": 90 * Day, "1h5s": time.Hour + 5*time.Second,
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("%s is formatted as %q, want %q", d, got, want)
		}
	}
}

func TestDurations_areParsedAsFormatted(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		want := time.Duration(rapid.Int64Range(1, int64(MaxDuration/time.Second)).Draw(t, "seconds")) * time.Second

		got, err := ParseDuration(FormatDuration(want))
		if err != nil || got != want {
			t.Fatalf("%q is parsed as %s and %v, want %s", FormatDuration(want), got, err, want)
		}
	})
}
