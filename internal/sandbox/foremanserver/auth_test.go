package foremanserver_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// clock is a clock that a test moves.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time           { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) forward(d time.Duration)  { c.at.Add(int64(d)) }
func (c *clock) options() sandbox.Options { return sandbox.Options{Now: c.now} }

func sessionOf(t *testing.T, got answer) *http.Cookie {
	t.Helper()
	response := got.Result()
	defer func() { _ = response.Body.Close() }()
	for _, cookie := range response.Cookies() {
		if cookie.Name == "_session_id" && strings.HasPrefix(cookie.Value, foremanserver.SessionPrefix) {
			return cookie
		}
	}
	t.Fatalf("no session cookie in %d %s", got.Code, got.Body)
	return nil
}

func TestSessionOverridesCredentialsAndOutlivesItsToken(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{}, alice)
	id, secret, err := server.AddToken("alice", "n", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	cookie := sessionOf(t, ask(t, server, asked{path: "/api/status", login: "Alice", password: secret}))
	used := server.Tokens("alice")[0]
	if used.LastUsedAt.IsZero() || !used.UpdatedAt.Equal(used.LastUsedAt) {
		t.Errorf("the login did not update the last use: %+v", used)
	}
	wrong := asked{path: "/api/current_user", login: "admin", password: "wrong", cookie: cookie}
	ask(t, server, wrong).want(t, http.StatusOK, `"login":"alice"`)
	if !server.RevokeToken("alice", id) {
		t.Error("the token does not exist")
	}
	again := ask(t, server, wrong)
	again.want(t, http.StatusOK, `"login":"alice"`)
	if have := sessionOf(t, again); have.Value != cookie.Value || !have.HttpOnly || have.SameSite != http.SameSiteLaxMode || have.Secure {
		t.Errorf("the session's cookie changed: %v", have.Name)
	}
	if now := server.Tokens("alice")[0].LastUsedAt; !now.Equal(used.LastUsedAt) {
		t.Error("a request in a session updated the last use")
	}
	ask(t, server, asked{path: "/api/status", login: "alice", password: secret}).want(t, http.StatusUnauthorized, "Unable to authenticate user alice")
	var methods []sandbox.AuthMethod
	for _, r := range server.Requests() {
		methods = append(methods, r.Auth)
	}
	want := []sandbox.AuthMethod{sandbox.AuthToken, sandbox.AuthSession, sandbox.AuthSession, sandbox.AuthNone}
	if diff := cmp.Diff(want, methods); diff != "" {
		t.Errorf("how the requests authenticated (-want +have):\n%s", diff)
	}
}

func TestSessionEndsAnHourAfterItsLastUse(t *testing.T) {
	t.Parallel()
	time := newClock()
	server := newServer(t, foremanserver.Options{Console: time.options()}, alice)
	login := asked{path: "/api/status"}.as("alice")
	login.cookie = sessionOf(t, ask(t, server, login))
	for range 2 {
		time.forward(foremanserver.DefaultIdleTimeout - 1)
		ask(t, server, login).want(t, http.StatusOK, "")
	}
	time.forward(foremanserver.DefaultIdleTimeout)
	expired := ask(t, server, login)
	if expired.Code != http.StatusUnauthorized || expired.Body.Len() != 0 || expired.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("have %d %q %s, want an empty 401 of text/plain", expired.Code, expired.Body, expired.Header().Get("Content-Type"))
	}
	ask(t, server, login).want(t, http.StatusOK, "")
	fresh := sessionOf(t, ask(t, server, asked{path: "/api/status"}.as("alice")))
	server.ExpireSessions()
	ask(t, server, asked{path: "/api/status", cookie: fresh}).want(t, http.StatusUnauthorized, "")
}

