package verdict

import (
	"errors"
	"fmt"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestOfNamesEveryErrorOfPat(t *testing.T) {
	t.Parallel()

	failure := pat.Failure{Tried: "GET /x", Remedy: "Ask."}
	refused := &pat.PermissionError{Failure: failure}

	for want, test := range map[string]struct {
		err    error
		remedy string
	}{
		"none":                {},
		"user gone":           {err: &pat.GoneError{Failure: failure, UserGone: true}},
		"gone":                {err: &pat.GoneError{Failure: pat.Failure{Err: refused}}},
		"authentication":      {err: &pat.AuthenticationError{Failure: failure}},
		"permission":          {err: fmt.Errorf("wrapped: %w", refused)},
		"validation":          {err: &pat.ValidationError{Failure: failure}},
		"ambiguous":           {err: &pat.AmbiguousError{Failure: failure}, remedy: "Ask."},
		"side effect":         {err: &pat.SideEffectError{Failure: failure}},
		"transient":           {err: &pat.TransientError{Failure: failure}, remedy: "Ask."},
		"protocol":            {err: &pat.ProtocolError{Failure: failure}, remedy: "Ask."},
		"not found":           {err: &pat.NotFoundError{Failure: failure}},
		"*errors.errorString": {err: errors.New("another")},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()

			if got := Of(test.err); got != want {
				t.Errorf("Of returns %q, want %q", got, want)
			}

			if got := Remedy(test.err); got != test.remedy {
				t.Errorf("the remedy is %q, want %q", got, test.remedy)
			}
		})
	}
}
