package rest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
)

const (
	// MaxAnswerBytes is the size of the largest response that is read, 64 MiB after
	// decompression: that of a successful GET. Of any other no more than 1 MiB is read.
	MaxAnswerBytes = 64 << 20
	// maxOtherBytes bounds responses to a POST or a DELETE, and every failure: a record or a
	// message.
	maxOtherBytes = 1 << 20
	// largeAnswer is the size in bytes above which responses are read and decoded one at a
	// time. A page of a thousand tokens is smaller, and what ten smaller ones unfold to fits
	// into memory.
	largeAnswer = 256 << 10
	// hugeAnswer is the size in bytes from which on a body leaves so much garbage while it is
	// read that this is collected before decoding adds to it.
	hugeAnswer = 8 << 20
	// firstRoom is how many bytes are allocated first for a body of unknown length.
	firstRoom = 4 << 10
)

// Answer is a server's whole response.
type Answer struct {
	// Status is the HTTP status; 0 is no response.
	Status int
	// Header holds the headers without Set-Cookie.
	Header http.Header
	// MediaType is the content type in lower case without parameters,
	// "application/json"; empty where the server named none.
	MediaType string
	// Body is the whole body, decompressed. Where the status alone decides (401, 407, 429,
	// 502, 503, 504), it may be cut short, by a lost connection or because it is too large.
	// It is nil after [Request.Decode].
	Body []byte
	// EndProven is true where the response itself says where its body ends: by a length, by
	// a last chunk, or in the framing of HTTP/2 or gzip. Where it is false, a lost connection
	// looks like the end, and Body may be cut short anywhere.
	EndProven bool
}

func (a Answer) ok() bool { return a.Status >= 200 && a.Status <= 299 }

// unprocessed says whether the status proves that the request was not processed.
func unprocessed(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusProxyAuthRequired, http.StatusTooManyRequests:
		return true
	default:
		return false
	}
}

// unavailable says whether the status is that of a gateway or a server that is overloaded.
func unavailable(status int) bool {
	switch status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return false
	}
}

// isPage says whether the response is a web page, whatever its content type: proxies and
// routers send one where an API would use its own format.
func (a Answer) isPage() bool {
	switch a.MediaType {
	case "text/html", "application/xhtml+xml":
		return true
	}

	start := bytes.ToLower(bytes.TrimSpace(a.Body[:min(len(a.Body), 512)]))

	return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html"))
}

// mediaType reads the content type as far as it can be read.
func mediaType(header http.Header) string {
	value := header.Get("Content-Type")
	if parsed, _, err := mime.ParseMediaType(value); err == nil {
		return parsed
	}

	value, _, _ = strings.Cut(value, ";")

	return strings.ToLower(strings.TrimSpace(value))
}

// answerBody is the body of a response that was read to its end. It carries the Answer
// through net/http and go-retryablehttp.
type answerBody struct {
	*bytes.Reader

	answer Answer
	// release lets the next large response be read; it may be called more than once.
	release func()
}

// Close lets the next large response be read. The connection was given back long ago.
func (b *answerBody) Close() error {
	b.release()

	return nil
}

// answerOf returns the Answer of a response whose body was read by a bodyReader.
func answerOf(response *http.Response) Answer {
	if body, ok := response.Body.(*answerBody); ok {
		return body.answer
	}

	return Answer{Status: response.StatusCode}
}

// tooLargeError is a response of more bytes than are read.
type tooLargeError struct{ limit int64 }

// Error returns the limit.
func (e *tooLargeError) Error() string {
	if e.limit < 1<<20 {
		return fmt.Sprintf("the response is larger than %d bytes", e.limit)
	}

	return fmt.Sprintf("the response is larger than %d MiB", e.limit>>20)
}

// bodyReader reads the bodies of responses, large ones one at a time.
type bodyReader struct {
	limit int64         // Of a body, in bytes.
	large chan struct{} // Holds an element while a large response is in memory.
}

func newBodyReader() *bodyReader {
	return &bodyReader{limit: MaxAnswerBytes, large: make(chan struct{}, 1)}
}

// read replaces the body of a response by one that is in memory. On an error the body holds
// what preceded it. The wait for another large response counts as reading.
func (r *bodyReader) read(ctx context.Context, method string, response *http.Response) error {
	wire := response.Body
	defer func() { _ = wire.Close() }()

	content, release, err := r.content(ctx, method, response)
	header := response.Header.Clone()
	// A session is a secret, which only Options.Session may see.
	header.Del("Set-Cookie")

	answer := Answer{
		Status:    response.StatusCode,
		Header:    header,
		MediaType: mediaType(header),
		Body:      content,
		EndProven: err == nil && provesEnd(response),
	}
	response.ContentLength = int64(len(content))
	response.Body = &answerBody{Reader: bytes.NewReader(content), answer: answer, release: release}

	return err
}

// content reads a body, counted after decompression. The caller must call release.
func (r *bodyReader) content(ctx context.Context, method string, response *http.Response) (content []byte, release func(), err error) {
	release = func() {}
	limit := min(r.limit, maxOtherBytes)

	if method == http.MethodGet && (Answer{Status: response.StatusCode}).ok() {
		limit = r.limit
	}

	announced := response.ContentLength
	if announced > limit {
		// The first words tell the reader what it is. There may never come more of it.
		words := make([]byte, maxText)
		n, _ := response.Body.Read(words)

		return words[:n], release, &tooLargeError{limit}
	}

	room := int64(firstRoom)
	if announced >= 0 {
		room = announced + 1 // One more byte finds the end.
	}

	content = make([]byte, 0, min(room, largeAnswer))
	reader := io.LimitReader(response.Body, limit+1)

	for alone := false; ; {
		if len(content) == cap(content) {
			room = min(max(room, 2*int64(len(content))), limit+1)

			if room > largeAnswer && !alone {
				select {
				case r.large <- struct{}{}:
				case <-ctx.Done():
					return content, release, ctx.Err()
				}

				alone, release = true, sync.OnceFunc(func() { <-r.large })
			}

			content = append(make([]byte, 0, room), content...)
		}

		n, err := reader.Read(content[len(content):cap(content)])
		content = content[:len(content)+n]

		switch {
		case int64(len(content)) > limit:
			return content[:limit], release, &tooLargeError{limit}
		case errors.Is(err, io.EOF):
			if len(content) >= hugeAnswer {
				runtime.GC()
			}

			return content, release, nil
		case err != nil:
			return content, release, err
		}
	}
}

// provesEnd says whether a body that was read to its end without an error is whole. The end
// of a connection is no error where HTTP/1 was given neither a length nor chunks; net/http
// checks the others, and gzip ends with a checksum.
func provesEnd(response *http.Response) bool {
	return response.ContentLength >= 0 || response.Uncompressed || response.ProtoMajor >= 2 ||
		slices.Contains(response.TransferEncoding, "chunked")
}
