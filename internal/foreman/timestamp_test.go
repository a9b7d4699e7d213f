package foreman

import (
	"encoding/json"
	"testing"
	"time"
)

func TestTimestampParsesEveryForm(t *testing.T) {
	t.Parallel()

	at := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)

	for name, test := range map[string]struct {
		text string
		want time.Time
		bad  bool
	}{
		"UTC by name":                       {text: `"2031-05-06 07:08:09 UTC"`, want: at},
		"an offset":                         {text: `"2031-05-06 09:08:09 +0200"`, want: at},
		"a negative offset":                 {text: `"2031-05-06 03:38:09 -0330"`, want: at},
		"an offset of zero":                 {text: `"2031-05-06 07:08:09 +0000"`, want: at},
		"ISO 8601 with milliseconds":        {text: `"2031-05-06T07:08:09.426Z"`, want: at.Add(426 * time.Millisecond)},
		"ISO 8601 with an offset":           {text: `"2031-05-06T09:08:09.000+02:00"`, want: at},
		"never":                             {text: `null`},
		"year 1, which does not mean never": {text: `"0001-01-01 00:00:00 UTC"`, want: time.Time{}.Add(time.Second)},
		"year 1 in another zone":            {text: `"0001-01-01 02:00:00 +0200"`, want: time.Time{}.Add(time.Second)},
		"an empty text":                     {text: `""`, bad: true},
		"no zone":                           {text: `"2031-05-06 07:08:09"`, bad: true},
		"a zone whose offset is unknown":    {text: `"2031-05-06 07:08:09 CEST"`, bad: true},
		"a date":                            {text: `"2031-05-06"`, bad: true},
		"a number":                          {text: `1936163289`, bad: true},
		"an impossible date":                {text: `"2031-02-30 07:08:09 UTC"`, bad: true},
		"words":                             {text: `"tomorrow"`, bad: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got := timestamp{time.Unix(1, 0)}

			err := json.Unmarshal([]byte(test.text), &got)
			if (err != nil) != test.bad {
				t.Fatalf("%s: error %v", test.text, err)
			}

			if test.bad {
				return
			}

			if !got.Equal(test.want) || got.Location() != time.UTC {
				t.Errorf("%s is %s, want %s", test.text, got, test.want)
			}
		})
	}
}

func TestExpiryIsSentInUTCAndWholeSeconds(t *testing.T) {
	t.Parallel()

	berlin := time.FixedZone("", 2*60*60)

	if got, want := expiry(time.Date(2031, 5, 6, 9, 8, 9, 999_999_999, berlin)), "2031-05-06T07:08:09Z"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
