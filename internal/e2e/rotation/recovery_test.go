package rotation

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
	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
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
				providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) { restored(t, s, revoked, used) })
			})
		}
	}
}

func restored(t *testing.T, s *providertest.Sandbox, revoked, used bool) {
	t.Helper()

	user := s.AddUser(t, providertest.User{Login: "svc-restored"})
	w := s.Workspace(t)
	config := func(n int) string {
		return s.AdminBlock() + providertest.Rotating(user, "expires_in = \"90d\"", providertest.Trigger(n)+"\noverlap = \"48h\"")
	}

	w.Write(t, config(1))
	w.Apply(t)

	backup := w.Run(t, "state", "pull").Text

	w.Write(t, config(2))
	w.Apply(t, providertest.Generation(2))

	newer := w.Secret(t)
	if used {
		s.WantAccepted(t, user, newer)
	}

	if revoked {
		s.Clock.Move(49 * time.Hour)
		w.Apply(t, providertest.Generation(2), providertest.NoPredecessors())
	}

	w.File(t, "terraform.tfstate", backup)

	done := w.Apply(t, providertest.Generation(3))

	done.Warns(t, "An active token is not in state")
	w.Check(t, providertest.HasValue(providertest.Path("previous"), knownvalue.ListPartial(map[int]knownvalue.Check{
		0: knownvalue.ObjectPartial(map[string]knownvalue.Check{
			"generation": knownvalue.Int64Exact(2), "retire_due": knownvalue.Bool(false),
		}),
	})))
	w.Unchanged(t).Quiet(t)

	if used {
		done.Warns(t, "restored from a backup")
		s.Clock.Move(47 * time.Hour)
		s.WantAccepted(t, user, newer)
		s.Clock.Move(2 * time.Hour)
		// It is used, and no hold was asked for.
		w.Apply(t, providertest.Generation(3)).Warns(t, "A predecessor is still in use")
		s.WantAccepted(t, user, newer)
	}

	s.Clock.Move(49 * time.Hour)
	w.Apply(t, providertest.Generation(3), providertest.NoPredecessors())
	s.WantRefused(t, user, newer)
	w.Unchanged(t)
	w.Destroy(t)
	s.WantNoneAlive(t)
}

// An interrupted run leaves a token that no later change asks for. The next apply saves it as a
// predecessor, and one after the overlap revokes it, unless it was used by then.
func TestAccRotation_successorThatNeverReachedTheState(t *testing.T) {
	t.Parallel()

	for name, used := range map[string]string{"it was never used": "", "it is used": "before", "it is used between plan and apply": "between"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
				user := s.AddUser(t, providertest.User{Login: "svc-interrupted"})
				w := s.Workspace(t)
				w.Write(t, s.AdminBlock()+providertest.Rotating(user, "expires_in = \"90d\"", "max_age = \"60d\""))
				w.Apply(t, providertest.Generation(1))

				lost, err := s.System.Create(t.Context(), user.ID, pat.NewToken{
					Name: fmt.Sprintf("r-%s-4", providertest.Managed(t, w.State(t))["series"]),
				})
				providertest.Must(t, err)

				secret := lost.Secret.Reveal()

				if used == "before" {
					s.WantAccepted(t, user, secret)
				}

				w.Run(t, "plan", "-out=plan")

				if used == "between" {
					s.WantAccepted(t, user, secret)
				}

				w.Run(t, "apply", "plan")
				w.Unchanged(t)

				if names := s.AliveNames(t, user.ID); !slices.Contains(names, lost.Name) {
					t.Errorf("it was revoked at once: %q are alive", names)
				}

				s.Clock.Move(23 * time.Hour)

				if used != "" {
					s.WantAccepted(t, user, secret)
				}

				s.Clock.Move(2 * time.Hour)
				w.Apply(t, providertest.Generation(1))

				if used == "" {
					s.WantRefused(t, user, secret)
				} else {
					s.WantAccepted(t, user, secret)
				}

				s.Clock.Move(61 * providertest.Day)

				next := int64(5)
				if used == "" && s.System.Traits().ReusableNames {
					next = 2 // What was revoked has left no trace.
				}

				w.Apply(t, providertest.Generation(next))
				w.Destroy(t)
				s.WantNoneAlive(t)
			})
		})
	}
}

