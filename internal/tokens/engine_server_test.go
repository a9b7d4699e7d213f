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

const elsewhere = "https://elsewhere.example.com"

// A resource belongs to a server. If the URL differs, its token is left unchanged unless exactly this
// token exists on the server, and only a refresh records the new URL.
func TestServer_isPinned(t *testing.T) {
	t.Parallel()

	next := basic(trigger(2), overlap(time.Hour))

	t.Run("the token does not exist there", func(t *testing.T) {
		t.Parallel()
		onEachStanding(t, func(t *testing.T, s *stage) {
			home := s.system
			s.moveTo(newFake(home.traits.ReusableNames))
			s.system.server = elsewhere
			s.wantRefusedEverywhere(next, "OtherServer")

			if s.system.created != nil || len(s.system.revoked) > 0 {
				t.Errorf("the other server got requests to create %v and revoke %v", s.system.created, s.system.revoked)
			}
		})
	})

	t.Run("another token has its id and name", func(t *testing.T) {
		t.Parallel()

		s := standing(t, true) // If the platform has token ids, id and name identify the token.
		s.system.server = elsewhere

		for i := range s.system.tokens {
			s.system.tokens[i].CreatedAt = s.system.tokens[i].CreatedAt.Add(time.Second)
		}

		s.wantRefusedEverywhere(next, "OtherServer")
		s.wantIssued(2)
	})

	t.Run("the list fails", func(t *testing.T) {
		t.Parallel()
		onEachStanding(t, func(t *testing.T, s *stage) {
			s.system.server = elsewhere
			s.failing(errLook, callToken)
			s.process()

			before := flat(s.state)
			s.wantNotices(s.refresh(), "StepFailed Read")
			s.wantNotices(s.apply(next), "StepFailed LookOnOtherServer")
			_, said := s.engine.Destroy(t.Context(), s.state)
			s.wantNotices(said, "StepFailed LookOnOtherServer")

			if diff := cmp.Diff(before, flat(s.state)); diff != "" {
				t.Error(diff)
			}
		})
	})

	t.Run("the server has moved", func(t *testing.T) {
		t.Parallel()
		onEachStanding(t, func(t *testing.T, s *stage) {
			before, recorded := flat(s.state), s.state.Server.V
			s.pass(100 * day) // A due rotation waits for another run.
			s.system.server = elsewhere
			s.process()

			said := s.refresh()
			s.wantNotices(said, "ServerMoved")

			if moved := noticesOf[ServerMoved](said)[0]; moved.Recorded != recorded || moved.Configured != elsewhere {
				t.Errorf("%+v", moved)
			}

			after := flat(s.state)
			if after["server"] != elsewhere {
				t.Errorf("the server is %s", after["server"])
			}

			for _, part := range []string{"server", "current.status"} {
				delete(before, part)
				delete(after, part)
			}

			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("more than the server changed:\n%s", diff)
			}

			s.wantNotices(s.refresh())
		})
	})

	t.Run("an update and a destroy do not record the new URL", func(t *testing.T) {
		t.Parallel()
		onEachStanding(t, func(t *testing.T, s *stage) {
			recorded := s.state.Server.V
			s.system.server = elsewhere
			s.process()
			s.wantNotices(s.apply(next))

			if s.state.Server.V != recorded {
				t.Errorf("the server is %s", s.state.Server.V)
			}

			_, said := s.engine.Destroy(t.Context(), s.state)
			s.wantNotices(said)
			s.wantLive()
		})
	})

	t.Run("it was moved from another provider", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			s.created(basic(named("ci")))

			token := s.state.LiveToken()
			s.state = AdoptedRecord(pat.User{ID: user}, token).WithKnownSecret(secretOf(token))
			s.state.UserID = lifecycle.Known(user)
			s.state.Platform, s.state.ExpiresAt = lifecycle.Known(s.system.traits.Platform), lifecycle.Value[time.Time]{}
			s.wantNotices(s.refresh())

			if r := s.state; r.Server.V != s.system.server || r.Owner.Username.V != "svc" || !r.ExpiresAt.V.Equal(token.ExpiresAt) {
				t.Errorf("%+v", r)
			}

			s.wantNotices(s.unchanged(basic(named("ci"), until(token.ExpiresAt))))
		})
	})

	t.Run("it was moved from another provider, and its user cannot be read", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			s.created(basic(named("ci")))
			s.state.Server = lifecycle.Value[string]{}
			s.failing(errLook, callUser)
			s.wantNotices(s.refresh(), "StepFailed FindUser")

			if s.engine.registry.WasRead(s.state.LiveToken().Key()) {
				t.Error("the resource is recorded as read")
			}
		})
	})

	t.Run("it was moved from another provider, and does not exist", func(t *testing.T) {
		t.Parallel()
		onEachStanding(t, func(_ *testing.T, s *stage) {
			s.state.Server = lifecycle.Value[string]{}
			s.system.tokens = nil
			s.wantRefusedEverywhere(next, "OtherServer")
		})
	})

	t.Run("another platform", func(t *testing.T) {
		t.Parallel()
		onEachStanding(t, func(t *testing.T, s *stage) {
			s.state.Server, s.state.Platform = lifecycle.Value[string]{}, lifecycle.Known("yet another")
			s.system.calls = 0
			s.wantRefusedEverywhere(next, "OtherPlatform")

			if s.system.calls > 0 {
				t.Errorf("%d calls", s.system.calls)
			}
		})
	})
}

