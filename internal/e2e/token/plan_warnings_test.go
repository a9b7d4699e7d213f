package token

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
)

// A plan says once what is doubtful about a token that it issues, and nothing when nothing
// is issued.
func TestAccPlanWarnings_ofALifetime(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-lifetime"})
		dates := s.System.Traits().ExpiryIsDate

		for name, test := range map[string]struct {
			argument       string
			forever, short int
		}{
			"for ever":              {forever: 1},
			"an hour":               {argument: `expires_in = "1h"`, short: 1},
			"two days":              {argument: `expires_in = "2d"`},
			"until midnight":        {argument: `expires_at = "2028-02-29T00:00:00Z"`, short: 1},
			"until the end of 2028": {argument: `expires_at = "2029-01-01T00:00:00Z"`},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()

				w := s.Workspace(t)
				w.Write(t, s.AdminBlock()+providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"w-\"\n%s", user.ID, test.argument)))

				short := test.short
				if !dates {
					short = 0
				}

				done, _ := w.Plan(t)
				if forever, got := done.Warned("The token will never expire"), done.Warned("The token expires within a day"); forever != test.forever || got != short || len(done.Says) != forever+got {
					t.Errorf("want %d and %d warnings: %s", test.forever, short, done.Warnings())
				}

				w.Apply(t)
				w.Unchanged(t).Quiet(t)
				w.Destroy(t)
			})
		}
	})
}

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
