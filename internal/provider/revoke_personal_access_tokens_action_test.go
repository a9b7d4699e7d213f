package provider

import (
	"context"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// anySeconds are the seconds of a time.
var anySeconds = regexp.MustCompile(`(T[0-9]{2}:[0-9]{2}):[0-9]{2}Z`)

// seedLeaked issues tokens to a new user, ten days ago and now: ci-old has expired since,
// and ci-used was used a moment ago.
func seedLeaked(t *testing.T, s *sandboxed) account {
	t.Helper()

	user := s.addUser(t, testUser{login: "svc-leaked", admin: true})
	issue := func(name string, expires time.Time) pat.Issued {
		issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: name, ExpiresAt: expires})
		must(t, err)

		return issued
	}

	used := issue("ci-used", time.Time{})
	issue("ci-unused", time.Time{})
	issue("ci-old", time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC))
	s.clock.move(10 * day)
	issue("ci-young", time.Time{})
	issue("other", time.Time{})
	s.clock.move(time.Hour)
	s.works(t, user, used.Secret.Reveal())
	s.clock.move(time.Hour)

	return user
}

func TestRevokeTokens_filters(t *testing.T) {
	t.Parallel()

	all := []string{"ci-unused", "ci-used", "ci-young", "other"}

	for name, test := range map[string]struct {
		set     map[string]any
		revoked []string
	}{
		"a prefix":              {set: map[string]any{"name_prefix": "ci-"}, revoked: []string{"ci-unused", "ci-used", "ci-young"}},
		"a whole name":          {set: map[string]any{"name_prefix": "ci-young"}, revoked: []string{"ci-young"}},
		"a time of creation":    {set: map[string]any{"created_before": "2028-03-01T01:00:00+01:00"}, revoked: []string{"ci-unused", "ci-used"}},
		"no use for a time":     {set: map[string]any{"unused_for": "5d"}, revoked: []string{"ci-unused"}},
		"no use for one hour":   {set: map[string]any{"unused_for": "90m"}, revoked: []string{"ci-unused", "ci-young", "other"}},
		"filters that all hold": {set: map[string]any{"name_prefix": "ci-", "unused_for": "90m", "created_before": "2028-03-01T00:00:00Z"}, revoked: []string{"ci-unused"}},
		"everything":            {set: map[string]any{"all": true}, revoked: all},
		"everything that is active, and no dry run": {set: map[string]any{"all": true, "status": "active", "dry_run": false}, revoked: all},
		"what has expired":                          {set: map[string]any{"all": true, "status": "expired"}},
		"nothing that is there":                     {set: map[string]any{"name_prefix": "none-"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachSandbox(t, func(t *testing.T, s *sandboxed) {
				user := seedLeaked(t, s)
				bystander := s.addUser(t, testUser{login: "svc-bystander"})

				_, err := s.system.Create(t.Context(), bystander.id, pat.NewToken{Name: "ci-bystander"})
				must(t, err)

				set := maps.Clone(test.set)
				set["username"] = user.login

				done := invoke(t, s.admin(t), set)
				if len(done.errors) > 0 {
					t.Fatalf("%s: %q", done.stage, done.errors)
				}

				left := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return slices.Contains(test.revoked, name) })
				if diff := cmp.Diff(left, s.aliveNames(t, user.id), emptyIsNil); diff != "" {
					t.Errorf("what is alive:\n%s", diff)
				}

				if s.alive(t, bystander.id) != 1 {
					t.Error("the token of another user was revoked")
				}

				for _, token := range test.revoked {
					if !slices.ContainsFunc(done.progress, func(line string) bool { return strings.HasPrefix(line, "Revoked \""+token+"\"") }) {
						t.Errorf("nothing tells of %s: %q", token, done.progress)
					}
				}
			})
		})
	}
}

// emptyIsNil compares an empty slice as none.
var emptyIsNil = cmp.Transformer("nil", func(texts []string) []string {
	if len(texts) == 0 {
		return nil
	}

	return append([]string(nil), texts...)
})

