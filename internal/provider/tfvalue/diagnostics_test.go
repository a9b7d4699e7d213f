package tfvalue

import (
	"fmt"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestErrorSentence(t *testing.T) {
	t.Parallel()

	const full = "GET https://foreman.example.com/api/users: HTTP 401. Check the password."

	refused := func() *pat.AuthenticationError {
		return &pat.AuthenticationError{Failure: pat.Failure{
			Tried: "GET https://foreman.example.com/api/users", Said: "HTTP 401", Remedy: "Check the password.",
		}}
	}
	shown := func() *pat.AuthenticationError {
		err := refused()
		_ = ErrorSentence(err)

		return err
	}

	warned := refused()
	_ = Sentence(warned)

	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"of any error":                           {fmt.Errorf("the name %q is taken", "ci"), `The name "ci" is taken.`},
		"that begins with a method":              {refused(), full},
		"of a refused login that a warning told": {warned, full},
		"of a refused login that another error adds to": {
			fmt.Errorf("token 5: %w", refused()), "Token 5: " + full,
		},
		"of a refused login that was shown": {
			shown(), "The server refused the login, as another error of this run says in full; no further request was sent.",
		},
		"of one that was shown, and that another error adds to": {
			fmt.Errorf("token 5: %w Look at it", shown()),
			"Token 5: the server refused the login, as another error of this run says in full; no further request was sent. Look at it.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := ErrorSentence(test.err); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
