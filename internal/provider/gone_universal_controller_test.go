package provider

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

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
		giveRole     = "Give the account the role ops_admin or ops_user_admin, and Web Service Access."
		checkContext = "Check that `url` names the server with its context"
		prohibited   = "HTTP 403: Operation prohibited due to security constraints."
	)

	denial := func(s *standing) string { return `A user with id "` + s.user.id + `" does not exist.` }

	return map[string]notGone{
		// The credentials.
		"a wrong password": {
			caller: func(_ *testing.T, s *standing) string { return s.block(s.login, "wrong") },
			said:   "HTTP 401: a web page", do: checkAccount,
		},
		"an account that is locked out": {
			caller: changed(func(u *controllerserver.User) { u.LockedOut = true }), said: "HTTP 401", do: checkAccount,
		},
		"a token of nobody's": {
			caller: func(_ *testing.T, s *standing) string {
				return s.withToken("", `"ucp_0123456789012345678901234567890123456789"`)
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
			caller: func(_ *testing.T, s *standing) string {
				return strings.Replace(s.provider(), s.url, strings.TrimSuffix(s.url, "/uc"), 1)
			},
			said: "HTTP 404: a web page", do: checkContext,
		},
		"a 404 in a sentence about something else": {
			meets: everywhere(answer(http.StatusNotFound, asText, "The host uc does not exist.")), said: "HTTP 404: The host uc does not exist.", do: checkContext,
		},
		"a 404 in an envelope": {
			meets: everywhere(answer(http.StatusNotFound, asJSON, `{"errors":[{"message":"A user with id x does not exist."}]}`)),
			said:  "HTTP 404: A user with id x does not exist.", do: checkContext,
		},
		"a page in the words of a denial": {
			meets: everywhere(answer(http.StatusNotFound, asHTML, "A user with id x does not exist.")),
			said:  "HTTP 404: a web page: A user with id x does not exist.", do: checkContext,
		},
		"a null": {meets: everywhere(answer(http.StatusOK, asJSON, "null")), said: "HTTP 200", do: checkURL},
		"an error in an envelope with a 200": {
			meets: everywhere(answer(http.StatusOK, asJSON, `{"errors":[{"message":"not now"}]}`)), said: "not now", do: checkURL,
		},
		"a failure in words": {
			meets: everywhere(answer(http.StatusInternalServerError, asText, "Unexpected request failure. See log(s) for more details.")),
			said:  "HTTP 500: Unexpected request failure.", do: serverDown,
		},
		"a user denied by the list alone": {
			meets: func(t *testing.T, s *standing) {
				t.Helper()
				onPath(onTokenList, answer(http.StatusNotFound, asText, denial(s)))(t, s)
			},
			said: "HTTP 404: A user with id", do: "The user itself is shown, so this proves nothing: try again later", shown: []string{"users", "current_user"},
		},
		"an empty list of a user who cannot be read": {
			meets: both(onPath(onTokenList, answer(http.StatusOK, asJSON, "[]")), at500(onUser)), said: "HTTP 500: Sorry", do: serverDown, shown: []string{"users"},
		},
		"an empty list of a user who is a page": {
			meets: both(onPath(onTokenList, answer(http.StatusOK, asJSON, "[]")), onPath(onUser, answer(http.StatusNotFound, asHTML, ""))),
			said:  "HTTP 404: a web page", do: checkContext, shown: []string{"users"},
		},
		"an empty list of another user": {
			meets: both(onPath(onTokenList, answer(http.StatusOK, asJSON, "[]")), onPath(onUser, answer(http.StatusOK, asJSON,
				`{"sysId":"00000000000000000000000000000000","userName":"eve"}`))),
			said: "the answer is about user 00000000000000000000000000000000", do: checkURL, shown: []string{"users"},
		},
		"a list of the caller's tokens, for the query was lost": {
			on: func(t *testing.T) *sandboxed {
				t.Helper()

				return rotatingUniversalController(t, controllerserver.Options{
					Switches: controllerserver.Switches{ListWithoutUser: controllerserver.ListWithoutUserIsOwn},
				})
			},
			meets: func(t *testing.T, s *standing) {
				t.Helper()

				_, err := s.controller.AddToken(s.login, "own", s.now().Add(day))
				must(t, err)
				s.console.Before(sandbox.Match{Path: onTokenList, Count: sandbox.Always}, func(r *http.Request) {
					if strings.HasPrefix(r.UserAgent(), "terraform-provider-opsaccess/") {
						r.URL.RawQuery = ""
					}
				})
			},
			said: "the answer lists one of user", do: checkURL,
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
func changed(change func(*controllerserver.User)) func(*testing.T, *standing) string {
	return func(t *testing.T, s *standing) string {
		t.Helper()

		account := s.addUser(t, testUser{login: "caller-" + unique(), admin: true})
		must(t, s.controller.UpdateUser(account.login, change))

		// Of whom has none, the tokens are asked for once more.
		_, err := s.controller.AddToken(account.login, "own", s.now().Add(day))
		must(t, err)

		return s.block(account.login, account.password)
	}
}

func deleteControllerUser(_ *testing.T, s *standing) { s.controller.DeleteUser(s.user.login) }

// Others: a 404 of a wrong context empties the state.
func TestAccGone_universalControllerSaysNothing(t *testing.T) {
	t.Parallel()
	checkRows(t, sandboxes()["Universal Controller"], universalControllerSays())
}
