package rest

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// Where nothing says where a body ends, a connection that is lost looks like its end.
func TestAnAnswerSaysWhetherItsEndIsProven(t *testing.T) {
	t.Parallel()

	const body = "ucp_whole"

	var zipped bytes.Buffer

	writer := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(writer, body)
	_ = writer.Close()

	flushed := func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, body[:4])
		_ = http.NewResponseController(w).Flush()
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
		"HTTP/1.1, in chunks":               {handler: flushed, want: true},
		"HTTP/2, without a length":          {handler: flushed, http2: true, want: true},
		"gzip until the connection closes":  {handler: raw("HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + zipped.String()), want: true},
		"a 204 to nothing":                  {handler: raw("HTTP/1.1 204 No Content\r\n\r\n"), want: true},
		"a refusal, until the end":          {handler: raw("HTTP/1.0 404 Not Found\r\n\r\n" + body)},
		"a refusal that is cut by its size": {handler: raw("HTTP/1.1 400 Bad Request\r\nContent-Length: 20\r\n\r\n" + body)},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			server := httptest.NewUnstartedServer(test.handler)
			server.EnableHTTP2 = test.http2

			var certificate string

			if test.http2 {
				server.StartTLS()

				certificate = certificatePEM(server.Certificate().Raw)
			} else {
				server.Start()
			}

			t.Cleanup(server.Close)

			c := newTestClient(t, server.URL, func(o *Options) { o.TLS.CACertificate = certificate })
			answer, err := c.Do(t.Context(), Request{Method: http.MethodPost, Segments: []string{"token"}})

			// A refusal that was cut is no answer at all.
			cut := answer.Status == 0 && !test.want && err != nil
			if answer.Status == 0 && !cut || answer.EndProven != test.want {
				t.Errorf("HTTP %d, %q, the end is proven: %t, want %t", answer.Status, answer.Body, answer.EndProven, test.want)
			}

			if answer.ok() && answer.Status != http.StatusNoContent && string(answer.Body) != body {
				t.Errorf("the body is %q", answer.Body)
			}
		})
	}
}
