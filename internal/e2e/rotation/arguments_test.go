package rotation

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
)

// Others: dueness that is decided in the plan makes it invalid under `ignore_changes`, or
// the rotation never fires.
//
// With each list an edit of what is ignored changes nothing, and the token rotates by the
// policy that is in state. `prevent_destroy` is no obstacle, for nothing is destroyed.
func TestAccRotation_lifecycleArguments(t *testing.T) {
	t.Parallel()

	const (
		base   = "expires_in = \"90d\"\nrotation = {\n max_age = \"60d\"\n overlap = \"48h\"\n triggers = { a = \"1\" }\n}"
		prefix = "name_prefix = \"first-\"\n"
	)

	for name, test := range map[string]struct{ lifecycle, edited string }{
		"everything is ignored": {
			lifecycle: "ignore_changes = all",
			edited:    "name_prefix = \"second-\"\nexpires_in = \"10d\"\nrotation = {\n max_age = \"1d\"\n}",
		},
		"everything is ignored, and the rest is removed": {
			lifecycle: "ignore_changes = all", edited: "name_prefix = \"first-\"",
		},
		"rotation is ignored": {
			lifecycle: "ignore_changes = [rotation]",
			edited:    prefix + "expires_in = \"90d\"\nrotation = {\n max_age = \"1d\"\n triggers = { a = \"2\" }\n}",
		},
		"name and expiry are ignored": {
			lifecycle: "ignore_changes = [name_prefix, expires_in]",
			edited:    "name_prefix = \"second-\"\n" + strings.Replace(base, `"90d"`, `"80d"`, 1),
		},
		"triggers are ignored": {
			lifecycle: "ignore_changes = [rotation.triggers]",
			edited:    prefix + strings.Replace(base, `"1"`, `"2"`, 1),
		},
		"destruction is prevented": {lifecycle: "prevent_destroy = true", edited: prefix + base},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
				user := s.AddUser(t, providertest.User{Login: "svc-lifecycle"})
				w := s.Workspace(t)
				write := func(arguments, lifecycle string) {
					w.Write(t, s.AdminBlock()+providertest.TokenConfig(fmt.Sprintf("user_id = %q\n%s\nlifecycle {\n%s\n}", user.ID, arguments, lifecycle)))
				}

				write(prefix+base, test.lifecycle)
				w.Apply(t)
				write(test.edited, test.lifecycle)
				w.Unchanged(t)

				s.Clock.Move(61 * providertest.Day)
				w.Apply(t, providertest.Generation(2), providertest.IssueReason("max_age"), held(false), due(""))
				w.Unchanged(t)
				s.Clock.Move(49 * time.Hour)
				w.Apply(t, providertest.Generation(2), providertest.NoPredecessors())
				w.Unchanged(t)

				for _, name := range s.AliveNames(t, user.ID) {
					if !strings.HasPrefix(name, "first-") {
						t.Errorf("the token is called %q: the ignored prefix was taken", name)
					}
				}

				if name == "destruction is prevented" {
					w.Refused(t, "cannot be destroyed", "plan", "-destroy") // The words that Terraform and OpenTofu share.
				}
			})
		})
	}
}

// Others: a value that is unknown at plan counts as changed, or crashes the provider.
func TestAccRotation_unknownTriggersAndPolicies(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-unknown-triggers"})
		w := s.Workspace(t)
		config := func(run, trigger, age, overlap string) string {
			return s.AdminBlock() + providertest.TerraformData("trigger", trigger, run) + providertest.TerraformData("age", age, run) + providertest.TerraformData("overlap", overlap, run) +
				providertest.Rotating(user, "expires_in = \"90d\"", `
  triggers = { known = "1", later = terraform_data.trigger.output }
  max_age  = terraform_data.age.output
  overlap  = terraform_data.overlap.output
`)
		}

		w.Write(t, config("1", "a", "60d", "48h"))
		w.Apply(t, providertest.Generation(1))
		w.Write(t, config("2", "a", "60d", "48h"))
		w.Planned(t, providertest.Unknowns(slices.Sorted(slices.Values(append(
			[]string{"rotation.max_age", "rotation.overlap", "rotation.triggers.later"}, unknownIfUndecided...)))))
		w.Apply(t, providertest.Generation(1), providertest.IssueReason("created"), providertest.NoPredecessors())
		w.Unchanged(t)

		w.Write(t, config("3", "b", "60d", "48h"))
		w.Apply(t, providertest.Generation(2), providertest.IssueReason("triggers"), held(false))
		w.Unchanged(t)

		w.Write(t, config("4", "b", "60d", "1h")) // Earlier than its retirement so far.
		s.Clock.Move(2 * time.Hour)
		w.Apply(t, providertest.Generation(2), providertest.NoPredecessors())
		w.Unchanged(t)

		s.Clock.Move(31 * providertest.Day)
		w.Write(t, config("5", "b", "30d", "1h"))
		w.Apply(t, providertest.Generation(3), providertest.IssueReason("max_age"))
		w.Unchanged(t)
	})
}

