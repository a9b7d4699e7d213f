package tokens

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// wantHeld fails the test unless there is one predecessor, due and held as wanted.
func (s *stage) wantHeld(due, held bool) {
	s.Helper()

	previous := s.state.Previous.V
	if len(previous) != 1 || previous[0].Due != due || previous[0].Held != held || previous[0].RetireAt.IsZero() {
		s.Errorf("the predecessors are %+v, want one, due %t and held %t", previous, due, held)
	}
}

func (s *stage) pass(by time.Duration) { s.system.now = s.system.now.Add(by) }

// A predecessor in use is held, even if its consumer used it again between plan and apply.
func TestRetire_holdsWhatIsInUse(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		config := basic(maxAge(60*day), overlap(24*time.Hour), hold(6*time.Hour))
		s.created(config)

		straggler := s.state.LiveToken()

		s.pass(61 * day)
		s.wantNotices(s.run(config))
		s.wantToken(2, lifecycle.ReasonMaxAge)

		// A use within the overlap, and none after it, holds nothing.
		s.system.use(straggler)
		s.pass(25 * time.Hour)
		s.process()
		s.wantNotices(s.refresh())
		s.wantHeld(true, false)

		plan, _, _ := s.plan(config)
		if diff := cmp.Diff(unknownInPrune, unknownsOf(plan)); diff != "" {
			t.Error(diff)
		}

		s.system.use(straggler)

		said := s.update(plan)
		s.wantNotices(said, "Held")
		s.wantHeld(false, true)

		if used := noticesOf[Held](said)[0].Predecessor.Token.LastUsedAt; !used.Equal(s.system.now) {
			t.Errorf("the token was last used at %s, want %s", used, s.system.now)
		}

		if until, want := noticesOf[Held](said)[0].Until, s.system.now.Add(6*time.Hour); !until.Equal(want) {
			t.Errorf("the token is held until %s, want %s", until, want)
		}

		s.pass(5 * time.Hour)
		s.wantNotices(s.unchanged(config), "Held")
		s.system.use(straggler)
		s.pass(5 * time.Hour)
		s.wantNotices(s.run(config), "Held")
		s.pass(2 * time.Hour)
		s.wantNotices(s.run(config))
		s.wantPrevious()
		s.wantNotices(s.unchanged(config))
	})
}

// No plan that ends the hold warns that the token is kept, because its apply revokes it.
func TestRetire_anEditEndsTheHold(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(_ *testing.T, s *stage) {
		config := basic(maxAge(60*day), overlap(24*time.Hour), hold(6*time.Hour))
		s.created(config)

		straggler := s.state.LiveToken()

		s.pass(61 * day)
		s.run(config)
		s.pass(25 * time.Hour)
		s.system.use(straggler)
		s.wantNotices(s.unchanged(config), "Held")
		s.wantHeld(false, true)
		s.process()
		s.wantNotices(s.refresh())

		plan, _, said := s.plan(basic(maxAge(60*day), overlap(0)))
		s.wantNotices(said)
		s.wantNotices(s.update(plan))
		s.wantPrevious()
	})
}

// A last use whose time the server does not send may have been a moment ago.
func TestRetire_holdsIfTheLastUseIsUnknown(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(_ *testing.T, s *stage) {
		config := basic(maxAge(60*day), overlap(24*time.Hour), hold(6*time.Hour))
		s.created(config)
		s.pass(61 * day)
		s.run(config)
		s.system.tokens[0].Used = true
		s.pass(25 * time.Hour)
		s.wantNotices(s.run(config), "Held")
		s.wantHeld(false, true)
	})
}

// stale is a server whose responses are remembered: no token seems to be used.
type stale struct{ *fake }

func (s stale) Token(ctx context.Context, key pat.Key) (pat.Token, error) {
	token, err := s.fake.Token(ctx, key)
	token.LastUsedAt, token.Used = time.Time{}, false

	return token, err
}

// What is remembered from the plan does not permit a revocation: the last use is read again just
// before it.
func TestRetire_readsTheLastUseAnew(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ before, after time.Duration }{
		"a predecessor that is due": {24 * time.Hour, 24 * time.Hour}, "a token without an overlap": {0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachPlatform(t, func(t *testing.T, s *stage) {
				config := func(n int) Arguments { return basic(trigger(n), overlap(test.before), hold(6*time.Hour)) }
				s.created(config(1))

				straggler := s.state.LiveToken()

				if test.before > 0 {
					s.run(config(2))
					s.pass(25 * time.Hour)
				}

				s.system.use(straggler)

				s.options.System = stale{s.system}
				s.run(config(2))

				if !s.works(straggler) {
					t.Error("a token was revoked although it had just been used")
				}

				s.wantHeld(false, test.before > 0)
			})
		})
	}
}

