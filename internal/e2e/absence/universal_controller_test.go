package absence

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

var (
	onTokenList = regexp.MustCompile(`/user/token/list$`)
	onUser      = regexp.MustCompile(`/user$`)
)

// universalControllerSays are Universal Controller's own answers that prove nothing.
func universalControllerSays() map[string]notGone {
	const (
		checkAccount = "Check the username and the password, or the token, which may have expired or been revoked."
		giveRole     = "grant this account the role ops_user_admin or ops_admin."
		checkContext = "Check that `url` names the server with its context"
		prohibited   = "HTTP 403: Operation prohibited due to security constraints."
	)

	denial := func(s *standing) string { return `A user with id "` + s.user.ID + `" does not exist.` }

	return map[string]notGone{
		// The credentials.
		"a wrong password": {
			caller: func(_ *testing.T, s *standing) map[string]any { return s.Settings(s.Login, "wrong") },
			said:   "HTTP 401: a web page", do: checkAccount,
		},
		"an account that is locked out": {
			caller: changed(func(u *controllerserver.User) { u.LockedOut = true }), said: "HTTP 401", do: checkAccount,
		},
		"a token of nobody's": {
			caller: func(_ *testing.T, s *standing) map[string]any {
				return map[string]any{"universal_controller": map[string]any{"url": s.URL, "token": "ucp_0123456789012345678901234567890123456789"}}
			},
			said: "HTTP 401", do: checkAccount,
		},

		// A missing permission.
		"an account without a role": {
			caller: changed(func(u *controllerserver.User) { u.Roles = nil }), said: prohibited, do: giveRole, shown: []string{"current_user"},
		},
		"an account without web services": {
			caller: changed(func(u *controllerserver.User) { u.WebServiceAccess = controllerserver.AccessNo }), said: "HTTP 403", do: giveRole,
		},
		"an account that may see users and not their tokens": {
			caller: changed(func(u *controllerserver.User) { u.Roles = controllerserver.RolesOf(controllerserver.RoleService) }),
			said:   prohibited, do: giveRole, shown: []string{"current_user"},
		},

		// Others, who word their answers alike.
		"a wrong context": {
			caller: func(_ *testing.T, s *standing) map[string]any {
				return s.admin(map[string]any{"url": strings.TrimSuffix(s.URL, "/uc")})
			},
			said: "HTTP 404: a web page", do: checkContext,
		},
		"a 404 in a sentence about something else": {
			meets: everywhere(providertest.AnswerFault(http.StatusNotFound, providertest.PlainText, "The host uc does not exist.")), said: "HTTP 404: The host uc does not exist.", do: checkContext,
		},
		"a 404 in an envelope": {
			meets: everywhere(providertest.AnswerFault(http.StatusNotFound, providertest.JSON, `{"errors":[{"message":"A user with id x does not exist."}]}`)),
			said:  "HTTP 404: A user with id x does not exist.", do: checkContext,
		},
		"a page in the words of a denial": {
			meets: everywhere(providertest.AnswerFault(http.StatusNotFound, providertest.HTML, "A user with id x does not exist.")),
			said:  "HTTP 404: a web page: A user with id x does not exist.", do: checkContext,
		},
		"a null": {meets: everywhere(providertest.AnswerFault(http.StatusOK, providertest.JSON, "null")), said: "HTTP 200", do: checkURL},
		"an error in an envelope with a 200": {
			meets: everywhere(providertest.AnswerFault(http.StatusOK, providertest.JSON, `{"errors":[{"message":"not now"}]}`)), said: "not now", do: checkURL,
		},
		"a failure in words": {
			meets: everywhere(providertest.AnswerFault(http.StatusInternalServerError, providertest.PlainText, "Unexpected request failure. See log(s) for more details.")),
			said:  "HTTP 500: Unexpected request failure.", do: serverDown,
		},
		"a user denied by the list alone": {
			meets: func(t *testing.T, s *standing) {
				t.Helper()
				onPath(onTokenList, providertest.AnswerFault(http.StatusNotFound, providertest.PlainText, denial(s)))(t, s)
			},
			said: "HTTP 404: A user with id", do: "The user itself is shown, so this proves nothing: try again later", shown: []string{"users", "current_user"},
		},
		"an empty list of a user who cannot be read": {
			meets: both(onPath(onTokenList, providertest.AnswerFault(http.StatusOK, providertest.JSON, "[]")), at500(onUser)), said: "HTTP 500: Sorry", do: serverDown, shown: []string{"users"},
		},
		"an empty list of a user who is a page": {
			meets: both(onPath(onTokenList, providertest.AnswerFault(http.StatusOK, providertest.JSON, "[]")), onPath(onUser, providertest.AnswerFault(http.StatusNotFound, providertest.HTML, ""))),
			said:  "HTTP 404: a web page", do: checkContext, shown: []string{"users"},
		},
		"an empty list of another user": {
			meets: both(onPath(onTokenList, providertest.AnswerFault(http.StatusOK, providertest.JSON, "[]")), onPath(onUser, providertest.AnswerFault(http.StatusOK, providertest.JSON,
				`{"sysId":"00000000000000000000000000000000","userName":"eve"}`))),
			said: "the response is about user 00000000000000000000000000000000", do: checkURL, shown: []string{"users"},
		},
		"a list of the caller's tokens, for the query was lost": {
			on: func(t *testing.T) *providertest.Sandbox {
				t.Helper()

				return providertest.NewUniversalControllerSandbox(t, controllerserver.Options{
					Switches: controllerserver.Switches{ListWithoutUser: controllerserver.ListWithoutUserIsOwn},
				})
			},
			meets: func(t *testing.T, s *standing) {
				t.Helper()

				_, err := s.Controller.AddToken(s.Login, "own", s.Now().Add(providertest.Day))
				providertest.Must(t, err)
				s.Console.Before(sandbox.Match{Path: onTokenList, Count: sandbox.Always}, func(r *http.Request) {
					if strings.HasPrefix(r.UserAgent(), "terraform-provider-opsaccess/") {
						r.URL.RawQuery = ""
					}
				})
			},
			said: "the response lists one of user", do: checkURL,
			rotated: true, shown: []string{"user", "users", "current_user", "personal_access_tokens"},
		},

		// The tokens are gone, and nobody can tell.
		"a user who is gone, to whom nobody is shown": {
			meets: deleteControllerUser, dead: true, caller: changed(func(u *controllerserver.User) { u.Roles = nil }),
			said: "HTTP 40", do: giveRole, shown: []string{"current_user"},
		},
		"a user who is gone, while users cannot be read": {
			meets: both(deleteControllerUser, at500(onUser)), dead: true, said: "HTTP 500: Sorry", do: serverDown, shown: []string{"users"},
		},
	}
}

// changed is the caller of an administrator's account that is changed then.
func changed(change func(*controllerserver.User)) func(*testing.T, *standing) map[string]any {
	return func(t *testing.T, s *standing) map[string]any {
		t.Helper()

		account := s.AddUser(t, providertest.User{Login: "caller-" + providertest.Unique(), Admin: true})
		providertest.Must(t, s.Controller.UpdateUser(account.Login, change))

		// Of whom has none, the tokens are asked for once more.
		_, err := s.Controller.AddToken(account.Login, "own", s.Now().Add(providertest.Day))
		providertest.Must(t, err)

		return s.Settings(account.Login, account.Password)
	}
}

func deleteControllerUser(_ *testing.T, s *standing) { s.Controller.DeleteUser(s.user.Login) }

// Others: a 404 of a wrong context empties the state.
func TestGone_universalControllerSaysNothing(t *testing.T) {
	t.Parallel()
	checkRows(t, providertest.Sandboxes()["Universal Controller"], universalControllerSays())
}
