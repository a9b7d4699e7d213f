package tokens

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// standing is a stage with a resource whose token was rotated once, and whose predecessor is due.
func standing(t *testing.T, reusable bool) *stage {
	t.Helper()

	s := newStage(t, reusable)
	s.created(basic(trigger(0), overlap(time.Hour)))

	if said := s.run(basic(trigger(1), overlap(time.Hour))); said.Failed() {
		t.Fatal(namesOfNotices(said))
	}

	s.system.now = s.system.now.Add(2 * time.Hour)
	s.process()
	s.wantNotices(s.refresh())

	if previous := s.state.Previous.V; len(previous) != 1 || !previous[0].Due {
		t.Fatalf("the predecessors are %+v, want one that is due", previous)
	}

	return s
}

// onEachStanding runs the test on each platform with a resource that was rotated once.
func onEachStanding(t *testing.T, test func(t *testing.T, s *stage)) {
	t.Helper()

	for name, reusable := range map[string]bool{"names are not reusable": false, "names are reusable": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, standing(t, reusable))
		})
	}
}

// Errors that prove nothing: whatever fails, no token is dropped, revoked or issued, and the notice
// contains the server's error.
func TestEngine_errorsProveNothing(t *testing.T) {
	t.Parallel()

	again, next := basic(trigger(1), overlap(time.Hour)), basic(trigger(2), overlap(time.Hour))

	for name, failure := range map[string]error{
		"not found":             errUnseen,
		"a missing permission":  errDenied,
		"refused credentials":   &pat.AuthenticationError{Failure: pat.Failure{Tried: "asking", Said: "HTTP 401"}},
		"a server that is down": &pat.TransientError{Failure: pat.Failure{Tried: "asking", Said: "HTTP 503"}},
		"a page":                &pat.ProtocolError{Failure: pat.Failure{Tried: "asking", Said: "a web page"}},
		"a refusal":             &pat.ValidationError{Failure: pat.Failure{Tried: "asking", Said: "HTTP 422"}},
		"an unknown effect":     &pat.AmbiguousError{Failure: pat.Failure{Tried: "asking", Said: "HTTP 504"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachStanding(t, func(t *testing.T, s *stage) {
				before, memory, live := flat(s.state), s.memory, s.system.live()
				s.failing(failure, callUser, callToken, callTokens, callCreate, callRevoke)

				// A destroy, which Terraform plans without a refresh.
				s.wantNotices(s.engine.PlanDestroy(s.state))

				left, said := s.engine.Destroy(t.Context(), s.state)
				s.wantNotices(said, "StepFailed RevokePredecessor", "StepFailed Revoke")
				s.wantError(said, failure)

				if diff := cmp.Diff(before, flat(left)); diff != "" {
					t.Errorf("a destroy changed the record:\n%s", diff)
				}

				said = s.refresh()
				s.wantNotices(said, "StepFailed Read")
				s.wantError(said, failure)

				if diff := cmp.Diff(before, flat(s.state)); diff != "" || !cmp.Equal(memory, s.memory) {
					t.Errorf("a refresh changed the record:\n%s", diff)
				}

				// With -refresh=false.
				plan, _, _ := s.plan(next)
				rotated, _, said := s.engine.Update(t.Context(), s.state, plan, s.memory)
				s.wantNotices(said, "NotRevoked", "StepFailed Issue")
				s.wantError(said, failure)

				if diff := cmp.Diff(before, flat(rotated)); diff != "" {
					t.Errorf("a rotation changed the record:\n%s", diff)
				}

				said = s.apply(again)
				s.wantNotices(said, "NotRevoked")

				if notRevoked := noticesOf[NotRevoked](said); len(notRevoked) != 1 || !errors.Is(notRevoked[0].Err, failure) {
					t.Errorf("the notices about the predecessor: %+v", notRevoked)
				}

				if diff := cmp.Diff(before, flat(s.state)); diff != "" {
					t.Errorf("a retirement changed the record:\n%s", diff)
				}

				s.system.fails = nil
				s.wantLive(live...)
				s.wantIssued(2)
			})
		})
	}
}

// wantError fails the test unless the notice contains the failure.
func (s *stage) wantError(said Notices, failure error) {
	s.Helper()

	for _, step := range noticesOf[StepFailed](said) {
		if text := step.Err.Error(); !strings.Contains(text, failure.Error()) {
			s.Errorf("%s: %q, want %q in it", stepNames[step.Step], text, failure)
		}
	}
}

