package rest

import (
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/memorynet"
)

// secret is the password in the tests.
const secret = "s3cr3t&Pass/word"

// get and post are requests for tests in which the details do not matter.
var (
	get  = Request{Method: http.MethodGet, Segments: []string{"api", "users", "4"}}
	post = Request{
		Method: http.MethodPost, Segments: []string{"api", "tokens"},
		Body: []byte(`{"name":"ci"}`), ContentType: "application/json",
	}
)

// site is a test server that counts its requests.
type site struct {
	*httptest.Server

	requests    atomic.Int64
	connections atomic.Int64
	// working are the running handlers. The server itself does not track those that hijacked the
	// connection.
	working sync.WaitGroup
}

func newSite(t *testing.T, handler http.HandlerFunc) *site {
	t.Helper()

	return startSite(t, handler, nil)
}

// newBubbleSite is newSite for a bubble of synctest, whose clock decides about timeouts.
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
		// A server notices that a client has disconnected only after it has read the body.
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(&replay{bytes: body})

		handler(w, r)
	}
}

// replay is a body that was already read.
type replay struct{ bytes []byte }

func (r *replay) Read(p []byte) (int, error) {
	if len(r.bytes) == 0 {
		return 0, io.EOF
	}

	n := copy(p, r.bytes)
	r.bytes = r.bytes[n:]

	return n, nil
}

// respondsWith returns a handler that responds with a status and a JSON text.
func respondsWith(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// raw returns a handler that sends bytes instead of a response and closes the connection.
func raw(result string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}

		_, _ = io.WriteString(connection, result)
		_ = connection.Close()
	}
}

// sendPart sends the beginning of a response.
func sendPart(w http.ResponseWriter, text string) {
	_, _ = io.WriteString(w, text)
	_ = http.NewResponseController(w).Flush()
}

// newTestClient returns a client that makes two retries almost without waiting.
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

	t.Cleanup(wireOf(t, c).shared.CloseIdleConnections)

	return c
}

// withPassword sets credentials for Basic authentication.
func withPassword(o *Options) {
	o.Account = "user terraform"
	o.Secrets = append(o.Secrets, secret)
	o.Authorize = func(r *http.Request) { r.SetBasicAuth("terraform", secret) }
}

// clientOf returns a client whose server responds to each request in the same way.
func clientOf(t testing.TB, code int, contentType, body string, change func(*Options)) *Client {
	t.Helper()

	options := Options{BaseURL: "https://h.example.com/base", Secrets: []pat.Secret{secret}, Account: "user terraform"}
	if change != nil {
		change(&options)
	}

	c, err := New(options)
	if err != nil {
		t.Fatal(err)
	}

	transportOf(t, c).wire = roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: code,
			Header:     http.Header{"Content-Type": {contentType}, "Set-Cookie": {"id=" + secret}, "Server": {"Apache"}},
			Body:       io.NopCloser(strings.NewReader(body)),
			Request:    r,
		}, nil
	})

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

func wireOf(t testing.TB, c *Client) *wire {
	t.Helper()

	wire, ok := transportOf(t, c).wire.(*wire)
	if !ok {
		t.Fatalf("the wire is a %T", transportOf(t, c).wire)
	}

	return wire
}

// roundTrip is a wire that consists of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// countWire counts the attempts that reach the wire of a client, whether they are sent or not.
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

// together makes n calls concurrently and returns their errors.
func together(n int, do func() error) []error {
	var (
		group sync.WaitGroup
		found = make([]error, n)
		start = make(chan struct{})
	)

	for i := range n {
		group.Go(func() {
			<-start

			found[i] = do()
		})
	}

	close(start)
	group.Wait()

	return found
}

// doAll sends a request n times concurrently and returns the errors.
func doAll(t *testing.T, c *Client, n int, r Request) []error {
	t.Helper()

	return together(n, func() error {
		_, err := c.Do(t.Context(), r)

		return err
	})
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

// wantError is mustBe for tests that do not need the error.
func wantError[T error](t *testing.T, err error) {
	t.Helper()

	_ = mustBe[T](t, err)
}

// failureOf returns the Failure of an error of pat. It checks the error itself, not its causes.
func failureOf(t testing.TB, err error) pat.Failure {
	t.Helper()

	switch err := err.(type) { //nolint:errorlint // The error itself is tested, not its causes.
	case *pat.NotFoundError:
		return err.Failure
	case *pat.ValidationError:
		return err.Failure
	case *pat.PermissionError:
		return err.Failure
	case *pat.AuthenticationError:
		return err.Failure
	case *pat.TransientError:
		return err.Failure
	case *pat.AmbiguousError:
		return err.Failure
	case *pat.ProtocolError:
		return err.Failure
	default:
		t.Fatalf("%T: %v", err, err)

		return pat.Failure{}
	}
}
