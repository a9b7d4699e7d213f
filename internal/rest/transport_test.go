package rest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestLogLines(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			panic(http.ErrAbortHandler)
		}

		w.Header().Set("X-Echo", secret)
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("body-" + secret))
	})
	c := newTestClient(t, s.URL+"/base", func(o *Options) {
		withPassword(o)
		o.MaxRetries = 1
	})

	var output bytes.Buffer

	ctx := tflogtest.RootLogger(t.Context(), &output)

	_, err := c.Do(ctx, Request{
		Method: http.MethodGet, Segments: []string{"users", "of " + secret},
		Query: map[string][]string{"search": {"query-value"}, "page": {"77"}, "key " + secret: {""}},
	})
	wantError[*pat.TransientError](t, err)

	_, err = c.Do(ctx, Request{Method: http.MethodDelete, Segments: []string{"x"}, Body: []byte("request-body")})
	wantError[*pat.TransientError](t, err)

	text := output.String()
	for _, hidden := range []string{secret, "s3cr3t", "query-value", "77", "body", "Authorization", "Basic", "X-Echo"} {
		if strings.Contains(text, hidden) {
			t.Errorf("the log contains %q: %s", hidden, text)
		}
	}

	entries, err := tflogtest.MultilineJSONDecode(&output)
	if err != nil {
		t.Fatal(err)
	}

	for _, entry := range entries {
		if _, ok := entry["duration_ms"].(float64); !ok {
			t.Errorf("no duration in %v", entry)
		}

		delete(entry, "duration_ms")
	}

	read := func(attempt int) map[string]any {
		return map[string]any{
			"@level": "debug", "@message": "HTTP attempt", "@module": "provider", "attempt": float64(attempt),
			"method": "GET", "path": "/base/users/of%20***", "query_keys": "key ***,page,search", "status": float64(503),
		}
	}
	deletion := func(attempt int) map[string]any {
		return map[string]any{
			"@level": "debug", "@message": "HTTP attempt", "@module": "provider", "attempt": float64(attempt),
			"method": "DELETE", "path": "/base/x", "error": "EOF",
		}
	}

	if diff := cmp.Diff([]map[string]any{read(1), read(2), deletion(1), deletion(2)}, entries); diff != "" {
		t.Error(diff)
	}
}

func TestConcurrentAttemptsAreLimited(t *testing.T) {
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
			// The bubble's clock advances when no further request can be sent.
			time.Sleep(time.Second)
		})
		c := newTestClient(t, s.URL, func(o *Options) { o.MaxConcurrentRequests = bound })

		for _, err := range doAll(t, c, 30, get) {
			if err != nil {
				t.Error(err)
			}
		}

		if most.Load() != bound {
			t.Errorf("%d requests at once, not %d", most.Load(), bound)
		}
	})
}

func TestAWaitBetweenAttemptsOccupiesNoSlot(t *testing.T) {
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

	s := newSite(t, respondsWith(http.StatusServiceUnavailable, `{"message":"busy"}`))
	c := newTestClient(t, s.URL, nil)

	for range 4 {
		_, err := c.Do(t.Context(), get)
		wantError[*pat.TransientError](t, err)
	}

	if s.requests.Load() != 12 || s.connections.Load() != 1 {
		t.Errorf("%d requests on %d connections, not 12 on 1", s.requests.Load(), s.connections.Load())
	}
}

// TestNoGoroutineIsLeft ends with its bubble, which fails if one of its goroutines does not end.
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

func TestTheDefaultTransportIsNotChanged(t *testing.T) {
	t.Parallel()

	c := newTestClient(t, "https://127.0.0.1:1", func(o *Options) { o.TLS.InsecureSkipVerify = true })

	for _, wire := range []*http.Transport{wireOf(t, c).shared, wireOf(t, c).fresh} {
		if wire == http.DefaultTransport {
			t.Fatal("the client uses the default transport")
		}

		if wire.Proxy == nil {
			t.Error("the client ignores proxies in the environment")
		}
	}

	if standard, ok := http.DefaultTransport.(*http.Transport); ok && standard.TLSClientConfig != nil && standard.TLSClientConfig.InsecureSkipVerify {
		t.Error("the default transport now trusts every certificate")
	}
}

func TestHeadersAreLimited(t *testing.T) {
	t.Parallel()

	for name, handler := range map[string]http.HandlerFunc{
		"large ones":  raw("HTTP/1.1 200 OK\r\nX-Large: " + strings.Repeat("x", 2<<20) + "\r\n\r\n"),
		"many":        raw("HTTP/1.1 200 OK\r\n" + strings.Repeat("X: "+strings.Repeat("x", 1000)+"\r\n", 2<<10) + "\r\n"),
		"early hints": raw(strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 1<<16)),
		"a slow drip": func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			defer func() { _ = connection.Close() }()

			for _, err := io.WriteString(connection, "HTTP/1.1 200 OK\r\nX: "); err == nil; time.Sleep(time.Second) {
				_, err = io.WriteString(connection, "x")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				c := newTestClient(t, newBubbleSite(t, handler).URL, nil)

				_, err := c.Do(t.Context(), get)
				wantError[*pat.TransientError](t, err)

				_, err = c.Do(t.Context(), post)
				wantError[*pat.AmbiguousError](t, err)
			})
		})
	}
}
