package universalcontroller

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

func TestAUserOfAnotherNameIsShownFitToBeRead(t *testing.T) {
	t.Parallel()

	name := `\u001b[31m` + strings.Repeat("a", 10_000)
	s := newScript(t, map[string][]canned{callUser: {document(`{"sysId":"` + userID + `","userName":"` + name + `"}`)}})

	_, err := newDriver(t, s.url).User(t.Context(), pat.UserRef{ID: userID, Username: "alice"})
	verdict.Want(t, err, "validation", "[31maaa")

	if text := err.Error(); len(text) > 3*2048 || strings.Contains(text, "\x1b") {
		t.Errorf("%d bytes: %q", len(text), text)
	}
}

func TestNoErrorQuotesWhatHoldsASecret(t *testing.T) {
	t.Parallel()

	const value = "ucp_qyMVCJ9cvczabyHqyMVCJ9cvczabyH"

	for _, status := range []int{400, 404, 409, 500} {
		for _, answer := range []canned{
			sentence(status, "The token "+value+" could not be shown, or already exists."),
			{status, asJSON, `{"errors":[{"message":"` + value + ` already exists"}]}`},
			{status, asXML, "<token>" + value + "</token>"},
		} {
			s := newScript(t, map[string][]canned{callCreate: {answer}})

			_, err := newDriver(t, s.url).Create(t.Context(), userID, pat.NewToken{Name: "deploy"})
			if err == nil || strings.Contains(err.Error(), value) {
				t.Errorf("%d %s: %v", status, answer.body, err)
			}

			if invalid, ok := errors.AsType[*pat.ValidationError](err); ok && strings.Contains(fmt.Sprint(invalid.Fields), value) {
				t.Errorf("%d: %v", status, invalid.Fields)
			}
		}
	}
}
