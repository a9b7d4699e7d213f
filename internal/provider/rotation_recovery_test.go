package provider

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// A state that is restored from a backup knows neither the live token nor, perhaps, that
// its own was revoked. The newer token may be another state's: it lives for an overlap, and while
// it is in use. No generation comes twice.
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

	done.warns(t, "An active token is not in state")
	w.check(t, value(at("previous"), knownvalue.ListPartial(map[int]knownvalue.Check{
		0: knownvalue.ObjectPartial(map[string]knownvalue.Check{
			"generation": knownvalue.Int64Exact(2), "retire_due": knownvalue.Bool(false),
		}),
	})))
	w.unchanged(t).quiet(t)

	if used {
		done.warns(t, "restored from a backup")
		s.clock.move(47 * time.Hour)
		s.works(t, user, newer)
		s.clock.move(2 * time.Hour)
		// It is used, and no hold was asked for.
		w.apply(t, generation(3)).warns(t, "A predecessor is still in use")
		s.works(t, user, newer)
	}

	s.clock.move(49 * time.Hour)
	w.apply(t, generation(3), alone())
	s.dead(t, user, newer)
	w.unchanged(t)
	w.destroy(t)
	s.wantNoneAlive(t)
}

// An interrupted run leaves a token that no later change asks for. The next apply saves it as a
// predecessor, and one after the overlap revokes it, unless it was used by then.
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
					Name: fmt.Sprintf("r-%s-4", managed(t, w.state(t))["series"]),
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
				w.unchanged(t)

				if names := s.aliveNames(t, user.id); !slices.Contains(names, lost.Name) {
					t.Errorf("it was revoked at once: %q are alive", names)
				}

				s.clock.move(23 * time.Hour)

				if used != "" {
					s.works(t, user, secret)
				}

				s.clock.move(2 * time.Hour)
				w.apply(t, generation(1))

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
			Name: fmt.Sprintf("r-%s-1", managed(t, w.state(t))["series"]),
		})
		must(t, err)

		w.apply(t, generation(2)).warns(t, "An active token is not in state")
		w.unchanged(t).quiet(t)
		s.clock.move(25 * time.Hour)
		w.apply(t, generation(2), alone())
		s.dead(t, user, late.Secret.Reveal())
		w.unchanged(t).quiet(t)
		w.destroy(t)
	})
}

// A run that fails after the request leaves a token of the new prefix, of which the state knows
// only the series. Anybody can have chosen such a name: it is left alone until the configuration
// has that prefix.
func TestAccRotation_prefixThatNeverReachedTheState(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-prefix"})
		w := s.workspace(t)
		config := s.provider() + rotating(user, "expires_in = \"90d\"", "max_age = \"60d\"")
		w.write(t, config)
		w.apply(t, generation(1))

		series := managed(t, w.state(t))["series"]

		var lost pat.Issued

		s.clock.move(time.Minute)

		for _, name := range []string{"other-%s-2", "r-%s-x"} {
			issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: fmt.Sprintf(name, series)})
			must(t, err)

			if lost.Name == "" {
				lost = issued
			}
		}

		w.unchanged(t).warns(t, "A token is named like those of this resource, with another prefix", lost.Name)
		w.write(t, strings.Replace(config, `"r-"`, `"other-"`, 1))
		w.apply(t, generation(3)).warns(t, "An active token is not in state")
		w.unchanged(t).quiet(t)

		if names := s.aliveNames(t, user.id); !slices.Contains(names, lost.Name) {
			t.Errorf("it was revoked at once: %q are alive", names)
		}

		s.clock.move(25 * time.Hour)
		w.apply(t, generation(3), alone())
		s.dead(t, user, lost.Secret.Reveal())
		w.destroy(t)

		if alive := s.liveTokens(); alive != 1 {
			t.Errorf("%d tokens are alive after the destroy, want the one that is no generation", alive)
		}
	})
}

// Two states with one series, or a state and its copy: neither revokes what the other has just
// issued.
func TestAccRotation_twoStatesOfOneSeries(t *testing.T) {
	t.Parallel()

	for _, copied := range []bool{false, true} {
		t.Run(fmt.Sprintf("a copy %t", copied), func(t *testing.T) {
			t.Parallel()
			onEachSandbox(t, func(t *testing.T, s *sandboxed) {
				user := s.addUser(t, testUser{login: "svc-shared"})
				config := func(n int) string {
					return s.provider() + rotating(user, "expires_in = \"90d\"\nseries = \"abc234\"", trigger(n))
				}

				one, two := s.workspace(t), s.workspace(t)
				one.write(t, config(1))
				one.apply(t, generation(1))
				two.write(t, config(1))

				if copied {
					two.file(t, "terraform.tfstate", one.run(t, "state", "pull").text)
				}

				two.write(t, config(2))
				two.apply(t, generation(2))

				fresh := s.aliveNames(t, user.id)

				one.apply(t, generation(1)).warns(t, "An active token is not in state")
				one.unchanged(t)

				if diff := cmp.Diff(fresh, s.aliveNames(t, user.id)); diff != "" {
					t.Errorf("what is alive after the other state's apply:\n%s", diff)
				}

				done, _ := one.plan(t, "-destroy")
				done.warns(t, "A token that may be another state's will be revoked")

				one.write(t, config(3))
				one.apply(t, generation(3))

				if alive := s.aliveNames(t, user.id); len(alive) != 3 {
					t.Errorf("%q are alive after the other state's rotation", alive)
				}
			})
		})
	}
}

