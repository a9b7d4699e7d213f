package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// breaks are the ways in which a server fails to respond.
var breaks = map[string]http.HandlerFunc{
	"closes the connection":       func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	"truncates the body":          truncated(http.StatusOK),
	"truncates the body of a 404": truncated(http.StatusNotFound),
	"refuses with a page": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "<html>Blocked</html>")
	},
	"truncates the body of a 401": truncated(http.StatusUnauthorized),
	"sends broken gzip": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, "this is no gzip")
	},
	"does not respond in time": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	"does not end its response in time": func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	},
}

// truncated closes the connection within the body.
func truncated(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(status)
		sendPart(w, "{")
		panic(http.ErrAbortHandler)
	}
}

func TestWhatIsRetried(t *testing.T) {
	t.Parallel()

	// The clients make two retries: three requests mean that it was retried, one that it was not.
	tests := map[string]struct {
		methods  string
		failures []any // A status or a key of breaks.
		requests int64
		want     string
	}{
		"GET and DELETE are retried after a response of a proxy": {
			"GET DELETE",
			[]any{429, 502, 503, 504},
			3, "*pat.TransientError",
		},
		"GET and DELETE are retried after broken connections": {
			"GET DELETE",
			[]any{
				"closes the connection", "truncates the body", "truncates the body of a 404", "sends broken gzip",
				"does not respond in time", "does not end its response in time",
			},
			3, "*pat.TransientError",
		},
		"GET and DELETE are not retried after a 500, which the request may have caused": {"GET DELETE", []any{500, 501, 505, 407, 405, 418}, 1, "*pat.ProtocolError"},
		"GET and DELETE are not retried after a 408":                                    {"GET DELETE", []any{408}, 1, "*pat.TransientError"},
		"a POST or a PUT is retried after a 429":                                        {"POST PUT", []any{429}, 3, "*pat.TransientError"},
		"a POST or a PUT that may have been processed is sent once": {
			"POST PUT",
			[]any{
				500, 501, 502, 503, 504, 301, 302, 303, 307, 308, 304, "closes the connection", "truncates the body", "sends broken gzip",
				"does not respond in time", "does not end its response in time", "truncates the body of a 404", "refuses with a page",
			},
			1, "*pat.AmbiguousError",
		},
		"a 408 to a POST or a PUT is not retried":       {"POST PUT", []any{408}, 1, "*pat.TransientError"},
		"a refusal of the request is not retried":       {"GET DELETE POST PUT", []any{400, 409, 422}, 1, "*pat.ValidationError"},
		"a missing permission is not retried":           {"GET DELETE POST PUT", []any{403}, 1, "*pat.PermissionError"},
		"a not found is not retried":                    {"GET DELETE POST PUT", []any{404, 410}, 1, "*pat.NotFoundError"},
		"a refusal of the credentials is not retried":   {"GET DELETE POST PUT", []any{401, "truncates the body of a 401"}, 1, "*pat.AuthenticationError"},
		"success is not retried":                        {"GET DELETE POST PUT", []any{200, 201, 202, 204}, 1, "<nil>"},
		"a redirect without an address is not followed": {"GET DELETE", []any{301, 302, 307, 308, 300, 304}, 1, "*pat.ProtocolError"},
	}

	for name, test := range tests {
		for method := range strings.FieldsSeq(test.methods) {
			for _, failure := range test.failures {
				t.Run(fmt.Sprintf("%s: %s %v", name, method, failure), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						s := newBubbleSite(t, handlerFor(t, failure))
						c := newTestClient(t, s.URL, withPassword)

						_, err := c.Do(t.Context(), Request{Method: method, Segments: []string{"x"}, Body: []byte("{}")})
						if got := fmt.Sprintf("%T", err); got != test.want {
							t.Errorf("the error is a %s, not a %s: %v", got, test.want, err)
						}

						if got := s.requests.Load(); got != test.requests {
							t.Errorf("%d requests reached the server, not %d", got, test.requests)
						}
					})
				})
			}
		}
	}
}

func handlerFor(t *testing.T, failure any) http.HandlerFunc {
	t.Helper()

	switch failure := failure.(type) {
	case int:
		if failure == http.StatusNoContent || failure == http.StatusNotModified {
			return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(failure) }
		}

		return respondsWith(failure, `{"message":"no"}`)
	case string:
		if handler, ok := breaks[failure]; ok {
			return handler
		}
	}

	t.Fatalf("no handler for %v", failure)

	return nil
}

func TestWhatWasNeverSentIsRetried(t *testing.T) {
	t.Parallel()

	closed, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	_ = closed.Close()

	for _, base := range []string{"http://" + closed.Addr().String(), "http://no-such-host.invalid"} {
		for _, method := range []string{http.MethodGet, http.MethodDelete, http.MethodPost, http.MethodPut} {
			t.Run(method+" "+base, func(t *testing.T) {
				t.Parallel()

				c := newTestClient(t, base, nil)
				attempts := countWire(t, c)

				_, err := c.Do(t.Context(), Request{Method: method})

				got := mustBe[*pat.TransientError](t, err)
				if !strings.Contains(got.Remedy, "3 attempts were made") {
					t.Errorf("the remedy does not count the attempts: %s", got.Remedy)
				}

				if attempts.Load() != 3 {
					t.Errorf("%d attempts, not 3", attempts.Load())
				}
			})
		}
	}
}

