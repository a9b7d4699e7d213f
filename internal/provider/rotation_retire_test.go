package provider

import (
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// Others: nobody looks whether a predecessor is still in use before it is revoked.
//
// A straggler keeps it alive, even one that comes back between plan and apply, and every
// run says since when.
func TestAccRotation_predecessorInUseIsHeld(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-held"})
		w := s.workspace(t)
		w.write(t, s.provider()+rotating(
			user, "expires_in = \"90d\"", "max_age = \"60d\"\noverlap = \"24h\"\nhold_if_used_within = \"6h\""))
		w.apply(t)

		straggler := w.secret(t)

		s.clock.move(61 * day)
		w.apply(t, generation(2))

		// Used within the overlap, and not since: that holds nothing.
		s.works(t, user, straggler)
		s.clock.move(25 * time.Hour)

		if done, _ := w.plan(t); done.code != exitChanges {
			t.Errorf("the exit code is %d while a predecessor is due, want %d", done.code, exitChanges)
		}

		s.works(t, user, straggler)

		done := w.applyWith(t, []string{savedPlan}, held(true))
		done.warns(t, "A predecessor is still in use", "was last used at "+shownLastUse(t, s, user))

		s.clock.move(5 * time.Hour)

		done = w.unchanged(t)
		done.warns(t, "was last used at "+shownLastUse(t, s, user), "they have not moved to the new token")

		if count := done.warned("A predecessor is still in use"); count != 1 || len(done.says) != 1 {
			t.Errorf("it is said %d times: %s", count, done.warnings())
		}

		s.works(t, user, straggler)

		s.clock.move(5 * time.Hour)
		w.apply(t, held(true)).warns(t, "was last used at "+shownLastUse(t, s, user))

		s.clock.move(2 * time.Hour)
		w.apply(t, alone()).quiet(t)
		w.unchanged(t).quiet(t)

		if s.logIn(t, user, straggler) {
			t.Error("the predecessor works although nobody used it any more")
		}
	})
}

// Without an overlap a token that is in use is held all the same.
func TestAccRotation_heldWithoutOverlap(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-held-at-once"})
		w := s.workspace(t)
		config := func(n int) string {
			return s.provider() + rotating(user, "expires_in = \"90d\"", trigger(n)+"\noverlap = \"0s\"\nhold_if_used_within = \"6h\"")
		}

		w.write(t, config(1))
		w.apply(t)

		straggler := w.secret(t)
		s.works(t, user, straggler)
		w.write(t, config(2))
		w.apply(t, generation(2))
		w.unchanged(t).warns(t, "A predecessor is still in use")
		s.works(t, user, straggler)
		s.clock.move(7 * time.Hour)
		w.apply(t, alone())
		w.unchanged(t)
	})
}

// Others: the grace of a rotation that has happened cannot be changed, not even when the
// old secret has leaked.
func TestAccRotation_overlapIsEdited(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-overlap"})
		w := s.workspace(t)
		write := func(overlap string) {
			w.write(t, s.provider()+rotating(user, "expires_in = \"90d\"", "max_age = \"60d\"\n"+overlap))
		}

		write(`overlap = "48h"`)
		w.apply(t)

		old := w.secret(t)

		s.clock.move(61 * day)
		w.apply(t, generation(2), held(false))
		s.clock.move(30 * time.Hour)

		write(`overlap = "72h"`)
		w.apply(t, generation(2), held(false))
		s.clock.move(30 * time.Hour)
		w.unchanged(t)
		s.works(t, user, old)

		write(`overlap = "0s"`)
		w.planned(t, unknowns(unknownInPrune))
		w.apply(t, generation(2), alone())
		w.unchanged(t)

		if s.logIn(t, user, old) {
			t.Error("the predecessor works although its overlap was taken away")
		}

		// From here on the old one goes in the run that issues its successor, before that.
		var without int

		s.console.Before(sandbox.Match{Method: http.MethodPost, Path: s.creates}, func(*http.Request) { without = s.liveTokens() })
		s.clock.move(61 * day)

		done := w.apply(t, generation(3), alone())
		done.warns(t, "The live token will be revoked first", "there is a moment without a token", "If the run is interrupted")
		w.unchanged(t)

		if alive := s.alive(t, user.id); without != 0 || alive != 1 {
			t.Errorf("%d tokens were alive when the next was asked for, and %d are now; want none, and one", without, alive)
		}

		write("") // The default: a day.
		w.apply(t)
		s.clock.move(61 * day)
		w.apply(t, generation(4), held(false))
		s.clock.move(23 * time.Hour)
		w.unchanged(t)
		s.clock.move(time.Hour)
		w.apply(t, alone())
	})
}

// Others: a revocation that fails is an error after the new secret was issued, or is
// forgotten, and the old secret lives on.
func TestAccRotation_failedRevocationIsTriedAgain(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-failing"})
		w := s.workspace(t)
		config := s.impatient() + rotating(user, "expires_in = \"365d\"", "max_age = \"60d\"\noverlap = \"1h\"")
		w.write(t, config)
		w.apply(t)
		s.clock.move(61 * day)
		w.apply(t, generation(2))
		s.clock.move(2 * time.Hour)

		restore := s.failRevocations()
		done := w.apply(t, generation(2), predecessors(map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(1)}))
		done.warns(t, "A predecessor could not be revoked", "lives on; the next apply tries again", "503")

		// The next rotation does not wait for it, and it is not forgotten then either.
		s.clock.move(61 * day)
		w.apply(t, generation(3), predecessors(
			map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(2)},
			map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(1)},
		)).warns(t, "A predecessor could not be revoked")
		w.refused(t, "Could not revoke", "apply", "-auto-approve", "-destroy")
		w.check(t, generation(3), predecessors(
			map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(2)},
			map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(1)},
		))
		restore()

		w.apply(t, generation(3), predecessors(map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(2)})).quiet(t)
		w.unchanged(t)
		w.destroy(t)
		s.wantNoneAlive(t)
	})
}

// held is a check of the only predecessor.
func held(held bool) statecheck.StateCheck {
	return predecessors(map[string]knownvalue.Check{
		"held": knownvalue.Bool(held), "retire_due": knownvalue.Bool(false), "retire_at": knownvalue.NotNull(),
	})
}

// shownLastUse returns when a token of the user was last used, as warnings write it.
func shownLastUse(t *testing.T, s *sandboxed, user account) string {
	t.Helper()

	var last time.Time

	for _, token := range s.tokensOf(t, user.id) {
		if token.Status == pat.StatusActive && token.LastUsedAt.After(last) {
			last = token.LastUsedAt
		}
	}

	return last.UTC().Format(time.RFC3339)
}
