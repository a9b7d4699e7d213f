package rest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/authority"
)

func TestResponsesAreLimited(t *testing.T) {
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

			result, err := c.Do(t.Context(), get)
			if test.fits {
				if err != nil || len(result.Body) != limit {
					t.Errorf("%d bytes: %v", len(result.Body), err)
				}

				return
			}

			got := mustBe[*pat.ProtocolError](t, err)
			if !strings.HasPrefix(got.Said, "HTTP 200, ") || !strings.Contains(got.Said, "the response is larger than 65536 bytes") {
				t.Errorf("Said is %q", got.Said)
			}

			_, err = c.Do(t.Context(), post)
			wantError[*pat.AmbiguousError](t, err)

			if got := s.requests.Load(); got != 2 {
				t.Errorf("%d requests, not 2", got)
			}
		})
	}
}

func TestTheLimitIsTheDocumentedOne(t *testing.T) {
	t.Parallel()

	if got := transportOf(t, newTestClient(t, "http://127.0.0.1:1", nil)).bodies.limit; got != MaxResponseBytes {
		t.Errorf("the limit is %d", got)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)

	return len(p), nil
}

func TestAnUnsuccessfulResponseIsNotReadCompletely(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		request  Request
		code     int
		requests int64
		want     string
	}{
		{get, 404, 1, "*pat.ProtocolError"},
		{get, 503, 3, "*pat.TransientError"},
		{get, 401, 1, "*pat.AuthenticationError"},
		{get, 429, 3, "*pat.TransientError"},
		{post, 422, 1, "*pat.AmbiguousError"},
		{post, 500, 1, "*pat.AmbiguousError"},
		{post, 201, 1, "*pat.AmbiguousError"},
		{Request{Method: http.MethodDelete, Segments: []string{"x"}}, 200, 1, "*pat.ProtocolError"},
	} {
		t.Run(fmt.Sprint(test.request.Method, test.code), func(t *testing.T) {
			t.Parallel()

			var sent atomic.Int64

			s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(test.code)

				for block := make([]byte, 64<<10); r.Context().Err() == nil; {
					n, err := w.Write(block)
					sent.Add(int64(n))

					if err != nil {
						return
					}
				}
			})

			_, err := newTestClient(t, s.URL, withPassword).Do(t.Context(), test.request)
			if got := fmt.Sprintf("%T", err); got != test.want || !strings.Contains(err.Error(), fmt.Sprintf("HTTP %d", test.code)) {
				t.Errorf("%s: %v", got, err)
			}

			if s.requests.Load() != test.requests {
				t.Errorf("%d requests, not %d", s.requests.Load(), test.requests)
			}

			// The part that fits into the buffers of the connection is sent even if it is not read.
			s.Close()

			if sent.Load() > test.requests*(32<<20) {
				t.Errorf("%d MiB were sent", sent.Load()>>20)
			}
		})
	}
}

func TestABodyThatIsAnnouncedAsTooLargeIsNotRead(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(int64(1)<<40))
		sendPart(w, "begin")
		<-r.Context().Done()
	})

	_, err := newTestClient(t, s.URL, nil).Do(t.Context(), get)
	if got := mustBe[*pat.ProtocolError](t, err); got.Said != "HTTP 200, text/plain, the response is larger than 64 MiB: begin" {
		t.Errorf("Said is %q", got.Said)
	}
}

// If nothing in a response says where its body ends, a lost connection looks like the end.
func TestEndProven(t *testing.T) {
	t.Parallel()

	const body = "ucp_whole"

	var zipped bytes.Buffer

	writer := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(writer, body)
	_ = writer.Close()

	flushed := func(w http.ResponseWriter, _ *http.Request) {
		sendPart(w, body[:4])
		_, _ = io.WriteString(w, body[4:])
	}

	tests := map[string]struct {
		handler http.HandlerFunc
		http2   bool
		want    bool
	}{
		"HTTP/1.0, until the connection closes": {handler: raw("HTTP/1.0 200 OK\r\n\r\n" + body)},
		"HTTP/1.1, until the connection closes": {handler: raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)},
		"HTTP/1.0, with a length":               {handler: raw("HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\n" + body), want: true},
		"HTTP/1.1, with a length": {handler: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, body)
		}, want: true},
		"HTTP/1.1, in chunks":                       {handler: flushed, want: true},
		"HTTP/2, without a length":                  {handler: flushed, http2: true, want: true},
		"gzip until the connection closes":          {handler: raw("HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + zipped.String()), want: true},
		"a 204":                                     {handler: raw("HTTP/1.1 204 No Content\r\n\r\n"), want: true},
		"a refusal, until the connection closes":    {handler: raw("HTTP/1.0 404 Not Found\r\n\r\n" + body)},
		"a refusal that is shorter than its length": {handler: raw("HTTP/1.1 400 Bad Request\r\nContent-Length: 20\r\n\r\n" + body)},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			server := httptest.NewUnstartedServer(test.handler)
			server.EnableHTTP2 = test.http2

			var certificate string

			if test.http2 {
				server.StartTLS()

				certificate = authority.CertificatePEM(server.Certificate().Raw)
			} else {
				server.Start()
			}

			t.Cleanup(server.Close)

			c := newTestClient(t, server.URL, func(o *Options) { o.TLS.CACertificate = certificate })
			result, err := c.Do(t.Context(), Request{Method: http.MethodPost, Segments: []string{"token"}})

			// A refusal that was cut is not returned as a response.
			cut := result.Status == 0 && !test.want && err != nil
			if result.Status == 0 && !cut || result.EndProven != test.want {
				t.Errorf("HTTP %d, %q, the end is proven: %t, want %t", result.Status, result.Body, result.EndProven, test.want)
			}

			if result.ok() && result.Status != http.StatusNoContent && string(result.Body) != body {
				t.Errorf("the body is %q", result.Body)
			}
		})
	}
}