// Proofs that the token does not exist: it is recorded as missing, a plan reissues it or says why it
// cannot, and a destroy without a refresh succeeds.
func TestEngine_proofsOfAbsence(t *testing.T) {
	t.Parallel()

	live := func(s *stage) pat.Token { return s.state.LiveToken() }

	for name, test := range map[string]struct {
		ends func(s *stage)
		// status is the status of the token after that, and burning the status if names are not
		// reusable.
		status, burning pat.Status
		reusableOnly    bool
		// userless means that the user does not exist, and widowed that the predecessor does not.
		userless, widowed bool
		// adopted means that another token of the series was found.
		adopted bool
	}{
		"it was revoked":        {ends: func(s *stage) { s.system.kill(live(s)) }, status: pat.StatusMissing, burning: pat.StatusRevoked},
		"its row was deleted":   {ends: func(s *stage) { s.system.remove(live(s)) }, status: pat.StatusMissing},
		"all rows were deleted": {ends: func(s *stage) { s.system.tokens = nil }, status: pat.StatusMissing, widowed: true},
		"it expired":            {ends: func(s *stage) { s.system.now = s.system.now.Add(100 * day) }, status: pat.StatusExpired, widowed: true},
		"its user was deleted":  {ends: func(s *stage) { s.system.deleteUser(user) }, status: pat.StatusMissing, userless: true, widowed: true},
		"another token has its name": {
			reusableOnly: true, status: pat.StatusMissing, adopted: true,
			ends: func(s *stage) {
				s.system.kill(live(s))
				s.system.now = s.system.now.Add(time.Minute)
				_, _ = s.system.add(live(s).Name)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachStanding(t, func(t *testing.T, s *stage) {
				reusable := s.system.traits.ReusableNames
				if test.reusableOnly && !reusable {
					return
				}

				status := test.status
				if test.burning != "" && !reusable {
					status = test.burning
				}

				ended := *s
				test.ends(s)
				s.process()

				// Without a refresh, missing tokens do not prevent a destroy.
				s.destroysWithoutRefresh(ended.state)

				said := s.refresh()
				if said.Failed() || s.state.Current.Status.V != status || s.memory.UserGone != test.userless {
					t.Fatalf("%s, user gone %t: %v; want %s", s.state.Current.Status.V, s.memory.UserGone, namesOfNotices(said), status)
				}

				if s.state.Secret != ended.state.Secret {
					t.Error("the secret was removed from the record")
				}

				kept := basic(trigger(1), overlap(time.Hour), keepInvalid)

				_, _, said = s.plan(kept)
				s.wantNotices(said, "KeptInvalid")

				config := basic(trigger(1), overlap(time.Hour))

				if test.userless {
					_, _, said = s.plan(config)
					s.wantNotices(said, "CannotReissue")

					before := flat(s.state)
					s.wantNotices(s.apply(config), "CannotReissue", "ReissueRefused")

					if diff := cmp.Diff(before, flat(s.state)); diff != "" {
						t.Errorf("a refused update changed the record:\n%s", diff)
					}

					s.wantIssued(2)

					return
				}

				if said = s.apply(config); said.Failed() {
					t.Fatal(namesOfNotices(said))
				}

				s.wantToken(s.state.Generation.V, lifecycle.Reason(status))
				s.wantIssued(3)

				if test.adopted {
					s.wantPrevious(2)
				} else {
					s.wantPrevious()
				}

				s.unchanged(config)
			})
		})
	}
}

// destroysWithoutRefresh destroys a copy of the server's tokens.
func (s *stage) destroysWithoutRefresh(state Record) {
	s.Helper()

	system := newFake(s.system.traits.ReusableNames)
	system.tokens, system.users, system.now = append(system.tokens, s.system.tokens...), s.system.users, s.system.now

	e := NewEngine(Options{System: system, Direct: system, Clock: s.options.Clock})

	left, said := e.Destroy(s.Context(), state)
	s.wantNotices(said)

	if len(left.Previous.V) > 0 || left.Current.Status.V != pat.StatusRevoked {
		s.Errorf("a destroy leaves %+v", left)
	}

	for _, token := range system.tokens {
		if system.shown(token).Status == pat.StatusActive && token.SameAs(state.LiveToken()) {
			s.Errorf("token %s is still active after the destroy", token.ID)
		}
	}
}

// A refresh records what the server returns, and when the token is due according to that.
func TestRefresh_recordsWhatTheServerShows(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		config := basic(beforeExpiry(10 * day))
		s.created(config)

		expires := midnight(300 * day)
		s.system.tokens[0].ExpiresAt = expires
		s.wantNotices(s.unchanged(config))

		due, _ := config.Policy.DueAt(start, expires, s.system.traits)
		if at := s.state.Current; !at.ExpiresAt.V.Equal(expires) || !at.RotateAt.V.Equal(due) {
			t.Errorf("it expires at %s and is due at %s; want %s and %s", at.ExpiresAt.V, at.RotateAt.V, expires, due)
		}
	})
}

