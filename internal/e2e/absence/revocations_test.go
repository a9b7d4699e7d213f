package absence

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// proxyRevocations are responses to revocations only that do not say that the token was revoked.
func proxyRevocations() map[string]notGone {
	rows := map[string]notGone{
		"a revocation that gets a login page":   {meets: onRevocations(providertest.AnswerFault(http.StatusOK, providertest.HTML, "<html>Please sign in</html>")), said: "HTTP 200, text/html", do: noSignOn},
		"a revocation with an empty response":   {meets: onRevocations(providertest.AnswerFault(http.StatusOK, providertest.PlainText, "\n")), said: "HTTP 200, text/plain", do: checkURL},
		"a revocation with a proxy's OK":        {meets: onRevocations(providertest.AnswerFault(http.StatusOK, providertest.PlainText, "OK")), said: "HTTP 200, text/plain", do: checkURL},
		"a revocation that gets no content":     {meets: onRevocations(providertest.AnswerFault(http.StatusNoContent, providertest.PlainText, " ")), said: "HTTP 204", do: checkURL},
		"a revocation that gets a 404 page":     {meets: onRevocations(providertest.AnswerFault(http.StatusNotFound, providertest.HTML, "<html>Not found</html>")), said: "HTTP 404: a web page: Not found", do: "heck that `url`"},
		"a revocation that gets a router's 404": {meets: onRevocations(providertest.AnswerFault(http.StatusNotFound, providertest.PlainText, "404 page not found\n")), said: "HTTP 404: 404 page not found", do: "heck that `url`"},
		"a revocation that gets a 410":          {meets: onRevocations(providertest.AnswerFault(http.StatusGone, providertest.HTML, "")), said: "HTTP 410", do: "heck that `url`"},
		"a revocation that a firewall refuses":  {meets: onRevocations(providertest.AnswerFault(http.StatusForbidden, providertest.HTML, "<html>No DELETE here</html>")), said: "HTTP 403: a web page: No DELETE here", do: "a proxy may have refused the request"},
		"a revocation whose method is refused":  {meets: onRevocations(providertest.AnswerFault(http.StatusMethodNotAllowed, providertest.HTML, "<html>GET only</html>")), said: "HTTP 405: a web page: GET only", do: noSignOn},
		"a revocation that gets a 401":          {meets: onRevocations(providertest.AnswerFault(http.StatusUnauthorized, providertest.HTML, "<html>Who?</html>")), said: "HTTP 401", do: "Check the "},
		"a revocation that is redirected": {
			meets: onRevocations(sandbox.Fault{Kind: sandbox.FaultRedirect, Location: "https://sso.example.com/login"}),
			said:  "redirected to https://sso.example.com/login", do: "Set `url` to the address",
		},
		"a revocation that gets a 500":    {meets: onRevocations(providertest.AnswerFault(http.StatusInternalServerError, providertest.PlainText, "Sorry")), said: "HTTP 500: Sorry", do: serverDown},
		"a revocation that gets a 502":    {meets: onRevocations(providertest.AnswerFault(http.StatusBadGateway, providertest.HTML, "")), said: "HTTP 502", do: tryLater},
		"a revocation without a response": {meets: onRevocations(sandbox.Fault{Kind: sandbox.FaultDrop}), said: "EOF", do: "Check that `url` names the server, that the server runs"},
		"a revocation that gets a 429":    {meets: onRevocations(providertest.AnswerFault(http.StatusTooManyRequests, providertest.PlainText, "Slow down")), said: "HTTP 429: Slow down", do: tryLater},
	}

	return readable(rows)
}

