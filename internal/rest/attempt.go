package rest

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// reason is why an attempt brought no answer.
type reason int

const (
	connectionFailed reason = iota // Dial, DNS, reset, truncated body.
	timedOut
	cancelled   // By the caller.
	tlsFailed   // Nobody trusts somebody's certificate, or TLS is not spoken.
	tooLarge    // The answer.
	notSendable // The request.
	lostInRedirect
)

// tooLargeError is an answer of more bytes than are read.
type tooLargeError struct{ limit int64 }

// Error returns the limit.
func (e *tooLargeError) Error() string {
	if e.limit < 1<<20 {
		return fmt.Sprintf("the answer is larger than %d bytes", e.limit)
	}

	return fmt.Sprintf("the answer is larger than %d MiB", e.limit>>20)
}

// attemptError is an attempt that brought no answer.
type attemptError struct {
	reason reason
	method string
	// sent is true if bytes of the request may have reached the server.
	sent bool
	// answer is as much of an answer as came; its status is 0 where none did.
	answer Answer
	err    error
}

// Error returns what happened. It may quote the server.
func (e *attemptError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *attemptError) Unwrap() error { return e.err }

// repeatable says whether another attempt may succeed and can do no harm.
func (e *attemptError) repeatable() bool {
	if e.reason != connectionFailed && e.reason != timedOut {
		return false
	}

	return e.method != http.MethodPost || !e.sent
}

// asAttemptError wraps the end of a context, and leaves a refusal of the credentials as
// it is.
func asAttemptError(err error) error {
	if _, ok := errors.AsType[*pat.AuthenticationError](err); ok {
		return err
	}

	return &attemptError{reason: cancelled, err: err}
}
