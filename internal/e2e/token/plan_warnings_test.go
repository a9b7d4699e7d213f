package token

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// Of many tokens with the same fault the CLI shows one.
func TestAccPlanWarnings_areConsolidated(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	user := s.AddUser(t, providertest.User{Login: "svc-many"})
	w := s.Workspace(t)
	w.Write(t, s.AdminBlock()+providertest.TokenConfig(fmt.Sprintf("count = 30\nuser_id = %q\nname_prefix = \"m-${count.index}-\"", user.ID)))

	text := w.Run(t, "plan", "-no-color").Text
	// Not every CLI tells how many more there are.
	if count := strings.Count(text, "The token will never expire"); count != 1 || !strings.Contains(text, "Plan: 30 to add") {
		t.Errorf("the warning is there %d times: %s", count, text)
	}
}

// A URL that sends credentials in the clear is a warning of each plan, once for a provider.
func TestAccPlanWarnings_ofPlainHTTP(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		url  string
		want int
	}{
		"plain http":                 {"http://foreman.example.com", 1},
		"plain http on this machine": {"http://127.0.0.1:3000", 0},
		"https":                      {"https://foreman.example.com", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := providertest.NewForemanSandbox(t)
			w := s.Workspace(t)
			// Two, which send nothing: a provider that nobody needs is not configured.
			w.Write(t, strings.Replace(s.AdminBlock(), s.URL, test.url, 1)+
				ephemeralConfig("username = \"svc-a\"\napplying = false")+
				strings.Replace(ephemeralConfig("username = \"svc-b\"\napplying = false"), `"test"`, `"other"`, 1))

			if done := w.Unchanged(t); done.Warned("The connection is not encrypted") != test.want || len(done.Says) != test.want {
				t.Errorf("want %d warnings: %s", test.want, done.Warnings())
			}
		})
	}
}
