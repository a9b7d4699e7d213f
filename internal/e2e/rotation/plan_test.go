package rotation

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
)

// What is known only after apply, by what a plan does. Nothing else may be: whoever uses
// a value that is unknown for no reason is changed for no reason.
var (
	unknownInRotation = []string{
		"current.created_at", "current.expires_at", "current.id", "current.name", "current.rotate_at", "current.sha256",
		"generation", "id", "previous", "token", "token_version",
	}
	unknownInCreate = []string{
		"current.created_at", "current.expires_at", "current.id", "current.name", "current.rotate_at", "current.sha256",
		"generation", "id", "owner", "platform", "series", "server", "token", "token_version",
	}
	unknownIfUndecided = slices.Sorted(slices.Values(append([]string{"current.issue_reason"}, unknownInRotation...)))
	unknownInPrune     = []string{"previous"}
)

// Others: an update marks the secret unknown whatever it does, so that all that depend on
// it change with every edit; or it keeps it known, so that they get the dead secret and
// the next plan is inconsistent. And who tells a write-only argument that its source has
// rotated by itself?
//
// A row that is applied is followed by an empty plan. The consumer beside the token keeps
// its fingerprint, and is replaced whenever the version changes: as a `*_wo_version` would
// be.
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
			{name: "record: the policy edited later", maxAge: "70d", rotation: providertest.Trigger(1)},
			{name: "record: the triggers removed", maxAge: "60d"},
			{name: "may reissue: the policy edited earlier", maxAge: "50d", rotation: providertest.Trigger(1), want: unknownIfUndecided},
			{name: "rotate: a trigger changed", maxAge: "60d", rotation: providertest.Trigger(2), want: unknownInRotation},
			{
				name: "rotate: due", after: func() { s.Clock.Move(61 * providertest.Day) },
				maxAge: "60d", rotation: providertest.Trigger(1), want: unknownInRotation, apply: true,
			},
			{name: "record, with a predecessor", maxAge: "70d", rotation: providertest.Trigger(1)},
			{name: "prune: the overlap edited", maxAge: "60d", rotation: providertest.Trigger(1) + "\noverlap = \"12h\"", want: unknownInPrune},
			{
				name: "prune: the hold edited", maxAge: "60d",
				rotation: providertest.Trigger(1) + "\nhold_if_used_within = \"12h\"", want: unknownInPrune,
			},
			{
				name: "prune: due", after: func() { s.Clock.Move(2 * providertest.Day) },
				maxAge: "60d", rotation: providertest.Trigger(1), want: unknownInPrune, apply: true,
			},
			{
				name: "may reissue, and the clock says no", maxAge: "50d", rotation: providertest.Trigger(1), want: unknownIfUndecided, apply: true,
			},
			{name: "the clock said no", maxAge: "50d", rotation: providertest.Trigger(1)},
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
				t.Errorf("%s: the plan says (known after apply) %d times, want %d:\n%s", row.name, got, want, text)
			}

			reissues := slices.Contains(row.want, "token")
			if got := providertest.ActionsOf(plan, "terraform_data.consumer"); reissues == got.NoOp() {
				t.Errorf("%s: the consumer's actions are %v", row.name, got)
			}

			if row.apply {
				w.Apply(t, follows)
				w.Unchanged(t)
			}
		}

		s.WantIssued(t, 2)
	})
}

// Others: to tune the window, the grace or a flag reissues the secret.
//
// Every argument is edited alone, and none of these edits touches the token.
func TestAccRotation_editsThatAreOnlyRecorded(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-edits"})
		w := s.Workspace(t)
		who := fmt.Sprintf("user_id = %q", user.ID)
		base := who + "\nname_prefix = \"e-\"\nexpires_in = \"90d\""

		write := func(config string) { w.Write(t, s.AdminBlock()+providertest.TokenConfig(config)) }

		write(base)
		w.Apply(t, providertest.Generation(1))

		secret := w.Secret(t)

		// In this order: between two maps of triggers there is none.
		for _, edit := range [][2]string{
			{"a rotation block", base + "\nrotation = { max_age = \"60d\" }"},
			{"an age", base + "\nrotation = { max_age = \"70d\" }"},
			{"a window", base + "\nrotation = { before_expiry = \"14d\" }"},
			{"triggers", base + "\nrotation = { triggers = { a = 1 } }"},
			{"an overlap", base + "\nrotation = { overlap = \"1h\" }"},
			{"no triggers", base + "\nrotation = { max_age = \"60d\", triggers = {} }"},
			{"no overlap at all", base + "\nrotation = { overlap = \"0s\" }"},
			{"a hold", base + "\nrotation = { hold_if_used_within = \"1h\" }"},
			{"expires_in", strings.Replace(base, `"90d"`, `"80d"`, 1)},
			{"no expiry", strings.Replace(base, `expires_in = "90d"`, "", 1)},
			{"reissue_when_invalid", base + "\nreissue_when_invalid = false"},
			{"a series", base + "\nseries = \"abc234\""},
			{"the login in place of an id", strings.Replace(base, who, fmt.Sprintf("username = %q", user.Login), 1)},
			{"login and id", base + fmt.Sprintf("\nusername = %q", user.Login)},
		} {
			write(edit[1])
			w.Apply(t, providertest.Generation(1))

			if now := w.Secret(t); now != secret {
				t.Errorf("%s: the secret changed", edit[0])
			}
		}

		write(base)
		w.Apply(t, providertest.Generation(1), providertest.IssueReason("created"), providertest.NoPredecessors())
		w.Unchanged(t).Quiet(t)

		if issued := s.Issued(); issued != 1 {
			t.Errorf("%d tokens were issued, want the first alone", issued)
		}

		if !s.LogIn(t, user, secret) {
			t.Error("the token does not work any more")
		}
	})
}

// inText counts how often the part of a plan that is about the token says so.
func inText(plan string) int {
	_, about, _ := strings.Cut(plan, "# "+providertest.TokenAddress)
	about, _, _ = strings.Cut(about, "\n  # ")

	return strings.Count(about, "(known after apply)")
}

// visible returns the paths whose values a plan may print.
func visible(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return path == "token" })
}
