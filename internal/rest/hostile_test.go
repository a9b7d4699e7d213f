package rest

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// raw returns a handler that sends bytes instead of an answer and closes the connection.
func raw(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}

		_, _ = io.WriteString(connection, answer)
		_ = connection.Close()
	}
}

func TestAnAnswerThatBreaksOffIsDescribed(t *testing.T) {
	t.Parallel()

	const begin = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"

	tests := map[string]struct {
		handler http.HandlerFunc
		said    string
	}{
		"its words are shown":             {raw(begin + `{"a":1`), `HTTP 200, application/json, unexpected EOF: {"a":1`},
		"a secret in it is masked":        {raw(begin + `{"a":"` + secret + `",`), `HTTP 200, application/json, unexpected EOF: {"a":"***",`},
		"half a secret in it is not read": {raw(begin + `{"a":"` + secret[:9]), `HTTP 200, application/json, unexpected EOF: {"a":"***`},
		"nor in pieces":                   {raw(begin + "{\"a\":\"" + secret[:4] + "\x00" + secret[4:9]), `HTTP 200, application/json, unexpected EOF: {"a":"***`},
		"it may not be quoted":            {raw(begin + `{"a":"conceal`), `HTTP 200, application/json, unexpected EOF`},
		"it takes too long": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "so far")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, "HTTP 200, text/plain, no complete answer within 1m0s: so far"},
		"it is no HTTP":           {raw("SSH-2.0-OpenSSH\r\n\r\n"), "malformed HTTP response"},
		"its status is no number": {raw("HTTP/1.1 abc\r\n\r\n"), "malformed HTTP status code"},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				c := newTestClient(t, newBubbleSite(t, test.handler).URL, func(o *Options) {
					withPassword(o)
					o.Conceals = func(a Answer) bool { return bytes.Contains(a.Body, []byte("conceal")) }
				})

				_, err := c.Do(t.Context(), get)
				if got := mustBe[*pat.TransientError](t, err); got.Said != test.said && !strings.HasSuffix(got.Said, test.said) {
					t.Errorf("said %q, want %q", got.Said, test.said)
				}
			})
		})
	}
}

func TestNoWordOfAnAnswerToAPOSTIsShown(t *testing.T) {
	t.Parallel()

	const fresh = "fresh-secret"

	var log bytes.Buffer

	ctx := tflogtest.RootLogger(t.Context(), &log)

	for name, answer := range map[string]string{
		"no HTTP":                fresh + "\r\n\r\n",
		"no status":              "HTTP/1.1 " + fresh + "\r\n\r\n",
		"no version":             fresh + "/1.1 200 OK\r\n\r\n",
		"no header":              "HTTP/1.1 201 Created\r\n" + fresh + "\r\n\r\n",
		"no length":              "HTTP/1.1 201 Created\r\nContent-Length: " + fresh + "\r\n\r\n",
		"no coding":              "HTTP/1.1 201 Created\r\nTransfer-Encoding: " + fresh + "\r\n\r\n",
		"half an answer":         "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n" + fresh,
		"a chunk without a size": "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n" + fresh + "\r\n",
		"no gzip":                "HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\n" + fresh,
		"a failure":              "HTTP/1.1 500 No\r\nContent-Length: 12\r\n\r\n" + fresh,
		"half a failure":         "HTTP/1.1 503 No\r\nContent-Length: 100\r\n\r\n" + fresh,
		"a page":                 "HTTP/1.1 502 No\r\nContent-Type: text/html\r\n\r\n<html>" + fresh,
		"too large":              "HTTP/1.1 201 Created\r\nContent-Length: 99999999\r\n\r\n" + fresh,
	} {
		s := newSite(t, raw(answer))

		_, err := newTestClient(t, s.URL, nil).Do(ctx, post)
		wantError[*pat.AmbiguousError](t, err)

		if strings.Contains(err.Error(), fresh) || s.requests.Load() != 1 {
			t.Errorf("%s: after %d requests, %v", name, s.requests.Load(), err)
		}

		if name == "no HTTP" && !strings.Contains(err.Error(), "malformed HTTP response") {
			t.Errorf("the error says nothing: %v", err)
		}
	}

	if strings.Contains(log.String(), fresh) {
		t.Errorf("a secret shows in %s", log.String())
	}
}

func TestAFailureShowsWhatMayBeShown(t *testing.T) {
	t.Parallel()

	concealing := func(o *Options) {
		o.Conceals = func(Answer) bool { return true }
		o.Read = func(Answer) Reading {
			return Reading{Kind: KindPermission, Message: "hidden", Fields: map[string][]string{"a": {"hidden"}}, Missing: []string{"hidden"}}
		}
	}

	for _, code := range []int{200, 403, 500} {
		c := clientOf(t, code, "text/plain", "hidden", concealing)

		answer, err := c.Do(t.Context(), get)
		if err == nil {
			err = c.UnexpectedAnswer(get, answer, errors.New("cause"))
		}

		if strings.Contains(fmt.Sprintf("%v %#v", err, err), "hidden") {
			t.Errorf("%d: %v", code, err)
		}
	}
}

func TestOnlyAHandshakeThatFailsSendsNothing(t *testing.T) {
	t.Parallel()

	record := tls.RecordHeaderError{Msg: "received record with version 7777"}
	alert := &net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}
	local := &net.OpError{Op: "local error", Err: errors.New("tls: handshake failure")}

	for name, test := range map[string]struct {
		err                   error
		handshakeDone, reused bool
		want                  string
	}{
		"no TLS at all":                         {record, false, false, "*pat.ProtocolError"},
		"a broken record after the handshake":   {record, true, false, "*pat.AmbiguousError"},
		"a broken record later":                 {record, false, true, "*pat.AmbiguousError"},
		"an alert about the client certificate": {alert, true, false, "*pat.ProtocolError"},
		"an alert on a connection that served":  {alert, false, true, "*pat.AmbiguousError"},
		"we gave up in the handshake":           {local, false, false, "*pat.ProtocolError"},
		"we gave up after it":                   {local, true, false, "*pat.AmbiguousError"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			c := newTestClient(t, "https://h.example.com", nil)
			transportOf(t, c).wire = roundTrip(func(r *http.Request) (*http.Response, error) {
				trace := httptrace.ContextClientTrace(r.Context())
				trace.GetConn("")

				if test.handshakeDone {
					trace.TLSHandshakeDone(tls.ConnectionState{}, nil)
				}

				trace.GotConn(httptrace.GotConnInfo{Reused: test.reused})

				return nil, test.err
			})

			_, err := c.Do(t.Context(), post)
			if got := fmt.Sprintf("%T", err); got != test.want {
				t.Errorf("%s: %v", got, err)
			}
		})
	}

	c := newTestClient(t, "https://h.example.com", nil)
	transportOf(t, c).wire = roundTrip(func(r *http.Request) (*http.Response, error) {
		httptrace.ContextClientTrace(r.Context()).GetConn("")
		httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})

		return &http.Response{StatusCode: 201, Header: http.Header{}, Body: io.NopCloser(failing{alert})}, nil
	})

	_, err := c.Do(t.Context(), post)
	wantError[*pat.AmbiguousError](t, err)
}

// failing is a body that cannot be read.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestHeadersAreBounded(t *testing.T) {
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