func TestRevokeTokens_progress(t *testing.T) {
	t.Parallel()

	s := rotatingForeman(t)
	user := seedLeaked(t, s)
	server := s.admin(t)
	tokens := s.tokensOf(t, user.id)
	id := func(name string) string {
		return tokens[slices.IndexFunc(tokens, func(token pat.Token) bool { return token.Name == name })].ID
	}

	for name, test := range map[string]struct {
		set  map[string]any
		want []string
	}{
		"a dry run": {
			set: map[string]any{"username": user.login, "name_prefix": "ci-u", "dry_run": true},
			want: []string{
				"Looking at the tokens of user svc-leaked with id " + user.id + " on " + s.url + ": active, named \"ci-u\" and more.",
				"Would revoke \"ci-used\" (id " + id("ci-used") + "): created 2028-02-28T12:00:00Z, last used 2028-03-09T13:00:00Z.",
				"Would revoke \"ci-unused\" (id " + id("ci-unused") + "): created 2028-02-28T12:00:00Z, never used.",
				"2 tokens would be revoked. This was a dry run: nothing was changed.",
			},
		},
		"one token": {
			set: map[string]any{"user_id": user.id, "name_prefix": "other", "unused_for": "1h"},
			want: []string{
				"Looking at the tokens of user with id " + user.id + " on " + s.url + ": active, named \"other\" and more, unused for 1h.",
				"1 token to revoke.", "Revoked \"other\" (id " + id("other") + ").", "1 token revoked.",
			},
		},
		"none": {
			set: map[string]any{"user_id": user.id, "status": "expired", "created_before": "2027-01-01T00:00:00Z"},
			want: []string{
				"Looking at the tokens of user with id " + user.id + " on " + s.url + ": expired, created before 2027-01-01T00:00:00Z.",
				"No token matches: nothing was revoked.",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			done := invoke(t, server, test.set)

			// To the second, as far as the clock runs on.
			if diff := cmp.Diff(test.want, secondsGone(done.progress)); diff != "" || len(done.errors) > 0 {
				t.Errorf("%q\n%s", done.errors, diff)
			}
		})
	}
}

// secondsGone sets the seconds of all times to zero.
func secondsGone(lines []string) []string {
	gone := make([]string, 0, len(lines))
	for _, line := range lines {
		gone = append(gone, anySeconds.ReplaceAllString(line, "${1}:00Z"))
	}

	return gone
}

func TestRevokeTokens_dryRunChangesNothing(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := seedLeaked(t, s)
		before := s.tokensOf(t, user.id)

		done := invoke(t, s.admin(t), map[string]any{"username": user.login, "all": true, "dry_run": true})
		if len(done.errors) > 0 {
			t.Fatal(done.errors)
		}

		if diff := cmp.Diff(before, s.tokensOf(t, user.id)); diff != "" {
			t.Error(diff)
		}

		if sent := s.console.Count(func(r sandbox.Request) bool { return r.Method == http.MethodDelete }); sent != 0 {
			t.Errorf("%d revocations were sent", sent)
		}
	})
}

// What an expired token is revoked for is order, and nothing that is in use may go with it.
func TestRevokeTokens_expiredTokens(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := seedLeaked(t, s)

		done := invoke(t, s.admin(t), map[string]any{"username": user.login, "all": true, "status": "expired"})
		if len(done.errors) > 0 {
			t.Fatal(done.errors)
		}

		for _, token := range s.tokensOf(t, user.id) {
			if token.Status == pat.StatusExpired {
				t.Errorf("%s is still expired, and not revoked", token.Name)
			}
		}
	})
}

