package foreman

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// members is JSON of so many members.
func members(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, `,"m%d":0`, i)
	}

	return text.String()
}

func TestAUserOfAnotherLoginIsShownFitToBeRead(t *testing.T) {
	t.Parallel()

	login := `\u001b[31m` + strings.Repeat("a", 10_000)
	server := newScript(t, map[string]canned{"GET /api/users/5-~": {status: 200, body: `{"id":5,"login":"` + login + `"}`}})

	_, err := newDriver(t, server.url).User(t.Context(), pat.UserRef{ID: "5", Username: "alice"})
	verdict.Want(t, err, "validation", "[31maaa")

	if text := err.Error(); len(text) > 3*2048 || strings.Contains(text, "\x1b") {
		t.Errorf("%d bytes: %q", len(text), text)
	}
}

func TestNoErrorQuotesWhatHoldsASecret(t *testing.T) {
	t.Parallel()

	const value = "oaSEC-qyMVCJ9cvcz-abyH"

	for _, status := range []int{400, 404, 422, 500} {
		for _, body := range []string{
			`{"error":{"message":"could not be shown: {\"token_value\":\"` + value + `\"}"}}`,
			`{"error":{"full_messages":["` + value + `"],"errors":{"token_value":["` + value + `"]}}}`,
			`{"token_value":"` + value + `"}`,
		} {
			server := newScript(t, map[string]canned{
				"GET /api/current_user":                      {status: 200, body: userJSON(4, "admin", true)},
				"POST /api/users/5-~/personal_access_tokens": {status: status, body: body},
			})

			_, err := newDriver(t, server.url).Create(t.Context(), "5", pat.NewToken{Name: "ci"})
			if err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, err), value) {
				t.Errorf("%d %s: %v", status, body, err)
			}

			if invalid, ok := errors.AsType[*pat.ValidationError](err); ok && strings.Contains(fmt.Sprint(invalid.Fields), value) {
				t.Errorf("%d: %v", status, invalid.Fields)
			}
		}
	}
}
