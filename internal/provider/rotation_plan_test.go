package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

// What is known only after apply, by what a plan does. Nothing else may be: whoever uses
// a value that is unknown for no reason is changed for no reason.
var (
	unknownInRotation = []string{
		"current.created_at", "current.expires_at", "current.id", "current.name", "current.rotate_at", "current.sha256",
		"generation", "id", "previous", "token",
	}
	unknownInCreate = []string{
		"current.created_at", "current.expires_at", "current.id", "current.name", "current.rotate_at", "current.sha256",
		"generation", "id", "series", "owner", "platform", "server", "token",
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
// its fingerprint, and is replaced whenever the generation changes: as a `*_wo_version`
// would be.
func TestAccRotation_unknownsOfThePlan(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-plans"})
		w := s.workspace(t)
		follows := statecheck.CompareValuePairs(tokenAddress, at("current", "sha256"),
			"terraform_data.consumer", at("output"), compare.ValuesSame())

		for _, row := range []struct {
			name             string
			after            func()
			maxAge, rotation string
			want             []string
			apply            bool
		}{
			{name: "create", maxAge: "60d", rotation: trigger(1), want: unknownInCreate, apply: true},
			{name: "record: the policy edited later", maxAge: "70d", rotation: trigger(1)},
			{name: "record: the triggers removed", maxAge: "60d"},
			{name: "may reissue: the policy edited earlier", maxAge: "50d", rotation: trigger(1), want: unknownIfUndecided},
			{name: "rotate: a trigger changed", maxAge: "60d", rotation: trigger(2), want: unknownInRotation},
			{
				name: "rotate: due", after: func() { s.clock.move(61 * day) },
				maxAge: "60d", rotation: trigger(1), want: unknownInRotation, apply: true,
			},
			{name: "record, with a predecessor", maxAge: "70d", rotation: trigger(1)},
			{name: "prune: the overlap edited", maxAge: "60d", rotation: trigger(1) + "\noverlap = \"12h\"", want: unknownInPrune},
			{
				name: "prune: the hold edited", maxAge: "60d",
				rotation: trigger(1) + "\nhold_if_used_within = \"12h\"", want: unknownInPrune,
			},
			{
				name: "prune: due", after: func() { s.clock.move(2 * day) },
				maxAge: "60d", rotation: trigger(1), want: unknownInPrune, apply: true,
			},
			{
				name: "may reissue, and the clock says no", maxAge: "50d", rotation: trigger(1), want: unknownIfUndecided, apply: true,
			},
			{name: "the clock said no", maxAge: "50d", rotation: trigger(1)},
		} {
			if row.after != nil {
				row.after()
			}

			w.write(t, s.provider()+rotating(user, "expires_in = \"90d\"", fmt.Sprintf("max_age = %q\n%s", row.maxAge, row.rotation))+`
resource "terraform_data" "consumer" {
  input            = opsaccess_personal_access_token.test.current.sha256
  triggers_replace = opsaccess_personal_access_token.test.generation
}
`)

			text := w.run(t, "plan", "-no-color", "-out="+savedPlan).text
			plan := w.shown(t)

			if diff := cmp.Diff(row.want, unknown(plan)); diff != "" {
				t.Errorf("%s: known after apply (-want +got):\n%s", row.name, diff)
			}

			if got, want := inText(text), len(visible(row.want)); got != want {
				t.Errorf("%s: the plan says (known after apply) %d times, want %d:\n%s", row.name, got, want, text)
			}

			reissues := slices.Contains(row.want, "token")
			if got := actionsOf(plan, "terraform_data.consumer"); reissues == got.NoOp() {
				t.Errorf("%s: the consumer's actions are %v", row.name, got)
			}

			if row.apply {
				w.apply(t, follows)
				w.unchanged(t)
			}
		}

		s.wantIssued(t, 2)
	})
}

// Others: to tune the window, the grace or a flag reissues the secret.
//
// Every argument is edited alone, and none of these edits touches the token.
func TestAccRotation_editsThatAreOnlyRecorded(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-edits"})
		w := s.workspace(t)
		who := fmt.Sprintf("user_id = %q", user.id)
		base := who + "\nname_prefix = \"e-\"\nexpires_in = \"90d\""

		write := func(config string) { w.write(t, s.provider()+tokenConfig(config)) }

		write(base)
		w.apply(t, generation(1))

		secret := w.secret(t)

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
			{"the login in place of an id", strings.Replace(base, who, fmt.Sprintf("username = %q", user.login), 1)},
			{"login and id", base + fmt.Sprintf("\nusername = %q", user.login)},
		} {
			write(edit[1])
			w.apply(t, generation(1))

			if now := w.secret(t); now != secret {
				t.Errorf("%s: the secret changed", edit[0])
			}
		}

		write(base)
		w.apply(t, generation(1), reason("created"), alone())
		w.unchanged(t).quiet(t)

		if issued := s.issued(); issued != 1 {
			t.Errorf("%d tokens were issued, want the first alone", issued)
		}

		if !s.logIn(t, user, secret) {
			t.Error("the token does not work any more")
		}
	})
}

func actionsOf(plan *tfjson.Plan, address string) tfjson.Actions {
	for _, change := range plan.ResourceChanges {
		if change.Address == address {
			return change.Change.Actions
		}
	}

	return nil
}

// unknown returns the paths of the token that are known after apply, sorted.
func unknown(plan *tfjson.Plan) []string {
	for _, change := range plan.ResourceChanges {
		if change.Address == tokenAddress {
			return slices.Sorted(slices.Values(truePaths("", change.Change.AfterUnknown)))
		}
	}

	return nil
}

// truePaths returns the paths at which a tree of marks has a true.
func truePaths(at string, marks any) []string {
	var paths []string

	switch marks := marks.(type) {
	case bool:
		if marks {
			paths = append(paths, strings.TrimPrefix(at, "."))
		}
	case map[string]any:
		for name, mark := range marks {
			paths = append(paths, truePaths(at+"."+name, mark)...)
		}
	case []any:
		for i, mark := range marks {
			paths = append(paths, truePaths(fmt.Sprintf("%s.%d", at, i), mark)...)
		}
	}

	return paths
}

// inText counts how often the part of a plan that is about the token says so.
func inText(plan string) int {
	_, about, _ := strings.Cut(plan, "# "+tokenAddress)
	about, _, _ = strings.Cut(about, "\n  # ")

	return strings.Count(about, "(known after apply)")
}

// visible returns the paths whose values a plan may print.
func visible(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return path == "token" })
}