// foremanRevocations are responses to revocations by Foreman, and by other servers that look like
// Foreman.
func foremanRevocations() map[string]notGone {
	without := func(missing string) []string {
		return slices.DeleteFunc(slices.Clone(providertest.EveryPermission), func(permission string) bool { return permission == missing })
	}

	return readable(map[string]notGone{
		"an account that may not revoke": {
			caller: as(without("revoke_personal_access_tokens")...),
			said:   "HTTP 403: Access denied: Missing one of the required permissions: revoke_personal_access_tokens",
			do:     "revoke_personal_access_tokens and edit_users",
		},
		"an account that may not edit users, with a 404": {
			caller: as(without("edit_users")...),
			said:   "Foreman did not revoke the token, and shows it as active",
			do:     "The permission edit_users is missing.",
		},
		"a revocation that gets an empty object": {
			meets: onRevocations(providertest.AnswerFault(http.StatusOK, providertest.JSON, "{}")), said: "Foreman did not revoke the token, and shows it as active",
			do: "Check Foreman's log, and check for a proxy that responds in its place",
		},
		"a revocation that gets another token's row": {
			meets: onRevocations(providertest.AnswerFault(http.StatusOK, providertest.JSON, `{"id":99,"revoked":true}`)), said: "Foreman did not revoke the token, and shows it as active",
			do: "Check Foreman's log, and check for a proxy that responds in its place",
		},
		"a revocation that gets a row that is not revoked": {
			meets: func(t *testing.T, s *standing) {
				t.Helper()
				onRevocations(providertest.AnswerFault(http.StatusOK, providertest.JSON, `{"id":`+s.current()+`,"revoked":false}`))(t, s)
			},
			said: "Foreman did not revoke the token, and shows it as active", do: "Check Foreman's log",
		},
		"a gateway that does not know single tokens": {
			meets: onPath(onToken, providertest.AnswerFault(http.StatusNotFound, providertest.JSON, `{"error":{"message":"no such route"}}`)),
			said:  "the response lists token", do: checkURL,
		},
		"a gateway that responds to single tokens with 422": {
			meets: onPath(onToken, providertest.AnswerFault(http.StatusUnprocessableEntity, providertest.JSON, `{"error":{"message":"no such route"}}`)),
			said:  "the response lists token", do: checkURL,
		},
		"a token whose existence is unknown": {
			meets: both(onRevocations(providertest.AnswerFault(http.StatusNotFound, providertest.JSON, `{"error":{"message":"not found"}}`)), at500(onToken)),
			said:  "HTTP 500: Sorry", do: serverDown,
		},
	})
}

// universalControllerRevocations are Universal Controller's responses to revocations.
func universalControllerRevocations() map[string]notGone {
	return readable(map[string]notGone{
		"an account that may list but not revoke": {
			on: func(t *testing.T) *providertest.Sandbox {
				t.Helper()

				return providertest.NewUniversalControllerSandbox(t, controllerserver.Options{
					Switches: controllerserver.Switches{ServiceRole: controllerserver.ServiceRoleAllTokens},
				})
			},
			caller: changed(func(u *controllerserver.User) { u.Roles = controllerserver.RolesOf(controllerserver.RoleService) }),
			said:   "HTTP 403: Operation prohibited due to security constraints.", do: "grant this account the role ops_user_admin or ops_admin",
		},
		"an unknown token that is listed": {
			meets: onRevocations(providertest.AnswerFault(http.StatusNotFound, providertest.PlainText, `Personal access token "x" not found.`)),
			said:  `HTTP 404: Personal access token "x" not found.`, do: "The token is still listed, so this response is not a proof",
		},
		"an unknown user whose tokens are listed": {
			meets: onRevocations(providertest.AnswerFault(http.StatusNotFound, providertest.PlainText, `A user with id "x" does not exist.`)),
			said:  `HTTP 404: A user with id "x" does not exist.`, do: "The token is still listed, so this response is not a proof",
		},
		"a revocation that gets an envelope": {
			meets: onRevocations(providertest.AnswerFault(http.StatusOK, providertest.JSON, `{"status":"ok","errors":[]}`)), said: "the token is still listed", do: checkURL,
		},
	})
}

// onRevocations injects a fault into revocations only.
func onRevocations(fault sandbox.Fault) func(*testing.T, *standing) {
	fault.Method = http.MethodDelete

	return everywhere(fault)
}

// readable marks rows in which all other requests work.
func readable(rows map[string]notGone) map[string]notGone {
	for name, row := range rows {
		row.readable = true
		rows[name] = row
	}

	return rows
}

// TestGone_failedRevocations tests that such a revocation does not count as successful. Other providers
// accept any DELETE with status 200 or 404 as a revocation.
func TestGone_failedRevocations(t *testing.T) {
	t.Parallel()

	own := map[string]map[string]notGone{
		"Foreman": foremanRevocations(), "Universal Controller": universalControllerRevocations(),
	}

	for platform, open := range providertest.Sandboxes() {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()

			rows := proxyRevocations()
			maps.Copy(rows, own[platform])
			checkRows(t, open, rows)
		})
	}
}
