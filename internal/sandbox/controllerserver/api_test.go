package controllerserver_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// asked is a test's request; the zero value is a GET without credentials that accepts JSON.
type asked struct {
	method string
	path   string
	// user and password are sent unless the user is empty; bearer overrides both.
	user, password, bearer string
	// json and xml are the body; at most one of them is set.
	json, xml string
	// xmlAnswer requests a response in XML.
	xmlAnswer bool
	header    map[string]string
}

// answer is the server's response.
type answer struct {
	*httptest.ResponseRecorder
}

// ask has the server respond to a request without a network connection.
func ask(t *testing.T, server http.Handler, a asked) answer {
	t.Helper()
	if a.method == "" {
		a.method = http.MethodGet
	}
	request := httptest.NewRequestWithContext(t.Context(), a.method, a.path, strings.NewReader(a.json+a.xml))
	switch {
	case a.json != "":
		request.Header.Set("Content-Type", "application/json")
	case a.xml != "":
		request.Header.Set("Content-Type", "application/xml;charset=UTF-8")
	}
	request.Header.Set("Accept", "application/json")
	if a.xmlAnswer {
		request.Header.Set("Accept", "application/xml")
	}
	if a.user != "" {
		request.SetBasicAuth(a.user, a.password)
	}
	if a.bearer != "" {
		request.Header.Set("Authorization", "Bearer "+a.bearer)
	}
	for key, value := range a.header {
		request.Header.Set(key, value)
	}
	got := answer{ResponseRecorder: httptest.NewRecorder()}
	server.ServeHTTP(got, request)
	return got
}

// admin returns a GET by the administrator.
func admin(path string) asked {
	return asked{path: path, user: controllerserver.AdminUserName, password: controllerserver.AdminPassword}
}

// post returns a request by the administrator to create a token.
func post(body string) asked {
	a := admin("/uc/resources/user/token")
	a.method, a.json = http.MethodPost, body
	return a
}

// del returns a request by the administrator to revoke a token.
func del(query string) asked {
	a := admin("/uc/resources/user/token?" + query)
	a.method = http.MethodDelete
	return a
}

// tokens returns a request by the administrator to list tokens.
func tokens(query string) asked { return admin("/uc/resources/user/token/list?" + query) }

// as returns the same request by another user; every password in these tests is "pw".
func (a asked) as(user string) asked {
	a.user, a.password = user, "pw"
	return a
}

// with returns the same request with one more header.
func (a asked) with(name, value string) asked {
	a.header = map[string]string{name: value}
	return a
}

// want checks the status and a part of the body.
func (got answer) want(t *testing.T, status int, part string) {
	t.Helper()
	if got.Code != status || !strings.Contains(got.Body.String(), part) {
		t.Errorf("have %d %s, want %d with %s", got.Code, got.Body, status, part)
	}
}

// says checks a plain-text response: status, text and content type.
func (got answer) says(t *testing.T, status int, words string) {
	t.Helper()
	if kind := got.Header().Get("Content-Type"); got.Code != status || got.Body.String() != words || kind != "text/plain;charset=UTF-8" {
		t.Errorf("have %d %q (%s), want %d %q as plain text", got.Code, got.Body, kind, status, words)
	}
}

// isPage checks an HTML page of the servlet container.
func (got answer) isPage(t *testing.T, status int) {
	t.Helper()
	if kind := got.Header().Get("Content-Type"); got.Code != status || !strings.HasPrefix(kind, "text/html") || !strings.Contains(got.Body.String(), "<html") {
		t.Errorf("have %d %s (%s), want an HTML %d", got.Code, got.Body, kind, status)
	}
}

// document returns the value of a JSON response.
func (got answer) document(t *testing.T) any {
	t.Helper()
	if kind := got.Header().Get("Content-Type"); got.Code != http.StatusOK || kind != "application/json" {
		t.Fatalf("have %d %s (%s), want a JSON document", got.Code, got.Body, kind)
	}
	return decodeJSON(t, got.Body.Bytes())
}

// objects returns the objects of a JSON array.
func (got answer) objects(t *testing.T) []map[string]any {
	t.Helper()
	rows, ok := got.document(t).([]any)
	if !ok {
		t.Fatalf("have %s, want an array", got.Body)
	}
	objects := make([]map[string]any, len(rows))
	for i, row := range rows {
		if objects[i], ok = row.(map[string]any); !ok {
			t.Fatalf("have %v, want an object", row)
		}
	}
	return objects
}

// names returns a property of each object of a JSON array, joined by blanks.
func (got answer) names(t *testing.T, property string) string {
	t.Helper()
	var names []string
	for _, object := range got.objects(t) {
		name, _ := object[property].(string)
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

func decodeJSON(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func newServer(t *testing.T, o controllerserver.Options, users ...controllerserver.User) *controllerserver.Server {
	t.Helper()
	server := controllerserver.New(o)
	for _, u := range users {
		if u.Password == "" {
			u.Password = "pw"
		}
		if _, err := server.AddUser(u); err != nil {
			t.Fatal(err)
		}
	}
	return server
}

// addToken adds a token and returns its secret.
func addToken(t *testing.T, server *controllerserver.Server, user, name string, expiration time.Time) string {
	t.Helper()
	secret, err := server.AddToken(user, name, expiration)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// clock is a clock that a test sets.
type clock struct {
	mu sync.Mutex
	at time.Time
}

// newClock returns a clock that shows noon UTC of 2026-03-10.
func newClock() *clock { return &clock{at: time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

func (c *clock) options() controllerserver.Options {
	return controllerserver.Options{Console: sandbox.Options{Now: c.now}}
}

// alice has no role.
var alice = controllerserver.User{UserName: "alice", SysID: "00000000000000000000000000000a11"}
