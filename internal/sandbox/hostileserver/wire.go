package hostileserver

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// sizes are responses that never end, or end too late.
func sizes() map[string]Answer {
	return map[string]Answer{
		"a body without an end": {Heavy: true, Status: 200, Shows: true, Serve: func(w http.ResponseWriter, r *http.Request, text string) {
			head(w, 200, JSON)
			_, _ = io.WriteString(w, `{"a":"`+text)
			for block := bytes.Repeat([]byte("x"), writeBlock); r.Context().Err() == nil; {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}},
		"a Content-Length that is too large": {Status: 200, Shows: true, Serve: func(w http.ResponseWriter, r *http.Request, text string) {
			w.Header().Set("Content-Length", fmt.Sprint(int64(1)<<40))
			head(w, 200, JSON)
			_, _ = io.WriteString(w, `{"a":"`+text)
			hang(w, r)
		}},
		"a gzip bomb": {Heavy: true, Status: 200, Shows: true, Serve: func(w http.ResponseWriter, _ *http.Request, text string) {
			w.Header().Set("Content-Encoding", "gzip")
			head(w, 200, JSON)
			zip := gzip.NewWriter(w)
			_, _ = io.WriteString(zip, `{"a":"`+text)
			_ = zip.Close()
			// Concatenated gzip members decompress as one stream.
			_, _ = w.Write(bomb())
		}},
		"a body that drips": {Slow: true, Status: 200, Shows: true, Serve: func(w http.ResponseWriter, r *http.Request, text string) {
			head(w, 200, JSON)
			_, _ = io.WriteString(w, `{"a":"`+text)
			drip(r, func() error {
				_, err := io.WriteString(w, "x")
				_ = http.NewResponseController(w).Flush()

				return err
			})
		}},
		"headers that drip": {Slow: true, Serve: func(w http.ResponseWriter, r *http.Request, _ string) {
			raw(w, func(out io.Writer) {
				_, _ = io.WriteString(out, "HTTP/1.1 200 OK\r\nX-Slow: ")
				drip(r, func() error {
					_, err := io.WriteString(out, "x")

					return err
				})
			})
		}},
		"headers without an end": {Heavy: true, Serve: func(w http.ResponseWriter, _ *http.Request, _ string) {
			raw(w, func(out io.Writer) {
				_, _ = io.WriteString(out, "HTTP/1.1 200 OK\r\n")
				for n := range 1 << 20 {
					if _, err := fmt.Fprintf(out, "X-%d: %s\r\n", n, strings.Repeat("x", 10_000)); err != nil {
						return
					}
				}
			})
		}},
		"early hints without an end": {Heavy: true, Serve: func(w http.ResponseWriter, _ *http.Request, _ string) {
			raw(w, func(out io.Writer) {
				hint := "HTTP/1.1 103 Early Hints\r\nLink: </" + strings.Repeat("x", 10_000) + ">\r\n\r\n"
				for range 1 << 20 {
					if _, err := io.WriteString(out, hint); err != nil {
						return
					}
				}
			})
		}},
		"no response": {Slow: true, Serve: func(_ http.ResponseWriter, r *http.Request, _ string) { <-r.Context().Done() }},
	}
}

// broken are responses that are not HTTP, or break off.
func broken() map[string]Answer {
	write := func(answer string) Answer {
		return Answer{Serve: func(w http.ResponseWriter, _ *http.Request, text string) {
			raw(w, func(out io.Writer) { _, _ = io.WriteString(out, strings.ReplaceAll(answer, "$", text)) })
		}}
	}
	begun := func(answer string) Answer {
		a := write(answer)
		a.Status, a.Shows = 200, true

		return a
	}

	return map[string]Answer{
		"no HTTP":                     write("$\r\n$\r\n\r\n"),
		"a status that is no number":  write("HTTP/1.1 $\r\n\r\n"),
		"an invalid header":           write("HTTP/1.1 200 OK\r\n$\r\n\r\n"),
		"a length that is no number":  write("HTTP/1.1 200 OK\r\nContent-Length: $\r\n\r\n$"),
		"an unknown transfer coding":  write("HTTP/1.1 200 OK\r\nTransfer-Encoding: $\r\n\r\n$"),
		"a connection that is closed": write(""),
		"half of a response":          begun("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{\"a\":\"$"),
		"a chunk without a length":    begun("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"b\":0,\"\r\n1ffff\r\na\":\"$"),
		"plain text that says it is gzip": {Status: 200, Serve: func(w http.ResponseWriter, _ *http.Request, text string) {
			w.Header().Set("Content-Encoding", "gzip")
			head(w, 200, JSON)
			_, _ = io.WriteString(w, `{"a":"`+text+`"}`)
		}},
	}
}

func head(w http.ResponseWriter, status int, contentType string) {
	if contentType != "" {
		w.Header().Set("Content-Type", contentType)
	} else {
		w.Header()["Content-Type"] = nil
	}
	w.WriteHeader(status)
}

func hang(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// drip repeats do until it fails or the client disconnects.
func drip(r *http.Request, do func() error) {
	for do() == nil {
		select {
		case <-r.Context().Done():
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// raw hijacks the connection and closes it after write returns.
func raw(w http.ResponseWriter, write func(io.Writer)) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	defer func() { _ = connection.Close() }()
	write(connection)
}

// bomb is 100 MiB in compressed form: gzip members of 1 MiB each.
var bomb = sync.OnceValue(func() []byte {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	_, _ = zip.Write(bytes.Repeat([]byte("x"), 1<<20))
	_ = zip.Close()

	return bytes.Repeat(out.Bytes(), 100)
})
