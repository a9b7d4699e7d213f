package rotation

import (
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// Others: nobody looks whether a predecessor is still in use before it is revoked.
//
// A straggler keeps it alive, even one that comes back between plan and apply, and every
// run says since when.
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

		// Used within the overlap, and not since: that holds nothing.
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
		done.Warns(t, "was last used at "+shownLastUse(t, s, user), "they have not moved to the new token")

		if count := done.Warned("A predecessor is still in use"); count != 1 || len(done.Says) != 1 {
			t.Errorf("it is said %d times: %s", count, done.Warnings())
		}

		s.WantAccepted(t, user, straggler)

		s.Clock.Move(5 * time.Hour)
		w.Apply(t, held(true)).Warns(t, "was last used at "+shownLastUse(t, s, user))

		s.Clock.Move(2 * time.Hour)
		w.Apply(t, providertest.NoPredecessors()).Quiet(t)
		w.Unchanged(t).Quiet(t)

		if s.LogIn(t, user, straggler) {
			t.Error("the predecessor works although nobody used it any more")
		}
	})
}

// Without an overlap a token that is in use is held all the same.
func TestAccRotation_heldWithoutOverlap(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-held-at-once"})
		w := s.Workspace(t)
		config := func(n int) string {
			return s.AdminBlock() + providertest.Rotating(user, "expires_in = \"90d\"", providertest.Trigger(n)+"\noverlap = \"0s\"\nhold_if_used_within = \"6h\"")
		}

		w.Write(t, config(1))
		w.Apply(t)

		straggler := w.Secret(t)
		s.WantAccepted(t, user, straggler)
		w.Write(t, config(2))
		w.Apply(t, providertest.Generation(2))
		w.Unchanged(t).Warns(t, "A predecessor is still in use")
		s.WantAccepted(t, user, straggler)
		s.Clock.Move(7 * time.Hour)
		w.Apply(t, providertest.NoPredecessors())
		w.Unchanged(t)
	})
}

// Others: the grace of a rotation that has happened cannot be changed, not even when the
// old secret has leaked.
func TestAccRotation_overlapIsEdited(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-overlap"})
		w := s.Workspace(t)
		write := func(overlap string) {
			w.Write(t, s.AdminBlock()+providertest.Rotating(user, "expires_in = \"90d\"", "max_age = \"60d\"\n"+overlap))
		}

		write(`overlap = "48h"`)
		w.Apply(t)

		old := w.Secret(t)

		s.Clock.Move(61 * providertest.Day)
		w.Apply(t, providertest.Generation(2), held(false))
		s.Clock.Move(30 * time.Hour)

		write(`overlap = "72h"`)
		w.Apply(t, providertest.Generation(2), held(false))
		s.Clock.Move(30 * time.Hour)
		w.Unchanged(t)
		s.WantAccepted(t, user, old)

		write(`overlap = "0s"`)
		w.Planned(t, providertest.Unknowns(unknownInPrune))
		w.Apply(t, providertest.Generation(2), providertest.NoPredecessors())
		w.Unchanged(t)

		if s.LogIn(t, user, old) {
			t.Error("the predecessor works although its overlap was taken away")
		}

		// From here on the old one goes in the run that issues its successor, before that.
		var without int

		s.Console.Before(sandbox.Match{Method: http.MethodPost, Path: s.CreatePath}, func(*http.Request) { without = s.LiveTokens() })
		s.Clock.Move(61 * providertest.Day)

		done := w.Apply(t, providertest.Generation(3), providertest.NoPredecessors())
		done.Warns(t, "The live token will be revoked first", "there is a moment without a token", "If the run is interrupted")
		w.Unchanged(t)

		if alive := s.Alive(t, user.ID); without != 0 || alive != 1 {
			t.Errorf("%d tokens were alive when the next was asked for, and %d are now; want none, and one", without, alive)
		}

		write("") // The default: a day.
		w.Apply(t)
		s.Clock.Move(61 * providertest.Day)
		w.Apply(t, providertest.Generation(4), held(false))
		s.Clock.Move(23 * time.Hour)
		w.Unchanged(t)
		s.Clock.Move(time.Hour)
		w.Apply(t, providertest.NoPredecessors())
	})
}

// Others: a revocation that fails is an error after the new secret was issued, or is
// forgotten, and the old secret lives on.
func TestAccRotation_failedRevocationIsTriedAgain(t *testing.T) {
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
		done.Warns(t, "A predecessor could not be revoked", "lives on; the next apply tries again", "503")

		// The next rotation does not wait for it, and it is not forgotten then either.
		s.Clock.Move(61 * providertest.Day)
		w.Apply(t, providertest.Generation(3), providertest.Predecessors(
			map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(2)},
			map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(1)},
		)).Warns(t, "A predecessor could not be revoked")
		w.Refused(t, "Could not revoke", "apply", "-auto-approve", "-destroy")
		w.Check(t, providertest.Generation(3), providertest.Predecessors(
			map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(2)},
			map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(1)},
		))
		restore()

		w.Apply(t, providertest.Generation(3), providertest.Predecessors(map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(2)})).Quiet(t)
		w.Unchanged(t)
		w.Destroy(t)
		s.WantNoneAlive(t)
	})
}

// held is a check of the only predecessor.
func held(held bool) statecheck.StateCheck {
	return providertest.Predecessors(map[string]knownvalue.Check{
		"held": knownvalue.Bool(held), "retire_due": knownvalue.Bool(false), "retire_at": knownvalue.NotNull(),
	})
}

// shownLastUse returns when a token of the user was last used, as warnings write it.
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
