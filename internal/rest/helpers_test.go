package rest

import (
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/memorynet"
)

// secret is the password of the tests.
const secret = "s3cr3t&Pass/word"

// site is a test server that counts what reaches it.
type site struct {
	*httptest.Server

	requests    atomic.Int64
	connections atomic.Int64
	// working are the handlers, of which the server forgets those that took the connection.
	working sync.WaitGroup
}

func newSite(t *testing.T, handler http.HandlerFunc) *site {
	t.Helper()

	return startSite(t, handler, nil)
}

// newBubbleSite is newSite for a bubble of synctest, whose clock decides what is in time.
func newBubbleSite(t *testing.T, handler http.HandlerFunc) *site {
	t.Helper()

	return startSite(t, handler, memorynet.Listen())
}

func startSite(t *testing.T, handler http.HandlerFunc, listener net.Listener) *site {
	t.Helper()

	s := &site{}
	s.Server = httptest.NewUnstartedServer(s.counted(handler))

	if listener != nil {
		_ = s.Listener.Close()
		s.Listener = listener
	}

	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.connections.Add(1)
		}
	}
	s.Start()
	t.Cleanup(func() {
		s.Close()
		s.working.Wait()
	})

	return s
}

func (s *site) counted(handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		s.working.Add(1)

		defer s.working.Done()
		// A server notices that a client is gone only when it has read the body.
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(&replay{bytes: body})

		handler(w, r)
	}
}

// replay is a body that was read already.
type replay struct{ bytes []byte }

func (r *replay) Read(p []byte) (int, error) {
	if len(r.bytes) == 0 {
		return 0, io.EOF
	}

	n := copy(p, r.bytes)
	r.bytes = r.bytes[n:]

	return n, nil
}

// newTestClient returns a client with two retries that waits next to nothing.
func newTestClient(t *testing.T, base string, change func(*Options)) *Client {
	t.Helper()

	options := Options{
		BaseURL:      base,
		MaxRetries:   2,
		RetryWaitMin: time.Microsecond,
		RetryWaitMax: time.Millisecond,
	}
	if change != nil {
		change(&options)
	}

	c, err := New(options)
	if err != nil {
		t.Fatal(err)
	}

	if wire, ok := transportOf(t, c).wire.(*http.Transport); ok {
		t.Cleanup(wire.CloseIdleConnections)
	}

	return c
}

func authenticatorOf(t testing.TB, c *Client) *authenticator {
	t.Helper()

	outer, ok := c.http.HTTPClient.Transport.(*authenticator)
	if !ok {
		t.Fatalf("the transport is a %T", c.http.HTTPClient.Transport)
	}

	return outer
}

func transportOf(t testing.TB, c *Client) *transport {
	t.Helper()

	inner, ok := authenticatorOf(t, c).next.(*transport)
	if !ok {
		t.Fatalf("the transport is a %T", authenticatorOf(t, c).next)
	}

	return inner
}

// roundTrip is a wire made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// countWire counts the attempts that reach the wire of a client, sent or not.
func countWire(t *testing.T, c *Client) *atomic.Int64 {
	t.Helper()

	inner := transportOf(t, c)
	wire := inner.wire

	var attempts atomic.Int64

	inner.wire = roundTrip(func(r *http.Request) (*http.Response, error) {
		attempts.Add(1)

		return wire.RoundTrip(r)
	})

	return &attempts
}

// mustBe fails the test unless the error is a T.
func mustBe[T error](t *testing.T, err error) T {
	t.Helper()

	got, ok := errors.AsType[T](err)
	if !ok {
		t.Fatalf("the error is a %T: %v", err, err)
	}

	return got
}

// wantError is mustBe for tests that need no more of the error.
func wantError[T error](t *testing.T, err error) {
	t.Helper()

	_ = mustBe[T](t, err)
}

// withPassword gives the options Basic credentials.
func withPassword(o *Options) {
	o.Account = "user terraform"
	o.Secrets = append(o.Secrets, secret)
	o.Authorize = func(r *http.Request) { r.SetBasicAuth("terraform", secret) }
}

// answers returns a handler that answers with a status and a JSON text.
func answers(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// get and post are the requests of tests that do not care which.
var (
	get  = Request{Method: http.MethodGet, Segments: []string{"api", "users", "4"}}
	post = Request{
		Method: http.MethodPost, Segments: []string{"api", "tokens"},
		Body: []byte(`{"name":"ci"}`), ContentType: "application/json",
	}
)
