package tokens

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// Each form of an import id finds the token, which is left unchanged.
func TestImport_finds(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		user, ref   string
		burningOnly bool
	}{
		"id and id":                     {user: user, ref: "2", burningOnly: true},
		"login and id":                  {user: "svc", ref: "2", burningOnly: true},
		"login and a name":              {user: "svc", ref: "a/b by hand"},
		"id and a name with name=":      {user: user, ref: NameMark + "a/b by hand"},
		"a name that begins with name=": {user: user, ref: NameMark + NameMark + "x"},
		"a name of digits":              {user: user, ref: NameMark + "42"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachPlatform(t, func(t *testing.T, s *stage) {
				if test.burningOnly && !s.system.traits.TokenIDs {
					return
				}

				s.leave("first")

				name := "a/b by hand"
				switch test.ref {
				case NameMark + "42":
					name = "42"
				case NameMark + NameMark + "x":
					name = NameMark + "x"
				}

				token, err := s.system.make(user, name, midnight(40*day))
				if err != nil {
					t.Fatal(err)
				}

				record, said := s.engine.Import(t.Context(), test.user, test.ref)
				s.wantNotices(said, "SecretUnknown")

				if record.Current.ID.V != token.ID || record.Username.V != "svc" || record.UserID.Set || record.Name.V != name ||
					!record.ExpiresAt.V.Equal(token.ExpiresAt) || !record.Generation.Set || record.Generation.V != 0 ||
					record.Secret != (Secret{}) || record.Current.SHA256.Set || record.Current.IssueReason.V != lifecycle.ReasonImported ||
					record.Server.V != s.system.server || record.Owner.ID.V != user {
					t.Errorf("%+v", record)
				}

				// If the configuration matches the token, nothing is planned.
				s.state = record
				s.wantNotices(s.refresh())

				plan, _, said := s.plan(basic(ofLogin("svc"), named(name), until(token.ExpiresAt)))
				s.wantNotices(said)

				if !empty(s.state, plan) {
					t.Errorf("the plan changes %s", cmp.Diff(flat(s.state), flat(plan)))
				}

				s.wantLive("first", name)
			})
		})
	}
}

// Importing a token that does not exist, or that would be reissued at once, fails.
func TestImport_failures(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		user, token string
		before      func(s *stage)
		want        string
	}{
		"no such user":             {user: "nobody", token: "ci", want: "StepFailed FindImportedUser"},
		"no such id":               {user: "99", token: "ci", want: "StepFailed FindImportedUser"},
		"no such token":            {user: user, token: "99", want: "StepFailed FindImportedToken"},
		"no such name":             {user: user, token: "CI", want: "StepFailed FindImportedToken"},
		"of another user":          {user: "6", token: "ci", want: "StepFailed FindImportedToken"},
		"the list fails":           {user: user, token: "ci", before: func(s *stage) { s.failing(errLook, callTokens) }, want: "StepFailed FindImportedToken"},
		"it expired":               {user: user, token: "ci", before: func(s *stage) { s.system.tokens[0].ExpiresAt = midnight(-10 * day) }, want: "ImportInactive"},
		"two tokens have the name": {user: user, token: "ci", before: func(s *stage) { s.system.tokens = append(s.system.tokens, s.system.tokens[0]) }, want: "StepFailed FindImportedToken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachPlatform(t, func(t *testing.T, s *stage) {
				s.leave("ci")

				if test.before != nil {
					test.before(s)
				}

				_, said := s.engine.Import(t.Context(), test.user, test.token)
				s.wantNotices(said, test.want)
			})
		})
	}

	s := newStage(t, false)
	s.system.kill(s.leave("ci"))
	_, said := s.engine.Import(t.Context(), user, "ci")
	s.wantNotices(said, "ImportInactive")
}

// The warning that the secret is not known is given once per run.
func TestImport_warnsOnce(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(_ *testing.T, s *stage) {
		s.leave("one")
		s.leave("two")
		s.wantNotices(s.imported("one"), "SecretUnknown")
		s.wantNotices(s.imported("two"))
	})
}

