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

// universalControllerResponses are Universal Controller's own responses that prove nothing.
func universalControllerResponses() map[string]notGone {
	const (
		checkAccount = "Check the username and the password, or the token, which may have expired or been revoked."
		giveRole     = "grant this account the role ops_user_admin or ops_admin."
		checkContext = "Check that `url` names the server with its context"
		prohibited   = "HTTP 403: Operation prohibited due to security constraints."
	)

	denial := func(s *standing) string { return `A user with id "` + s.user.ID + `" does not exist.` }

	return map[string]notGone{
		// Wrong credentials.
		"a wrong password": {
			caller: func(_ *testing.T, s *standing) map[string]any { return s.Settings(s.Login, "wrong") },
			said:   "HTTP 401: a web page", do: checkAccount,
		},
		"a locked-out account": {
			caller: changed(func(u *controllerserver.User) { u.LockedOut = true }), said: "HTTP 401", do: checkAccount,
		},
		"a token that does not exist": {
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
		"an account that may see users but not their tokens": {
			caller: changed(func(u *controllerserver.User) { u.Roles = controllerserver.RolesOf(controllerserver.RoleService) }),
			said:   prohibited, do: giveRole, shown: []string{"current_user"},
		},

		// Responses of other servers that look like Universal Controller's.
		"a wrong context": {
			caller: func(_ *testing.T, s *standing) map[string]any {
				return s.admin(map[string]any{"url": strings.TrimSuffix(s.URL, "/uc")})
			},
			said: "HTTP 404: a web page", do: checkContext,
		},
		"a 404 with a sentence about something else": {
			meets: everywhere(providertest.AnswerFault(http.StatusNotFound, providertest.PlainText, "The host uc does not exist.")), said: "HTTP 404: The host uc does not exist.", do: checkContext,
		},
		"a 404 in an envelope": {
			meets: everywhere(providertest.AnswerFault(http.StatusNotFound, providertest.JSON, `{"errors":[{"message":"A user with id x does not exist."}]}`)),
			said:  "HTTP 404: A user with id x does not exist.", do: checkContext,
		},
		"a web page with the words for an unknown user": {
			meets: everywhere(providertest.AnswerFault(http.StatusNotFound, providertest.HTML, "A user with id x does not exist.")),
			said:  "HTTP 404: a web page: A user with id x does not exist.", do: checkContext,
		},
		"a null": {meets: everywhere(providertest.AnswerFault(http.StatusOK, providertest.JSON, "null")), said: "HTTP 200", do: checkURL},
		"an error in an envelope with status 200": {
			meets: everywhere(providertest.AnswerFault(http.StatusOK, providertest.JSON, `{"errors":[{"message":"not now"}]}`)), said: "not now", do: checkURL,
		},
		"a failure in plain text": {
			meets: everywhere(providertest.AnswerFault(http.StatusInternalServerError, providertest.PlainText, "Unexpected request failure. See log(s) for more details.")),
			said:  "HTTP 500: Unexpected request failure.", do: serverDown,
		},
		"the user is unknown to the list only": {
			meets: func(t *testing.T, s *standing) {
				t.Helper()
				onPath(onTokenList, providertest.AnswerFault(http.StatusNotFound, providertest.PlainText, denial(s)))(t, s)
			},
			said: "HTTP 404: A user with id", do: "The user itself is shown, so this response is not a proof: try again later", shown: []string{"users", "current_user"},
		},
		"an empty list, reading the user fails": {
			meets: both(onPath(onTokenList, providertest.AnswerFault(http.StatusOK, providertest.JSON, "[]")), at500(onUser)), said: "HTTP 500: Sorry", do: serverDown, shown: []string{"users"},
		},
		"an empty list, the user is a web page": {
			meets: both(onPath(onTokenList, providertest.AnswerFault(http.StatusOK, providertest.JSON, "[]")), onPath(onUser, providertest.AnswerFault(http.StatusNotFound, providertest.HTML, ""))),
			said:  "HTTP 404: a web page", do: checkContext, shown: []string{"users"},
		},
		"an empty list, another user is returned": {
			meets: both(onPath(onTokenList, providertest.AnswerFault(http.StatusOK, providertest.JSON, "[]")), onPath(onUser, providertest.AnswerFault(http.StatusOK, providertest.JSON,
				`{"sysId":"00000000000000000000000000000000","userName":"eve"}`))),
			said: "the response is about user 00000000000000000000000000000000", do: checkURL, shown: []string{"users"},
		},
		"the caller's tokens, because the query was dropped": {
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

		// The tokens do not exist any more, but nothing proves it.
		"a deleted user, an account that may not see users": {
			meets: deleteControllerUser, dead: true, caller: changed(func(u *controllerserver.User) { u.Roles = nil }),
			said: "HTTP 40", do: giveRole, shown: []string{"current_user"},
		},
		"a deleted user, reading users fails": {
			meets: both(deleteControllerUser, at500(onUser)), dead: true, said: "HTTP 500: Sorry", do: serverDown, shown: []string{"users"},
		},
	}
}

// changed configures the provider with an administrator's account that is then changed.
func changed(change func(*controllerserver.User)) func(*testing.T, *standing) map[string]any {
	return func(t *testing.T, s *standing) map[string]any {
		t.Helper()

		account := s.AddUser(t, providertest.User{Login: "caller-" + providertest.Unique(), Admin: true})
		providertest.Must(t, s.Controller.UpdateUser(account.Login, change))

		// The provider reads an empty list twice.
		_, err := s.Controller.AddToken(account.Login, "own", s.Now().Add(providertest.Day))
		providertest.Must(t, err)

		return s.Settings(account.Login, account.Password)
	}
}

func deleteControllerUser(_ *testing.T, s *standing) { s.Controller.DeleteUser(s.user.Login) }

// TestGone_universalControllerResponsesProveNothing tests Universal Controller's own responses. Other
// providers drop a resource from state on the 404 of a wrong URL.
func TestGone_universalControllerResponsesProveNothing(t *testing.T) {
	t.Parallel()
	checkRows(t, providertest.Sandboxes()["Universal Controller"], universalControllerResponses())
}