// Without an overlap, a token in use is held nevertheless, and so is one if it is not known whether
// it is in use.
func TestRetire_withoutOverlap(t *testing.T) {
	t.Parallel()

	config := func(n int, edits ...func(*Arguments)) Arguments {
		return basic(trigger(n), overlap(0)).edited(edits...)
	}

	t.Run("unused", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			s.created(config(1))

			var living []string

			s.system.onCreate = func() {
				for _, token := range s.system.tokens {
					if token.Status == pat.StatusActive {
						living = append(living, token.Name)
					}
				}
			}

			s.wantNotices(s.run(config(2)), "RevokedFirst")
			s.wantToken(2, lifecycle.ReasonTriggers)
			s.wantPrevious()

			if len(living) > 0 {
				t.Errorf("%v were active when the next token was requested", living)
			}

			s.unchanged(config(2))
		})
	})

	t.Run("in use", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(_ *testing.T, s *stage) {
			s.created(config(1, hold(6*time.Hour)))
			s.system.use(s.state.LiveToken())
			s.wantNotices(s.run(config(2, hold(6*time.Hour))), "RevokedFirst")
			s.wantPrevious(1)
			s.wantNotices(s.unchanged(config(2, hold(6*time.Hour))), "Held")
			s.pass(7 * time.Hour)
			s.run(config(2, hold(6*time.Hour)))
			s.wantPrevious()
			s.unchanged(config(2, hold(6*time.Hour)))
		})
	})

	t.Run("the last use cannot be read", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(_ *testing.T, s *stage) {
			s.created(config(1, hold(6*time.Hour)))
			s.failing(errLook, callToken)

			plan, _, _ := s.plan(config(2, hold(6*time.Hour)))
			s.wantNotices(s.update(plan), "NotRevoked")
			s.wantToken(2, lifecycle.ReasonTriggers)
			s.wantPrevious(1)
		})
	})

	t.Run("it cannot be revoked", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(_ *testing.T, s *stage) {
			s.created(config(1))
			s.failing(errRevoke, callRevoke)
			s.wantNotices(s.run(config(2)), "RevokedFirst", "NotRevoked")
			s.wantToken(2, lifecycle.ReasonTriggers)
			s.wantPrevious(1)
			s.system.fails = nil
			s.wantNotices(s.run(config(2)))
			s.wantPrevious()
			s.unchanged(config(2))
		})
	})

	t.Run("the successor is not issued", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			s.created(config(1))
			s.system.creates = []outcome{refused}
			s.wantNotices(s.run(config(2)), "RevokedFirst", "StepFailed Issue")
			s.wantLive()
			s.run(config(2)) // The next run completes it.

			if s.state.Current.Status.V != pat.StatusActive {
				t.Errorf("the status is %s", s.state.Current.Status.V)
			}

			s.unchanged(config(2))
		})
	})
}

// The overlap can be edited after a rotation, to a shorter and to a longer one.
func TestRetire_theOverlapIsEdited(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		with := func(time time.Duration) Arguments { return basic(maxAge(60*day), overlap(time)) }
		s.created(with(48 * time.Hour))

		old := s.state.LiveToken()

		s.pass(61 * day)
		s.run(with(48 * time.Hour))
		s.wantHeld(false, false)

		rotated := s.system.now

		s.pass(30 * time.Hour)
		s.process()

		for _, edit := range []Arguments{with(72 * time.Hour), with(48 * time.Hour).edited(hold(time.Hour)), with(0)} {
			plan, _, _ := s.plan(edit)
			if diff := cmp.Diff(unknownInPrune, unknownsOf(plan)); diff != "" {
				t.Errorf("known after apply (-want +got):\n%s", diff)
			}
		}

		s.wantNotices(s.run(with(72 * time.Hour)))
		s.wantHeld(false, false)

		if at := s.state.Previous.V[0].RetireAt; !at.Equal(rotated.Add(72 * time.Hour)) {
			t.Errorf("the predecessor is to be revoked at %s, want %s", at, rotated.Add(72*time.Hour))
		}

		s.pass(30 * time.Hour)
		s.unchanged(with(72 * time.Hour))

		if !s.works(old) {
			t.Error("the predecessor was revoked within its overlap")
		}

		s.wantNotices(s.run(with(0)))
		s.wantPrevious()
		s.unchanged(with(0))

		// The default is a day.
		s.wantNotices(s.run(basic(maxAge(60 * day))))
		s.pass(61 * day)
		s.run(basic(maxAge(60 * day)))
		s.pass(24*time.Hour - time.Second)
		s.unchanged(basic(maxAge(60 * day)))
		s.wantHeld(false, false)
		s.pass(time.Second)
		s.wantNotices(s.run(basic(maxAge(60 * day))))
		s.wantPrevious()
	})
}