// Arguments that the server does not know about an imported token are recorded, and apply to the next
// token.
func TestImport_isAdopted(t *testing.T) {
	t.Parallel()

	t.Run("its name belongs to the configured series", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			config := basic(inSeries("abc234"), beforeExpiry(14*day), overlap(48*time.Hour))

			token, err := s.system.make(user, "ci-abc234-7", midnight(91*day))
			if err != nil {
				t.Fatal(err)
			}

			s.imported(NameMark + token.Name)
			s.refresh()

			plan, _, said := s.plan(config)
			s.wantNotices(said)

			if unknowns := unknownsOf(plan); len(unknowns) > 0 {
				t.Errorf("known after apply: %v", unknowns)
			}

			s.wantNotices(s.update(plan))
			s.wantToken(7, lifecycle.ReasonImported)
			s.wantNotices(s.unchanged(config))

			s.pass(78 * day)
			s.wantNotices(s.run(config))
			s.wantToken(8, lifecycle.ReasonBeforeExpiry)
			s.wantPrevious(7)

			if name := s.state.Current.Name.V; name != "ci-abc234-8" || s.state.Previous.V[0].SHA256 != "" || !s.state.Secret.Plain.Set {
				t.Errorf("%s, %+v", name, s.state.Previous.V)
			}

			s.unchanged(config)
			s.pass(49 * time.Hour)
			s.run(config)
			s.wantPrevious()
		})
	})

	t.Run("its triggers are recorded without a warning", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			token, err := s.system.make(user, "ci-abc234-7", midnight(91*day))
			if err != nil {
				t.Fatal(err)
			}

			config := func(edits ...func(*Arguments)) Arguments {
				return basic(append(edits, inSeries("abc234"), overlap(48*time.Hour))...)
			}

			s.imported(NameMark + token.Name)
			s.refresh()
			s.wantNotices(s.run(config(trigger(1))))
			s.wantNotices(s.run(config()), "TriggersRecorded")
			s.wantNotices(s.run(config(trigger(1))), "TriggersRecorded")
			s.wantToken(7, lifecycle.ReasonImported)
			s.wantNotices(s.run(config(trigger(2))))
			s.wantToken(8, lifecycle.ReasonTriggers)
		})
	})

	t.Run("it is due", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			token := s.leave("by hand")
			s.pass(100 * day)
			s.imported(token.ID)

			if s.system.traits.TokenIDs {
				s.imported("by hand")
			}

			s.wantNotices(s.run(aged()), "ImportedDiffers name_prefix")
			s.wantToken(0, lifecycle.ReasonImported)

			s.process()
			s.refresh()

			plan, _, _ := s.plan(aged())
			if diff := cmp.Diff(also(unknownInReissue, "series"), unknownsOf(plan)); diff != "" {
				t.Error(diff)
			}

			s.wantNotices(s.update(plan))
			s.wantToken(1, lifecycle.ReasonMaxAge)
			s.wantPrevious(0)
			s.unchanged(aged())

			if !s.works(token) {
				t.Error("the imported token was revoked within its overlap")
			}
		})
	})

	t.Run("it is due, and its policy is edited", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			s.leave("ci-by-hand")
			s.imported(NameMark + "ci-by-hand")
			s.run(aged())
			s.pass(61 * day)
			s.wantNotices(s.refresh())

			if s.state.Due.V != lifecycle.ReasonMaxAge {
				t.Errorf("due for %q", s.state.Due.V)
			}

			s.wantNotices(s.apply(aged(maxAge(70 * day)))) // The next refresh determines what is due by the new policy.
			s.wantToken(0, lifecycle.ReasonImported)

			if s.state.Due.Set {
				t.Errorf("the token is still due, because of %q", s.state.Due.V)
			}

			s.unchanged(aged(maxAge(70 * day)))
		})
	})

	t.Run("its series or prefix is not known yet", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			for name, edit := range map[string]func(*Arguments){
				"series": func(a *Arguments) { later(&a.Series) }, "name_prefix": func(a *Arguments) { later(&a.NamePrefix) },
			} {
				s.system.tokens = nil
				s.leave("ci-abc234-7")
				s.imported(NameMark + "ci-abc234-7")

				config := basic(inSeries("abc234"))
				plan, _, _ := s.plan(config.edited(edit))

				if diff := cmp.Diff([]string{"generation", name}, unknownsOf(plan)); diff != "" {
					t.Error(diff)
				}

				final, _, _ := s.plan(config)
				s.keeps(plan, final)
				s.update(final)
				s.wantToken(7, lifecycle.ReasonImported)
				s.unchanged(config)
			}
		})
	})

	t.Run("its policy is not known yet", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			s.leave("by hand")
			s.imported(NameMark + "by hand")

			plan, _, _ := s.plan(aged(func(a *Arguments) { later(&a.Policy.MaxAge) }))
			if diff := cmp.Diff([]string{"current.rotate_at", "rotation.max_age"}, unknownsOf(plan)); diff != "" {
				t.Error(diff)
			}

			final, _, _ := s.plan(aged())
			s.keeps(plan, final)
			s.update(final)

			if at := s.state.Current.RotateAt.V; !at.Equal(start.Add(60 * day)) {
				t.Errorf("the token is due at %s", at)
			}

			s.unchanged(aged())
		})
	})

	t.Run("its series is set in the run in which it is due", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(_ *testing.T, s *stage) {
			s.leave("ci-abc234-7")
			s.imported(NameMark + "ci-abc234-7")
			s.run(aged())
			s.wantToken(0, lifecycle.ReasonImported)
			s.pass(61 * day)
			s.wantNotices(s.run(aged(inSeries("abc234"))))
			s.wantToken(8, lifecycle.ReasonMaxAge)
			s.wantPrevious(7)
			s.unchanged(aged(inSeries("abc234")))
		})
	})

	t.Run("it has recipients", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			s.leave("ci-by-hand")
			s.imported(NameMark + "ci-by-hand")

			config := basic(func(a *Arguments) {
				a.Recipients = lifecycle.Known("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p")
			})
			s.run(config)
			s.wantToken(0, lifecycle.ReasonImported)
			s.unchanged(config)
			s.run(config.edited(trigger(1)))
			s.run(config.edited(trigger(2)))
			s.wantToken(1, lifecycle.ReasonTriggers)

			if s.state.Secret.Plain.Set || !s.state.Secret.Encrypted.Set {
				t.Error("the secret of the next token is not encrypted")
			}
		})
	})

	t.Run("it was revoked after the import", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(_ *testing.T, s *stage) {
			token := s.leave("by hand")
			s.imported(NameMark + "by hand")
			s.run(basic())
			s.system.kill(token)
			s.run(basic())

			reason := lifecycle.ReasonRevoked
			if s.system.traits.ReusableNames {
				reason = lifecycle.ReasonMissing
			}

			s.wantToken(1, reason)
			s.wantPrevious()
		})
	})

	t.Run("its arguments differ", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(_ *testing.T, s *stage) {
			s.leave("by hand")
			s.imported(NameMark + "by hand")
			s.wantNotices(s.run(basic(named("other"), until(midnight(40*day)))), "ImportedDiffers name", "ImportedDiffers expires_at")
			s.wantToken(0, lifecycle.ReasonImported)
		})
	})
}