// moveTo changes the configured server.
func (s *stage) moveTo(system *fake) {
	system.now = s.system.now
	s.system, s.options.System, s.options.Direct = system, system, system
	s.process()
}

// wantRefusedEverywhere fails the test unless a refresh, an update and a destroy are refused and
// leave the record unchanged.
func (s *stage) wantRefusedEverywhere(next Arguments, want string) {
	s.Helper()
	s.process()

	before := flat(s.state)
	s.wantNotices(s.refresh(), want)
	s.wantNotices(s.apply(next), want)

	left, said := s.engine.Destroy(s.Context(), s.state)
	s.wantNotices(said, want)

	for _, record := range []Record{s.state, left} {
		if diff := cmp.Diff(before, flat(record)); diff != "" {
			s.Errorf("the record changed:\n%s", diff)
		}
	}
}

// A failure in each step of creating a resource: no token is left, or the notices name the tokens
// that may be.
func TestCreate_failures(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		config Arguments
		breaks func(s *stage)
		want   string
		issued int
	}{
		"the user cannot be found":  {config: basic(), breaks: func(s *stage) { s.failing(errLook, callUser) }, want: "StepFailed FindUser"},
		"the user does not exist":   {config: basic(ofUser("99")), breaks: func(*stage) {}, want: "StepFailed FindUser"},
		"the login does not exist":  {config: basic(ofLogin("missing")), breaks: func(*stage) {}, want: "StepFailed FindUser"},
		"the user is hidden":        {config: basic(ofLogin("svc")), breaks: func(s *stage) { s.failing(errDenied, callUser) }, want: "StepFailed FindUser"},
		"the series cannot be read": {config: basic(inSeries("abc234")), breaks: func(s *stage) { s.failing(errLook, callTokens) }, want: "StepFailed Issue"},
		"the expiry has passed":     {config: basic(until(midnight(-day))), breaks: func(*stage) {}, want: "StepFailed Issue"},
		"the request is refused":    {config: basic(), breaks: func(s *stage) { s.system.creates = []outcome{refused} }, want: "StepFailed Issue", issued: 1},
		"the name is too long":      {config: basic(named(strings.Repeat("n", 61))), breaks: func(*stage) {}, want: "InvalidArgument name"},
		"the prefix is too long":    {config: basic(prefixed(strings.Repeat("n", 60))), breaks: func(*stage) {}, want: "InvalidArgument name_prefix"},
		"the policy is invalid":     {config: basic(beforeExpiry(90 * day)), breaks: func(*stage) {}, want: "InvalidPolicy before_expiry"},
		"the recipients cannot be read": {
			config: basic(func(a *Arguments) { a.Recipients = lifecycle.Known("nobody") }), breaks: func(*stage) {}, want: "InvalidRecipient",
		},
		"no response, three times": {
			config: basic(), breaks: func(s *stage) { s.system.creates = []outcome{lostNothing, lostDone, lostLate} }, want: "StepFailed Issue", issued: 3,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachPlatform(t, func(t *testing.T, s *stage) {
				test.breaks(s)

				// The plan may have been made before the failure.
				_, memory, said := s.engine.Create(t.Context(), asked(test.config), Memory{})
				s.wantNotices(said, test.want)
				s.wantIssued(test.issued)
				s.wantLive()

				if memory.Unanswered || memory.Adopted {
					t.Errorf("the memory is %+v", memory)
				}
			})
		})
	}
}

// A user that the account lacks the permission to see is accepted if it is given by its id.
func TestCreate_forAUserWhoMayNotBeSeen(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		s.failing(errDenied, callUser)
		s.created(basic())

		if s.state.Owner.ID.V != user || s.state.Owner.Username.Set {
			t.Errorf("the owner is %+v", s.state.Owner)
		}

		s.wantNotices(s.unchanged(basic()))
	})
}

