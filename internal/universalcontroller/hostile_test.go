package universalcontroller

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestNoErrorQuotesAResponseWithASecret(t *testing.T) {
	t.Parallel()

	const value = "ucp_qyMVCJ9cvczabyHqyMVCJ9cvczabyH"

	for _, status := range []int{400, 404, 409, 500} {
		for _, response := range []canned{
			sentence(status, "The token "+value+" could not be shown, or already exists."),
			{status, asJSON, `{"errors":[{"message":"` + value + ` already exists"}]}`},
			{status, asXML, "<token>" + value + "</token>"},
		} {
			s := newScript(t, map[string][]canned{callCreate: {response}})

			_, err := newDriver(t, s.url).Create(t.Context(), userID, pat.NewToken{Name: "deploy"})
			if err == nil || strings.Contains(err.Error(), value) {
				t.Errorf("%d %s: %v", status, response.body, err)
			}

			if invalid, ok := errors.AsType[*pat.ValidationError](err); ok && strings.Contains(fmt.Sprint(invalid.Fields), value) {
				t.Errorf("%d: %v", status, invalid.Fields)
			}
		}
	}
}