func TestMediaTypes(t *testing.T) {
	t.Parallel()

	for value, want := range map[string]string{
		"":                               "",
		"text/plain":                     "text/plain",
		"TEXT/XML;charset=UTF-8":         "text/xml",
		"application/json; charset":      "application/json",
		" application/json ;; broken=\"": "application/json",
	} {
		if got := mediaType(http.Header{"Content-Type": {value}}); got != want {
			t.Errorf("mediaType(%q) = %q", value, got)
		}
	}
}

func TestLargeResponsesAreDecodedOneAtATime(t *testing.T) {
	t.Parallel()

	const callers = 8

	body := bytes.Repeat([]byte("x"), 2*largeResponse)
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/small" {
			body := body[:largeResponse/4]
			_, _ = w.Write(body)

			return
		}

		_, _ = w.Write(body)

		if r.URL.Path == "/broken" {
			panic(http.ErrAbortHandler)
		}
	})
	c := newTestClient(t, s.URL, nil)

	var now, most atomic.Int64

	decode := func(a Response) error {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer now.Add(-1)

		// Small responses do not wait.
		if _, err := c.Do(t.Context(), Request{Method: http.MethodGet, Segments: []string{"small"}}); err != nil {
			return err
		}

		if len(a.Body) != len(body) {
			return fmt.Errorf("%d bytes", len(a.Body))
		}

		return nil
	}

	for _, err := range together(callers, func() error {
		// A response that cannot be decoded also allows the next one to be read.
		_, _ = c.Do(t.Context(), Request{Method: http.MethodGet, Segments: []string{"broken"}})

		result, err := c.Do(t.Context(), Request{Method: http.MethodGet, Segments: []string{"large"}, Decode: decode})
		if result.Body != nil {
			return errors.New("the body is kept")
		}

		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}

	if most.Load() != 1 {
		t.Errorf("%d large responses at once", most.Load())
	}
}

func TestALargeBodyIsNotReused(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/422" {
			w.WriteHeader(http.StatusUnprocessableEntity)
		}

		_, _ = io.WriteString(w, strings.Repeat(r.URL.Path[1:2], 2*largeResponse)) //nolint:gosec // No browser reads this.
	})
	c := newTestClient(t, s.URL, nil)

	var bodies [][]byte

	for _, path := range []string{"a", "422", "b"} {
		result, err := c.Do(t.Context(), Request{Method: http.MethodGet, Segments: []string{path}})
		if (err != nil) != (path == "422") {
			t.Fatal(err)
		}

		bodies = append(bodies, result.Body)
	}

	for i, want := range []string{"a", "4", "b"} {
		if string(bodies[i]) != strings.Repeat(want, 2*largeResponse) {
			t.Errorf("body %d now begins with %q", i, bodies[i][:1])
		}
	}
}

func TestTheWaitForALargeResponseEndsWithTheAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleSite(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 2*largeResponse)) })
		c := newTestClient(t, s.URL, func(o *Options) { o.MaxRetries = 0 })
		request := Request{Method: http.MethodGet, Segments: []string{"x"}}

		var during error

		request.Decode = func(Response) error {
			_, during = c.Do(t.Context(), get)

			return nil
		}

		if _, err := c.Do(t.Context(), request); err != nil {
			t.Fatal(err)
		}

		wantError[*pat.TransientError](t, during)

		if _, err := c.Do(t.Context(), get); err != nil {
			t.Errorf("the next call: %v", err)
		}
	})
}

// A server, or the single sign-on in front of it, may respond to an expired session with a page of
// any size. That page is not used, so it must allow the next large response to be read.
func TestALargePageToAnExpiredSessionAllowsTheNextLargeResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		page := strings.Repeat("x", largeResponse+1)
		s := newBubbleSite(t, func(w http.ResponseWriter, r *http.Request) {
			if _, err := r.Cookie("id"); err == nil {
				w.WriteHeader(http.StatusUnauthorized)
			} else {
				http.SetCookie(w, &http.Cookie{Name: "id", Value: "old"}) //nolint:gosec // A test server.
			}

			_, _ = io.WriteString(w, page)
		})
		c := newTestClient(t, s.URL, func(o *Options) {
			withPassword(o)
			o.Session = &cookieSession{}
			o.MaxRetries = 0
		})

		for range 2 {
			if result, err := c.Do(t.Context(), get); err != nil || len(result.Body) != len(page) {
				t.Fatalf("%d bytes, %v", len(result.Body), err)
			}
		}
	})
}
