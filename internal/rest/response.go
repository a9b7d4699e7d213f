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
	// MaxResponseBytes is the size of the largest response that is read: 64 MiB after decompression,
	// for a successful GET. Of any other response at most 1 MiB is read.
	MaxResponseBytes = 64 << 20
	// maxOtherBytes limits the responses to a POST or a DELETE, and all unsuccessful ones, which
	// contain only a record or a message.
	maxOtherBytes = 1 << 20
	// largeResponse is the size in bytes above which responses are read and decoded one at a time. A
	// page of a thousand tokens is smaller, and the decoded documents of ten smaller responses fit
	// into memory.
	largeResponse = 256 << 10
	// hugeResponse is the size in bytes from which reading a body leaves so much garbage that it is
	// collected before decoding allocates more.
	hugeResponse = 8 << 20
	// firstRoom is how many bytes are allocated at first for a body of unknown length.
	firstRoom = 4 << 10
)

// Response is a server's response, read completely.
type Response struct {
	// Status is the HTTP status; 0 means that there was no response.
	Status int
	// Header holds the headers without Set-Cookie.
	Header http.Header
	// MediaType is the content type in lower case without parameters, such as "application/json";
	// empty if the server sent none.
	MediaType string
	// Body is the whole body, decompressed. If the status alone decides (401, 407, 429, 502, 503,
	// 504), the body may be cut short, by a lost connection or because it is too large. It is nil
	// after [Request.Decode].
	Body []byte
	// EndProven is true if the response itself shows where its body ends: by a length, by a last
	// chunk, or in the framing of HTTP/2 or gzip. If it is false, a lost connection looks like the
	// end, and Body may be cut short anywhere.
	EndProven bool
}

func (a Response) ok() bool { return a.Status >= 200 && a.Status <= 299 }

// unprocessed reports whether the status proves that the request was not processed.
func unprocessed(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusProxyAuthRequired, http.StatusTooManyRequests:
		return true
	default:
		return false
	}
}

// unavailable reports whether the status is that of a gateway or an overloaded server.
func unavailable(status int) bool {
	switch status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return false
	}
}

// isPage reports whether the response is a web page, whatever its content type: proxies and routers
// send one where an API would use its own format.
func (a Response) isPage() bool {
	switch a.MediaType {
	case "text/html", "application/xhtml+xml":
		return true
	}

	start := bytes.ToLower(bytes.TrimSpace(a.Body[:min(len(a.Body), 512)]))

	return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html"))
}

// mediaType returns the content type without parameters, even if they cannot be parsed.
func mediaType(header http.Header) string {
	value := header.Get("Content-Type")
	if parsed, _, err := mime.ParseMediaType(value); err == nil {
		return parsed
	}

	value, _, _ = strings.Cut(value, ";")

	return strings.ToLower(strings.TrimSpace(value))
}

// bufferedBody is the body of a response that was read to its end. It carries the Response through
// net/http and go-retryablehttp.
type bufferedBody struct {
	*bytes.Reader

	result Response
	// release allows the next large response to be read; it may be called more than once.
	release func()
}

// Close allows the next large response to be read. The connection was already returned to the pool.
func (b *bufferedBody) Close() error {
	b.release()

	return nil
}

// responseOf returns the Response of a response that a bodyReader has read.
func responseOf(response *http.Response) Response {
	if body, ok := response.Body.(*bufferedBody); ok {
		return body.result
	}

	return Response{Status: response.StatusCode}
}

// tooLargeError means that a response has more bytes than are read.
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
	return &bodyReader{limit: MaxResponseBytes, large: make(chan struct{}, 1)}
}

// read replaces the body of a response by one in memory. After an error, that body holds what was
// read before it. Waiting for another large response counts as reading.
func (r *bodyReader) read(ctx context.Context, method string, response *http.Response) error {
	wire := response.Body
	defer func() { _ = wire.Close() }()

	content, release, err := r.content(ctx, method, response)
	header := response.Header.Clone()
	// A session is a secret, which only Options.Session may see.
	header.Del("Set-Cookie")

	result := Response{
		Status:    response.StatusCode,
		Header:    header,
		MediaType: mediaType(header),
		Body:      content,
		EndProven: err == nil && provesEnd(response),
	}
	response.ContentLength = int64(len(content))
	response.Body = &bufferedBody{Reader: bytes.NewReader(content), result: result, release: release}

	return err
}

// content reads a body and counts its bytes after decompression. The caller must call release.
func (r *bodyReader) content(ctx context.Context, method string, response *http.Response) (content []byte, release func(), err error) {
	release = func() {}
	limit := min(r.limit, maxOtherBytes)

	if method == http.MethodGet && (Response{Status: response.StatusCode}).ok() {
		limit = r.limit
	}

	announced := response.ContentLength
	if announced > limit {
		// The first words tell the reader what the response is. More of it may never arrive.
		words := make([]byte, maxText)
		n, _ := response.Body.Read(words)

		return words[:n], release, &tooLargeError{limit}
	}

	room := int64(firstRoom)
	if announced >= 0 {
		room = announced + 1 // Reading the end of the body needs one more byte.
	}

	content = make([]byte, 0, min(room, largeResponse))
	reader := io.LimitReader(response.Body, limit+1)

	for alone := false; ; {
		if len(content) == cap(content) {
			room = min(max(room, 2*int64(len(content))), limit+1)

			if room > largeResponse && !alone {
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
			if len(content) >= hugeResponse {
				runtime.GC()
			}

			return content, release, nil
		case err != nil:
			return content, release, err
		}
	}
}

// provesEnd reports whether a body that was read to its end without an error is complete. In HTTP/1
// without a length and without chunks, the end of the connection is not an error. net/http checks lengths
// and chunks, and gzip ends with a checksum.
func provesEnd(response *http.Response) bool {
	return response.ContentLength >= 0 || response.Uncompressed || response.ProtoMajor >= 2 ||
		slices.Contains(response.TransferEncoding, "chunked")
}
