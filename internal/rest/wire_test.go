package rest

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// reset closes the connection of a request without a response and, if possible, by resetting it.
func reset(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}

	if connection, ok := connection.(*net.TCPConn); ok {
		_ = connection.SetLinger(0)
	}

	_ = connection.Close()
}

// A server that closes connections at any time causes only new connections: nothing fails, and no
// request for a token is lost.
func TestRequestsSurviveConnectionsThatTheServerCloses(t *testing.T) {
	t.Parallel()

	var (
		connections sync.Map
		posts       atomic.Int64
	)

	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if _, served := connections.LoadOrStore(r.RemoteAddr, true); served {
			reset(w)

			return
		}

		if r.Method == http.MethodPost {
			posts.Add(1)
		}
	})
	c := newTestClient(t, s.URL, func(o *Options) { o.MaxRetries = 0 })
	remove := Request{Method: http.MethodDelete, Segments: get.Segments}

	for range 5 {
		// Concurrent requests leave that many connections, each of which served one request.
		for i, err := range append(doAll(t, c, 5, get), doAll(t, c, 5, remove)...) {
			if err != nil {
				t.Errorf("request %d: %v", i, err)
			}
		}

		if _, err := c.Do(t.Context(), post); err != nil {
			t.Error(err)
		}
	}

	if posts.Load() != 5 {
		t.Errorf("%d requests for a token, want 5", posts.Load())
	}
}

func TestIdleConnectionsCloseBeforeTheServerClosesThem(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		s := newBubbleSite(t, respondsWith(http.StatusOK, "{}"))
		c := newTestClient(t, s.URL, nil)

		for _, pause := range []time.Duration{0, 3 * time.Second, 5 * time.Second} {
			time.Sleep(pause)

			if _, err := c.Do(t.Context(), get); err != nil {
				t.Error(err)
			}
		}

		if s.connections.Load() != 2 {
			t.Errorf("%d connections, want 2: a second one after five seconds", s.connections.Load())
		}
	})
}

func TestAProxyThatOpensNoTunnel(t *testing.T) {
	t.Parallel()

	for status, test := range map[int]struct {
		attempts int64
		remedy   string
	}{
		http.StatusProxyAuthRequired: {1, "The proxy requires authentication. Set the credentials in HTTPS_PROXY or HTTP_PROXY."},
		http.StatusForbidden:         {1, "Check that the proxy may connect to the host and the port"},
		http.StatusBadGateway:        {3, "Check that the proxy may connect to the host and the port"},
		0:                            {3, "The proxy in HTTPS_PROXY or HTTP_PROXY cannot be reached"},
	} {
		for _, r := range []Request{get, post} {
			proxy := newSite(t, respondsWith(max(status, http.StatusOK), "secret page"))
			if status == 0 {
				proxy.Close()
			}

			address, err := url.Parse(proxy.URL)
			if err != nil {
				t.Fatal(err)
			}

			c := newTestClient(t, "https://h.example.com", nil)
			wireOf(t, c).shared.Proxy, wireOf(t, c).fresh.Proxy = http.ProxyURL(address), http.ProxyURL(address)
			attempts := countWire(t, c)

			_, err = c.Do(t.Context(), r)
			if _, ambiguous := errors.AsType[*pat.AmbiguousError](err); ambiguous || !strings.Contains(failureOf(t, err).Remedy, test.remedy) {
				t.Errorf("%d, %s: the error is %v", status, r.Method, err)
			}

			if attempts.Load() != test.attempts {
				t.Errorf("%d, %s: %d attempts, want %d", status, r.Method, attempts.Load(), test.attempts)
			}
		}
	}
}