// twins is a configuration of two resources, each with a prefix and a series.
func twins(user account, a, b [2]string) string {
	return fmt.Sprintf(`
resource "opsaccess_personal_access_token" "twin" {
  for_each    = { a = [%q, %q], b = [%q, %q] }
  user_id     = %q
  name_prefix = each.value[0]
  series     = each.value[1]
  expires_in  = "90d"
}
`, a[0], a[1], b[0], b[1], user.id)
}

// Of two resources of one configuration with one series only one is issued, and of two that
// exist none may take the other's live token for a lost one: whichever is read first, the plan
// is an error and nothing is revoked.
func TestAccRotation_twoResourcesOfOneSeries(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-twins"})
		w := s.workspace(t)
		one, two, three := [2]string{"r-", "abc234"}, [2]string{"r-", "bcd345"}, [2]string{"r-", "cde456"}

		w.write(t, s.provider()+twins(user, one, one))
		w.refused(t, "Two resources have the same series", "apply", "-auto-approve")
		s.wantIssued(t, 1)

		apart, swapped := twins(user, one, two), twins(user, two, one)
		if strings.Contains(w.run(t, "state", "list").text, `"b"`) { // It was the first.
			apart, swapped = swapped, apart
		}

		w.write(t, s.provider()+apart)
		w.run(t, "apply", "-auto-approve")
		s.wantIssued(t, 2)

		// A changed series is only recorded: the live tokens keep their names.
		for _, config := range []string{twins(user, one, one), swapped} {
			w.write(t, s.provider()+config)
			w.refused(t, "Two resources have the same series", "plan")
			w.refused(t, "Two resources have the same series", "plan", "-refresh=false")
		}

		w.write(t, s.provider()+strings.Replace(apart, "bcd345", three[1], 1))
		w.run(t, "apply", "-auto-approve")
		w.unchanged(t)

		if alive := s.liveTokens(); alive != 2 {
			t.Errorf("%d tokens are alive, want 2", alive)
		}
	})
}

// Names with different prefixes are of different series, whatever the series.
func TestAccRotation_oneSeriesWithTwoPrefixes(t *testing.T) {
	t.Parallel()

	s := rotatingForeman(t)
	user := s.addUser(t, testUser{login: "svc-prefixes"})
	w := s.workspace(t)
	w.write(t, s.provider()+twins(user, [2]string{"r-", "abc234"}, [2]string{"s-", "abc234"}))
	w.run(t, "apply", "-auto-approve")
	s.wantIssued(t, 2)
	w.unchanged(t).quiet(t)
	w.destroy(t)
	s.wantNoneAlive(t)
}

// A refused update changes nothing of when the predecessors are revoked, however often it is
// tried: its policy is not that of the state.
func TestAccRotation_refusedUpdatesKeepTheOverlap(t *testing.T) {
	t.Parallel()

	s := rotatingForeman(t)
	user := s.addUser(t, testUser{login: "svc-kept"})
	w := s.workspace(t)
	write := func(id, overlap string, n int) {
		w.write(t, s.provider()+rotating(account{id: id}, `expires_in = "90d"`, trigger(n)+"\nbefore_expiry = \"30d\"\noverlap = \""+overlap+`"`))
	}

	for n := range 3 {
		write(user.id, "96h", n)
		w.apply(t, generation(int64(n+1)))
	}

	must(t, s.system.Revoke(t.Context(), s.tokensOf(t, user.id)[1])) // The oldest has no successor to count from.

	write(user.id+"99", "72h", 2)

	for range 4 {
		w.refused(t, "Could not reissue", "apply", "-auto-approve")
		w.check(t, predecessors(map[string]knownvalue.Check{
			"generation": knownvalue.Int64Exact(1), "retire_at": knownvalue.StringRegexp(regexp.MustCompile("^2028-03-03T12:0")),
		}))
	}
}

// Predecessors are revoked when their overlap is over, also while each update is refused.
func TestAccRotation_predecessorsOfARefusedUpdate(t *testing.T) {
	t.Parallel()

	for name, refused := range map[string]func(t *testing.T, s *sandboxed, user account, live pat.Token) string{
		// Foreman never frees the name of the live token, which was revoked.
		"a burnt name": func(t *testing.T, s *sandboxed, user account, live pat.Token) string {
			t.Helper()
			must(t, s.system.Revoke(t.Context(), live))

			return tokenConfig(fmt.Sprintf("user_id = %q\nname = %q\nexpires_in = \"90d\"", user.id, live.Name))
		},
		"a user who does not exist": func(_ *testing.T, _ *sandboxed, user account, _ pat.Token) string {
			return rotating(account{id: user.id + "99"}, `expires_in = "90d"`, trigger(2))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := rotatingForeman(t)
			user := s.addUser(t, testUser{login: "svc-refused"})
			w := s.workspace(t)
			w.write(t, s.provider()+rotating(user, `expires_in = "90d"`, trigger(1)))
			w.apply(t, generation(1))

			predecessor := w.secret(t)

			w.write(t, s.provider()+rotating(user, `expires_in = "90d"`, trigger(2)))
			w.apply(t, generation(2))

			tokens := s.tokensOf(t, user.id)
			config := refused(t, s, user, tokens[len(tokens)-1])

			s.clock.move(25 * time.Hour)
			w.write(t, s.provider()+config)
			w.refused(t, "Could not reissue", "apply", "-auto-approve")
			s.dead(t, user, predecessor)
			w.check(t, generation(2), alone())
			w.refused(t, "Could not reissue", "apply", "-auto-approve")
			s.wantIssued(t, 2)
			w.destroy(t)
		})
	}
}
