package foremanserver_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// asked is a test's request; the zero value is a GET without credentials.
type asked struct {
	method string
	path   string
	// login and password are sent unless the login is empty.
	login, password string
	json            string
	header          map[string]string
	cookie          *http.Cookie
}

// clientCookie returns a cookie as a client sends it: only name and value.
func clientCookie(name, value string) *http.Cookie {
	return &http.Cookie{Name: name, Value: value} //nolint:gosec // Only servers set attributes.
}

// answer is the server's response.
type answer struct {
	*httptest.ResponseRecorder
	json map[string]any
}

// ask has the server respond to a request without a network connection.
func ask(t *testing.T, server http.Handler, a asked) answer {
	t.Helper()
	if a.method == "" {
		a.method = http.MethodGet
	}
	request := httptest.NewRequestWithContext(t.Context(), a.method, a.path, strings.NewReader(a.json))
	if a.json != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for key, value := range a.header {
		request.Header.Set(key, value)
	}
	if a.login != "" {
		request.SetBasicAuth(a.login, a.password)
	}
	if a.cookie != nil {
		request.AddCookie(a.cookie)
	}
	got := answer{ResponseRecorder: httptest.NewRecorder()}
	server.ServeHTTP(got, request)
	if strings.HasPrefix(got.Header().Get("Content-Type"), "application/json") && got.Body.Len() > 0 {
		if err := json.Unmarshal(got.Body.Bytes(), &got.json); err != nil {
			t.Errorf("%s %s: %v in %s", a.method, a.path, err, got.Body)
		}
	}
	return got
}

// admin returns a GET by the administrator.
func admin(path string) asked {
	return asked{path: path, login: foremanserver.AdminLogin, password: foremanserver.AdminPassword}
}

// post returns a POST by the administrator.
func post(path, body string) asked {
	a := admin(path)
	a.method, a.json = http.MethodPost, body
	return a
}

// del returns a DELETE by the administrator.
func del(path string) asked {
	a := admin(path)
	a.method = http.MethodDelete
	return a
}

// as returns the same request by another user; every password in these tests is "pw".
func (a asked) as(login string) asked {
	a.login, a.password = login, "pw"
	return a
}

// want checks the status and a part of the body.
func (got answer) want(t *testing.T, status int, part string) {
	t.Helper()
	if got.Code != status || !strings.Contains(got.Body.String(), part) {
		t.Errorf("have %d %s, want %d with %s", got.Code, got.Body, status, part)
	}
}

// names returns the names, or the logins, of the rows in a list.
func (got answer) names(t *testing.T) []string {
	t.Helper()
	rows, ok := got.json["results"].([]any)
	if !ok {
		t.Fatalf("no results: %d %s", got.Code, got.Body)
	}
	names := []string{}
	for _, row := range rows {
		object, _ := row.(map[string]any)
		for _, key := range []string{"name", "login"} {
			if name, ok := object[key].(string); ok {
				names = append(names, name)
			}
		}
	}
	return names
}

func newServer(t *testing.T, o foremanserver.Options, users ...foremanserver.User) *foremanserver.Server {
	t.Helper()
	server := foremanserver.New(o)
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
