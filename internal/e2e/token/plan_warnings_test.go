package token

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// TestAccPlanWarnings_areConsolidated tests that the CLI shows one warning for many tokens with the
// same problem.
func TestAccPlanWarnings_areConsolidated(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	user := s.AddUser(t, providertest.User{Login: "svc-many"})
	w := s.Workspace(t)
	w.Write(t, s.AdminBlock()+providertest.TokenConfig(fmt.Sprintf("count = 30\nuser_id = %q\nname_prefix = \"m-${count.index}-\"", user.ID)))

	text := w.Run(t, "plan", "-no-color").Text
	// Not every CLI prints the number of further warnings.
	if count := strings.Count(text, "The token will never expire"); count != 1 || !strings.Contains(text, "Plan: 30 to add") {
		t.Errorf("the warning appears %d times: %s", count, text)
	}
}

// TestAccPlanWarnings_ofPlainHTTP tests that each plan warns once per provider about a URL that sends
// credentials unencrypted.
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
			// There are two ephemeral resources, which send nothing. Without them the provider would
			// not be configured.
			w.Write(t, strings.Replace(s.AdminBlock(), s.URL, test.url, 1)+
				ephemeralConfig("username = \"svc-a\"\napplying = false")+
				strings.Replace(ephemeralConfig("username = \"svc-b\"\napplying = false"), `"test"`, `"other"`, 1))

			if done := w.Unchanged(t); done.Warned("The connection is not encrypted") != test.want || len(done.Says) != test.want {
				t.Errorf("want %d warnings: %s", test.want, done.Warnings())
			}
		})
	}
}
