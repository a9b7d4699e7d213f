package pat

import (
	"maps"
	"slices"
	"strings"
	"sync/atomic"
)

// Failure is the content of every error of a [System]: what was attempted, what the server said, and
// what to do next. It never contains a secret, a header or a request's body.
type Failure struct {
	// Tried describes the request, such as "GET https://foreman.example.com/api/users/4".
	Tried string
	// Said is the server's response, verbatim and at most 2 KiB, with its status: "HTTP 403: Access
	// denied". If there was no response, it describes what happened instead.
	Said string
	// Remedy is what the reader can do, in full sentences; empty if there is no advice.
	Remedy string
	// Err is the cause, if it is another error.
	Err error
}

// Error returns the whole content in one paragraph.
func (f *Failure) Error() string {
	text := f.Tried
	if f.Said != "" {
		text += ": " + f.Said
	} else if f.Err != nil {
		text += ": " + f.Err.Error()
	}

	if f.Remedy == "" {
		return text
	}

	if !strings.HasSuffix(text, ".") {
		text += "."
	}

	return text + " " + f.Remedy
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// GoneError is the proof that a user or a token does not exist. It is the only error that permits
// removing an object from state.
type GoneError struct {
	Failure

	// UserGone is true if the user itself does not exist.
	UserGone bool
}

// NotFoundError is a server's "not found". It proves nothing: a missing permission, another
// organization or a mistyped URL look the same.
type NotFoundError struct{ Failure }

// ValidationError means that the server refused the request as invalid and did nothing.
type ValidationError struct {
	Failure

	// Fields maps the server's names of the invalid fields to its messages; nil if the refusal names
	// no field.
	Fields map[string][]string
}

// FieldNames returns the names of the invalid fields, sorted.
func (e *ValidationError) FieldNames() []string { return slices.Sorted(maps.Keys(e.Fields)) }

// PermissionError means that the account lacks a permission for the operation, or for seeing enough
// to be certain.
type PermissionError struct {
	Failure

	// Missing are the missing permissions, as the server named them.
	Missing []string
}

// AuthenticationError means that the server refused the credentials. It is final for the life of the
// process, because another attempt might lock the account or the address: every later call fails with
// this error without sending a request.
type AuthenticationError struct {
	Failure

	shown atomic.Bool
}

// FirstShown reports whether it is called for the first time. The code that shows the error to the
// user calls it, so that the error is shown in full only once, however many calls failed with it.
// That cannot be decided where a call fails, because a caller may ignore the error, and several may
// share one call.
func (e *AuthenticationError) FirstShown() bool { return !e.shown.Swap(true) }

// TransientError means that the server could not respond now. The request may be valid, and sending
// it again does no harm.
type TransientError struct{ Failure }

// AmbiguousError means that a request that changes something was sent, and that its effect is
// unknown.
type AmbiguousError struct{ Failure }

// SideEffectError means that a user was modified, and that more or less changed than was requested:
// [Failure.Said] lists the differences.
type SideEffectError struct{ Failure }

// ProtocolError means that the server did not respond as its API does: with an HTML page, a redirect
// to another address, a body over the limit, a version that is too old.
type ProtocolError struct{ Failure }
