package rest

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()

	const limit = 64 << 10

	var bomb bytes.Buffer

	zip := gzip.NewWriter(&bomb)
	if _, err := io.CopyN(zip, zeros{}, limit+1); err != nil {
		t.Fatal(err)
	}

	_ = zip.Close()

	sends := func(size int64) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			_ = http.NewResponseController(w).Flush() // No Content-Length.
			_, _ = io.CopyN(w, zeros{}, size)
		}
	}

	tests := map[string]struct {
		handler http.HandlerFunc
		fits    bool
	}{
		"the largest body":    {sends(limit), true},
		"a byte more":         {sends(limit + 1), false},
		"an endless body":     {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, zeros{}) }, false},
		"an announced length": {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "65537") }, false},
		"a gzip bomb": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		}, false},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newSite(t, test.handler)
			c := newTestClient(t, s.URL, nil)
			transportOf(t, c).bodies.limit = limit

			answer, err := c.Do(t.Context(), get)
			if test.fits {
				if err != nil || len(answer.Body) != limit {
					t.Errorf("%d bytes: %v", len(answer.Body), err)
				}

				return
			}

			got := mustBe[*pat.ProtocolError](t, err)
			if !strings.HasPrefix(got.Said, "HTTP 200, ") || !strings.Contains(got.Said, "the answer is larger than 65536 bytes") {
				t.Errorf("said %q", got.Said)
			}

			_, err = c.Do(t.Context(), post)
			wantError[*pat.AmbiguousError](t, err)

			if got := s.requests.Load(); got != 2 {
				t.Errorf("%d requests, not 2", got)
			}
		})
	}
}

func TestTheLimitIsTheOneThatIsDocumented(t *testing.T) {
	t.Parallel()

	if got := transportOf(t, newTestClient(t, "http://127.0.0.1:1", nil)).bodies.limit; got != MaxAnswerBytes {
		t.Errorf("the limit is %d", got)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)

	return len(p), nil
}

func TestAttemptsUnderWayAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const bound = 3

		var now, most atomic.Int64

		s := newBubbleSite(t, func(http.ResponseWriter, *http.Request) {
			n := now.Add(1)
			defer now.Add(-1)

			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
				runtime.Gosched()
			}
			// The bubble's clock moves when no further request can come.
			time.Sleep(time.Second)
		})
		c := newTestClient(t, s.URL, func(o *Options) { o.MaxConcurrentRequests = bound })

		for _, err := range together(30, func() error {
			_, err := c.Do(t.Context(), get)

			return err
		}) {
			if err != nil {
				t.Error(err)
			}
		}

		if most.Load() != bound {
			t.Errorf("%d requests at once, not %d", most.Load(), bound)
		}
	})
}

func TestAWaitBetweenAttemptsHoldsNoSlot(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/busy" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	c := newTestClient(t, s.URL, func(o *Options) {
		withPassword(o)
		o.MaxConcurrentRequests, o.MaxRetries = 1, 1
	})

	var during error

	c.http.Backoff = func(time.Duration, time.Duration, int, *http.Response) time.Duration {
		_, during = c.Do(t.Context(), Request{Method: http.MethodGet, Segments: []string{"idle"}})

		return 0
	}

	_, err := c.Do(t.Context(), Request{Method: http.MethodGet, Segments: []string{"busy"}})
	wantError[*pat.TransientError](t, err)

	if during != nil {
		t.Errorf("a call during the wait: %v", during)
	}
}

func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()

	s := newSite(t, answers(http.StatusServiceUnavailable, `{"message":"busy"}`))
	c := newTestClient(t, s.URL, nil)

	for range 4 {
		_, err := c.Do(t.Context(), get)
		wantError[*pat.TransientError](t, err)
	}

	if s.requests.Load() != 12 || s.connections.Load() != 1 {
		t.Errorf("%d requests on %d connections, not 12 on 1", s.requests.Load(), s.connections.Load())
	}
}

// TestNoGoroutineIsLeft ends with its bubble, which fails if a goroutine of it does not.
func TestNoGoroutineIsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var arrived atomic.Int64

		ctx, cancel := context.WithCancel(t.Context())
		s := newBubbleSite(t, func(w http.ResponseWriter, r *http.Request) {
			switch arrived.Add(1) % 4 {
			case 0:
				panic(http.ErrAbortHandler)
			case 1:
				w.WriteHeader(http.StatusServiceUnavailable)
			case 2:
				cancel()
				<-r.Context().Done()
			}
		})
		c := newTestClient(t, s.URL, withPassword)

		together(20, func() error {
			_, err := c.Do(ctx, get)

			return err
		})
	})
}
