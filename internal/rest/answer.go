package rest

import (
	"bytes"
	"mime"
	"net/http"
	"strings"
)

// MaxAnswerBytes is the largest answer that is read, 64 MiB after decompression: that of a
// successful GET. Of any other no more than 1 MiB is read.
const MaxAnswerBytes = 64 << 20

// maxOtherBytes bounds what answers a POST or a DELETE, and every failure: a record or a
// message.
const maxOtherBytes = 1 << 20

// Answer is a server's whole answer.
type Answer struct {
	// Status is the HTTP status; 0 is no answer.
	Status int
	// Header holds the answer's headers without Set-Cookie.
	Header http.Header
	// MediaType is the content type in lower case without parameters,
	// "application/json"; empty where the server named none.
	MediaType string
	// Body is the whole body, decompressed. Where an answer's status alone decides (401,
	// 407, 429, 502, 503, 504), it may be cut short, by a lost connection or because it is
	// too large. It is nil where [Request.Decode] had it.
	Body []byte
	// EndProven is true where the response itself says where its body ends: by a length, by
	// a last chunk, or in the framing of HTTP/2 or gzip. Where it is false, a lost connection
	// looks like the end, and Body may be cut short anywhere.
	EndProven bool
}

// Reading is how a platform understands an unsuccessful answer. The zero value leaves all
// to the status.
type Reading struct {
	// Own says that the answer has a form in which the platform words its refusals. A 4xx
	// to a POST is a refusal in that form only: a gateway can block the answer of a request
	// that was carried out, with a page of its own.
	Own bool
	// Kind chooses the error. It is ignored where something else decides: a 401 is always
	// [KindAuthentication], and a POST is ambiguous unless it was refused.
	Kind Kind
	// Message is the server's text for the reader; empty shows the body's first words.
	Message string
	// Fields are the refused fields of a [pat.ValidationError].
	Fields map[string][]string
	// Missing are the permissions of a [pat.PermissionError].
	Missing []string
	// Remedy replaces the general advice; empty keeps it.
	Remedy string
}

// Kind is what an unsuccessful answer means, and so which error of [pat] it becomes.
type Kind int

// The kinds of unsuccessful answers.
const (
	// KindByStatus leaves it to the status: 400, 409 and 422 are validation, 403 is
	// permission, 404 and 410 are not found, 408, 429, 502, 503 and 504 are transient,
	// anything else is protocol, and so is a web page instead of a 400, 404, 409, 410 or
	// 422.
	KindByStatus Kind = iota
	// KindNotFound becomes a [pat.NotFoundError].
	KindNotFound
	// KindValidation becomes a [pat.ValidationError].
	KindValidation
	// KindPermission becomes a [pat.PermissionError].
	KindPermission
	// KindAuthentication becomes a [pat.AuthenticationError]. It ends the client: every
	// further request with credentials fails with the same error.
	KindAuthentication
	// KindTransient becomes a [pat.TransientError]. It repeats nothing: only the status
	// does.
	KindTransient
	// KindProtocol becomes a [pat.ProtocolError].
	KindProtocol
)

func (a Answer) ok() bool { return a.Status >= 200 && a.Status <= 299 }

// isPage says whether the answer is a web page, whatever it is labelled as: proxies and
// routers send one where an API would send its own format.
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

// kindOf decides what an unsuccessful answer means.
func kindOf(a Answer, read Kind) Kind {
	switch {
	case a.Status == http.StatusUnauthorized:
		return KindAuthentication
	case read != KindByStatus:
		return read
	}

	kind := kindOfStatus(a.Status)
	if (kind == KindNotFound || kind == KindValidation) && a.isPage() {
		// An API that is there words its own "not found".
		return KindProtocol
	}

	return kind
}

// kindOfStatus decides by the status alone. A 500 is not transient: it is as often a
// request that the server cannot handle, which no repetition heals, as a database that is
// down. Its remedy names both.
func kindOfStatus(status int) Kind {
	switch status {
	case http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity:
		return KindValidation
	case http.StatusForbidden:
		return KindPermission
	case http.StatusNotFound, http.StatusGone:
		return KindNotFound
	case http.StatusRequestTimeout, http.StatusTooManyRequests,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return KindTransient
	default:
		return KindProtocol
	}
}
