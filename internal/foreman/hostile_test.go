package foreman

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestNoErrorQuotesAResponseWithASecret(t *testing.T) {
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