// What would revoke more than was meant is refused, as early as it can be known.
func TestRevokeTokens_refusals(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := seedLeaked(t, s)
		server := s.admin(t)

		for name, test := range map[string]struct {
			set         map[string]any
			stage, want string
		}{
			"no filter":                     {set: map[string]any{}, stage: "validate", want: "Every token of the user would be revoked"},
			"a status alone":                {set: map[string]any{"status": "active"}, stage: "validate", want: "Every token of the user would be revoked"},
			"all that is false":             {set: map[string]any{"all": false}, stage: "validate", want: "`all = true`"},
			"a dry run without a filter":    {set: map[string]any{"dry_run": true}, stage: "validate", want: "Every token of the user would be revoked"},
			"everything, and a filter":      {set: map[string]any{"all": true, "name_prefix": "ci-"}, stage: "validate", want: "All tokens, or some of them"},
			"an empty prefix":               {set: map[string]any{"name_prefix": ""}, stage: "validate", want: "at least 1"},
			"revoked tokens":                {set: map[string]any{"all": true, "status": "revoked"}, stage: "validate", want: "revoked"},
			"a duration without a unit":     {set: map[string]any{"unused_for": "90"}, stage: "validate", want: "90d"},
			"a bare date":                   {set: map[string]any{"created_before": "2028-03-01"}, stage: "validate", want: "2028-03-01T00:00:00Z"},
			"a time that is yet to come":    {set: map[string]any{"created_before": "2028-04-01T00:00:00Z"}, stage: "plan", want: "in the future"},
			"no user":                       {set: map[string]any{"all": true, "username": nil}, stage: "validate", want: "user_id"},
			"a user who is not there":       {set: map[string]any{"all": true, "username": "nobody"}, stage: "plan", want: "Could not find the user"},
			"a user's id that is not there": {set: map[string]any{"all": true, "username": nil, "user_id": s.noUser()}, stage: "invoke", want: "Could not list the personal access tokens"},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()

				set := map[string]any{"username": user.login}
				maps.Copy(set, test.set)

				done := invoke(t, server, set)
				if len(done.errors) != 1 || done.stage != test.stage || !strings.Contains(done.errors[0], test.want) {
					t.Errorf("%s: got %q; want at %s one error with %q", done.stage, done.errors, test.stage, test.want)
				}

				if alive := s.alive(t, user.id); alive != 4 {
					t.Errorf("%d tokens are alive, want all 4", alive)
				}
			})
		}
	})
}

// noUser is a key that no user has.
func (s *sandboxed) noUser() string {
	if s.system.Traits().TokenIDs {
		return "99999"
	}

	return strings.Repeat("0", 32)
}

// What is known only after apply is decided on then: with the values that it takes, the
// same is refused.
func TestRevokeTokens_unknownValues(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := seedLeaked(t, s)
		server := s.admin(t)
		of := schemas(t)["action "+revokeType].ValueType()

		for name, test := range map[string]struct {
			set      map[string]any
			becoming map[string]any
			want     string
		}{
			"a filter":            {set: map[string]any{"name_prefix": tftypes.UnknownValue}, becoming: map[string]any{}, want: "Every token of the user would be revoked"},
			"all":                 {set: map[string]any{"all": tftypes.UnknownValue}, becoming: map[string]any{}, want: "Every token of the user would be revoked"},
			"a filter beside all": {set: map[string]any{"all": true, "unused_for": tftypes.UnknownValue}, becoming: map[string]any{"all": true, "unused_for": "1d"}, want: "All tokens, or some of them"},
			"a time of creation":  {set: map[string]any{"created_before": tftypes.UnknownValue}, becoming: map[string]any{"created_before": "2029-01-01T00:00:00Z"}, want: "in the future"},
			"the user":            {set: map[string]any{"all": true, "username": tftypes.UnknownValue}, becoming: map[string]any{"all": true, "username": "nobody"}, want: "Could not find the user"},
			"the own user":        {set: map[string]any{"all": true, "user_id": tftypes.UnknownValue, "username": nil}, becoming: map[string]any{"all": true, "user_id": s.noUser(), "username": nil}, want: "Could not list"},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()

				full := func(set map[string]any) *tfprotov6.DynamicValue {
					arguments := map[string]any{"username": user.login}
					maps.Copy(arguments, set)

					return dynamic(t, of, arguments)
				}

				early := validateConfig(t, server, "action", revokeType, full(test.set))
				planned, err := server.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: revokeType, Config: full(test.set)})
				must(t, err)

				if all := append(early, planned.Diagnostics...); len(all) > 0 {
					t.Errorf("%s: %s", all[0].Summary, all[0].Detail)
				}

				// Straight to the invocation: Terraform validates what it knows, and no more.
				stream, err := server.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{
					ActionType: revokeType, Config: full(test.becoming),
				})
				must(t, err)

				var errs []string

				for event := range stream.Events {
					if completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok {
						errs = said(completed.Diagnostics, tfprotov6.DiagnosticSeverityError)
					}
				}

				if len(errs) != 1 || !strings.Contains(errs[0], test.want) {
					t.Errorf("got %q, want one error with %q", errs, test.want)
				}

				if alive := s.alive(t, user.id); alive != 4 {
					t.Errorf("%d tokens are alive, want all 4", alive)
				}
			})
		}
	})
}

