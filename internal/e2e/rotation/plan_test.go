package rotation

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// The paths that are known only after apply, by what the plan does, as a CLI shows them. The engine's
// own tests cover every change.
var (
	unknownInRotation = []string{
		"current.created_at", "current.expires_at", "current.id", "current.name", "current.rotate_at", "current.sha256",
		"generation", "id", "previous", "token", "token_version",
	}
	unknownInCreate = []string{
		"current.created_at", "current.expires_at", "current.id", "current.name", "current.rotate_at", "current.sha256",
		"generation", "id", "owner", "platform", "series", "server", "token", "token_version",
	}
	unknownInPrune = []string{"previous"}
)

// TestAccRotation_unknownsOfThePlan tests which values a plan marks as unknown. After each row that is
// applied, the plan must be empty. A second resource stores the token's fingerprint and is replaced
// whenever the version changes, like a `*_wo_version` argument.
//
// Other providers mark the secret as unknown in every update, so that all dependent resources change
// with every edit; or they keep it known, so that those resources get the old secret and the next plan
// is inconsistent. A write-only argument needs a version to learn of a rotation that no edit has
// caused.
func TestAccRotation_unknownsOfThePlan(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-plans"})
		w := s.Workspace(t)
		follows := statecheck.CompareValuePairs(providertest.TokenAddress, providertest.Path("current", "sha256"),
			"terraform_data.consumer", providertest.Path("output"), compare.ValuesSame())

		for _, row := range []struct {
			name             string
			after            func()
			maxAge, rotation string
			want             []string
			apply            bool
		}{
			{name: "create", maxAge: "60d", rotation: providertest.Trigger(1), want: unknownInCreate, apply: true},
			{name: "record: the policy edited later", maxAge: "70d", rotation: providertest.Trigger(1), apply: true},
			{
				name: "rotate: due", after: func() { s.Clock.Move(71 * providertest.Day) },
				maxAge: "70d", rotation: providertest.Trigger(1), want: unknownInRotation, apply: true,
			},
			{
				name: "prune: due", after: func() { s.Clock.Move(2 * providertest.Day) },
				maxAge: "70d", rotation: providertest.Trigger(1), want: unknownInPrune, apply: true,
			},
		} {
			if row.after != nil {
				row.after()
			}

			w.Write(t, s.AdminBlock()+providertest.Rotating(user, "expires_in = \"90d\"", fmt.Sprintf("max_age = %q\n%s", row.maxAge, row.rotation))+`
resource "terraform_data" "consumer" {
  input            = opsaccess_personal_access_token.test.current.sha256
  triggers_replace = opsaccess_personal_access_token.test.token_version
}
`)

			text := w.Run(t, "plan", "-no-color", "-out="+providertest.SavedPlan).Text
			plan := w.Shown(t)

			if diff := cmp.Diff(row.want, providertest.Unknown(plan)); diff != "" {
				t.Errorf("%s: known after apply (-want +got):\n%s", row.name, diff)
			}

			if got, want := inText(text), len(visible(row.want)); got != want {
				t.Errorf("%s: the plan contains (known after apply) %d times, want %d:\n%s", row.name, got, want, text)
			}

			reissues := slices.Contains(row.want, "token")
			if got := providertest.ActionsOf(plan, "terraform_data.consumer"); reissues == got.NoOp() {
				t.Errorf("%s: the actions on the consumer are %v", row.name, got)
			}

			if row.apply {
				w.Apply(t, follows)
				w.Unchanged(t)
			}
		}

		s.WantIssued(t, 2)
	})
}

// inText counts the occurrences of "(known after apply)" in the token's part of a plan.
func inText(plan string) int {
	_, about, _ := strings.Cut(plan, "# "+providertest.TokenAddress)
	about, _, _ = strings.Cut(about, "\n  # ")

	return strings.Count(about, "(known after apply)")
}

// visible returns the paths whose values a plan may print.
func visible(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return path == "token" })
}
