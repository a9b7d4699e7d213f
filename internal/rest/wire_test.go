package rest

import (
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// reset closes the connection of a request without a response, and without a farewell where it can.
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

// A server that closes connections as it likes costs connections: nothing fails, and no request for a
// token is lost.
func TestRequestsOutliveConnectionsThatTheServerCloses(t *testing.T) {
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
		// Several at once leave as many connections that served one request.
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
		s := newBubbleSite(t, answers(http.StatusOK, "{}"))
		c := newTestClient(t, s.URL, nil)

		for _, pause := range []time.Duration{0, 3 * time.Second, 5 * time.Second} {
			time.Sleep(pause)

			if _, err := c.Do(t.Context(), get); err != nil {
				t.Error(err)
			}
		}

		if s.connections.Load() != 2 {
			t.Errorf("%d connections, want 2: the second after five seconds", s.connections.Load())
		}
	})
}