// A provider whose settings are known only after apply plans the action without a look at
// the server.
func TestRevokeTokens_unknownSettings(t *testing.T) {
	t.Parallel()

	s := rotatingForeman(t)
	settings := s.settings(s.login, s.password)
	settings["foreman"].(map[string]any)["url"] = tftypes.UnknownValue //nolint:forcetypeassert // It was made in the line above.
	server := s.serve(t, settings)

	done := invoke(t, server, map[string]any{"user_id": "5", "all": true})
	if done.stage != "invoke" || len(done.errors) != 1 || !strings.Contains(done.errors[0], "foreman.url") {
		t.Errorf("%s: %q", done.stage, done.errors)
	}
}

// A token that cannot be revoked is named with what the server said, and the others are
// revoked.
func TestRevokeTokens_partialFailure(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := seedLeaked(t, s)
		s.console.AddFault(sandbox.Fault{
			Match: sandbox.Match{Method: http.MethodDelete, Nth: 2}, Kind: sandbox.FaultAnswer,
			Status: http.StatusInternalServerError, ContentType: "text/plain", Body: "out of cheese",
		})

		done := invoke(t, s.admin(t), map[string]any{"username": user.login, "name_prefix": "ci-"})
		left := s.aliveNames(t, user.id)

		if len(left) != 2 || left[1] != "other" {
			t.Fatalf("alive: %q", left)
		}

		if len(done.errors) != 1 || !strings.Contains(done.errors[0], `"`+left[0]+`"`) || !strings.Contains(done.errors[0], "out of cheese") {
			t.Errorf("got %q, want one error that names %s", done.errors, left[0])
		}

		if last := done.progress[len(done.progress)-1]; last != "2 tokens revoked, 1 failed." {
			t.Errorf("the last progress is %q", last)
		}
	})
}

// After an interruption no further token is revoked, and the error names what is left.
func TestRevokeTokens_interruption(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := seedLeaked(t, s)

		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()

		s.console.Before(sandbox.Match{Method: http.MethodDelete, Nth: 2}, func(*http.Request) { cancel() })

		stream, err := s.admin(t).InvokeAction(ctx, &tfprotov6.InvokeActionRequest{
			ActionType: revokeType,
			Config:     dynamic(t, schemas(t)["action "+revokeType].ValueType(), map[string]any{"user_id": user.id, "all": true}),
		})
		must(t, err)

		var errs []string

		for event := range stream.Events {
			if completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok {
				errs = said(completed.Diagnostics, tfprotov6.DiagnosticSeverityError)
			}
		}

		last := ""
		if len(errs) > 0 {
			last = errs[len(errs)-1]
		}

		left := s.aliveNames(t, user.id)
		if len(left) < 2 || !strings.HasPrefix(last, "The run was interrupted") {
			t.Fatalf("%q are alive; the errors are %q", left, errs)
		}

		for _, name := range left {
			if !strings.Contains(strings.Join(errs, "\n"), `"`+name+`"`) {
				t.Errorf("no error names %s: %q", name, errs)
			}
		}

		if sent := s.console.Count(func(r sandbox.Request) bool { return r.Method == http.MethodDelete }); sent > 2 {
			t.Errorf("%d revocations were sent, want 2 at most", sent)
		}
	})
}