// A revocation that fails is a warning, and is tried again. The next rotation does not wait for it.
func TestRetire_aFailedRevocationIsTriedAgain(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		config := basic(maxAge(60*day), overlap(time.Hour), func(a *Arguments) { a.ExpiresIn = lifecycle.Known(365 * day) })
		s.created(config)
		s.pass(61 * day)
		s.run(config)
		s.pass(2 * time.Hour)

		s.failing(errRevoke, callRevoke)
		s.wantNotices(s.run(config), "NotRevoked")
		s.wantPrevious(1)

		s.pass(61 * day)
		s.wantNotices(s.run(config), "NotRevoked")
		s.wantToken(3, lifecycle.ReasonMaxAge)
		s.wantPrevious(2, 1)

		// A destroy keeps exactly the tokens that are still active.
		left, said := s.engine.Destroy(t.Context(), s.state)
		s.wantNotices(said, "StepFailed RevokePredecessor", "StepFailed RevokePredecessor", "StepFailed Revoke")

		s.state = left
		s.wantToken(3, lifecycle.ReasonMaxAge)
		s.wantPrevious(2, 1)
		s.system.fails = nil

		s.wantNotices(s.run(config))
		s.wantPrevious(2)
		s.unchanged(config)
		_, said = s.engine.Destroy(t.Context(), s.state)
		s.wantNotices(said)
		s.wantLive()
	})
}

// If a refresh cannot read a predecessor, it fails and the state is kept.
func TestRefresh_aPredecessorThatCannotBeRead(t *testing.T) {
	t.Parallel()
	onEachStanding(t, func(t *testing.T, s *stage) {
		before, predecessor := flat(s.state), s.state.Previous.V[0].Token.ID
		s.system.fails = func(what call, about string) error {
			if what == callToken && about == predecessor {
				return errLook
			}

			return nil
		}

		s.wantNotices(s.refresh(), "StepFailed ReadPredecessor")

		if diff := cmp.Diff(before, flat(s.state)); diff != "" {
			t.Error(diff)
		}
	})
}

// Tokens are revoked before another is issued, because the state is saved only after that.
func TestUpdate_retiresBeforeItIssues(t *testing.T) {
	t.Parallel()
	onEachStanding(t, func(t *testing.T, s *stage) {
		var revoked []pat.Key

		predecessor := s.state.Previous.V[0].Token.Key()
		s.system.onCreate = func() { revoked = slices.Clone(s.system.revoked) }
		s.wantNotices(s.apply(basic(trigger(2), overlap(time.Hour))))

		if !slices.Contains(revoked, predecessor) || len(s.system.revoked) != 1 {
			t.Errorf("%v were revoked before the request, and %v in total", revoked, s.system.revoked)
		}

		s.wantPrevious(2)
	})
}

// If the plan knows the predecessors, none of them may be revoked.
func TestUpdate_doesNotTouchWhatThePlanKnows(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(_ *testing.T, s *stage) {
		s.created(aged())
		s.pass(61 * day)
		s.run(aged())

		plan, _, _ := s.plan(aged(keepInvalid))
		s.pass(3 * day)
		s.wantNotices(s.update(plan))
		s.wantPrevious(1)
	})
}

// An update that is refused also revokes predecessors, by the policy in state, which it does not
// change however often it runs.
func TestUpdate_refusedRetires(t *testing.T) {
	t.Parallel()

	for name, refuse := range map[string]func(s *stage) Arguments{
		"another user, who does not exist": func(*stage) Arguments { return basic(trigger(1), overlap(10*time.Minute), ofUser("99")) },
		"a name that is used up": func(s *stage) Arguments {
			live := s.state.LiveToken()
			s.system.kill(live)

			return basic(named(live.Name))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newStage(t, false)
			s.created(basic(trigger(0), overlap(time.Hour)))
			s.wantNotices(s.run(basic(trigger(1), overlap(time.Hour))))

			config, retireAt := refuse(s), s.state.Previous.V[0].RetireAt
			want := []string{"CannotReissue", "ReissueRefused"}

			if config.UserID.V == "99" {
				want[0] = "CannotReissueToUser"
			}

			for range 3 {
				s.pass(15 * time.Minute)
				s.wantNotices(s.run(config), want...)
				s.wantPrevious(1)

				if at := s.state.Previous.V[0].RetireAt; !at.Equal(retireAt) {
					t.Fatalf("the predecessor is now to be revoked at %s instead of %s", at, retireAt)
				}
			}

			s.pass(15 * time.Minute)
			s.wantNotices(s.run(config), want...)
			s.wantPrevious()
			s.wantNotices(s.run(config), want...)
			s.wantIssued(2)

			_, said := s.engine.Destroy(t.Context(), s.state)
			s.wantNotices(said)
			s.wantLive()
		})
	}
}

