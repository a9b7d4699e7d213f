package controllerserver_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

func TestContexts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ option, context, inside, outside string }{
		{"", "/uc", "/uc/resources/user/list", "/resources/user/list"},
		{"/uc", "/uc", "/uc/resources/user/list", "/uc/uc/resources/user/list"},
		{"/uc/", "/uc", "/uc/resources/user/list", "/UC/resources/user/list"},
		{controllerserver.RootContext, "", "/resources/user/list", "/uc/resources/user/list"},
		{"/prod/uc", "/prod/uc", "/prod/uc/resources/user/list", "/uc/resources/user/list"},
	} {
		server := newServer(t, controllerserver.Options{Context: test.option})
		if server.Context() != test.context {
			t.Errorf("context %q, want %q", server.Context(), test.context)
		}
		ask(t, server, admin(test.inside)).want(t, http.StatusOK, "ops.admin")
		ask(t, server, admin(test.outside)).isPage(t, http.StatusNotFound)
		// Outside the context, the server does not require a login.
		ask(t, server, asked{path: test.outside}).isPage(t, http.StatusNotFound)
	}
}

func TestPathsAndMethods(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), alice)
	tests := map[string]struct {
		method, path string
		status       int
		allow        string
	}{
		"an unknown path":          {path: "/uc/resources/property/list", status: 404},
		"the root of the services": {path: "/uc/resources", status: 404},
		"a longer word":            {path: "/uc/resourcesx/user", status: 404},
		"outside the services":     {path: "/uc/login", status: 404},
		"two slashes":              {path: "/uc/resources//user/list", status: 404},
		"a slash at the end":       {path: "/uc/resources/user/list/", status: 404},
		"an escaped slash":         {path: "/uc/resources/user%2Flist", status: 404},
		"a list put":               {method: "PUT", path: "/uc/resources/user/list", status: 405, allow: "GET"},
		"a user posted":            {method: "POST", path: "/uc/resources/user", status: 405, allow: "GET, PUT"},
		"a user deleted":           {method: "DELETE", path: "/uc/resources/user?username=alice", status: 405, allow: "GET, PUT"},
		"a token put":              {method: "PUT", path: "/uc/resources/user/token", status: 405, allow: "DELETE, POST"},
		"a token read":             {path: "/uc/resources/user/token?username=alice", status: 405, allow: "DELETE, POST"},
		"a list posted":            {method: "POST", path: "/uc/resources/user/token/list", status: 405, allow: "GET"},
		"an invalid query":         {path: "/uc/resources/user?username=%zz", status: 400},
		"a body without a type":    {method: "POST", path: "/uc/resources/user/token", status: 415},
		"a user without a type":    {method: "PUT", path: "/uc/resources/user", status: 415},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := admin(test.path)
			a.method = test.method
			got := ask(t, server, a)
			got.isPage(t, test.status)
			if allow := got.Header().Get("Allow"); allow != test.allow {
				t.Errorf("Allow is %q, want %q", allow, test.allow)
			}
		})
	}
	// Only the paths below the services require a login.
	ask(t, server, asked{path: "/uc/resourcesx/user"}).isPage(t, http.StatusNotFound)
	ask(t, server, asked{path: "/uc/resources"}).isPage(t, http.StatusUnauthorized)
	head := admin("/uc/resources/user/list")
	head.method = http.MethodHead
	ask(t, server, head).want(t, http.StatusOK, "")
}

func TestBodiesThatAreTooLargeOrOfAnotherType(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), alice)
	ask(t, server, post(`{"name":"`+strings.Repeat("x", 2<<20)+`"}`)).isPage(t, http.StatusBadRequest)
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "text/xml", "application/json/x"} {
		ask(t, server, post(`{"name":"n","userName":"alice"}`).with("Content-Type", kind)).isPage(t, http.StatusUnsupportedMediaType)
	}
	ask(t, server, post(`{"name":"n","userName":"alice"}`).with("Content-Type", "Application/JSON; charset=utf-8")).want(t, http.StatusOK, "ucp_")
}

func TestAcceptSelectsTheFormat(t *testing.T) {
	t.Parallel()
	const (
		inJSON = "application/json"
		inXML  = "application/xml"
	)
	strict := newServer(t, withSwitches(controllerserver.Switches{Accept: controllerserver.AcceptStrict}), alice)
	lenient := newServer(t, withSwitches(controllerserver.Switches{}), alice)
	for accept, want := range map[string]struct {
		form string
		// refused says that a strict server responds with 406.
		refused bool
	}{
		"":                                  {form: inXML},
		"*/*":                               {form: inXML},
		"application/*":                     {form: inXML},
		inXML:                               {form: inXML},
		inJSON:                              {form: inJSON},
		"Application/JSON; charset=utf-8":   {form: inJSON},
		"application/json, application/xml": {form: inXML},
		"application/json, */*;q=0.1":       {form: inJSON},
		"application/json;q=0.5, */*":       {form: inXML},
		"application/xml;q=0.1,application/json;q=0.2":  {form: inJSON},
		"application/*, application/xml;q=0":            {form: inJSON},
		"text/plain, application/json;q=0.5, */*;q=0.1": {form: inJSON},
		"text/html":            {form: inXML, refused: true},
		"application/json;q=0": {form: inXML, refused: true},
		"nonsense":             {form: inXML, refused: true},
	} {
		for _, path := range []string{"/uc/resources/user/list", "/uc/resources/user?username=alice", "/uc/resources/user/token/list?username=alice"} {
			a := admin(path).with("Accept", accept)
			if kind := ask(t, lenient, a).Header().Get("Content-Type"); kind != want.form {
				t.Errorf("%q: a lenient server responds with %s, want %s", accept, kind, want.form)
			}
			got := ask(t, strict, a)
			if want.refused {
				got.isPage(t, http.StatusNotAcceptable)
			} else if kind := got.Header().Get("Content-Type"); kind != want.form {
				t.Errorf("%q: a strict server responds with %s, want %s", accept, kind, want.form)
			}
		}
	}
}

