package rest

import (
	"net/http"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Whatever its status, a response of the server contains the server's time; one of a proxy or a cache
// in between does not.
func TestClock_isUpdatedFromResponses(t *testing.T) {
	t.Parallel()

	server := time.Date(2028, 2, 28, 12, 0, 0, 0, time.UTC)
	date := server.Format(http.TimeFormat)

	for name, test := range map[string]struct {
		status int
		date   []string
		age    string
		known  bool
	}{
		"a success":                                   {status: 200, date: []string{date}, known: true},
		"a response without content":                  {status: 204, date: []string{date}, known: true},
		"a missing permission":                        {status: 403, date: []string{date}, known: true},
		"refused credentials":                         {status: 401, date: []string{date}, known: true},
		"a refused argument":                          {status: 422, date: []string{date}, known: true},
		"passed on by a cache":                        {status: 200, date: []string{date}, age: "0", known: true},
		"from a cache":                                {status: 200, date: []string{date}, age: "3600"},
		"from a cache, with an age in words":          {status: 200, date: []string{date}, age: "soon"},
		"no Date":                                     {status: 200},
		"an empty Date":                               {status: 200, date: []string{""}},
		"a Date in words":                             {status: 200, date: []string{"today"}},
		"a gateway that cannot reach the server":      {status: 502, date: []string{date}},
		"a gateway that does not wait for the server": {status: 504, date: []string{date}},
		"a proxy that requires credentials":           {status: 407, date: []string{date}},
		"a gateway that limits requests":              {status: 429, date: []string{date}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Date"] = test.date
				if test.age != "" {
					w.Header().Set("Age", test.age)
				}

				respondsWith(test.status, "{}")(w, r)
			})
			wall := time.Date(2021, 2, 3, 4, 5, 6, 0, time.UTC)
			c := newTestClient(t, s.URL, func(o *Options) {
				o.MaxRetries = 0
				o.Clock = pat.NewClock(pat.Runner{Now: func() time.Time { return wall }})
			})

			_, _ = c.Do(t.Context(), get)

			want := wall
			if test.known {
				want = server
			}

			if now := c.Clock().Now(); !now.Equal(want) || c.Clock().Known() != test.known {
				t.Errorf("the clock shows %s, known: %t; want %s, %t", now, c.Clock().Known(), want, test.known)
			}
		})
	}
}

// A Retry-After date is compared with the server's clock.
func TestBackoff_countsFromTheServersClock(t *testing.T) {
	t.Parallel()

	server := time.Now().Add(-24 * time.Hour)
	response := &http.Response{Header: http.Header{
		"Date": {server.UTC().Format(http.TimeFormat)}, "Retry-After": {server.Add(20 * time.Second).UTC().Format(http.TimeFormat)},
	}}

	if wait := backoff(time.Nanosecond, time.Second, 0, response); wait.Round(time.Second) != 20*time.Second {
		t.Errorf("the wait is %s, want 20 s", wait)
	}
}