// The provider's own credential is never revoked: it is kept as a predecessor, and a destroy fails
// before anything is revoked.
func TestEngine_ownCredential(t *testing.T) {
	t.Parallel()

	logInWith := func(s *stage, name string) { s.options.Credential = Fingerprint(secretOf(pat.Token{Name: name})) }

	t.Run("it is the live token", func(t *testing.T) {
		t.Parallel()
		onEachStanding(t, func(t *testing.T, s *stage) {
			logInWith(s, s.state.Current.Name.V)
			s.process()
			s.wantNotices(s.engine.PlanDestroy(s.state), "OwnCredential")

			left, said := s.engine.Destroy(t.Context(), s.state)
			s.wantNotices(said, "OwnCredential")

			if diff := cmp.Diff(flat(s.state), flat(left)); diff != "" || len(s.system.revoked) > 0 {
				t.Errorf("%v was revoked; the record: %s", s.system.revoked, diff)
			}
		})
	})

	t.Run("it is a predecessor", func(t *testing.T) {
		t.Parallel()
		onEachStanding(t, func(t *testing.T, s *stage) {
			config := basic(trigger(1), overlap(time.Hour))
			logInWith(s, s.state.Previous.V[0].Token.Name)
			s.wantNotices(s.unchanged(config), "OwnPredecessor")
			s.wantHeld(false, false)
			s.wantNotices(s.engine.PlanDestroy(s.state), "OwnCredential")

			_, said := s.engine.Destroy(t.Context(), s.state)
			s.wantNotices(said, "OwnCredential")

			s.options.Credential = ""
			s.wantNotices(s.run(config))
			s.wantPrevious()
		})
	})

	t.Run("it became a predecessor after the refresh", func(t *testing.T) {
		t.Parallel()
		onEachStanding(t, func(_ *testing.T, s *stage) {
			logInWith(s, s.state.Previous.V[0].Token.Name)
			s.process()
			s.wantNotices(s.apply(basic(trigger(1), overlap(time.Hour))), "OwnPredecessor")
			s.wantHeld(false, false)
		})
	})

	t.Run("there is no overlap", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(_ *testing.T, s *stage) {
			s.created(basic(trigger(1), overlap(0)))
			logInWith(s, s.state.Current.Name.V)
			s.wantNotices(s.run(basic(trigger(2), overlap(0)))) // The token is not revoked at all.
			s.wantToken(2, lifecycle.ReasonTriggers)
			s.wantPrevious(1)
			s.wantNotices(s.unchanged(basic(trigger(2), overlap(0))), "OwnPredecessor")
		})
	})

	t.Run("its name is requested again", func(t *testing.T) {
		t.Parallel()

		s := newStage(t, true)
		s.created(basic(named("ci"), until(midnight(40*day))))
		logInWith(s, "ci")
		s.wantNotices(s.run(basic(named("ci"), until(midnight(50*day)))), "OwnCredentialKeepsName", "OwnCredentialHasName")
		s.wantLive("ci")
		s.wantIssued(1)
	})
}

// An action that would revoke the tokens of the provider's own user.
func TestCheckOwnUser(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		s.wantNotices(s.engine.CheckOwnUser(t.Context(), "1"))

		s.options.MayBeToken = true
		s.process()
		s.wantNotices(s.engine.CheckOwnUser(t.Context(), "1"), "OwnUser")
		s.wantNotices(s.engine.CheckOwnUser(t.Context(), user))
		s.failing(errDenied, callUser)
		s.wantNotices(s.engine.CheckOwnUser(t.Context(), user), "OwnUserUnknown")
	})
}

// A token that is the live token of another resource in the process is not a predecessor.
func TestRefresh_dropsWhatIsAnotherResourcesLiveToken(t *testing.T) {
	t.Parallel()
	onEachStanding(t, func(t *testing.T, s *stage) {
		predecessor := s.state.Previous.V[0].Token
		s.process()

		other := s.another()
		other.wantNotices(other.imported(predecessor.ID), "SecretUnknown")
		other.wantNotices(other.refresh())
		s.wantNotices(s.refresh())
		s.wantPrevious()
		s.wantNotices(s.apply(basic(trigger(1), overlap(time.Hour))))

		if !s.works(predecessor) {
			t.Error("the live token of another resource was revoked")
		}
	})
}