// The due time counts from when the server created the token. A refresh determines what is due:
// without one nothing is due, and it changes nothing on the server.
func TestRefresh_saysWhatIsDue(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		s.created(aged())
		s.system.now = start.Add(60*day - time.Second)
		s.unchanged(aged())
		s.system.now = start.Add(60 * day)

		s.process()

		if plan, _, _ := s.plan(aged()); !empty(s.state, plan) {
			t.Error("a change is planned without a refresh")
		}

		s.wantNotices(s.refresh())

		if s.state.Due.V != lifecycle.ReasonMaxAge {
			t.Errorf("due because of %q", s.state.Due.V)
		}

		s.process()
		s.wantNotices(s.apply(aged()))
		s.wantToken(2, lifecycle.ReasonMaxAge)
		s.wantPrevious(1)

		if s.state.Due.Set {
			t.Error("the next token is due at once")
		}

		s.unchanged(aged())
		s.system.now = s.system.now.Add(48 * time.Hour)
		s.wantNotices(s.refresh())

		if previous := s.state.Previous.V; len(previous) != 1 || !previous[0].Due {
			t.Errorf("the predecessors are %+v, want one that is due", previous)
		}

		if len(s.system.revoked) != 0 {
			t.Errorf("a refresh revoked %v", s.system.revoked)
		}

		s.wantNotices(s.apply(aged()))
		s.wantPrevious()
		s.unchanged(aged())
		s.wantIssued(2)
	})
}

// A predecessor that does not work any more is dropped, whatever ended it.
func TestRefresh_dropsDeadPredecessors(t *testing.T) {
	t.Parallel()

	for name, ends := range map[string]func(s *stage, token pat.Token){
		"revoked": func(s *stage, token pat.Token) { s.system.kill(token) },
		"deleted": func(s *stage, token pat.Token) { s.system.remove(token) },
		"expired": func(s *stage, _ pat.Token) { s.system.tokens[0].ExpiresAt = midnight(-3 * day) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachStanding(t, func(_ *testing.T, s *stage) {
				ends(s, s.state.Previous.V[0].Token)
				s.wantNotices(s.unchanged(basic(trigger(1), overlap(time.Hour))))
				s.wantPrevious()
			})
		})
	}
}

// A plan that is applied days later issues a token whose lifetime counts from the apply.
func TestUpdate_ofAnOldPlan(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		s.created(aged())
		s.pass(61 * day)
		s.process()
		s.refresh()

		plan, _, _ := s.plan(aged())
		s.pass(3 * day)
		s.process()
		s.wantNotices(s.update(plan))
		s.wantToken(2, lifecycle.ReasonMaxAge)

		current, previous := s.state.Current, s.state.Previous.V
		if !current.CreatedAt.V.Equal(s.system.now) || current.ExpiresAt.V.Before(s.system.now.Add(90*day)) ||
			len(previous) != 1 || !previous[0].RetireAt.Equal(s.system.now.Add(48*time.Hour)) {
			t.Errorf("%+v, %+v", current, previous)
		}

		s.unchanged(aged())
	})
}

// A consumer that gets each secret one run after it was issued, as a deployment does, can log in
// before, during and after each run of ten generations, however late the runs are.
func TestRun_tenGenerations(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		config := basic(func(a *Arguments) { a.ExpiresIn = lifecycle.Known(30 * day) }, beforeExpiry(10*day), overlap(48*time.Hour))
		s.created(config)
		s.unchanged(config)

		consumer, logins := s.state.LiveToken(), 0
		logIn := func() {
			if logins++; !s.works(consumer) {
				t.Errorf("the consumer cannot log in with %s", consumer.Name)
			}
		}

		s.system.fails = func(what call, _ string) error {
			if what == callCreate || what == callRevoke {
				logIn()
			}

			return nil
		}

		for n := int64(2); n <= 10; n++ {
			s.system.now = s.system.now.Add(21*day + time.Duration(n)*7*time.Hour)
			logIn()
			s.wantNotices(s.run(config))
			s.wantToken(n, lifecycle.ReasonBeforeExpiry)
			s.wantPrevious(n - 1)
			s.unchanged(config)
			s.system.now = s.system.now.Add(40 * time.Hour)
			s.wantNotices(s.unchanged(config))
			s.wantPrevious(n - 1)
			logIn()

			consumer = s.state.LiveToken() // The deployment's run.
		}

		s.system.now = s.system.now.Add(9 * time.Hour)
		s.wantNotices(s.run(config))
		s.wantPrevious()
		s.unchanged(config)
		s.wantIssued(10)
		logIn()

		s.system.fails = nil

		if logins < 3*9 {
			t.Errorf("the consumer logged in %d times", logins)
		}

		_, said := s.engine.Destroy(t.Context(), s.state)
		s.wantNotices(said)
		s.wantLive()
	})
}
