package foremanserver_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// tokensOfAlice is the path of the tokens of a test's first user.
const tokensOfAlice = "/api/users/5/personal_access_tokens" //nolint:gosec // A path, not a secret.

var alice = foremanserver.User{Login: "alice"}

func TestCreateReadsItsInputAsRailsDoes(t *testing.T) {
	t.Parallel()
	const wrong = "Internal Server Error: the server was unable"
	tests := map[string]struct {
		body   string
		status int
		has    string
	}{
		"wrapped overrides unwrapped":                   {`{"name":"out","personal_access_token":{"name":"in"}}`, 201, `"name":"in"`},
		"the path determines the owner":                 {`{"name":"a","user_id":4,"personal_access_token":{"name":"a","user_id":4}}`, 201, `"user_id":5`},
		"true as the name":                              {`{"name":true}`, 201, `"name":"t"`},
		"false as the name":                             {`{"name":false}`, 201, `"name":"f"`},
		"a float as the name":                           {`{"name":1e3}`, 201, `"name":"1000.0"`},
		"a list as the name":                            {`{"name":["a"]}`, 422, "Name can't be blank"},
		"a no-break space":                              {`{"name":"\u00a0"}`, 422, "Name can't be blank"},
		"quotes and tags":                               {`{"name":"<a>&\"'"}`, 201, `"name":"\u003ca\u003e\u0026\"'"`},
		"an inner tab":                                  {`{"name":"a\tb"}`, 201, `"name":"a\tb"`},
		"an outer newline":                              {`{"name":"a\n"}`, 201, `"name":"a"`},
		"a NUL":                                         {`{"name":"a\u0000b"}`, 500, "string contains null byte"},
		"5000 characters":                               {`{"name":"` + strings.Repeat("n", 5000) + `"}`, 201, "nnnn"},
		"a list instead of an object":                   {`[1]`, 422, "can't be blank"},
		"a text as wrapper":                             {`{"personal_access_token":"x"}`, 500, wrong},
		"null as wrapper":                               {`{"personal_access_token":null}`, 500, wrong},
		"a list as wrapper":                             {`{"personal_access_token":[]}`, 500, wrong},
		"two values":                                    {`{} {}`, 400, `"error":"There was a problem in the JSON`},
		"false as the expiry":                           {`{"name":"a","expires_at":false}`, 201, `"expires_at":null`},
		"an empty list as the expiry":                   {`{"name":"a","expires_at":[]}`, 201, `"expires_at":null`},
		"an empty object as the expiry":                 {`{"name":"a","expires_at":{}}`, 201, `"expires_at":null`},
		"true as the expiry":                            {`{"name":"a","expires_at":true}`, 422, "Could not parse timestamp 'true'"},
		"a number as the expiry":                        {`{"name":"a","expires_at":1900000000}`, 422, "Could not parse timestamp '1900000000'"},
		"a number that looks like a date as the expiry": {`{"name":"a","expires_at":20310506}`, 422, "Could not parse timestamp '20310506'"},
		"blanks as the expiry":                          {`{"name":"a","expires_at":"   "}`, 422, "Could not parse timestamp '   '"},
		"an earlier time of today as the expiry":        {`{"name":"a","expires_at":"00:00"}`, 422, "cannot be in the past"},
		"expiry 24:00":                                  {`{"name":"a","expires_at":"2031-05-06T24:00:00Z"}`, 201, `"expires_at":"2031-05-07 00:00:00 UTC"`},
		"the last second of year 9999":                  {`{"name":"a","expires_at":"9999-12-31T23:59:59Z"}`, 201, "9999-12-31"},
		"year 10000":                                    {`{"name":"a","expires_at":"10000-01-01T00:00:00Z"}`, 500, "error"},
		"name and expiry wrong":                         {`{"name":" ","expires_at":"2001-01-01"}`, 422, `"full_messages":["Name can't be blank","Expires at cannot be in the past"]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newServer(t, foremanserver.Options{}, alice)
			ask(t, server, post(tokensOfAlice, test.body)).want(t, test.status, test.has)
			if stored := len(server.Tokens("alice")); (stored == 1) != (test.status == http.StatusCreated) {
				t.Errorf("%d rows were stored", stored)
			}
		})
	}
}

func TestRevokedNameStaysTakenForItsUserOnly(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{}, alice, foremanserver.User{Login: "bob"})
	ask(t, server, post(tokensOfAlice, `{"name":"n"}`)).want(t, http.StatusCreated, "")
	ask(t, server, del(tokensOfAlice+"/1")).want(t, http.StatusOK, `"revoked":true`)
	ask(t, server, post(tokensOfAlice, `{"name":" n"}`)).want(t, http.StatusUnprocessableEntity, "Name has already been taken")
	ask(t, server, post("/api/users/6/personal_access_tokens", `{"name":"n"}`)).want(t, http.StatusCreated, "")
	if !server.DeleteToken("alice", 1) {
		t.Error("the row does not exist")
	}
	ask(t, server, post(tokensOfAlice, `{"name":"n"}`)).want(t, http.StatusCreated, `"id":3`)
}

func TestRevokeReturnsTheRecordItself(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{}, alice)
	secret, _ := ask(t, server, post(tokensOfAlice, `{"name":"n"}`)).json["token_value"].(string)
	if !regexp.MustCompile("^" + foremanserver.SecretPrefix + "[A-Za-z0-9_-]{16}$").MatchString(secret) {
		t.Error("the secret is not 22 URL-safe characters with the prefix")
	}
	if !server.Authenticates("ALICE", secret) || server.Tokens("alice")[0].LastUsedAt != (time.Time{}) {
		t.Error("the secret does not authenticate, or Authenticates updated the last use")
	}
	got := ask(t, server, del(tokensOfAlice+"/1-ci"))
	got.want(t, http.StatusOK, `"token":"`+foremanserver.HashPrefix)
	if strings.Contains(got.Body.String(), secret) {
		t.Error("the response contains the secret")
	}
	if server.Authenticates("alice", secret) || server.LiveTokens("alice") != 0 {
		t.Error("the token is still active")
	}
}

func TestTokensWithTheSameNameCannotBeRevoked(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{}, alice)
	server.AllowDuplicates(true)
	secret, _ := ask(t, server, post(tokensOfAlice, `{"name":"n"}`)).json["token_value"].(string)
	ask(t, server, post(tokensOfAlice, `{"name":"n"}`)).want(t, http.StatusCreated, "")
	server.AllowDuplicates(false)
	ask(t, server, post(tokensOfAlice, `{"name":"n"}`)).want(t, http.StatusUnprocessableEntity, "taken")
	for _, id := range []string{"1", "2"} {
		ask(t, server, del(tokensOfAlice+"/"+id)).want(t, http.StatusInternalServerError, `"message":"Validation failed: Name has already been taken"`)
	}
	if n := server.LiveTokens(""); n != 2 {
		t.Errorf("%d active tokens, want 2", n)
	}
	ask(t, server, asked{path: "/api/status", login: "alice", password: secret}).want(t, http.StatusOK, "")
	if used := server.Tokens("alice")[0].LastUsedAt; !used.IsZero() {
		t.Errorf("a token with a duplicate name was last used %s, want never", used)
	}
	if !server.RevokeToken("alice", 1) || server.LiveTokens("alice") != 1 {
		t.Error("RevokeToken fails for a token with a duplicate name")
	}
}

func TestUserSegmentOfTheTokensPath(t *testing.T) {
	t.Parallel()
	// User 5 is alice. A login that begins with her id belongs to user 6, and user 8 has the login
	// "7".
	server := newServer(t, foremanserver.Options{}, alice, foremanserver.User{Login: "5abc"},
		foremanserver.User{Login: "bob"}, foremanserver.User{Login: "7"})
	for _, login := range []string{"alice", "foreman_admin", "bob"} {
		if _, _, err := server.AddToken(login, "one", time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	tests := map[string]struct {
		segment string
		as      string
		status  int
		total   string
	}{
		"an id":                              {"5", "", 200, `"total": 1,`},
		"an id and a name":                   {"5-alice", "", 200, `"total": 1,`},
		"an id, a hyphen and a tilde":        {"5-~", "", 200, `"total": 1,`},
		"an id and a hyphen":                 {"5-", "", 200, `"total": 1,`},
		"an id and a tilde":                  {"5~", "", 200, `"total": 0,`},
		"an id and letters":                  {"5x", "", 200, `"total": 0,`},
		"an id and a dot":                    {"5.0", "", 200, `"total": 0,`},
		"leading zeros":                      {"05", "", 200, `"total": 0,`},
		"a plus":                             {"+5", "", 200, `"total": 0,`},
		"a leading blank":                    {"%205", "", 200, `"total": 0,`},
		"a trailing blank":                   {"5%20", "", 200, `"total": 0,`},
		"leading zeros, as the user itself":  {"05", "alice", 200, `"total": 1,`},
		"an id that is another user's login": {"7", "", 200, `"total": 0,`},
		"an id that is another user's login, a hyphen and a tilde": {"7-~", "", 200, `"total": 1,`},
		"another id, as the user of that login":                    {"8-~", "7", 200, `"total": 0,`},
		"a login that begins with an id":                           {"5abc", "", 200, `"total": 0,`},
		"a login that begins with an id, as the user of that id":   {"5abc", "alice", 200, `"total": 1,`},
		"a hidden user":      {"1", "", 200, `"total": 1,`},
		"a login":            {"alice", "", 422, `Couldn't find User with 'id'=\"alice\""`},
		"id zero":            {"0", "", 422, "Couldn't find User"},
		"a negative id":      {"-1", "", 422, "Couldn't find User"},
		"an id out of range": {"99999999999999999999", "", 422, "Couldn't find User"},
		"an empty id":        {"", "", 404, `Resource user not found by id 'personal_access_tokens'`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := admin("/api/users/" + test.segment + "/personal_access_tokens")
			if test.as != "" {
				a = a.as(test.as)
			}
			ask(t, server, a).want(t, test.status, test.total)
		})
	}
}

func TestLoginThatBeginsWithAnIDIsReadAsThatID(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{}, alice, foremanserver.User{Login: "5abc"})
	ask(t, server, post("/api/users/5abc/personal_access_tokens", `{"name":"n"}`)).want(t, http.StatusCreated, `"user_id":5`)
	ask(t, server, admin("/api/users/5abc/personal_access_tokens/1")).want(t, http.StatusNotFound, "by id '1'")
	ask(t, server, del("/api/users/5abc/personal_access_tokens/1")).want(t, http.StatusNotFound, "by id '1'")
}

func TestConcurrentClients(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{Console: sandbox.Options{Costs: sandbox.Costs{Cores: 2, Login: time.Nanosecond}}}, alice)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			body := fmt.Sprintf(`{"name":"n%d"}`, i/2)
			created := ask(t, server, post(tokensOfAlice, body))
			if id, ok := created.json["id"].(float64); ok {
				ask(t, server, del(fmt.Sprintf("%s/%.0f", tokensOfAlice, id)))
			}
			ask(t, server, admin(tokensOfAlice+"?search=n"))
			ask(t, server, admin("/api/users?order=login"))
			server.Tokens("alice")
			server.Requests()
		})
	}
	wait.Wait()
	if tokens := server.Tokens("alice"); len(tokens) != 4 || server.LiveTokens("alice") != 0 {
		t.Errorf("%d tokens, %d of them active; want four names, each once, all revoked", len(tokens), server.LiveTokens("alice"))
	}
}