// A request that nobody answered is carried out after the run: its token is older than
// the one in state by its generation, and nobody has its secret either.
func TestAccRotation_requestCarriedOutLate(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-late"})
		w := s.Workspace(t)
		w.Write(t, s.Impatient()+providertest.Rotating(user, "expires_in = \"90d\"", "max_age = \"60d\""))
		s.Console.AddFault(sandbox.Fault{Match: sandbox.Match{Method: http.MethodPost}, Kind: sandbox.FaultDrop})
		w.Apply(t, providertest.Generation(2))

		late, err := s.System.Create(t.Context(), user.ID, pat.NewToken{
			Name: fmt.Sprintf("r-%s-1", providertest.Managed(t, w.State(t))["series"]),
		})
		providertest.Must(t, err)

		w.Apply(t, providertest.Generation(2)).Warns(t, "An active token is not in state")
		w.Unchanged(t).Quiet(t)
		s.Clock.Move(25 * time.Hour)
		w.Apply(t, providertest.Generation(2), providertest.NoPredecessors())
		s.WantRefused(t, user, late.Secret.Reveal())
		w.Unchanged(t).Quiet(t)
		w.Destroy(t)
	})
}

// A run that fails after the request leaves a token of the new prefix, of which the state knows
// only the series. Anybody can have chosen such a name: it is left alone until the configuration
// has that prefix.
func TestAccRotation_prefixThatNeverReachedTheState(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-prefix"})
		w := s.Workspace(t)
		config := s.AdminBlock() + providertest.Rotating(user, "expires_in = \"90d\"", "max_age = \"60d\"")
		w.Write(t, config)
		w.Apply(t, providertest.Generation(1))

		series := providertest.Managed(t, w.State(t))["series"]

		var lost pat.Issued

		s.Clock.Move(time.Minute)

		for _, name := range []string{"other-%s-2", "r-%s-x"} {
			issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: fmt.Sprintf(name, series)})
			providertest.Must(t, err)

			if lost.Name == "" {
				lost = issued
			}
		}

		w.Unchanged(t).Warns(t, "A token is named like those of this resource, with another prefix", lost.Name)
		w.Write(t, strings.Replace(config, `"r-"`, `"other-"`, 1))
		w.Apply(t, providertest.Generation(3)).Warns(t, "An active token is not in state")
		w.Unchanged(t).Quiet(t)

		if names := s.AliveNames(t, user.ID); !slices.Contains(names, lost.Name) {
			t.Errorf("it was revoked at once: %q are alive", names)
		}

		s.Clock.Move(25 * time.Hour)
		w.Apply(t, providertest.Generation(3), providertest.NoPredecessors())
		s.WantRefused(t, user, lost.Secret.Reveal())
		w.Destroy(t)

		if alive := s.LiveTokens(); alive != 1 {
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
			providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
				user := s.AddUser(t, providertest.User{Login: "svc-shared"})
				config := func(n int) string {
					return s.AdminBlock() + providertest.Rotating(user, "expires_in = \"90d\"\nseries = \"abc234\"", providertest.Trigger(n))
				}

				one, two := s.Workspace(t), s.Workspace(t)
				one.Write(t, config(1))
				one.Apply(t, providertest.Generation(1))
				two.Write(t, config(1))

				if copied {
					two.File(t, "terraform.tfstate", one.Run(t, "state", "pull").Text)
				}

				two.Write(t, config(2))
				two.Apply(t, providertest.Generation(2))

				fresh := s.AliveNames(t, user.ID)

				one.Apply(t, providertest.Generation(1)).Warns(t, "An active token is not in state")
				one.Unchanged(t)

				if diff := cmp.Diff(fresh, s.AliveNames(t, user.ID)); diff != "" {
					t.Errorf("what is alive after the other state's apply:\n%s", diff)
				}

				done, _ := one.Plan(t, "-destroy")
				done.Warns(t, "A token that may be another state's will be revoked")

				one.Write(t, config(3))
				one.Apply(t, providertest.Generation(3))

				if alive := s.AliveNames(t, user.ID); len(alive) != 3 {
					t.Errorf("%q are alive after the other state's rotation", alive)
				}
			})
		})
	}
}

// twins is a configuration of two resources, each with a prefix and a series.
func twins(user providertest.Account, a, b [2]string) string {
	return fmt.Sprintf(`
resource "opsaccess_personal_access_token" "twin" {
  for_each    = { a = [%q, %q], b = [%q, %q] }
  user_id     = %q
  name_prefix = each.value[0]
  series     = each.value[1]
  expires_in  = "90d"
}
`, a[0], a[1], b[0], b[1], user.ID)
}

