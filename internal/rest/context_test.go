package rest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestACancelledContextEndsACall(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		method    string
		handler   func(cancel func()) http.HandlerFunc
		ambiguous bool
	}{
		"before the answer of a GET": {"GET", func(cancel func()) http.HandlerFunc {
			return func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() }
		}, false},
		"before the answer of a POST": {"POST", func(cancel func()) http.HandlerFunc {
			return func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() }
		}, true},
		"within the body of a GET": {"GET", func(cancel func()) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.WriteString(w, "{")
				_ = http.NewResponseController(w).Flush()

				cancel()
				<-r.Context().Done()
			}
		}, false},
		"within the body of a POST": {"POST", func(cancel func()) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.WriteString(w, "{")
				_ = http.NewResponseController(w).Flush()

				cancel()
				<-r.Context().Done()
			}
		}, true},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			ctx, cancel := context.WithCancel(t.Context())
			s := newSite(t, test.handler(cancel))

			_, err := newTestClient(t, s.URL, nil).Do(ctx, Request{Method: test.method})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the cancellation is not visible: %v", err)
			}

			if _, ok := errors.AsType[*pat.AmbiguousError](err); ok != test.ambiguous {
				t.Errorf("ambiguous is %t: %v", ok, err)
			}

			if s.requests.Load() != 1 {
				t.Errorf("%d requests, not 1", s.requests.Load())
			}
		})
	}
}

func TestACancelledContextEndsTheWaitBetweenAttempts(t *testing.T) {
	t.Parallel()

	for _, method := range []string{http.MethodGet, http.MethodPost} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()

			s := newSite(t, answers(http.StatusTooManyRequests, ""))
			c := newTestClient(t, s.URL, nil)
			ctx, cancel := context.WithCancel(t.Context())

			c.http.Backoff = func(time.Duration, time.Duration, int, *http.Response) time.Duration {
				cancel()

				return time.Hour
			}

			_, err := c.Do(ctx, Request{Method: method})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the cancellation is not visible: %v", err)
			}
			// A 429 was not processed, so not even a POST is ambiguous.
			wantError[*pat.TransientError](t, err)
		})
	}
}

func TestACancelledContextSendsNothing(t *testing.T) {
	t.Parallel()

	s := newSite(t, answers(http.StatusOK, "{}"))
	c := newTestClient(t, s.URL, withPassword)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	for range 20 {
		_, err := c.Do(ctx, post)
		wantError[*pat.TransientError](t, err)

		if !errors.Is(err, context.Canceled) {
			t.Errorf("the cancellation is not visible: %v", err)
		}
	}

	if s.requests.Load() != 0 {
		t.Errorf("%d requests", s.requests.Load())
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
		s := newBubbleSite(t, breaks["does not answer in time"])
		c := newTestClient(t, s.URL, func(o *Options) { o.RequestTimeout, o.MaxRetries = 20*time.Second, 0 })

		_, err := c.Do(t.Context(), get)

		got := mustBe[*pat.TransientError](t, err)
		if got.Said != "no complete answer within 20s" || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("said %q", got.Said)
		}
	})
}
