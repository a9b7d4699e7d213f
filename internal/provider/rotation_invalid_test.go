package provider

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

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
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		const tokens = 20

		user := s.addUser(t, testUser{login: "svc-expired"})
		w := s.workspace(t)
		w.write(t, s.provider()+fmt.Sprintf(`
resource "opsaccess_personal_access_token" "test" {
  for_each    = toset([for i in range(%d) : tostring(i)])
  user_id     = %q
  name_prefix = "x-${each.key}-"
  expires_in  = "30d"
}
`, tokens, user.id))

		w.apply(t)
		s.clock.move(33 * day) // Later than the latest reading of a date.

		if alive := s.liveTokens(); alive != 0 {
			t.Fatalf("%d tokens are alive, want them all expired", alive)
		}

		w.apply(t).quiet(t)
		w.unchanged(t).quiet(t)

		if alive, issued := s.liveTokens(), s.issued(); alive != tokens || issued != 2*tokens {
			t.Errorf("%d tokens are alive of %d issued, want %d of %d", alive, issued, tokens, 2*tokens)
		}

		s.clock.move(33 * day)
		w.destroy(t)

		if issued := s.issued(); issued != 2*tokens {
			t.Errorf("%d tokens were issued, want still %d", issued, 2*tokens)
		}
	})
}

// A token that was revoked behind Terraform's back is reissued in one run, whatever its
// policy says; unless that is not wanted.
func TestAccRotation_reissueWhenInvalid(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-invalid"})
		w := s.workspace(t)
		write := func(arguments, age string) {
			w.write(t, s.provider()+rotating(user, "expires_in = \"90d\"\n"+arguments, fmt.Sprintf("max_age = %q\noverlap = \"48h\"", age)))
		}

		write("reissue_when_invalid = false", "60d")
		w.apply(t)
		s.revokeAll(t, user.id)
		w.unchanged(t).warns(t, "The token cannot be used", "reissue_when_invalid is false")

		// It is not due either, and no edit of the policy makes it so.
		s.clock.move(61 * day)
		w.unchanged(t)
		write("reissue_when_invalid = false", "30d")
		w.apply(t, generation(1))
		w.unchanged(t).warns(t, "The token cannot be used")

		if issued := s.issued(); issued != 1 {
			t.Errorf("%d tokens were issued, want the first alone", issued)
		}

		write("", "30d")
		w.planned(t, unknowns(unknownInRotation)).quiet(t)
		w.apply(t, generation(2), value(at("current", "issue_reason"), s.afterRevocation()), alone())
		w.unchanged(t).quiet(t)

		// With a predecessor that lives.
		s.clock.move(31 * day)
		w.apply(t, generation(3), held(false))
		s.revokeAll(t, user.id)
		w.apply(t, generation(4), alone())
		w.unchanged(t)
	})
}

// An expiry that was set comes as it was told to: nothing is planned until it is changed.
func TestAccRotation_fixedExpiryHasPassed(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-passed"})
		w := s.workspace(t)
		write := func(expiry, rotation string) {
			w.write(t, s.provider()+rotating(user, fmt.Sprintf("expires_at = %q", expiry), rotation))
		}

		write("2028-04-01T00:00:00Z", trigger(1))
		w.apply(t)
		s.clock.move(40 * day)
		w.unchanged(t).warns(t, "The token has expired", "Change expires_at")

		write("2028-04-01T00:00:00Z", trigger(2)) // A successor would be born expired.
		w.apply(t, generation(1)).warns(t, "The token has expired")

		write("2028-06-01T00:00:00Z", trigger(2))
		w.apply(t, generation(2), reason("expired"), alone())
		w.unchanged(t).quiet(t)

		// The second edit of the date works as the first.
		write("2028-07-01T00:00:00Z", trigger(2))
		w.apply(t, generation(3), reason("changed"), held(false))
		w.unchanged(t).quiet(t)
	})
}

// A fixed name has to be given up before another token can have it; with a rotation it is
// refused.
func TestAccRotation_fixedName(t *testing.T) {
	t.Parallel()

	s := rotatingUniversalController(t, controllerserver.Options{})
	user := s.addUser(t, testUser{login: "svc.fixed"})
	w := s.workspace(t)
	write := func(arguments string) {
		w.write(t, s.provider()+tokenConfig(fmt.Sprintf("user_id = %q\nname = \"fixed\"\n%s", user.id, arguments)))
	}

	write("rotation = { max_age = \"60d\" }")
	w.refused(t, "A fixed name cannot rotate", "plan")

	write(`expires_at = "2028-06-01T00:00:00Z"`)
	w.apply(t, generation(1))

	var alive int

	s.console.Before(sandbox.Match{Method: http.MethodPost, Path: s.creates}, func(*http.Request) { alive = s.liveTokens() })
	write(`expires_at = "2028-07-01T00:00:00Z"`)
	w.planned(t, unknowns(unknownInRotation)).warns(t, "The live token will be revoked first", "there is a moment without a token")
	w.apply(t, generation(2), reason("changed"), has(tokenAddress, "fixed", "name"), alone(), value(at("series"), knownvalue.Null()))
	w.unchanged(t).quiet(t)

	if alive != 0 {
		t.Errorf("%d tokens of the name were alive when it was asked for again", alive)
	}

	// A run that breaks between the two is made good by the next.
	s.console.AddFault(sandbox.Fault{
		Match: sandbox.Match{Method: http.MethodPost, Path: s.creates}, Kind: sandbox.FaultAnswer, Status: http.StatusBadRequest,
	})
	write(`expires_at = "2028-08-01T00:00:00Z"`)
	w.refused(t, "Could not issue", "apply", "-auto-approve")
	w.apply(t, generation(3), reason("missing"))
	w.unchanged(t).quiet(t)
}
