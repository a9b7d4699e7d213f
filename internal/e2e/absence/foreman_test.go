package absence

import (
	"net/http"
	"regexp"
	"strconv"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

var (
	onToken       = regexp.MustCompile(`/personal_access_tokens/\d+$`)
	onUsers       = regexp.MustCompile(`/users$`)
	onCurrentUser = regexp.MustCompile(`/current_user$`)
)

// foremanResponses are Foreman's own responses that prove nothing.
func foremanResponses() map[string]notGone {
	const (
		mayExist = "It may still exist, hidden from this account"
		grantAll = "grant this account a role with all of view_users, view_personal_access_tokens, create_personal_access_tokens, " +
			"revoke_personal_access_tokens and edit_users, or use an administrator."
	)

	lacks := func(permission string) reply {
		return reply{
			"HTTP 403: Access denied: Missing one of the required permissions: " + permission,
			grantAll,
		}
	}
	// A request for a token alone gets a 404. A data source that lists all tokens gets a 403 first.
	unseen := reply{"HTTP 40", "view_users"}

	return map[string]notGone{
		// Wrong credentials.
		"a wrong password": {
			caller: func(_ *testing.T, s *standing) map[string]any { return s.Settings(s.Login, "wrong") },
			said:   "HTTP 401: Unable to authenticate user admin", do: "Check the username and the password or token.",
		},
		"a disabled account": {
			caller: func(t *testing.T, s *standing) map[string]any {
				t.Helper()

				account := s.AddUser(t, providertest.User{Login: "disabled-" + providertest.Unique(), Admin: true})
				providertest.Must(t, s.Foreman.UpdateUser(account.Login, func(u *foremanserver.User) { u.Disabled = true }))

				return s.Settings(account.Login, account.Password)
			},
			said: "HTTP 401: User account is disabled", do: "Check the username and the password or token.",
		},
		"a locked-out address": {
			meets: everywhere(providertest.AnswerFault(http.StatusUnauthorized, providertest.JSON, `{"error":{"message":"Too many tries, please try again in a few minutes."}}`)),
			said:  "HTTP 401: Too many tries", do: "refuses every login from this address for five minutes, including valid ones",
		},

		// A missing permission.
		"an account without permissions": {
			caller: as(), said: lacks("view_personal_access_tokens").said, do: lacks("view_personal_access_tokens").do,
			but: map[operation]reply{aDestroy: lacks("revoke_personal_access_tokens")}, shown: []string{"current_user"},
		},
		"an account without view_users gets an empty list": {
			caller: as("view_personal_access_tokens"), said: "HTTP 404: Resource personal_access_token not found by id",
			do:    mayExist,
			but:   map[operation]reply{aRefresh: unseen, aRotation: lacks("view_users"), aDestroy: lacks("revoke_personal_access_tokens")},
			shown: []string{"current_user"},
		},
		"an account without view_users that may revoke gets an empty list": {
			caller: as("view_personal_access_tokens", "revoke_personal_access_tokens"),
			said:   "HTTP 404: Resource personal_access_token not found by id", do: grantAll,
			but: map[operation]reply{aRefresh: unseen, aRotation: lacks("view_users")}, shown: []string{"current_user"},
		},
		"an account whose role is limited to another organization": {
			caller: func(t *testing.T, s *standing) map[string]any {
				t.Helper()

				account := s.AddUser(t, providertest.User{Login: "elsewhere-" + providertest.Unique(), Permissions: providertest.EveryPermission, Outside: true})
				other := s.Foreman.AddOrganization("Other " + account.Login)
				providertest.Must(t, s.Foreman.UpdateUser(account.Login, func(u *foremanserver.User) { u.OrganizationIDs = []int{other} }))

				return s.Settings(account.Login, account.Password)
			},
			said: "HTTP 422: Couldn't find User with 'id'=", do: grantAll, shown: []string{"current_user", "users"},
		},

		// A wrong context.
		"an organization that the user is not in": {
			caller: within(func(s *standing) map[string]any {
				return map[string]any{"organization_id": s.Foreman.AddOrganization(providertest.Unique())}
			}),
			said: "HTTP 422: Couldn't find User with 'id'=", do: "correct or remove organization_id and location_id",
			shown: []string{"current_user", "users"},
		},
		"a location that the user is not in": {
			caller: within(func(s *standing) map[string]any {
				return map[string]any{"location_id": s.Foreman.AddLocation(providertest.Unique())}
			}),
			said: "HTTP 422: Couldn't find User with 'id'=", do: "correct or remove organization_id and location_id",
			shown: []string{"current_user", "users"},
		},
		"an organization that does not exist": {
			caller: within(func(*standing) map[string]any { return map[string]any{"organization_id": 999} }),
			said:   "HTTP 404: Organization with id 999-~ not found", do: "check organization_id and location_id", shown: []string{"current_user"},
		},
		"an organization that does not exist, without a permission": {
			caller: func(t *testing.T, s *standing) map[string]any {
				t.Helper()

				account := s.AddUser(t, providertest.User{Login: "none-" + providertest.Unique()})

				return s.settings(account, map[string]any{"organization_id": 999})
			},
			said: "HTTP 500: Internal Server Error", do: serverDown, shown: []string{"current_user"},
		},

		// Server failures.
		"a null": {
			meets: everywhere(providertest.AnswerFault(http.StatusOK, providertest.JSON, "null")), said: "the JSON is not what Foreman documents", do: checkURL,
		},
		"a database failure": {
			meets: everywhere(providertest.AnswerFault(http.StatusInternalServerError, providertest.JSON, `{"error":{"message":"reset has failed"}}`)),
			said:  "HTTP 500: reset has failed", do: serverDown,
		},
		"pending migrations": {
			meets: everywhere(providertest.AnswerFault(http.StatusServiceUnavailable, providertest.JSON,
				`{"message":"ERF64-6496 [Foreman::MaintenanceException]: There are migrations pending in the system."}`)),
			said: "HTTP 503: ERF64-6496", do: tryLater,
		},
		"a session that expires immediately": {
			meets: everywhere(providertest.AnswerFault(http.StatusUnauthorized, providertest.PlainText, "\n")), said: "HTTP 401", do: "Check the credentials of user admin",
		},

		// Responses of other servers that look like Foreman's.
		"a path of another application": {
			caller: func(_ *testing.T, s *standing) map[string]any {
				return s.admin(map[string]any{"url": s.URL + "/elsewhere"})
			},
			said: "HTTP 404: a web page: The page you were looking for doesn't exist (404)", do: noSignOn,
		},
		"a gateway without a route": {
			meets: everywhere(providertest.AnswerFault(http.StatusNotFound, providertest.JSON, `{"message":"no Route matched with those values"}`)),
			said:  "HTTP 404: no Route matched with those values", do: checkURL,
		},
		"a gateway whose 404 looks like Foreman's": {
			meets: everywhere(providertest.AnswerFault(http.StatusNotFound, providertest.JSON, `{"error":{"message":"no such service"}}`)),
			said:  "HTTP 404: no such service", do: "It may not exist, or user admin may lack the permission to see it.",
		},
		"a gateway whose 422 looks like Foreman's": {
			meets: everywhere(providertest.AnswerFault(http.StatusUnprocessableEntity, providertest.JSON, `{"error":{"message":"cannot be processed"}}`)),
			said:  "HTTP 422: cannot be processed", do: "It may not exist, or user admin may lack the permission to see it.",
		},
		"a server with other JSON keys": {
			meets: everywhere(providertest.AnswerFault(http.StatusOK, providertest.JSON,
				`{"total":1,"subtotal":1,"results":[{"id":2,"user_id":5,"login":"x","name":"x","active":true}],"id":2,"user_id":5}`)),
			said: "without an id or a state", do: checkURL,
		},

		// The tokens do not exist any more, but nothing proves it.
		"deleted tokens, an account with every permission": {
			meets: deleteTokens, dead: true, caller: as(providertest.EveryPermission...), said: "HTTP 404: Resource personal_access_token not found by id", do: grantAll,
			rotated: true, shown: []string{"current_user", "user", "users", "personal_access_tokens"},
		},
		"deleted tokens, current_user fails": {
			meets: both(deleteTokens, at500(onCurrentUser)), dead: true,
			said: "ould not determine which user this account is", do: serverDown,
			but: map[operation]reply{aRefresh: {"HTTP 500: Sorry", serverDown}, aRotation: {"HTTP 500: Sorry", serverDown}},
		},
		"deleted tokens, listing users fails": {
			meets: both(deleteTokens, at500(onUsers)), dead: true,
			said: "HTTP 500", do: serverDown, rotated: true, shown: []string{"current_user", "user", "personal_access_tokens"},
		},
		"a deleted user, an account with every permission": {
			meets: deleteForemanUser, dead: true, caller: as(providertest.EveryPermission...), said: "HTTP 422: Couldn't find User with 'id'=", do: grantAll,
			shown: []string{"current_user", "users"},
		},
		"a deleted user, an empty list of users": {
			meets: both(deleteForemanUser, onPath(onUsers, providertest.AnswerFault(http.StatusOK, providertest.JSON, `{"total":0,"subtotal":0,"results":[]}`))), dead: true,
			said: "does not contain the account itself", do: checkURL, shown: []string{"current_user", "users"},
		},
		"a deleted user, a list of other users": {
			meets: both(deleteForemanUser, onPath(onUsers, providertest.AnswerFault(http.StatusOK, providertest.JSON,
				`{"total":9,"subtotal":9,"results":[{"id":4,"login":"admin"},{"id":9,"login":"eve"}]}`))), dead: true,
			said: "contains users that the search does not match", do: checkURL, shown: []string{"current_user"},
		},
	}
}

// as configures the provider with an account that has these permissions.
func as(permissions ...string) func(*testing.T, *standing) map[string]any {
	return func(t *testing.T, s *standing) map[string]any {
		t.Helper()

		account := s.AddUser(t, providertest.User{Login: "caller-" + providertest.Unique(), Permissions: permissions})

		return s.Settings(account.Login, account.Password)
	}
}

// within configures the provider as the administrator, with further arguments of the platform's object.
func within(arguments func(*standing) map[string]any) func(*testing.T, *standing) map[string]any {
	return func(_ *testing.T, s *standing) map[string]any { return s.admin(arguments(s)) }
}

// both does first and then second.
func both(first, second func(*testing.T, *standing)) func(*testing.T, *standing) {
	return func(t *testing.T, s *standing) {
		t.Helper()
		first(t, s)
		second(t, s)
	}
}

// onPath injects a fault into the requests for a path.
func onPath(path *regexp.Regexp, fault sandbox.Fault) func(*testing.T, *standing) {
	fault.Path = path

	return everywhere(fault)
}

func at500(path *regexp.Regexp) func(*testing.T, *standing) {
	return onPath(path, providertest.AnswerFault(http.StatusInternalServerError, providertest.PlainText, "Sorry"))
}

// deleteTokens deletes all rows of the user's tokens.
func deleteTokens(_ *testing.T, s *standing) {
	for _, token := range s.tokens {
		id, _ := strconv.Atoi(token.ID)
		s.Foreman.DeleteToken(s.user.Login, id)
	}
}

func deleteForemanUser(_ *testing.T, s *standing) { s.Foreman.DeleteUser(s.user.Login) }

// TestGone_foremanResponsesProveNothing tests Foreman's own responses: an account that may not see
// users gets an empty list, and with a wrong organization nothing is found. Other providers take either
// as proof.
func TestGone_foremanResponsesProveNothing(t *testing.T) {
	t.Parallel()
	checkRows(t, providertest.NewForemanSandbox, foremanResponses())
}
