package protocol

import (
	"maps"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// TestRevokeTokens_ownUser tests that the action does not revoke tokens of the provider's own user, one
// of which the provider may be logged in with, unless it is known to log in with a password or
// include_own_user is set.
func TestRevokeTokens_ownUser(t *testing.T) {
	t.Parallel()

	own := func(set map[string]any) map[string]any {
		full := map[string]any{"all": true}
		maps.Copy(full, set)

		return full
	}

	for name, test := range map[string]struct {
		set     map[string]any
		foreman string // part of the error; empty if all tokens are revoked
		named   string // the same on Universal Controller, with a token and a username
		unnamed string // the same with a token only
	}{
		"by default": {
			foreman: "The tokens belong to the user that the provider is logged in as", named: "The tokens belong to the user that the provider is logged in as",
			unnamed: "Cannot determine which user the provider is logged in as",
		},
		"as a dry run": {
			set:     map[string]any{"dry_run": true},
			foreman: "include_own_user = true", named: "include_own_user = true", unnamed: "include_own_user = true",
		},
		"with include_own_user": {set: map[string]any{"include_own_user": true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			check := func(t *testing.T, s *providertest.Sandbox, settings map[string]any, user providertest.Account, want string) {
				t.Helper()

				set := own(test.set)
				set["user_id"] = user.ID

				done := providertest.Invoke(t, s.Serve(t, settings), set)
				alive := s.Alive(t, user.ID)

				switch {
				case want == "" && (len(done.Errors) > 0 || alive != 0):
					t.Errorf("%q; %d tokens are alive, want none", done.Errors, alive)
				case want != "" && (len(done.Errors) != 1 || done.Stage != "plan" || !strings.Contains(done.Errors[0], want) || alive == 0):
					t.Errorf("%s: %q; %d tokens are alive; want one error in the plan with %q", done.Stage, done.Errors, alive, want)
				}
			}

			t.Run("Foreman", func(t *testing.T) {
				t.Parallel()

				s := providertest.NewForemanSandbox(t)
				user := seedLeaked(t, s)
				check(t, s, s.Settings(user.Login, user.Password), user, test.foreman)
			})

			for with, want := range map[string]string{"a token and the username": test.named, "a token": test.unnamed} {
				t.Run("Universal Controller with "+with, func(t *testing.T) {
					t.Parallel()

					s := providertest.NewUniversalControllerSandbox(t, controllerserver.Options{})
					user := seedLeaked(t, s)
					settings := bearerSettings(t, s, user)

					if with == "a token" {
						delete(settings["universal_controller"].(map[string]any), "username") //nolint:forcetypeassert // settings contains the object.
					}

					check(t, s, settings, user, want)
				})
			}

			t.Run("Universal Controller with a password", func(t *testing.T) {
				t.Parallel()

				if test.set["dry_run"] == true {
					return // It revokes nothing.
				}

				s := providertest.NewUniversalControllerSandbox(t, controllerserver.Options{})
				user := seedLeaked(t, s)
				check(t, s, s.Settings(user.Login, user.Password), user, "")
			})
		})
	}
}

// bearerSettings returns the provider configuration for an account that logs in with a new token.
func bearerSettings(t *testing.T, s *providertest.Sandbox, user providertest.Account) map[string]any {
	t.Helper()

	issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "a-credential"})
	providertest.Must(t, err)

	return map[string]any{s.System.Traits().Platform: map[string]any{
		"url": s.URL, "username": user.Login, "token": issued.Secret.Reveal(),
	}}
}

// TestRevokeTokens_theOwnCredentialIsRevokedLast tests that the provider's own token is revoked last,
// because the provider may lose access afterwards.
func TestRevokeTokens_theOwnCredentialIsRevokedLast(t *testing.T) {
	t.Parallel()

	s := providertest.NewUniversalControllerSandbox(t, controllerserver.Options{})
	user := seedLeaked(t, s)

	// This token is the first in the list, so it would be revoked first without special treatment.
	done := providertest.Invoke(t, s.Serve(t, bearerSettings(t, s, user)), map[string]any{"user_id": user.ID, "all": true, "include_own_user": true})
	if len(done.Errors) > 0 {
		t.Fatal(done.Errors)
	}

	if line := done.Progress[len(done.Progress)-2]; line != `Revoked "a-credential".` {
		t.Errorf("the token revoked last is another one: %q", done.Progress)
	}
}

// TestRevokeTokens_anotherUserThanTheProviders tests that another user's tokens can be revoked without
// include_own_user, whatever the provider logs in with.
func TestRevokeTokens_anotherUserThanTheProviders(t *testing.T) {
	t.Parallel()

	s := providertest.NewUniversalControllerSandbox(t, controllerserver.Options{})
	user := seedLeaked(t, s)
	operator := s.AddUser(t, providertest.User{Login: "operator", Admin: true})

	done := providertest.Invoke(t, s.Serve(t, bearerSettings(t, s, operator)), map[string]any{"user_id": user.ID, "all": true})
	if len(done.Errors) > 0 || s.Alive(t, user.ID) != 0 || s.Alive(t, operator.ID) != 1 {
		t.Errorf("%q; %d and %d tokens are alive, want 0 and 1", done.Errors, s.Alive(t, user.ID), s.Alive(t, operator.ID))
	}
}