func TestStrictServerRefusesBeforeItActs(t *testing.T) {
	t.Parallel()
	server := newServer(t, withSwitches(controllerserver.Switches{Accept: controllerserver.AcceptStrict}), alice)
	create, revoke := post(`{"name":"n","userName":"alice"}`), del("username=alice&tokenname=n")
	ask(t, server, create.with("Accept", "application/json")).isPage(t, http.StatusNotAcceptable)
	if server.LiveTokens("") != 0 {
		t.Error("a refused create issued a token")
	}
	ask(t, server, create.with("Accept", "text/plain, application/json;q=0.5, */*;q=0.1")).want(t, http.StatusOK, "ucp_")
	ask(t, server, revoke.with("Accept", "application/json")).isPage(t, http.StatusNotAcceptable)
	if server.LiveTokens("") != 1 {
		t.Error("a refused revoke removed a token")
	}
	ask(t, server, revoke.with("Accept", "text/*")).says(t, http.StatusOK, revoked)
}

func TestAnotherActorActsBeforeTheRequest(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), alice)
	addToken(t, server, "alice", "n", time.Time{})
	server.Before(sandbox.Match{Path: regexp.MustCompile("/token/list$")}, func(*http.Request) { server.RevokeToken("alice", "n") })
	if rows := ask(t, server, tokens("username=alice")).objects(t); len(rows) != 0 {
		t.Errorf("%d tokens, want none", len(rows))
	}
}

func TestOnlyRequestsWithCredentialsCost(t *testing.T) {
	t.Parallel()
	var slept time.Duration
	server := newServer(t, controllerserver.Options{Console: sandbox.Options{
		Sleep: func(_ context.Context, d time.Duration) { slept += d },
		Costs: sandbox.Costs{Login: time.Second},
	}})
	ask(t, server, asked{path: "/uc/resources/user/list"})
	ask(t, server, admin("/elsewhere"))
	if slept != 0 {
		t.Errorf("slept %s without a login", slept)
	}
	ask(t, server, admin("/uc/resources/user/list"))
	ask(t, server, asked{path: "/uc/resources/user/list", bearer: "x"})
	if slept != 2*time.Second {
		t.Errorf("slept %s for two logins, want 2s", slept)
	}
}

func TestControlPathListsTokensWithoutSecrets(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), alice)
	addToken(t, server, "ops.admin", "o", time.Time{})
	addToken(t, server, "alice", "b", day(t, "2026-03-09"))
	addToken(t, server, "alice", "a", time.Time{})
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_sandbox/tokens", nil)
	request.RemoteAddr = "127.0.0.1:1"
	got := httptest.NewRecorder()
	server.ServeHTTP(got, request)
	var have []map[string]string
	if err := json.Unmarshal(got.Body.Bytes(), &have); err != nil {
		t.Fatal(err)
	}
	want := []map[string]string{
		{"name": "a", "user": "alice", "status": "active"},
		{"name": "b", "user": "alice", "status": "expired"},
		{"name": "o", "user": "ops.admin", "status": "active"},
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("tokens (-want +have):\n%s", diff)
	}
	if strings.Contains(got.Body.String(), controllerserver.SecretPrefix) {
		t.Error("the list contains a secret")
	}
}

func TestConcurrentCallers(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), alice)
	const callers = 16
	var group sync.WaitGroup
	made := make([]bool, callers)
	for i := range callers {
		group.Go(func() {
			own := fmt.Sprintf("own%02d", i)
			made[i] = ask(t, server, post(`{"name":"one","userName":"alice"}`)).Code == http.StatusOK
			secret := ask(t, server, post(`{"name":"`+own+`","userName":"alice"}`)).Body.String()
			ask(t, server, asked{path: "/uc/resources/user?username=alice&showTokens=true", bearer: secret}).want(t, http.StatusOK, own)
			ask(t, server, admin("/uc/resources/user/list?showTokens=true")).want(t, http.StatusOK, "alice")
			if err := server.UpdateUser("alice", func(u *controllerserver.User) { u.Title = own }); err != nil {
				t.Error(err)
			}
			_, _ = server.Tokens("alice"), server.LiveTokens("")
			ask(t, server, del("username=alice&tokenname="+own)).says(t, http.StatusOK, revoked)
		})
	}
	group.Wait()
	winners := 0
	for _, won := range made {
		if won {
			winners++
		}
	}
	if n := server.LiveTokens("alice"); winners != 1 || n != 1 {
		t.Errorf("%d of %d creates of one name succeeded and %d tokens are left, want 1 and 1", winners, callers, n)
	}
}