// A trigger is a reason by its key and value, and the whole map is none.
func TestAccRotation_triggers(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-triggers"})
		w := s.Workspace(t)
		issued := int64(1)

		for _, step := range []struct {
			triggers string
			rotates  bool
		}{
			{triggers: ""},
			{triggers: `triggers = { a = "1" }`},
			{triggers: `triggers = { a = "2" }`, rotates: true},
			{triggers: `triggers = { a = "2", b = "1" }`, rotates: true},
			{triggers: `triggers = { b = "1" }`, rotates: true},
			{triggers: `triggers = { b = null }`, rotates: true},
			{triggers: `triggers = { b = "" }`, rotates: true},
			{triggers: ""},
			{triggers: `triggers = { c = "9" }`},
		} {
			if step.rotates {
				issued++
			}

			w.Write(t, s.AdminBlock()+providertest.Rotating(user, "expires_in = \"90d\"", "max_age = \"60d\"\n"+step.triggers))
			w.Apply(t, providertest.Generation(issued))
		}

		w.Unchanged(t)
		w.Check(t, providertest.IssueReason("triggers"), providertest.HasValue(providertest.Path("previous"), knownvalue.ListSizeExact(5)))
	})
}

// A policy that would rotate at every run, or never, is refused, and the error names the
// argument.
func TestAccRotation_impossiblePolicies(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		arguments, rotation string
		argument, err       string
		datesOnly           bool
	}{
		"an empty block":                    {rotation: "", argument: "before_expiry, max_age", err: "nothing in it"},
		"a window without an expiry":        {rotation: `before_expiry = "1d"`, argument: "before_expiry", err: "set expires_in"},
		"a window with a fixed expiry":      {arguments: `expires_at = "2031-01-01T00:00:00Z"`, rotation: `before_expiry = "1d"`, argument: "before_expiry", err: "set expires_in"},
		"a window as long as the life":      {arguments: `expires_in = "30d"`, rotation: `before_expiry = "30d"`, argument: "before_expiry", err: "would rotate at every run"},
		"a window longer than the life":     {arguments: `expires_in = "30d"`, rotation: `before_expiry = "31d"`, argument: "before_expiry", err: "would rotate at every run"},
		"a window a day short of the life":  {arguments: `expires_in = "30d"`, rotation: `before_expiry = "29d"`, argument: "before_expiry", err: "would rotate at every run", datesOnly: true},
		"an age that is never reached":      {arguments: `expires_in = "30d"`, rotation: `max_age = "30d"`, argument: "max_age", err: "never reaches the age"},
		"an overlap longer than the window": {arguments: `expires_in = "30d"`, rotation: "before_expiry = \"2d\"\noverlap = \"49h\"", argument: "overlap", err: "cannot live on for 2d1h"},
		"a number without a unit":           {arguments: `expires_in = "30d"`, rotation: `max_age = "90"`, argument: "max_age", err: `write "90d"`},
		"no time at all":                    {arguments: `expires_in = "30d"`, rotation: `before_expiry = "0s"`, argument: "before_expiry", err: "one second or more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
				user := s.AddUser(t, providertest.User{Login: "svc-impossible"})
				w := s.Workspace(t)
				w.Write(t, s.AdminBlock()+providertest.Rotating(user, test.arguments, test.rotation))

				validated := w.Run(t, "validate", "-json")
				planned := w.Run(t, "plan", "-json")

				switch {
				case !test.datesOnly && validated.Code != providertest.ExitError:
					t.Errorf("validate ended with %d: %s", validated.Code, validated.Text)
				case test.datesOnly && validated.Code != 0:
					t.Errorf("validate knows no platform, and ended with %d: %s", validated.Code, validated.Text)
				case test.datesOnly && !s.System.Traits().ExpiryIsDate:
					if planned.Code != 0 {
						t.Errorf("the plan ended with %d: %s", planned.Code, planned.Errors())
					}
				case len(planned.Says) != 1, !strings.Contains(planned.Errors(), test.err), !strings.Contains(planned.Errors(), test.argument):
					t.Errorf("the plan ended with %d and says %q, want one error with %q that names %s",
						planned.Code, planned.Errors(), test.err, test.argument)
				}

				if issued := s.Issued(); issued != 0 {
					t.Errorf("%d tokens were issued", issued)
				}
			})
		})
	}
}

// A policy that was possible is not made impossible by another expiry either: the edit is
// refused, not the rotation weeks later.
func TestAccRotation_expiryEditedBelowTheWindow(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-below"})
		w := s.Workspace(t)
		write := func(expiry, run string) {
			w.Write(t, s.AdminBlock()+providertest.TerraformData("expiry", expiry, run)+
				providertest.Rotating(user, "expires_in = terraform_data.expiry.output", `before_expiry = "14d"`))
		}

		write("90d", "1")
		w.Apply(t)
		write("14d", "2")
		w.Refused(t, "`rotation.before_expiry`", "apply", "-auto-approve")
		w.Check(t, providertest.Generation(1), providertest.HasValue(providertest.Path("expires_in"), knownvalue.StringExact("90d")))

		write("14d12h", "3")

		if s.System.Traits().ExpiryIsDate {
			w.Refused(t, "for it lives 13d12h", "apply", "-auto-approve")
		} else {
			w.Apply(t, providertest.Generation(1))
		}
	})
}