// A token whose secret cannot be kept is revoked.
func TestRevokeUnkeepable(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		token, cause := s.leave("ci"), errors.New("no room")

		s.failing(errRevoke, callRevoke)

		if err := s.engine.revokeUnkeepable(t.Context(), token, cause); !errors.Is(err, cause) || !errors.Is(err, errRevoke) || !strings.Contains(err.Error(), token.ID) {
			t.Errorf("%v", err)
		}

		s.wantLive("ci")
		s.system.fails = nil

		if err := s.engine.revokeUnkeepable(t.Context(), token, cause); !errors.Is(err, cause) || !strings.Contains(err.Error(), token.ID) {
			t.Errorf("%v", err)
		}

		s.wantLive()
	})
}

// The record of a new resource, and the notices about a token that differs from what was requested.
func TestCreate_recordsWhatWasIssued(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		s.system.shorten = 10 * day
		s.wantNotices(s.create(aged(until(midnight(100*day)))), "OtherExpiry")

		r, token := s.state, s.system.tokens[0]
		if want := midnight(90 * day); !r.Current.ExpiresAt.V.Equal(want) || !r.Current.RotateAt.V.Equal(start.Add(60*day)) {
			t.Errorf("%+v", r.Current)
		}

		if r.Current.ID.V != token.ID || r.Current.Name.V != token.Name || r.Server.V != s.system.server ||
			r.Platform.V != s.system.traits.Platform || r.Owner.Username.V != "svc" || r.ID().V != user+"/"+token.ID {
			t.Errorf("%+v", r)
		}

		if r.Secret.Plain.V != secretOf(token) || r.Current.SHA256.V != Fingerprint(secretOf(token)) || !lifecycle.Series.MatchString(r.Series.V) {
			t.Errorf("%+v", r)
		}

		if diff := cmp.Diff(Memory{Prefixes: []string{"ci-"}}, s.memory); diff != "" {
			t.Error(diff)
		}
	})
}

// Terraform taints a resource whose new status is not the planned one, so a create records the planned
// status, and the next refresh that of the server.
func TestCreate_recordsThePlannedStatus(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		s.system.inactive = true
		s.created(basic())

		if s.state.Current.Status.V != pat.StatusActive {
			t.Errorf("%+v", s.state.Current)
		}
	})
}

// If the response does not contain the time of creation, a refresh records it.
func TestCreate_withoutATimeOfCreation(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		s.system.untimed = true
		s.created(aged(trigger(1)))

		if s.state.Current.CreatedAt.Set || s.state.Current.RotateAt.Set {
			t.Errorf("%+v", s.state.Current)
		}

		s.wantNotices(s.unchanged(aged(trigger(1))))

		if !s.state.Current.CreatedAt.V.Equal(start) {
			t.Errorf("%+v", s.state.Current)
		}

		s.pass(day)
		s.wantNotices(s.run(aged(trigger(2)))) // The overlap counts from the current time.

		if at := s.state.Previous.V[0].RetireAt; !at.Equal(s.system.now.Add(48 * time.Hour)) {
			t.Errorf("the predecessor is revoked at %s", at)
		}
	})
}

// The plan of a new resource warns of what is doubtful, and reports what is impossible.
func TestPlanCreate_notices(t *testing.T) {
	t.Parallel()

	lasting := func(in time.Duration) func(*Arguments) {
		return func(a *Arguments) { a.ExpiresIn = lifecycle.Known(in) }
	}

	for name, test := range map[string]struct {
		config Arguments
		before func(s *stage)
		want   []string
		// reusable are the notices if names are reusable, if they differ.
		reusable []string
	}{
		"for ever":                  {config: basic(forEver), want: []string{"NeverExpires"}},
		"an hour":                   {config: basic(lasting(time.Hour)), reusable: []string{"MayExpireWithinADay"}},
		"32 hours":                  {config: basic(lasting(32 * time.Hour)), reusable: []string{"MayExpireWithinADay"}},
		"a second less than enough": {config: basic(lasting(38*time.Hour - time.Second)), reusable: []string{"MayExpireWithinADay"}},
		"38 hours":                  {config: basic(lasting(38 * time.Hour))},
		"until midnight":            {config: basic(until(midnight(day))), reusable: []string{"MayExpireWithinADay"}},
		"no date":                   {config: basic(until(start.Add(day))), reusable: []string{"InvalidArgument expires_at"}},
		"until it has passed":       {config: basic(until(midnight(-day))), want: []string{"ExpiryPassed"}},
		"a user who does not exist": {config: basic(ofUser("99")), want: []string{"UserNotFound"}},
		"an invalid user id":        {config: basic(ofUser("svc")), want: []string{"InvalidUserID"}},
		"a user who cannot be read": {config: basic(), before: func(s *stage) { s.failing(errLook, callUser) }, want: []string{"StepFailed FindUser"}},
		"a reserved name":           {config: basic(named("registry")), want: []string{"InvalidArgument name"}},
		"a name that is taken": {
			config: basic(named("ci")), before: func(s *stage) { s.leave("ci") }, want: []string{"NameTaken"},
		},
		"a name that was revoked": {
			config: basic(named("ci")), before: func(s *stage) { s.system.kill(s.leave("ci")) }, want: []string{"NameTaken"}, reusable: []string{},
		},
		"a name, without the permission to list tokens": {
			config: basic(named("ci")), before: func(s *stage) { s.failing(errDenied, callTokens) },
		},
		"a name, and the list fails": {
			config: basic(named("ci")), before: func(s *stage) { s.failing(errLook, callTokens) }, want: []string{"StepFailed LookForName"},
		},
		"the name of the token that is replaced": {
			config: basic(named("ci")), before: func(s *stage) {
				token := s.leave("ci")
				s.engine.registry.AddRead(token)
			},
			want: []string{"NameCannotComeBack"}, reusable: []string{},
		},
		"an invalid policy":                    {config: basic(maxAge(90 * day)), want: []string{"InvalidPolicy max_age"}},
		"a window a day short of the lifetime": {config: basic(beforeExpiry(89 * day)), reusable: []string{"InvalidPolicy before_expiry"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachPlatform(t, func(t *testing.T, s *stage) {
				if test.before != nil {
					test.before(s)
				}

				want := test.want
				if s.system.traits.ReusableNames && test.reusable != nil {
					want = test.reusable
				}

				if len(want) == 0 {
					want = nil
				}

				_, said := s.engine.PlanCreate(t.Context(), asked(test.config))
				s.wantNotices(said, want...)
				s.wantIssued(0)

				for _, failed := range noticesOf[StepFailed](said) {
					if !failed.Planning {
						t.Error("Planning is false")
					}
				}
			})
		})
	}
}