// Of two resources of one configuration with one series only one is issued, and of two that
// exist none may take the other's live token for a lost one: whichever is read first, the plan
// is an error and nothing is revoked.
func TestAccRotation_twoResourcesOfOneSeries(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-twins"})
		w := s.Workspace(t)
		one, two, three := [2]string{"r-", "abc234"}, [2]string{"r-", "bcd345"}, [2]string{"r-", "cde456"}

		w.Write(t, s.AdminBlock()+twins(user, one, one))
		w.Refused(t, "Two resources have the same series", "apply", "-auto-approve")
		s.WantIssued(t, 1)

		apart, swapped := twins(user, one, two), twins(user, two, one)
		if strings.Contains(w.Run(t, "state", "list").Text, `"b"`) { // It was the first.
			apart, swapped = swapped, apart
		}

		w.Write(t, s.AdminBlock()+apart)
		w.Run(t, "apply", "-auto-approve")
		s.WantIssued(t, 2)

		// A changed series is only recorded: the live tokens keep their names.
		for _, config := range []string{twins(user, one, one), swapped} {
			w.Write(t, s.AdminBlock()+config)
			w.Refused(t, "Two resources have the same series", "plan")
			w.Refused(t, "Two resources have the same series", "plan", "-refresh=false")
		}

		w.Write(t, s.AdminBlock()+strings.Replace(apart, "bcd345", three[1], 1))
		w.Run(t, "apply", "-auto-approve")
		w.Unchanged(t)

		if alive := s.LiveTokens(); alive != 2 {
			t.Errorf("%d tokens are alive, want 2", alive)
		}
	})
}

// Names with different prefixes are of different series, whatever the series.
func TestAccRotation_oneSeriesWithTwoPrefixes(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	user := s.AddUser(t, providertest.User{Login: "svc-prefixes"})
	w := s.Workspace(t)
	w.Write(t, s.AdminBlock()+twins(user, [2]string{"r-", "abc234"}, [2]string{"s-", "abc234"}))
	w.Run(t, "apply", "-auto-approve")
	s.WantIssued(t, 2)
	w.Unchanged(t).Quiet(t)
	w.Destroy(t)
	s.WantNoneAlive(t)
}

// A refused update changes nothing of when the predecessors are revoked, however often it is
// tried: its policy is not that of the state.
func TestAccRotation_refusedUpdatesKeepTheOverlap(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	user := s.AddUser(t, providertest.User{Login: "svc-kept"})
	w := s.Workspace(t)
	write := func(id, overlap string, n int) {
		w.Write(t, s.AdminBlock()+providertest.Rotating(providertest.Account{ID: id}, `expires_in = "90d"`, providertest.Trigger(n)+"\nbefore_expiry = \"30d\"\noverlap = \""+overlap+`"`))
	}

	for n := range 3 {
		write(user.ID, "96h", n)
		w.Apply(t, providertest.Generation(int64(n+1)))
	}

	providertest.Must(t, s.System.Revoke(t.Context(), s.TokensOf(t, user.ID)[1])) // The oldest has no successor to count from.

	write(user.ID+"99", "72h", 2)

	for range 4 {
		w.Refused(t, "Could not reissue", "apply", "-auto-approve")
		w.Check(t, providertest.Predecessors(map[string]knownvalue.Check{
			"generation": knownvalue.Int64Exact(1), "retire_at": knownvalue.StringRegexp(regexp.MustCompile("^2028-03-03T12:0")),
		}))
	}
}

// Predecessors are revoked when their overlap is over, also while each update is refused.
func TestAccRotation_predecessorsOfARefusedUpdate(t *testing.T) {
	t.Parallel()

	for name, refused := range map[string]func(t *testing.T, s *providertest.Sandbox, user providertest.Account, live pat.Token) string{
		// Foreman never frees the name of the live token, which was revoked.
		"a burnt name": func(t *testing.T, s *providertest.Sandbox, user providertest.Account, live pat.Token) string {
			t.Helper()
			providertest.Must(t, s.System.Revoke(t.Context(), live))

			return providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname = %q\nexpires_in = \"90d\"", user.ID, live.Name))
		},
		"a user who does not exist": func(_ *testing.T, _ *providertest.Sandbox, user providertest.Account, _ pat.Token) string {
			return providertest.Rotating(providertest.Account{ID: user.ID + "99"}, `expires_in = "90d"`, providertest.Trigger(2))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := providertest.NewForemanSandbox(t)
			user := s.AddUser(t, providertest.User{Login: "svc-refused"})
			w := s.Workspace(t)
			w.Write(t, s.AdminBlock()+providertest.Rotating(user, `expires_in = "90d"`, providertest.Trigger(1)))
			w.Apply(t, providertest.Generation(1))

			predecessor := w.Secret(t)

			w.Write(t, s.AdminBlock()+providertest.Rotating(user, `expires_in = "90d"`, providertest.Trigger(2)))
			w.Apply(t, providertest.Generation(2))

			tokens := s.TokensOf(t, user.ID)
			config := refused(t, s, user, tokens[len(tokens)-1])

			s.Clock.Move(25 * time.Hour)
			w.Write(t, s.AdminBlock()+config)
			w.Refused(t, "Could not reissue", "apply", "-auto-approve")
			s.WantRefused(t, user, predecessor)
			w.Check(t, providertest.Generation(2), providertest.NoPredecessors())
			w.Refused(t, "Could not reissue", "apply", "-auto-approve")
			s.WantIssued(t, 2)
			w.Destroy(t)
		})
	}
}
