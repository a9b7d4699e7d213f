package rotation

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// Others: a dead token blocks every plan, or looks healthy, or cannot be destroyed; and
// where many expire as they should, there is a wall of warnings.
//
// Here many expire at once: one run reissues them all without a warning. Dead ones are
// destroyed without another being issued.
func TestAccRotation_expiredTokens(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		const tokens = 20

		user := s.AddUser(t, providertest.User{Login: "svc-expired"})
		w := s.Workspace(t)
		w.Write(t, s.AdminBlock()+fmt.Sprintf(`
resource "opsaccess_personal_access_token" "test" {
  for_each    = toset([for i in range(%d) : tostring(i)])
  user_id     = %q
  name_prefix = "x-${each.key}-"
  expires_in  = "30d"
}
`, tokens, user.ID))

		w.Apply(t)
		s.Clock.Move(33 * providertest.Day) // Later than the latest reading of a date.

		if alive := s.LiveTokens(); alive != 0 {
			t.Fatalf("%d tokens are alive, want them all expired", alive)
		}

		w.Apply(t).Quiet(t)
		w.Unchanged(t).Quiet(t)

		if alive, issued := s.LiveTokens(), s.Issued(); alive != tokens || issued != 2*tokens {
			t.Errorf("%d tokens are alive of %d issued, want %d of %d", alive, issued, tokens, 2*tokens)
		}

		s.Clock.Move(33 * providertest.Day)
		w.Destroy(t)

		if issued := s.Issued(); issued != 2*tokens {
			t.Errorf("%d tokens were issued, want still %d", issued, 2*tokens)
		}
	})
}

// A token that was revoked behind Terraform's back is reissued in one run, whatever its
// policy says; unless that is not wanted.
func TestAccRotation_reissueWhenInvalid(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-invalid"})
		w := s.Workspace(t)
		write := func(arguments, age string) {
			w.Write(t, s.AdminBlock()+providertest.Rotating(user, "expires_in = \"90d\"\n"+arguments, fmt.Sprintf("max_age = %q\noverlap = \"48h\"", age)))
		}

		write("reissue_when_invalid = false", "60d")
		w.Apply(t)
		s.RevokeAll(t, user.ID)
		w.Unchanged(t).Warns(t, "The token cannot be used", "reissue_when_invalid is false")

		// It is not due either, and no edit of the policy makes it so.
		s.Clock.Move(61 * providertest.Day)
		w.Unchanged(t)
		write("reissue_when_invalid = false", "30d")
		w.Apply(t, providertest.Generation(1))
		w.Unchanged(t).Warns(t, "The token cannot be used")

		if issued := s.Issued(); issued != 1 {
			t.Errorf("%d tokens were issued, want the first alone", issued)
		}

		write("", "30d")
		w.Planned(t, providertest.Unknowns(unknownInRotation)).Quiet(t)
		w.Apply(t, providertest.Generation(2), providertest.HasValue(providertest.Path("current", "issue_reason"), s.AfterRevocation()), providertest.NoPredecessors())
		w.Unchanged(t).Quiet(t)

		// With a predecessor that lives.
		s.Clock.Move(31 * providertest.Day)
		w.Apply(t, providertest.Generation(3), held(false))
		s.RevokeAll(t, user.ID)
		w.Apply(t, providertest.Generation(4), providertest.NoPredecessors())
		w.Unchanged(t)
	})
}

// An expiry that was set comes as it was told to: nothing is planned until it is changed.
func TestAccRotation_fixedExpiryHasPassed(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-passed"})
		w := s.Workspace(t)
		write := func(expiry, rotation string) {
			w.Write(t, s.AdminBlock()+providertest.Rotating(user, fmt.Sprintf("expires_at = %q", expiry), rotation))
		}

		write("2028-04-01T00:00:00Z", providertest.Trigger(1))
		w.Apply(t)
		s.Clock.Move(40 * providertest.Day)
		w.Unchanged(t).Warns(t, "The token has expired", "Change expires_at")

		write("2028-04-01T00:00:00Z", providertest.Trigger(2)) // A successor would be born expired.
		w.Apply(t, providertest.Generation(1)).Warns(t, "The token has expired")

		write("2028-06-01T00:00:00Z", providertest.Trigger(2))
		w.Apply(t, providertest.Generation(2), providertest.IssueReason("expired"), providertest.NoPredecessors())
		w.Unchanged(t).Quiet(t)

		// The second edit of the date works as the first.
		write("2028-07-01T00:00:00Z", providertest.Trigger(2))
		w.Apply(t, providertest.Generation(3), providertest.IssueReason("changed"), held(false))
		w.Unchanged(t).Quiet(t)
	})
}

// A fixed name has to be given up before another token can have it; with a rotation it is
// refused.
func TestAccRotation_fixedName(t *testing.T) {
	t.Parallel()

	s := providertest.NewUniversalControllerSandbox(t, controllerserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc.fixed"})
	w := s.Workspace(t)
	write := func(arguments string) {
		w.Write(t, s.AdminBlock()+providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname = \"fixed\"\n%s", user.ID, arguments)))
	}

	write("rotation = { max_age = \"60d\" }")
	w.Refused(t, "A fixed name cannot rotate", "plan")

	write(`expires_at = "2028-06-01T00:00:00Z"`)
	w.Apply(t, providertest.Generation(1))

	var alive int

	s.Console.Before(sandbox.Match{Method: http.MethodPost, Path: s.CreatePath}, func(*http.Request) { alive = s.LiveTokens() })
	write(`expires_at = "2028-07-01T00:00:00Z"`)
	w.Planned(t, providertest.Unknowns(unknownInRotation)).Warns(t, "The live token will be revoked first", "there is a moment without a token")
	w.Apply(t, providertest.Generation(2), providertest.IssueReason("changed"), providertest.HasText(providertest.TokenAddress, "fixed", "name"), providertest.NoPredecessors(), providertest.HasValue(providertest.Path("series"), knownvalue.Null()))
	w.Unchanged(t).Quiet(t)

	if alive != 0 {
		t.Errorf("%d tokens of the name were alive when it was asked for again", alive)
	}

	// A run that breaks between the two is made good by the next.
	s.Console.AddFault(sandbox.Fault{
		Match: sandbox.Match{Method: http.MethodPost, Path: s.CreatePath}, Kind: sandbox.FaultAnswer, Status: http.StatusBadRequest,
	})
	write(`expires_at = "2028-08-01T00:00:00Z"`)
	w.Refused(t, "Could not issue", "apply", "-auto-approve")
	w.Apply(t, providertest.Generation(3), providertest.IssueReason("missing"))
	w.Unchanged(t).Quiet(t)
}
