package lifecycle

import (
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func instant(t *testing.T, text string) time.Time {
	t.Helper()

	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}

	return at
}

func TestLifetime_Expiry(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		in, at, now, want string
		dates, atLeast    bool
	}{
		"in year 1":                            {at: "0001-01-01T00:00:00Z", now: "2026-01-01T00:00:00Z", want: "0001-01-01T00:00:00Z"},
		"never":                                {now: "2026-01-01T00:00:00Z"},
		"in a day":                             {in: "1d", now: "2026-01-01T12:00:00Z", want: "2026-01-02T12:00:00Z"},
		"rounded up to a second":               {in: "1d", now: "2026-01-01T12:00:00.1Z", want: "2026-01-02T12:00:01Z"},
		"in the zone of the caller":            {in: "1d", now: "2026-01-01T00:30:00+02:00", want: "2026-01-01T22:30:00Z"},
		"at an instant":                        {at: "2031-05-06T09:08:09+02:00", now: "2026-01-01T00:00:00Z", want: "2031-05-06T07:08:09Z"},
		"in takes precedence over at":          {in: "1h", at: "2031-05-06T07:08:09Z", now: "2026-01-01T00:00:00Z", want: "2026-01-01T01:00:00Z"},
		"rounded up to a date":                 {in: "1d", now: "2026-01-01T12:00:00Z", dates: true, want: "2026-01-03T00:00:00Z"},
		"a date stays the same":                {in: "1d", now: "2026-01-01T00:00:00Z", dates: true, want: "2026-01-02T00:00:00Z"},
		"an hour becomes a date":               {in: "1h", now: "2026-02-28T23:30:00Z", dates: true, want: "2026-03-02T00:00:00Z"},
		"an hour at least, to the second":      {in: "1h", now: "2026-02-28T12:00:00Z", atLeast: true, want: "2026-02-28T13:00:00Z"},
		"an hour before UTC+14's midnight":     {in: "1h", now: "2026-02-28T09:00:00Z", dates: true, atLeast: true, want: "2026-03-01T00:00:00Z"},
		"a second less than an hour before it": {in: "1h", now: "2026-02-28T09:00:01Z", dates: true, atLeast: true, want: "2026-03-02T00:00:00Z"},
		"an hour at the end of the day":        {in: "1h", now: "2026-02-28T23:30:00Z", dates: true, atLeast: true, want: "2026-03-02T00:00:00Z"},
		"a day at least":                       {in: "1d", now: "2026-01-01T12:00:00Z", dates: true, atLeast: true, want: "2026-01-04T00:00:00Z"},
		"a leap day":                           {in: "1d", now: "2028-02-28T00:00:00Z", dates: true, want: "2028-02-29T00:00:00Z"},
		"across the start of summer time":      {in: "24h", now: "2026-03-28T12:00:00+01:00", want: "2026-03-29T11:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			lifetime := Lifetime{AtLeast: test.atLeast}
			if test.in != "" {
				in, _ := ParseDuration(test.in)
				lifetime.In = pat.Some(in)
			}

			if test.at != "" {
				lifetime.At = pat.Some(instant(t, test.at))
			}

			var want pat.Option[time.Time]
			if test.want != "" {
				want = pat.Some(instant(t, test.want).UTC())
			}

			got := lifetime.Expiry(instant(t, test.now), pat.Traits{ExpiryIsDate: test.dates})
			if got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// Whatever the server's time zone, a token with AtLeast works for its lifetime: from its issue to the
// first moment of its date in any zone. And no server treats its date as one that has begun.
func TestLifetime_atLeastHoldsInEveryZone(t *testing.T) {
	t.Parallel()

	traits := pat.Traits{ExpiryIsDate: true}
	midnight := instant(t, "2028-02-28T00:00:00Z")

	for _, in := range []time.Duration{time.Second, time.Hour, 13 * time.Hour, Day, 3 * Day} {
		for minute := range 24 * 60 {
			now := midnight.Add(time.Duration(minute) * time.Minute)
			date := Lifetime{In: pat.Some(in), AtLeast: true}.Expiry(now, traits).V

			for hours := -12; hours <= 14; hours++ {
				begins := date.Add(-time.Duration(hours) * time.Hour)
				if begins.Before(now.Add(in)) {
					t.Fatalf("%s from %s: in UTC%+d the date %s begins at %s", in, now, hours, date, begins)
				}

				if last := Latest(date, traits); last.Before(begins.Add(Day)) || last.After(now.Add(in+3*Day+2*time.Hour)) {
					t.Fatalf("%s from %s: the date %s ends at %s in UTC%+d, and at %s at the latest", in, now, date, begins.Add(Day), hours, last)
				}
			}
		}
	}

	if last := Latest(midnight, pat.Traits{}); !last.Equal(midnight) {
		t.Errorf("the latest moment of an instant is %s", last)
	}
}

func TestLifetime_Check(t *testing.T) {
	t.Parallel()

	now := instant(t, "2026-01-01T12:00:00Z")

	for name, test := range map[string]struct {
		lifetime Lifetime
		dates    bool
		err      string
	}{
		"never":                                 {},
		"the first moment of year 1":            {lifetime: Lifetime{At: pat.Some(time.Time{})}, err: "0001-01-01T00:00:00Z is in the past"},
		"year 1, with dates":                    {lifetime: Lifetime{At: pat.Some(time.Time{})}, dates: true, err: "in the past"},
		"a duration of zero":                    {lifetime: Lifetime{In: pat.Some(time.Duration(0))}, err: "cannot live for 0s"},
		"a negative duration":                   {lifetime: Lifetime{In: pat.Some(-time.Hour)}, err: "one second or more"},
		"relative":                              {lifetime: Lifetime{In: pat.Some(time.Second)}},
		"relative, with an instant in the past": {lifetime: Lifetime{In: pat.Some(time.Second), At: pat.Some(now.Add(-time.Hour))}},
		"in a second":                           {lifetime: Lifetime{At: pat.Some(now.Add(time.Second))}},
		"now":                                   {lifetime: Lifetime{At: pat.Some(now)}, err: "in the past"},
		"past":                                  {lifetime: Lifetime{At: pat.Some(now.Add(-time.Hour))}, err: "2026-01-01T11:00:00Z is in the past"},
		"noon, with dates":                      {lifetime: Lifetime{At: pat.Some(now.Add(24 * time.Hour))}, dates: true, err: `write "2026-01-03T00:00:00Z"`},
		"midnight UTC in another zone":          {lifetime: Lifetime{At: pat.Some(instant(t, "2026-02-01T02:00:00+02:00"))}, dates: true},
		"today":                                 {lifetime: Lifetime{At: pat.Some(instant(t, "2026-01-01T00:00:00Z"))}, dates: true, err: "in the past"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			err := test.lifetime.Check(now, pat.Traits{DisplayName: "UC", ExpiryIsDate: test.dates})
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("got %v, want an error with %q", err, test.err)
			}
		})
	}
}

