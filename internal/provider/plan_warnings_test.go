package provider

import (
	"fmt"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
)

// warned counts the warnings of a summary.
func (o outcome) warned(summary string) int {
	var count int

	for _, d := range o.says {
		if d.Severity == tfjson.DiagnosticSeverityWarning && d.Summary == summary {
			count++
		}
	}

	return count
}

// A plan says once what is doubtful about a token that it issues, and nothing when nothing
// is issued.
func TestAccPlanWarnings_ofALifetime(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-lifetime"})
		dates := s.system.Traits().ExpiryIsDate

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

				w := s.workspace(t)
				w.write(t, s.provider()+tokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"w-\"\n%s", user.id, test.argument)))

				short := test.short
				if !dates {
					short = 0
				}

				done, _ := w.plan(t)
				if forever, got := done.warned("The token will never expire"), done.warned("The token expires within a day"); forever != test.forever || got != short || len(done.says) != forever+got {
					t.Errorf("want %d and %d warnings: %s", test.forever, short, done.warnings())
				}

				w.apply(t)
				w.unchanged(t).quiet(t)
				w.destroy(t)
			})
		}
	})
}

// Of many tokens with the same fault the CLI shows one.
func TestAccPlanWarnings_areConsolidated(t *testing.T) {
	t.Parallel()

	s := rotatingForeman(t)
	user := s.addUser(t, testUser{login: "svc-many"})
	w := s.workspace(t)
	w.write(t, s.provider()+tokenConfig(fmt.Sprintf("count = 30\nuser_id = %q\nname_prefix = \"m-${count.index}-\"", user.id)))

	text := w.run(t, "plan", "-no-color").text
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

			s := rotatingForeman(t)
			w := s.workspace(t)
			// Two, which send nothing: a provider that nobody needs is not configured.
			w.write(t, strings.Replace(s.provider(), s.url, test.url, 1)+
				ephemeralConfig("username = \"svc-a\"\napplying = false")+
				strings.Replace(ephemeralConfig("username = \"svc-b\"\napplying = false"), `"test"`, `"other"`, 1))

			if done := w.unchanged(t); done.warned("The connection is not encrypted") != test.want || len(done.says) != test.want {
				t.Errorf("want %d warnings: %s", test.want, done.warnings())
			}
		})
	}
}
