package rotation

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// TestAccRotation_predecessorInUseIsHeld tests that a predecessor in use is not revoked, even if it is
// used again between plan and apply, and that every run reports its last use. Other providers revoke a
// predecessor without checking whether it is still in use.
func TestAccRotation_predecessorInUseIsHeld(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-held"})
		w := s.Workspace(t)
		w.Write(t, s.AdminBlock()+providertest.Rotating(
			user, "expires_in = \"90d\"", "max_age = \"60d\"\noverlap = \"24h\"\nhold_if_used_within = \"6h\""))
		w.Apply(t)

		straggler := w.Secret(t)

		s.Clock.Move(61 * providertest.Day)
		w.Apply(t, providertest.Generation(2))

		// A use within the overlap that is too long ago does not hold the predecessor.
		s.WantAccepted(t, user, straggler)
		s.Clock.Move(25 * time.Hour)

		if done, _ := w.Plan(t); done.Code != providertest.ExitChanges {
			t.Errorf("the exit code is %d while a predecessor is due, want %d", done.Code, providertest.ExitChanges)
		}

		s.WantAccepted(t, user, straggler)

		done := w.ApplyWith(t, []string{providertest.SavedPlan}, held(true))
		done.Warns(t, "A predecessor is still in use", "was last used at "+shownLastUse(t, s, user))

		s.Clock.Move(5 * time.Hour)

		done = w.Unchanged(t)
		done.Warns(t, "was last used at "+shownLastUse(t, s, user), "the consumer that has not switched to the new token")

		if count := done.Warned("A predecessor is still in use"); count != 1 || len(done.Says) != 1 {
			t.Errorf("%d warnings, want one: %s", count, done.Warnings())
		}

		s.Clock.Move(2 * time.Hour)
		w.Apply(t, providertest.NoPredecessors()).Quiet(t)

		if s.LogIn(t, user, straggler) {
			t.Error("the predecessor still works although it is no longer used")
		}
	})
}

// TestAccRotation_failedRevocationIsRetried tests that a failed revocation is a warning and is
// retried. In other providers it is an error after the new secret was issued, or the old token is
// dropped and stays alive.
func TestAccRotation_failedRevocationIsRetried(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-failing"})
		w := s.Workspace(t)
		config := s.Impatient() + providertest.Rotating(user, "expires_in = \"365d\"", "max_age = \"60d\"\noverlap = \"1h\"")
		w.Write(t, config)
		w.Apply(t)
		s.Clock.Move(61 * providertest.Day)
		w.Apply(t, providertest.Generation(2))
		s.Clock.Move(2 * time.Hour)

		restore := s.FailRevocations()
		done := w.Apply(t, providertest.Generation(2), providertest.Predecessors(map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(1)}))
		done.Warns(t, "A predecessor could not be revoked", "is still active. The next apply tries again", "503")

		w.Refused(t, "Could not revoke", "apply", "-auto-approve", "-destroy")
		w.Check(t, providertest.Generation(2), providertest.Predecessors(map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(1)}))
		restore()

		w.Apply(t, providertest.Generation(2), providertest.NoPredecessors()).Quiet(t)
		w.Destroy(t)
		s.WantNoneAlive(t)
	})
}

// held returns a check of the only predecessor.
func held(held bool) statecheck.StateCheck {
	return providertest.Predecessors(map[string]knownvalue.Check{
		"held": knownvalue.Bool(held), "retire_due": knownvalue.Bool(false), "retire_at": knownvalue.NotNull(),
	})
}

// shownLastUse returns when a token of the user was last used, in the format of the warnings.
func shownLastUse(t *testing.T, s *providertest.Sandbox, user providertest.Account) string {
	t.Helper()

	var last time.Time

	for _, token := range s.TokensOf(t, user.ID) {
		if token.Status == pat.StatusActive && token.LastUsedAt.After(last) {
			last = token.LastUsedAt
		}
	}

	return last.UTC().Format(time.RFC3339)
}
