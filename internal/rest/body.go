package rest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"slices"
)

// largeAnswer is the size in bytes from which on answers are read and decoded one at a
// time. A page of a thousand tokens is smaller, and what ten smaller ones can unfold to
// fits into memory.
const largeAnswer = 256 << 10

// largestGarbage is the size in bytes of an answer from which on the garbage is collected
// at each step: left to itself, the heap grows to twice what is in use first.
const largestGarbage = 8 << 20

// firstRoom is how many bytes there is room for at first where the server does not say
// how many come.
const firstRoom = 4 << 10

// wholeBody is the body of an answer that was read to its end.
type wholeBody struct {
	*bytes.Reader

	bytes []byte
	// endProven is [Answer.EndProven].
	endProven bool
	// release is nil unless the body is large.
	release func()
}

// Close lets the next large answer take the place of this one. The connection was given
// back long ago.
func (b *wholeBody) Close() error {
	if b.release == nil {
		return nil
	}

	b.Reader, b.bytes = bytes.NewReader(nil), nil
	b.release()
	b.release = nil

	return nil
}

// provesEnd says whether a body that was read to its end without an error is whole. The end
// of a connection is no error where HTTP/1 was given neither a length nor chunks; net/http
// checks the others, and gzip ends with a checksum.
func provesEnd(response *http.Response) bool {
	return response.ContentLength >= 0 || response.Uncompressed || response.ProtoMajor >= 2 ||
		slices.Contains(response.TransferEncoding, "chunked")
}

// readBody reads as much of an answer as may be, counted after decompression. What came
// before an error is returned with it. All large answers share one place in memory, which
// this one has until release is called, unless that is nil; to wait for it is part of the
// attempt.
func (t *transport) readBody(
	ctx context.Context, method string, response *http.Response,
) (body []byte, release func(), err error) {
	defer func() { _ = response.Body.Close() }()

	limit := t.limitOf(method, response.StatusCode)
	room := int64(firstRoom)

	switch announced := response.ContentLength; {
	case announced > limit:
		// The first words tell the reader what it is. There may never come more of it.
		words := make([]byte, maxText)
		n, _ := response.Body.Read(words)

		return words[:n], nil, &tooLargeError{limit}
	case announced >= 0:
		// One more byte finds the end.
		room = min(announced+1, largeAnswer)
	}

	reader := io.LimitReader(response.Body, limit+1)

	for body = make([]byte, 0, room); int64(len(body)) <= limit; {
		if len(body) == cap(body) {
			room = min(2*int64(cap(body)), limit+1)

			if room > largeAnswer && release == nil {
				place, err := t.takePlace(ctx)
				if err != nil {
					return body, nil, err
				}

				release = func() {
					collect(len(body))
					t.large <- body[:0]
				}
				body = append(place, body...)

				continue
			}

			collect(len(body))
			body = append(make([]byte, 0, room), body...)
		}

		n, err := reader.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]

		switch {
		case int64(len(body)) > limit:
		case errors.Is(err, io.EOF):
			collect(len(body))

			return body, release, nil
		case err != nil:
			return body, release, err
		}
	}

	return body[:limit], release, &tooLargeError{limit}
}

// newPlace returns the place for large answers. It is made when the first one comes, and
// stays: to make it anew each time would leave holes in the memory that none fits into.
func newPlace() chan []byte {
	place := make(chan []byte, 1)
	place <- nil

	return place
}

// takePlace waits until no other large answer is in memory.
func (t *transport) takePlace(ctx context.Context) ([]byte, error) {
	select {
	case place := <-t.large:
		return place, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// collect gets rid of the garbage that an answer of this size left.
func collect(size int) {
	if size >= largestGarbage {
		runtime.GC()
	}
}

// limitOf returns how many bytes are read of an answer.
func (t *transport) limitOf(method string, status int) int64 {
	if method == http.MethodGet && (Answer{Status: status}).ok() {
		return t.limit
	}

	return min(t.limit, maxOtherBytes)
}

// beginning returns as much of an answer as an error may show.
func beginning(response *http.Response, body []byte) Answer {
	return Answer{
		Status:    response.StatusCode,
		MediaType: mediaType(response.Header),
		// A copy, so that the error does not keep the rest in memory.
		Body: bytes.Clone(body[:min(len(body), maxExamined)]),
	}
}