func TestLifetime_Least(t *testing.T) {
	t.Parallel()

	now := instant(t, "2026-01-01T12:00:00Z")

	for name, test := range map[string]struct {
		in, at string
		dates  bool
		want   time.Duration
	}{
		"an hour, on a date":               {in: "1h", dates: true},
		"an hour, to the second":           {in: "1h", want: time.Hour},
		"14 hours":                         {in: "14h", dates: true},
		"14 hours and a second":            {in: "14h1s", dates: true, want: time.Second},
		"a day":                            {in: "1d", dates: true, want: 10 * time.Hour},
		"32 hours":                         {in: "32h", dates: true, want: 18 * time.Hour},
		"38 hours":                         {in: "38h", dates: true, want: Day},
		"until midnight":                   {at: "2026-01-02T00:00:00Z", dates: true},
		"until midnight, to a second":      {at: "2026-01-02T00:00:00Z", want: 12 * time.Hour},
		"until the midnight after that":    {at: "2026-01-03T00:00:00Z", dates: true, want: 22 * time.Hour},
		"a day, in spite of an instant":    {in: "1d", at: "2026-01-02T00:00:00Z", dates: true, want: 10 * time.Hour},
		"until an instant that has passed": {at: "2026-01-01T00:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var lifetime Lifetime

			if test.in != "" {
				in, err := ParseDuration(test.in)
				if err != nil {
					t.Fatal(err)
				}

				lifetime.In = pat.Some(in)
			}

			if test.at != "" {
				lifetime.At = pat.Some(instant(t, test.at))
			}

			if got := lifetime.Least(now, pat.Traits{ExpiryIsDate: test.dates}); got != pat.Some(test.want) {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}

	if got := (Lifetime{In: pat.Some(time.Hour), AtLeast: true}).Least(now, pat.Traits{ExpiryIsDate: true}); got != pat.Some(time.Hour) {
		t.Errorf("a token with AtLeast of 1h works for at least %s", got.V)
	}

	if got := (Lifetime{}).Least(now, pat.Traits{ExpiryIsDate: true}); got.Set {
		t.Errorf("a token that never expires works for at least %s", got.V)
	}
}

// At every time of day, a token works for at least the returned duration, whatever the server's time
// zone; and for some time and zone it works for exactly that long.
func TestLifetime_leastIsTheMinimumOfAllTimesAndZones(t *testing.T) {
	t.Parallel()

	traits := pat.Traits{ExpiryIsDate: true}
	midnight := instant(t, "2028-02-28T00:00:00Z")

	for _, in := range []time.Duration{15 * time.Hour, Day, 32 * time.Hour, 38 * time.Hour, 90 * Day} {
		lifetime := Lifetime{In: pat.Some(in)}
		shortest := 2 * in

		for minute := range 24 * 60 {
			now := midnight.Add(time.Duration(minute) * time.Minute)

			for hours := -12; hours <= 14; hours++ {
				begins := lifetime.Expiry(now, traits).V.Add(-time.Duration(hours) * time.Hour)
				shortest = min(shortest, begins.Sub(now))
			}
		}

		if got := lifetime.Least(midnight, traits).V; got != shortest {
			t.Errorf("%s: the token works for at least %s, but Least returned %s", in, shortest, got)
		}
	}
}
