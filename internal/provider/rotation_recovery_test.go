package provider

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// A state that is restored from a backup knows neither the live token nor, perhaps, that
// its own was revoked. Nothing that is in use is revoked, what nobody ever used is, and no
// generation comes twice.
func TestAccRotation_stateRestoredFromABackup(t *testing.T) {
	t.Parallel()

	for _, revoked := range []bool{false, true} {
		for _, used := range []bool{false, true} {
			t.Run(fmt.Sprintf("the old token was revoked %t, the newer one used %t", revoked, used), func(t *testing.T) {
				t.Parallel()
				onEachSandbox(t, func(t *testing.T, s *sandboxed) { restored(t, s, revoked, used) })
			})
		}
	}
}

func restored(t *testing.T, s *sandboxed, revoked, used bool) {
	t.Helper()

	user := s.addUser(t, testUser{login: "svc-restored"})
	w := s.workspace(t)
	config := func(n int) string {
		return s.provider() + rotating(user, "expires_in = \"90d\"", trigger(n)+"\noverlap = \"48h\"")
	}

	w.write(t, config(1))
	w.apply(t)

	backup := w.run(t, "state", "pull").text

	w.write(t, config(2))
	w.apply(t, generation(2))

	newer := w.secret(t)
	if used {
		s.works(t, user, newer)
	}

	if revoked {
		s.clock.move(49 * time.Hour)
		w.apply(t, generation(2), alone())
	}

	w.file(t, "terraform.tfstate", backup)

	done := w.apply(t, generation(3))

	if !used {
		done.warns(t, "A token was lost")
		s.dead(t, user, newer)
	} else {
		done.warns(t, "The state looks old")
		w.check(t, value(at("previous"), knownvalue.ListPartial(map[int]knownvalue.Check{
			0: knownvalue.ObjectPartial(map[string]knownvalue.Check{
				"generation": knownvalue.Int64Exact(2), "retire_due": knownvalue.Bool(false),
			}),
		})))
		w.unchanged(t).quiet(t)
		s.clock.move(47 * time.Hour)
		s.works(t, user, newer)
		s.clock.move(2 * time.Hour)
		// It is used, and no hold was asked for.
		w.apply(t, generation(3)).warns(t, "A predecessor is still in use")
		s.works(t, user, newer)
	}

	s.clock.move(49 * time.Hour)
	w.apply(t, generation(3), alone())
	w.unchanged(t)
	w.destroy(t)
	s.wantNoneAlive(t)
}

// An interrupted run leaves a token that no later change asks for: the next apply revokes
// it all the same, unless somebody has used it by then.
func TestAccRotation_successorThatNeverReachedTheState(t *testing.T) {
	t.Parallel()

	for name, used := range map[string]string{"it was never used": "", "it is used": "before", "it is used between plan and apply": "between"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachSandbox(t, func(t *testing.T, s *sandboxed) {
				user := s.addUser(t, testUser{login: "svc-interrupted"})
				w := s.workspace(t)
				w.write(t, s.provider()+rotating(user, "expires_in = \"90d\"", "max_age = \"60d\""))
				w.apply(t, generation(1))

				lost, err := s.system.Create(t.Context(), user.id, pat.NewToken{
					Name: fmt.Sprintf("r-%s-4", managed(t, w.state(t))["lineage"]),
				})
				must(t, err)

				secret := lost.Secret.Reveal()

				if used == "before" {
					s.works(t, user, secret)
				}

				w.run(t, "plan", "-out=plan")

				if used == "between" {
					s.works(t, user, secret)
				}

				w.run(t, "apply", "plan")

				if used == "" {
					s.dead(t, user, secret)
				} else {
					s.works(t, user, secret)
				}

				s.clock.move(61 * day)

				next := int64(5)
				if used == "" && s.system.Traits().ReusableNames {
					next = 2 // What was revoked has left no trace.
				}

				w.apply(t, generation(next))
				w.destroy(t)
				s.wantNoneAlive(t)
			})
		})
	}
}

// A request that nobody answered is carried out after the run: its token is older than
// the one in state by its generation, and nobody has its secret either.
func TestAccRotation_requestCarriedOutLate(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-late"})
		w := s.workspace(t)
		w.write(t, s.impatient()+rotating(user, "expires_in = \"90d\"", "max_age = \"60d\""))
		s.console.AddFault(sandbox.Fault{Match: sandbox.Match{Method: http.MethodPost}, Kind: sandbox.FaultDrop})
		w.apply(t, generation(2))

		late, err := s.system.Create(t.Context(), user.id, pat.NewToken{
			Name: fmt.Sprintf("r-%s-1", managed(t, w.state(t))["lineage"]),
		})
		must(t, err)

		w.apply(t, generation(2)).warns(t, "A token was lost")
		s.dead(t, user, late.Secret.Reveal())
		w.unchanged(t).quiet(t)
		w.destroy(t)
	})
}

// A run that fails after the request leaves a token of the new prefix, of which the state,
// with the old one, knows nothing but the lineage.
func TestAccRotation_prefixThatNeverReachedTheState(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-prefix"})
		w := s.workspace(t)
		w.write(t, s.provider()+rotating(user, "expires_in = \"90d\"", "max_age = \"60d\""))
		w.apply(t, generation(1))

		lineage := managed(t, w.state(t))["lineage"]
		lost, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: fmt.Sprintf("other-%s-2", lineage)})
		must(t, err)

		_, err = s.system.Create(t.Context(), user.id, pat.NewToken{Name: fmt.Sprintf("r-%s-x", lineage)})
		must(t, err)

		w.apply(t, generation(1)).warns(t, "A token was lost")
		s.dead(t, user, lost.Secret.Reveal())
		w.destroy(t)

		if alive := s.liveTokens(); alive != 1 {
			t.Errorf("%d tokens are alive after the destroy, want the one that is no generation", alive)
		}
	})
}
