package foremanserver

import (
	"testing"
	"time"
)

func TestParseInstant(t *testing.T) {
	t.Parallel()
	berlin, ok := zoneNamed("Berlin")
	if !ok {
		t.Fatal("no zone Berlin")
	}
	now := time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		text string
		// want is in UTC; empty when the text is not a time.
		want string
	}{
		"UTC":                              {"2031-05-06T07:08:09Z", "2031-05-06T07:08:09Z"},
		"an offset":                        {"2031-05-06T07:08:09+02:00", "2031-05-06T05:08:09Z"},
		"an offset without a colon":        {"2031-05-06 07:08:09 -0230", "2031-05-06T09:38:09Z"},
		"an offset of hours":               {"2031-05-06 07:08:09+03", "2031-05-06T04:08:09Z"},
		"a fraction":                       {"2031-05-06T07:08:09.999Z", "2031-05-06T07:08:09.999Z"},
		"no zone":                          {"2031-05-06 07:08:09", "2031-05-06T05:08:09Z"},
		"no zone, in winter":               {"2031-01-06T07:08", "2031-01-06T06:08:00Z"},
		"a date":                           {"2031-05-06", "2031-05-05T22:00:00Z"},
		"slashes":                          {"2031/05/06", "2031-05-05T22:00:00Z"},
		"dots":                             {"06.05.2031", "2031-05-05T22:00:00Z"},
		"month first":                      {"May 6 2031", "2031-05-05T22:00:00Z"},
		"month first with a comma":         {"May 6th, 2031 12:00", "2031-05-06T10:00:00Z"},
		"day first":                        {"6 May 2031", "2031-05-05T22:00:00Z"},
		"no year":                          {"6 May", "2026-05-05T22:00:00Z"},
		"a month":                          {"december", "2026-11-30T23:00:00Z"},
		"no separators":                    {"20310506T070809Z", "2031-05-06T07:08:09Z"},
		"only a time is today":             {"07:08", "2026-11-21T06:08:00Z"},
		"afternoon":                        {"2031-05-06 07:08 pm", "2031-05-06T17:08:00Z"},
		"after midnight":                   {"2031-05-06 12:08 am", "2031-05-05T22:08:00Z"},
		"a weekday is today":               {"monday", "2026-11-20T23:00:00Z"},
		"an unknown zone word is ignored":  {"2031-05-06 07:08:09 Europe/Berlin", "2031-05-06T05:08:09Z"},
		"a known zone word":                {"2031-05-06 07:08:09 EST", "2031-05-06T12:08:09Z"},
		"midnight at the end of the day":   {"2031-05-06T24:00:00Z", "2031-05-07T00:00:00Z"},
		"the 31st of a short month":        {"2031-02-31T00:00:00Z", "2031-03-03T00:00:00Z"},
		"far ahead":                        {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
		"too far ahead, but readable":      {"10000-01-01T00:00:00Z", "10000-01-01T00:00:00Z"},
		"nothing":                          {"", ""},
		"blanks":                           {"   ", ""},
		"not a date":                       {"garbage", ""},
		"a relative day":                   {"tomorrow", ""},
		"a year and a month":               {"2031-05", ""},
		"an impossible day":                {"2030-08-34T00:00:00Z", ""},
		"day zero":                         {"2030-08-00", ""},
		"an impossible month":              {"2030-13-01", ""},
		"an impossible hour":               {"2030-08-01T25:00:00Z", ""},
		"a minute past the end of the day": {"2030-08-01T24:01:00Z", ""},
		"an impossible minute":             {"2030-08-01T07:60:00Z", ""},
		"seconds since 1970":               {"1900000000", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			have, ok := parseInstant(test.text, now, berlin)
			if ok != (test.want != "") {
				t.Fatalf("parsed: %t, want %q", ok, test.want)
			}
			if !ok {
				return
			}
			if text := have.time.UTC().Format(time.RFC3339Nano); text != test.want {
				t.Errorf("have %s, want %s", text, test.want)
			}
		})
	}
}

func TestEveryRailsZoneNameIsKnown(t *testing.T) {
	t.Parallel()
	for name := range railsZones {
		if _, ok := zoneNamed(name); !ok {
			t.Errorf("zone %q is unknown", name)
		}
	}
	for _, name := range []string{"", "Local", "Atlantis", "../etc/passwd"} {
		if _, ok := zoneNamed(name); ok {
			t.Errorf("zone %q is known", name)
		}
	}
	if zone, _ := zoneNamed("America/New_York"); zone == nil || zone.String() != "America/New_York" {
		t.Errorf("an IANA name gives %v", zone)
	}
}

func TestResponsesUseTheCallersZone(t *testing.T) {
	t.Parallel()
	berlin, _ := zoneNamed("Berlin")
	london, _ := zoneNamed("London")
	at := time.Date(2031, 1, 1, 12, 0, 0, 999_999_000, time.UTC)
	tests := map[string]struct {
		zone      *time.Location
		view, raw string
	}{
		"UTC":              {time.UTC, "2031-01-01 12:00:00 UTC", "2031-01-01T12:00:00.999Z"},
		"Berlin":           {berlin, "2031-01-01 13:00:00 +0100", "2031-01-01T13:00:00.999+01:00"},
		"London in winter": {london, "2031-01-01 12:00:00 +0000", "2031-01-01T12:00:00.999+00:00"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if have := *viewTime(at, test.zone); have != test.view {
				t.Errorf("a view has %s, want %s", have, test.view)
			}
			if have := *rawTime(at, test.zone); have != test.raw {
				t.Errorf("a record has %s, want %s", have, test.raw)
			}
		})
	}
	if viewTime(time.Time{}, berlin) != nil || rawTime(time.Time{}, berlin) != nil {
		t.Error("a time that is never set gets a text")
	}
}

func TestLeadingInteger(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"4": 4, "4-admin": 4, "4abc": 4, "4.0": 4, "04": 4, "+4": 4, " 4": 4, "-1": -1, "1_0": 10, "1__0": 1, "_1": 0,
		"abc": 0, "": 0, "-": 0, "99999999999999999999": -1, "-99999999999999999999": -1,
	} {
		if have := leadingInteger(text); have != want {
			t.Errorf("the leading integer of %q is %d, want %d", text, have, want)
		}
	}
}