// What no platform supports is reported without a platform.
func TestCheckConfiguration(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		config Arguments
		want   string // Empty if the configuration is valid.
	}{
		"a fixed name that rotates":            {config: basic(named("ci"), maxAge(60*day)), want: "FixedNameRotates"},
		"an empty policy":                      {config: basic(func(a *Arguments) { a.Rotation = true }), want: "InvalidPolicy "},
		"a window without an expiry":           {config: basic(forEver, beforeExpiry(day)), want: "InvalidPolicy before_expiry"},
		"a window before an instant":           {config: basic(until(midnight(900*day)), beforeExpiry(day)), want: "InvalidPolicy before_expiry"},
		"a window as long as the lifetime":     {config: basic(beforeExpiry(90 * day)), want: "InvalidPolicy before_expiry"},
		"a window a day short of the lifetime": {config: basic(beforeExpiry(89 * day))},
		"an age that is never reached":         {config: basic(maxAge(90 * day)), want: "InvalidPolicy max_age"},
		"an overlap longer than the window":    {config: basic(beforeExpiry(2*day), overlap(49*time.Hour)), want: "InvalidPolicy overlap"},
		"only triggers":                        {config: basic(trigger(1))},
		"triggers that are not known":          {config: basic(func(a *Arguments) { a.Rotation, a.Triggers.Unknown = true, true })},
		"a lifetime that is not known":         {config: basic(beforeExpiry(90*day), func(a *Arguments) { later(&a.ExpiresIn) })},
		"no policy":                            {config: basic(named("ci"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			said := strings.Join(namesOfNotices(CheckConfiguration(test.config)), ", ")
			if said != test.want {
				t.Errorf("got %q, want %q", said, test.want)
			}
		})
	}
}

// A policy that turns out to be invalid at apply is refused then, before any token is revoked or
// issued.
func TestUpdate_refusesAnInvalidPolicy(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		config := basic(beforeExpiry(14 * day))
		s.created(config)

		for _, edit := range []struct {
			life  time.Duration
			fails bool
		}{{14 * day, true}, {14*day + 12*time.Hour, s.system.traits.ExpiryIsDate}} {
			shorter := config.edited(func(a *Arguments) { a.ExpiresIn = lifecycle.Known(edit.life) })

			_, _, said := s.plan(shorter)
			if said.Failed() != edit.fails {
				t.Errorf("a lifetime of %s: %v", edit.life, namesOfNotices(said))
			}
		}

		// A reissue checks the policy again.
		s.state.Due = lifecycle.Known(lifecycle.ReasonMaxAge)
		impossible := config.edited(trigger(1), func(a *Arguments) { a.ExpiresIn = lifecycle.Known(14 * day) })
		s.state.Triggers, s.state.Policy = impossible.Triggers, impossible.Policy

		plan, _, _ := s.plan(impossible)
		before := flat(s.state)
		s.wantNotices(s.update(plan), "InvalidPolicy before_expiry")

		if diff := cmp.Diff(before, flat(s.state)); diff != "" {
			t.Error(diff)
		}

		s.wantIssued(1)
	})
}
