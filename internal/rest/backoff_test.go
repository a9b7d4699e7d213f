package rest

import (
	"net/http"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	date := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }

	tests := map[string]struct {
		value string
		want  time.Duration
		ok    bool
	}{
		"seconds":                          {"7", 7 * time.Second, true},
		"zero":                             {"0", 0, true},
		"the longest":                      {"30", 30 * time.Second, true},
		"an hour is cut":                   {"3600", 30 * time.Second, true},
		"more than any number is cut":      {"99999999999999999999999", 30 * time.Second, true},
		"what overflows a duration is cut": {"9223372037", 30 * time.Second, true},
		"a date":                           {date(9 * time.Second), 9 * time.Second, true},
		"a date in the past":               {date(-time.Hour), 0, true},
		"a date next year is cut":          {date(365 * 24 * time.Hour), 30 * time.Second, true},
		"negative seconds are nothing":     {"-1", 0, false},
		"words are nothing":                {"soon", 0, false},
		"an empty header is nothing":       {"", 0, false},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got, ok := retryAfter(test.value, now); got != test.want || ok != test.ok {
				t.Errorf("retryAfter(%q) = %s, %t", test.value, got, ok)
			}
		})
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()

	const shortest, longest = 500 * time.Millisecond, 10 * time.Second

	asks := func(value string) http.Header { return http.Header{"Retry-After": {value}} }

	tests := map[string]struct {
		attempt  int
		header   http.Header
		min, max time.Duration
	}{
		"the first wait":                   {0, nil, shortest / 2, shortest},
		"the second is twice as long":      {1, http.Header{}, shortest, 2 * shortest},
		"the fifth":                        {4, nil, 8 * shortest, 16 * shortest},
		"the sixth is bounded":             {5, nil, longest / 2, longest},
		"the thousandth does not overflow": {1000, nil, longest / 2, longest},
		"the server's wish is granted":     {0, asks("7"), 7 * time.Second, 7*time.Second + shortest},
		"the server's wish is bounded":     {0, asks("3600"), 30 * time.Second, 30 * time.Second},
		"nonsense is ignored":              {0, asks("soon"), shortest / 2, shortest},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			seen := map[time.Duration]bool{}

			for range 100 {
				got := backoff(shortest, longest, test.attempt, &http.Response{Header: test.header})
				if got < test.min || got > test.max {
					t.Fatalf("the wait is %s, not between %s and %s", got, test.min, test.max)
				}

				seen[got] = true
			}

			if test.min != test.max && len(seen) < 2 {
				t.Error("the wait is always the same")
			}
		})
	}
}

func TestTheWaitIsTheServersWish(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	c := newTestClient(t, s.URL, nil)

	var waits []time.Duration

	c.http.Backoff = func(shortest, longest time.Duration, attempt int, response *http.Response) time.Duration {
		waits = append(waits, backoff(shortest, longest, attempt, response))

		return 0
	}

	_, err := c.Do(t.Context(), get)
	wantError[*pat.TransientError](t, err)

	if len(waits) != 2 || waits[0] != maxRetryAfter || waits[1] != maxRetryAfter {
		t.Errorf("the waits are %v", waits)
	}
}
