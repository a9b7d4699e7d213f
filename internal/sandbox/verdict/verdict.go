// Package verdict helps the drivers' tests: it names the error type of package pat that a call
// returned. Every driver must return the same types to its callers, whatever its server says.
package verdict

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Of returns the name of err's type in package pat: "none", "user gone", "gone", "authentication",
// "permission", "validation", "ambiguous", "side effect", "transient", "protocol" or "not found".
// The proof of absence takes precedence. For any other error it returns the Go type.
func Of(err error) string {
	var (
		gone           *pat.GoneError
		authentication *pat.AuthenticationError
		permission     *pat.PermissionError
		validation     *pat.ValidationError
		ambiguous      *pat.AmbiguousError
		sideEffect     *pat.SideEffectError
		transient      *pat.TransientError
		protocol       *pat.ProtocolError
		notFound       *pat.NotFoundError
	)

	switch {
	case err == nil:
		return "none"
	case errors.As(err, &gone) && gone.UserGone:
		return "user gone"
	case errors.As(err, &gone):
		return "gone"
	case errors.As(err, &authentication):
		return "authentication"
	case errors.As(err, &permission):
		return "permission"
	case errors.As(err, &validation):
		return "validation"
	case errors.As(err, &ambiguous):
		return "ambiguous"
	case errors.As(err, &sideEffect):
		return "side effect"
	case errors.As(err, &transient):
		return "transient"
	case errors.As(err, &protocol):
		return "protocol"
	case errors.As(err, &notFound):
		return "not found"
	default:
		return fmt.Sprintf("%T", err)
	}
}

// Want checks the type of an error, by its name in [Of], and that its text contains all the words.
func Want(t *testing.T, err error, kind string, words ...string) {
	t.Helper()

	if got := Of(err); got != kind {
		t.Fatalf("the error is %q (%v), want %q", got, err, kind)
	}

	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not say %q: %v", word, err)
		}
	}
}

// Failure returns the pat.Failure inside an error of package pat, and false for any other error.
func Failure(err error) (pat.Failure, bool) {
	if e, ok := errors.AsType[*pat.GoneError](err); ok {
		return e.Failure, true
	}

	if e, ok := errors.AsType[*pat.AuthenticationError](err); ok {
		return e.Failure, true
	}

	if e, ok := errors.AsType[*pat.PermissionError](err); ok {
		return e.Failure, true
	}

	if e, ok := errors.AsType[*pat.ValidationError](err); ok {
		return e.Failure, true
	}

	if e, ok := errors.AsType[*pat.AmbiguousError](err); ok {
		return e.Failure, true
	}

	if e, ok := errors.AsType[*pat.SideEffectError](err); ok {
		return e.Failure, true
	}

	if e, ok := errors.AsType[*pat.TransientError](err); ok {
		return e.Failure, true
	}

	if e, ok := errors.AsType[*pat.ProtocolError](err); ok {
		return e.Failure, true
	}

	if e, ok := errors.AsType[*pat.NotFoundError](err); ok {
		return e.Failure, true
	}

	return pat.Failure{}, false
}

// Remedy returns the advice in an ambiguous, a transient or a protocol error about what to do. It
// is empty for any other error.
func Remedy(err error) string {
	switch Of(err) {
	case "ambiguous", "transient", "protocol":
		failure, _ := Failure(err)

		return failure.Remedy
	default:
		return ""
	}
}
