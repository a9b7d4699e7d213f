package rotation

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// TestAccRotation_lifecycleArguments tests lifecycle arguments. With each list in `ignore_changes`, an
// edit of the ignored arguments changes nothing, and the token rotates by the policy in state.
// `prevent_destroy` does not prevent a rotation, because nothing is destroyed.
//
// A provider that decides in the plan whether a rotation is due either returns an invalid plan with
// `ignore_changes`, or never rotates.
func TestAccRotation_lifecycleArguments(t *testing.T) {
	t.Parallel()

	const (
		base   = "expires_in = \"90d\"\nrotation = {\n max_age = \"60d\"\n overlap = \"48h\"\n triggers = { a = \"1\" }\n}"
		prefix = "name_prefix = \"first-\"\n"
	)

	for name, test := range map[string]struct{ lifecycle, edited string }{
		"ignore all changes, remove the other arguments": {
			lifecycle: "ignore_changes = all", edited: "name_prefix = \"first-\"",
		},
		"ignore the rotation": {
			lifecycle: "ignore_changes = [rotation]",
			edited:    prefix + "expires_in = \"90d\"\nrotation = {\n max_age = \"1d\"\n triggers = { a = \"2\" }\n}",
		},
		"ignore the name and the expiry": {
			lifecycle: "ignore_changes = [name_prefix, expires_in]",
			edited:    "name_prefix = \"second-\"\n" + strings.Replace(base, `"90d"`, `"80d"`, 1),
		},
		"ignore the triggers": {
			lifecycle: "ignore_changes = [rotation.triggers]",
			edited:    prefix + strings.Replace(base, `"1"`, `"2"`, 1),
		},
		"destruction is prevented": {lifecycle: "prevent_destroy = true", edited: prefix + base},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := providertest.NewForemanSandbox(t)
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

			for _, name := range s.AliveNames(t, user.ID) {
				if !strings.HasPrefix(name, "first-") {
					t.Errorf("the token is named %q, which has the ignored prefix", name)
				}
			}

			if name == "destruction is prevented" {
				w.Refused(t, "cannot be destroyed", "plan", "-destroy") // Terraform and OpenTofu have these words in common.
			}
		})
	}
}

// TestAccRotation_unknownTriggersAndPolicies tests values that are unknown in the plan. When they
// become known, the CLI calls the provider's plan again, in another process.
//
// Other providers count an unknown value as changed, or crash.
func TestAccRotation_unknownTriggersAndPolicies(t *testing.T) {
	t.Parallel()

	s := providertest.NewUniversalControllerSandbox(t, controllerserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc-unknown-triggers"})
	w := s.Workspace(t)
	config := func(run, trigger string) string {
		return s.AdminBlock() + providertest.TerraformData("trigger", trigger, run) + providertest.TerraformData("age", "60d", run) +
			providertest.Rotating(user, "expires_in = \"90d\"", `
  triggers = { known = "1", later = terraform_data.trigger.output }
  max_age  = terraform_data.age.output
`)
	}

	w.Write(t, config("1", "a"))
	w.Apply(t, providertest.Generation(1))
	w.Write(t, config("2", "a"))
	w.Apply(t, providertest.Generation(1), providertest.IssueReason("created"), providertest.NoPredecessors())
	w.Unchanged(t)

	w.Write(t, config("3", "b"))
	w.Apply(t, providertest.Generation(2), providertest.IssueReason("triggers"), held(false))
	w.Unchanged(t)
}

// TestAccRotation_impossiblePolicy tests that validate and plan reject a policy that would rotate in
// every run.
func TestAccRotation_impossiblePolicy(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	user := s.AddUser(t, providertest.User{Login: "svc-impossible"})
	w := s.Workspace(t)
	w.Write(t, s.AdminBlock()+providertest.Rotating(user, `expires_in = "30d"`, `before_expiry = "30d"`))

	for _, command := range []string{"validate", "plan"} {
		done := w.Run(t, command, "-json")
		if done.Code != providertest.ExitError || command == "plan" && (len(done.Says) != 1 || !strings.Contains(done.Errors(), "before_expiry")) {
			t.Errorf("%s ended with exit code %d: %s", command, done.Code, done.Text)
		}
	}

	s.WantIssued(t, 0)
}