func TestThirtyFailedLoginsLockTheAddress(t *testing.T) {
	t.Parallel()
	time := newClock()
	server := newServer(t, foremanserver.Options{Console: time.options()}, alice)
	good := asked{path: "/api/status"}.as("alice")
	session := asked{path: "/api/status", cookie: sessionOf(t, ask(t, server, good))}
	wrong := asked{path: "/api/status", login: "alice", password: "wrong"}
	for range foremanserver.DefaultFailedLoginLimit - 1 {
		ask(t, server, wrong).want(t, http.StatusUnauthorized, "Unable to authenticate")
	}
	ask(t, server, good).want(t, http.StatusOK, "")
	ask(t, server, wrong).want(t, http.StatusUnauthorized, "Unable to authenticate")
	ask(t, server, good).want(t, http.StatusUnauthorized, "Too many tries, please try again in a few minutes.")
	ask(t, server, session).want(t, http.StatusOK, "")
	elsewhere := good
	elsewhere.header = map[string]string{"X-Forwarded-For": "192.0.2.7"}
	// The server believes X-Forwarded-For only from a proxy on its own machine, which httptest's
	// client is not.
	ask(t, server, elsewhere).want(t, http.StatusUnauthorized, "Too many tries")
	time.forward(5 * 60e9)
	ask(t, server, good).want(t, http.StatusOK, "")

	server = newServer(t, foremanserver.Options{FailedLoginLimit: 1}, alice)
	ask(t, server, wrong)
	ask(t, server, good).want(t, http.StatusUnauthorized, "Too many tries")
	server.UnlockLogins()
	ask(t, server, good).want(t, http.StatusOK, "")

	server = newServer(t, foremanserver.Options{FailedLoginLimit: -1}, alice)
	for range 40 {
		ask(t, server, wrong).want(t, http.StatusUnauthorized, "Unable to authenticate")
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	time := newClock()
	server := newServer(t, foremanserver.Options{Console: time.options()}, alice,
		foremanserver.User{Login: "off", Disabled: true}, foremanserver.User{Login: "bob"})
	_, soon, err := server.AddToken("alice", "soon", time.now().Add(1e9))
	if err != nil {
		t.Fatal(err)
	}
	basic := func(text string) map[string]string {
		return map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(text))}
	}
	ask(t, server, asked{path: "/api/status", login: "alice", password: soon}).want(t, http.StatusOK, "")
	time.forward(2e9)
	tests := map[string]struct {
		asked  asked
		status int
		has    string
	}{
		"a password":                      {asked{login: "ALICE", password: "pw"}, 200, "ok"},
		"an empty password":               {asked{login: "alice"}, 401, "Unable to authenticate user alice"},
		"credentials without a colon":     {asked{header: basic("alice")}, 401, "Unable to authenticate user alice"},
		"an expired token":                {asked{login: "alice", password: soon}, 401, "Unable to authenticate user alice"},
		"another user's token":            {asked{login: "bob", password: soon}, 401, "Unable to authenticate user bob"},
		"a hidden user":                   {asked{login: "foreman_admin", password: "pw"}, 401, "Unable to authenticate user foreman_admin"},
		"a disabled user":                 {asked{login: "off", password: "pw"}, 401, "User account is disabled"},
		"a disabled user, wrong password": {asked{login: "off", password: "x"}, 401, "Unable to authenticate user off"},
		"a lower-case scheme":             {asked{header: map[string]string{"Authorization": "basic YTpi"}}, 401, `"Unable to authenticate user "`},
		"a bearer token":                  {asked{header: map[string]string{"Authorization": "Bearer x"}}, 401, `"Unable to authenticate user "`},
		"invalid UTF-8":                   {asked{header: basic("\xff\xfe:x")}, 500, "invalid byte sequence"},
		"invalid base64":                  {asked{header: map[string]string{"Authorization": "Basic ###"}}, 500, "invalid byte sequence"},
		"an unknown session cookie":       {asked{login: "bob", password: "pw", cookie: clientCookie("_session_id", "x")}, 200, "ok"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.asked.path = "/api/status"
			got := ask(t, server, test.asked)
			got.want(t, test.status, test.has)
			if known := len(got.Header()["Foreman_version"]) > 0; known != (test.status == http.StatusOK) {
				t.Errorf("a version header: %t", known)
			}
			if got.Header().Get("WWW-Authenticate") != "" {
				t.Error("the response has a WWW-Authenticate header")
			}
		})
	}
}

func TestSessionOfADeletedOrDisabledUserIsRefused(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{}, alice)
	session := asked{path: "/api/status", cookie: sessionOf(t, ask(t, server, asked{path: "/api/status"}.as("alice")))}
	if err := server.UpdateUser("alice", func(u *foremanserver.User) { u.Disabled = true }); err != nil {
		t.Fatal(err)
	}
	ask(t, server, session).want(t, http.StatusUnauthorized, "disabled")
	server.DeleteUser("alice")
	ask(t, server, session).want(t, http.StatusUnauthorized, `"Unable to authenticate user "`)
}

func TestPrecedenceOfErrors(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{}, alice, foremanserver.User{Login: "bob"})
	tests := map[string]struct {
		asked  asked
		status int
		has    string
	}{
		"an unknown route before bad JSON":                 {asked{method: "PUT", path: tokensOfAlice + "/1", json: "{bad"}, 404, "(404)"},
		"bad JSON before the login":                        {asked{method: "DELETE", path: tokensOfAlice + "/1", json: "{bad"}, 400, "problem in the JSON"},
		"the login before the organization":                {asked{path: tokensOfAlice + "?organization_id=9"}, 401, "Unable"},
		"a missing permission and an unknown organization": {asked{path: tokensOfAlice + "?organization_id=9"}.as("bob"), 500, `{"status":500,"error":"Internal Server Error"}`},
		"the permission before the media type":             {asked{method: "POST", path: tokensOfAlice}.as("bob"), 403, "create_personal_access_tokens"},
		"the permission before the user":                   {asked{path: "/api/users/99/personal_access_tokens"}.as("bob"), 403, "view_personal_access_tokens"},
		"the organization before the media type":           {asked{method: "POST", path: tokensOfAlice + "?organization_id=9"}.as("alice"), 404, `{"message":"Organization with id 9 not found"}`},
		"the media type before the user":                   {asked{method: "POST", path: "/api/users/99/personal_access_tokens", login: "admin", password: "changeme"}, 415, "'Content-Type: '"},
		"the user before the token":                        {admin("/api/users/99/personal_access_tokens/99"), 422, "Couldn't find User"},
		"the user before the search":                       {admin("/api/users/99/personal_access_tokens?search=x=1"), 422, "Couldn't find User"},
		"the user before the validation":                   {post("/api/users/99/personal_access_tokens", "{}"), 422, "Couldn't find User"},
		"a media type in any case, with a charset":         {asked{method: "POST", path: tokensOfAlice, header: map[string]string{"Content-Type": "Application/JSON;charset=utf-8"}}.as("alice"), 422, "blank"},
		"text/json is another media type":                  {asked{method: "POST", path: tokensOfAlice, header: map[string]string{"Content-Type": "text/json"}}.as("alice"), 415, "text/json"},
		"a DELETE has any media type":                      {asked{method: "DELETE", path: tokensOfAlice + "/1", header: map[string]string{"Content-Type": "text/plain"}}.as("alice"), 404, "by id '1'"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ask(t, server, test.asked).want(t, test.status, test.has)
		})
	}
}