func TestARetrySendsTheWholeRequest(t *testing.T) {
	t.Parallel()

	var bodies []string

	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(body))

		if len(bodies) == 1 {
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})

	if _, err := newTestClient(t, s.URL, nil).Do(t.Context(), post); err != nil {
		t.Fatal(err)
	}

	if len(bodies) != 2 || bodies[0] != string(post.Body) || bodies[1] != bodies[0] {
		t.Errorf("the bodies were %q", bodies)
	}
}

func TestNoRetriesMeansOneAttempt(t *testing.T) {
	t.Parallel()

	s := newSite(t, respondsWith(http.StatusServiceUnavailable, ""))
	c := newTestClient(t, s.URL, func(o *Options) { o.MaxRetries = 0 })

	_, err := c.Do(t.Context(), get)
	wantError[*pat.TransientError](t, err)

	if got := s.requests.Load(); got != 1 {
		t.Errorf("%d requests, not 1", got)
	}
}

func TestTheLibraryHasNoLoggerAndNoPolicy(t *testing.T) {
	t.Parallel()

	c := newTestClient(t, "http://127.0.0.1:1", nil)
	if c.http.Logger != nil {
		t.Error("the library would log whole URLs")
	}

	if got := backoff(time.Second, time.Second, 0, nil); got < time.Second/2 || got > time.Second {
		t.Errorf("the wait without a response is %s", got)
	}

	// Unknown errors are final: only attempts that are known to be harmless are retried.
	if again, err := checkRetry(context.Background(), nil, retryablehttpError()); again || err != nil {
		t.Errorf("checkRetry = %t, %v", again, err)
	}
}

func retryablehttpError() error {
	_, err := retryablehttp.NewRequestWithContext(context.Background(), http.MethodGet, "://", nil)

	return err
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	date := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }

	tests := map[string]struct {
		value string
		want  time.Duration
		ok    bool
	}{
		"seconds":                              {"7", 7 * time.Second, true},
		"zero":                                 {"0", 0, true},
		"the longest":                          {"30", 30 * time.Second, true},
		"an hour is limited":                   {"3600", 30 * time.Second, true},
		"more than any number is limited":      {"99999999999999999999999", 30 * time.Second, true},
		"an overflow of a duration is limited": {"9223372037", 30 * time.Second, true},
		"a date":                               {date(9 * time.Second), 9 * time.Second, true},
		"a date in the past":                   {date(-time.Hour), 0, true},
		"a date next year is limited":          {date(365 * 24 * time.Hour), 30 * time.Second, true},
		"negative seconds are ignored":         {"-1", 0, false},
		"words are ignored":                    {"soon", 0, false},
		"an empty header is ignored":           {"", 0, false},
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
		"the first wait":                    {0, nil, shortest / 2, shortest},
		"the second is twice as long":       {1, http.Header{}, shortest, 2 * shortest},
		"the fifth":                         {4, nil, 8 * shortest, 16 * shortest},
		"the sixth is limited":              {5, nil, longest / 2, longest},
		"the thousandth does not overflow":  {1000, nil, longest / 2, longest},
		"Retry-After is followed":           {0, asks("7"), 7 * time.Second, 7*time.Second + shortest},
		"Retry-After is limited":            {0, asks("3600"), 30 * time.Second, 30 * time.Second},
		"an invalid Retry-After is ignored": {0, asks("soon"), shortest / 2, shortest},
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

func TestTheClientWaitsAsLongAsRetryAfterSays(t *testing.T) {
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

func TestACancelledContextEndsTheWaitBetweenAttempts(t *testing.T) {
	t.Parallel()

	for _, method := range []string{http.MethodGet, http.MethodPost} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()

			s := newSite(t, respondsWith(http.StatusTooManyRequests, ""))
			c := newTestClient(t, s.URL, nil)
			ctx, cancel := context.WithCancel(t.Context())

			c.http.Backoff = func(time.Duration, time.Duration, int, *http.Response) time.Duration {
				cancel()

				return time.Hour
			}

			_, err := c.Do(ctx, Request{Method: method})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the error is not context.Canceled: %v", err)
			}
			// A 429 means that the request was not processed, so not even a POST is ambiguous.
			wantError[*pat.TransientError](t, err)
		})
	}
}

func TestTheTimeoutIsPerAttempt(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		var arrived atomic.Int64

		s := newBubbleSite(t, func(_ http.ResponseWriter, r *http.Request) {
			if arrived.Add(1) < 3 {
				<-r.Context().Done()
			}
		})

		if _, err := newTestClient(t, s.URL, nil).Do(t.Context(), get); err != nil {
			t.Errorf("the third attempt: %v", err)
		}
	})
}

func TestATimeoutIsNotTheCallersDeadline(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := newBubbleSite(t, breaks["does not respond in time"])
		c := newTestClient(t, s.URL, func(o *Options) { o.RequestTimeout, o.MaxRetries = 20*time.Second, 0 })

		_, err := c.Do(t.Context(), get)

		got := mustBe[*pat.TransientError](t, err)
		if got.Said != "no complete response within 20s" || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Said is %q", got.Said)
		}
	})
}
