package pat

import (
	"maps"
	"slices"
	"strings"
	"sync/atomic"
)

// Failure is what every error of a [System] tells: what was tried, what the server
// said, and what to do next. It never holds a secret, a header or a request's body.
type Failure struct {
	// Tried is the request in words, "GET https://foreman.example.com/api/users/4".
	Tried string
	// Said is the server's answer, verbatim and at most 2 KiB, with its status:
	// "HTTP 403: Access denied". Where no answer came, it is what happened instead.
	Said string
	// Remedy is what the reader can do, in whole sentences; empty where nothing is
	// known.
	Remedy string
	// Err is the cause, if another error was.
	Err error
}

// Error returns all that is known, in one paragraph.
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

// GoneError is the proof that a user or a token does not exist: the only error on
// which anything may be forgotten.
type GoneError struct {
	Failure

	// UserGone is true if the user itself does not exist.
	UserGone bool
}

// NotFoundError is a server's "not found". It proves nothing: a missing permission,
// another organization or a mistyped URL look alike.
type NotFoundError struct{ Failure }

// ValidationError is a server's refusal of what was sent; nothing was done.
type ValidationError struct {
	Failure

	// Fields maps the server's names of the refused fields to its messages; nil where
	// the refusal is about none.
	Fields map[string][]string
}

// FieldNames returns the names of the refused fields, sorted.
func (e *ValidationError) FieldNames() []string { return slices.Sorted(maps.Keys(e.Fields)) }

// PermissionError says that the account may not do what was tried, or may not see
// enough to be sure.
type PermissionError struct {
	Failure

	// Missing are the permissions that the server named, in its own words.
	Missing []string
}

// AuthenticationError says that the server refused the credentials. It is final for
// the life of the process: another attempt might lock the account or the address. Every later
// call fails with this same error, unsent.
type AuthenticationError struct {
	Failure

	shown atomic.Bool
}

// FirstShown says whether it is called for the first time. The code that shows the error to the
// user calls it, to show it in full once, however many calls failed with it. Where a call fails
// nothing can decide that, because a caller may ignore the error, and several may share one call.
func (e *AuthenticationError) FirstShown() bool { return !e.shown.Swap(true) }

// TransientError says that the server could not answer now; nothing is known to be
// wrong with the request, and nothing was done that a repetition would not do.
type TransientError struct{ Failure }

// AmbiguousError says that a request which changes something was sent, and that its
// effect is unknown.
type AmbiguousError struct{ Failure }

// SideEffectError says that a user was modified, and that more or less of it changed than was asked
// for: [Failure.Said] lists what.
type SideEffectError struct{ Failure }

// ProtocolError says that the server answered in a way that its API does not: an HTML
// page, a redirect elsewhere, a body over the limit, a version that is too old.
type ProtocolError struct{ Failure }
