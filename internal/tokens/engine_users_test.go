package tokens

import (
	"errors"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// The user of a token: a new username of the same user is recorded, another user requires a
// replacement, and a user that is not known or does not exist requires none.
func TestPlanUpdate_users(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		before, after Arguments
		meanwhile     func(s *stage)
		unread        bool
		replace       []string
		want          []string
		owner         string
	}{
		"the same id":                        {before: basic(), after: basic(), owner: "svc"},
		"its login":                          {before: basic(), after: basic(ofLogin("svc")), owner: "svc"},
		"a renamed login":                    {before: basic(), after: basic(ofLogin("new")), meanwhile: func(s *stage) { s.system.users[1].Username = "new" }, owner: "new"},
		"an old login":                       {before: basic(ofLogin("svc")), after: basic(ofLogin("svc")), meanwhile: func(s *stage) { s.system.users[1].Username = "new" }, owner: "svc"},
		"another id":                         {before: basic(), after: basic(ofUser("6")), replace: []string{"user_id"}},
		"another login":                      {before: basic(ofLogin("svc")), after: basic(ofLogin("other")), replace: []string{"username"}},
		"another, by username instead of id": {before: basic(), after: basic(ofLogin("other")), replace: []string{"username", "user_id"}},
		"another, without a refresh": {
			before: basic(), after: basic(ofUser("6")), unread: true, want: []string{"OtherOwner"},
		},
		"another, with an expiry that has passed": {
			before: basic(), after: basic(ofUser("6"), until(midnight(-day))), want: []string{"ExpiryPassed", "ExpiryPassed"},
		},
		"one who does not exist": {before: basic(), after: basic(ofUser("99")), want: []string{"CannotReissueToUser"}},
		"an invalid id":          {before: basic(), after: basic(ofUser("svc")), want: []string{"InvalidUserID"}},
		"one who cannot be read": {
			before: basic(), after: basic(ofLogin("other")), meanwhile: func(s *stage) { s.failing(errLook, callUser) }, want: []string{"StepFailed FindUser"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachPlatform(t, func(t *testing.T, s *stage) {
				s.created(test.before)

				if !test.unread {
					s.wantNotices(s.refresh())
				}

				if test.meanwhile != nil {
					test.meanwhile(s)
				}

				plan, replace, said := s.plan(test.after)
				if diff := cmp.Diff(test.replace, replace); diff != "" {
					t.Errorf("replaced by (-want +got):\n%s", diff)
				}

				s.wantNotices(said, test.want...)

				if test.owner != "" {
					s.update(plan)

					if owner := s.state.Owner; owner.Username.V != test.owner || owner.ID.V != user {
						t.Errorf("the owner is %+v", owner)
					}

					s.wantToken(1, lifecycle.ReasonCreated)

					return
				}

				if len(replace) > 0 {
					if plan.Owner.ID != lifecycle.Unknown[string]() || !slices.Contains(unknownsOf(plan), "token") {
						t.Errorf("the replacement is planned as %+v", plan)
					}

					return
				}

				// Whatever was planned, the token stays.
				before := flat(s.state)

				if updated, _, refused := s.engine.Update(t.Context(), s.state, plan, s.memory); !refused.Failed() {
					t.Errorf("the update is not refused: %+v", updated)
				} else if diff := cmp.Diff(before, flat(updated)); diff != "" {
					t.Error(diff)
				}

				s.wantIssued(1)
			})
		})
	}
}

// If the owner was deleted, the plan names the user who now has the username.
func TestPlanUpdate_aUserWhoWasCreatedAgain(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		s.created(basic(ofLogin("svc")))
		s.system.deleteUser(user)
		s.process()
		s.refresh()

		_, _, said := s.plan(basic(ofLogin("svc")))
		if refused := noticesOf[CannotReissue](said); len(refused) != 1 || refused[0].NewUser.Set || !refused[0].Decision.UserGone {
			t.Errorf("%+v", refused)
		}

		s.system.users = append(s.system.users, pat.User{ID: "7", Username: "svc"})

		_, _, said = s.plan(basic(ofLogin("svc")))
		if refused := noticesOf[CannotReissue](said); len(refused) != 1 || refused[0].NewUser.V.ID != "7" {
			t.Errorf("%+v", refused)
		}
	})
}

// A user that the server refuses would get a token that does not work: the plan warns of that.
func TestPlanCreate_userWhoCannotLogIn(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *stage) {
		for i := range s.system.users {
			s.system.users[i].Refusal = "is locked"
		}

		_, said := s.engine.PlanCreate(t.Context(), asked(basic()))
		s.wantNotices(said, "UserRefused")
	})
}

// A user id of another platform is distinguished from a text that is not a user id on any platform, before a
// request is sent. An import first searches for a user with that username.
func TestUserID_ofAnotherPlatform(t *testing.T) {
	t.Parallel()

	other := pat.Traits{Platform: "other", DisplayName: "Other", UserID: regexp.MustCompile("^[a-f]{8}$")}

	for id, want := range map[string]string{"abcdefab": "Other", "svc-x": ""} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			onEachPlatform(t, func(t *testing.T, s *stage) {
				s.options.Platforms = []pat.Traits{s.system.traits, other}
				s.process()

				// tells fails the test unless there is exactly one notice, about the id.
				tells := func(what string, said Notices) {
					t.Helper()

					var err error

					if len(said) == 1 {
						switch notice := said[0].(type) {
						case InvalidUserID:
							err = notice.Err
						case StepFailed:
							err = notice.Err
						}
					}

					if invalid, ok := errors.AsType[*UserIDError](err); !ok || invalid.Text != id || invalid.Of.V.DisplayName != want {
						t.Errorf("%s: %v", what, said)
					}
				}

				config := basic(ofUser(id))
				_, said := s.engine.PlanCreate(t.Context(), asked(config))
				tells("plan", said)

				_, _, said = s.engine.Create(t.Context(), asked(config), Memory{})
				tells("create", said)

				var leases Leases

				_, _, said = leases.Open(t.Context(), s.engine, pat.UserRef{ID: id}, Order{NamePrefix: "job-"})
				tells("open", said)
				tells("check", s.engine.CheckUserID(id))

				if s.system.calls > 0 {
					t.Errorf("%d requests were sent", s.system.calls)
				}

				if want == "" {
					return
				}

				_, said = s.engine.Import(t.Context(), id, "ci")
				tells("import", said)
				s.failing(errDenied, callUser)

				_, said = s.engine.Import(t.Context(), id, "ci")
				tells("import by an account that may not look", said)
				s.failing(errLook, callUser)

				_, said = s.engine.Import(t.Context(), id, "ci")
				s.wantNotices(said, "StepFailed FindImportedUser")

				if failed, _ := said[0].(StepFailed); !errors.Is(failed.Err, errLook) {
					t.Errorf("a server that does not respond: %v", said)
				}

				s.failing(nil)

				s.system.users[1].Username = id
				s.leave("ci")
				_, said = s.engine.Import(t.Context(), id, "ci")
				s.wantNotices(said, "SecretUnknown")
			})
		})
	}
}
