package foremanserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{}, alice)
	if _, _, err := server.AddToken("alice", "t", time.Time{}); err != nil {
		t.Fatal(err)
	}
	const page = "The page you were looking for doesn't exist (404)"
	tests := map[string]struct {
		asked  asked
		status int
		has    string
	}{
		"version 2":                      {admin("/api/v2" + strings.TrimPrefix(tokensOfAlice, "/api") + "/1"), 200, `"name":"t"`},
		"version 1":                      {admin("/api/v1/status"), 404, page},
		"version 3":                      {admin("/api/v3/status"), 404, page},
		"the root":                       {admin("/"), 404, page},
		"nothing below api":              {admin("/api"), 404, page},
		"nothing below api/v2":           {admin("/api/v2"), 404, page},
		"a JSON ending":                  {admin(tokensOfAlice + "/1.json"), 200, `"name":"t"`},
		"a JSON ending of the list":      {admin(tokensOfAlice + ".json"), 200, `"total": 1`},
		"a JSON ending of a fixed path":  {admin("/api/status.json"), 200, "ok"},
		"an XML ending":                  {admin(tokensOfAlice + "/1.xml"), 500, "<?xml"},
		"an XML ending, without a login": {asked{path: tokensOfAlice + "/1.xml"}, 401, "Unable"},
		"a number with a point":          {admin(tokensOfAlice + "/1.9"), 200, `"name":"t"`},
		"two dots":                       {admin(tokensOfAlice + "/1.9.json"), 404, page},
		"a dot at the end":               {admin(tokensOfAlice + "/1."), 404, page},
		"an id and more":                 {admin(tokensOfAlice + "/1-t"), 200, `"name":"t"`},
		"new is an id":                   {admin(tokensOfAlice + "/new"), 404, "by id 'new'"},
		"an id out of range":             {admin(tokensOfAlice + "/99999999999999999999"), 404, "by id '99999999999999999999'"},
		"a slash at the end":             {admin(tokensOfAlice + "/"), 200, `"total": 1`},
		"two slashes":                    {admin("//api/users//5/personal_access_tokens"), 200, `"total": 1`},
		"edit":                           {admin(tokensOfAlice + "/1/edit"), 404, page},
		"an unknown path of a user":      {admin("/api/users/5/ssh_keys"), 404, page},
		"an unknown path":                {admin("/api/hosts"), 404, page},
		"an escaped slash":               {admin("/api/users/5-%2fx/personal_access_tokens"), 200, `"total": 1`},
		"PUT":                            {asked{method: http.MethodPut, path: tokensOfAlice + "/1"}, 404, page},
		"PATCH":                          {asked{method: http.MethodPatch, path: tokensOfAlice + "/1"}, 404, page},
		"DELETE of the list":             {asked{method: http.MethodDelete, path: tokensOfAlice}, 404, page},
		"POST of one":                    {asked{method: http.MethodPost, path: tokensOfAlice + "/1"}, 404, page},
		"POST without the user's id":     {post("/api/users//personal_access_tokens", "{}"), 404, page},
		"DELETE without the user's id":   {del("/api/users//personal_access_tokens/1"), 404, page},
		"DELETE of all tokens without the user's id": {del("/api/users//personal_access_tokens"), 404, page},
		"a token below another root":                 {admin(tokensOfAlice + "/1?root_name=x"), 200, `{"x":{"created_at"`},
		"tokens without a user":                      {admin("/api/personal_access_tokens"), 404, page},
		"ping requires no login":                     {asked{path: "/api/ping"}, 200, `"duration_ms":"0"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ask(t, server, test.asked)
			got.want(t, test.status, test.has)
			if isPage := strings.HasPrefix(got.Header().Get("Content-Type"), "text/html"); isPage != (test.has == page) {
				t.Errorf("content type %s", got.Header().Get("Content-Type"))
			}
		})
	}
}

func TestServerBelowAPathServesOnlyThatPath(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{PathPrefix: "/foreman/", Version: "3.1.0"})
	ask(t, server, admin("/foreman/api/status")).want(t, http.StatusOK, `"version":"3.1.0"`)
	for _, path := range []string{"/api/status", "/foremanx/api/status", "/foreman", "/x/foreman/api/status"} {
		got := ask(t, server, admin(path))
		got.want(t, http.StatusNotFound, "(404)")
	}
	ask(t, server, asked{path: "/_sandbox/tokens", method: http.MethodPost}).want(t, http.StatusForbidden, "")
}

func TestConditionalRequestGets304(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{})
	first := ask(t, server, admin("/api/ping"))
	again := admin("/api/ping")
	again.header = map[string]string{"If-None-Match": first.Header().Get("ETag"), "X-Request-Id": "a b<1>"}
	got := ask(t, server, again)
	if got.Code != http.StatusNotModified || got.Body.Len() != 0 {
		t.Errorf("have %d %q, want an empty 304", got.Code, got.Body)
	}
	if id := got.Header().Get("X-Request-Id"); id != "ab1" {
		t.Errorf("the request id is %q, want the client's without unsafe characters", id)
	}
}