// The tokens of the provider's own user are spared, for one may be what it logs in with;
// unless it is known to log in with a password, or the user says so.
func TestRevokeTokens_ownUser(t *testing.T) {
	t.Parallel()

	own := func(set map[string]any) map[string]any {
		full := map[string]any{"all": true}
		maps.Copy(full, set)

		return full
	}

	for name, test := range map[string]struct {
		set     map[string]any
		foreman string // part of the error; empty where all are revoked
		bearer  string // the same on Universal Controller, with a token and the username
		unnamed string // and with a token alone
	}{
		"without a word": {
			foreman: "The tokens are those of the provider's own user", bearer: "The tokens are those of the provider's own user",
			unnamed: "It is not known who the provider is",
		},
		"even as a dry run": {
			set:     map[string]any{"dry_run": true},
			foreman: "include_own_user = true", bearer: "include_own_user = true", unnamed: "include_own_user = true",
		},
		"if the user says so": {set: map[string]any{"include_own_user": true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			check := func(t *testing.T, s *sandboxed, settings map[string]any, user account, want string) {
				t.Helper()

				set := own(test.set)
				set["user_id"] = user.id

				done := invoke(t, s.serve(t, settings), set)
				alive := s.alive(t, user.id)

				switch {
				case want == "" && (len(done.errors) > 0 || alive != 0):
					t.Errorf("%q; %d tokens are alive, want none", done.errors, alive)
				case want != "" && (len(done.errors) != 1 || done.stage != "plan" || !strings.Contains(done.errors[0], want) || alive == 0):
					t.Errorf("%s: %q; %d tokens are alive; want at plan one error with %q", done.stage, done.errors, alive, want)
				}
			}

			t.Run("Foreman", func(t *testing.T) {
				t.Parallel()

				s := rotatingForeman(t)
				user := seedLeaked(t, s)
				check(t, s, s.settings(user.login, user.password), user, test.foreman)
			})

			for with, want := range map[string]string{"a token and the username": test.bearer, "a token": test.unnamed} {
				t.Run("Universal Controller with "+with, func(t *testing.T) {
					t.Parallel()

					s := rotatingUniversalController(t, controllerserver.Options{})
					user := seedLeaked(t, s)
					settings := s.bearer(t, user)

					if with == "a token" {
						delete(settings["universal_controller"].(map[string]any), "username") //nolint:forcetypeassert // As it was made.
					}

					check(t, s, settings, user, want)
				})
			}

			t.Run("Universal Controller with a password", func(t *testing.T) {
				t.Parallel()

				if test.set["dry_run"] == true {
					return // Which revokes nothing.
				}

				s := rotatingUniversalController(t, controllerserver.Options{})
				user := seedLeaked(t, s)
				check(t, s, s.settings(user.login, user.password), user, "")
			})
		})
	}
}

// bearer is the provider's configuration for an account that logs in with a new token.
func (s *sandboxed) bearer(t *testing.T, user account) map[string]any {
	t.Helper()

	issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: "a-credential"})
	must(t, err)

	return map[string]any{s.system.Traits().Platform: map[string]any{
		"url": s.url, "username": user.login, "token": issued.Secret.Reveal(),
	}}
}

// With a token that revokes itself the others go first: after it the provider may be
// locked out.
func TestRevokeTokens_theOwnCredentialGoesLast(t *testing.T) {
	t.Parallel()

	s := rotatingUniversalController(t, controllerserver.Options{})
	user := seedLeaked(t, s)

	// The first in the list's order, and so the first to go if nobody took care.
	done := invoke(t, s.serve(t, s.bearer(t, user)), map[string]any{"user_id": user.id, "all": true, "include_own_user": true})
	if len(done.errors) > 0 {
		t.Fatal(done.errors)
	}

	if line := done.progress[len(done.progress)-2]; line != `Revoked "a-credential".` {
		t.Errorf("the last token is another: %q", done.progress)
	}
}

// Another user's tokens need no word, whatever the provider logs in with.
func TestRevokeTokens_anotherUserThanTheProviders(t *testing.T) {
	t.Parallel()

	s := rotatingUniversalController(t, controllerserver.Options{})
	user := seedLeaked(t, s)
	operator := s.addUser(t, testUser{login: "operator", admin: true})

	done := invoke(t, s.serve(t, s.bearer(t, operator)), map[string]any{"user_id": user.id, "all": true})
	if len(done.errors) > 0 || s.alive(t, user.id) != 0 || s.alive(t, operator.id) != 1 {
		t.Errorf("%q; %d and %d tokens are alive, want 0 and 1", done.errors, s.alive(t, user.id), s.alive(t, operator.id))
	}
}
