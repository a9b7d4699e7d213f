package universalcontroller

import (
	"embed"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

const (
	asText = "text/plain;charset=UTF-8"
	asJSON = "application/json"
	asXML  = "application/xml"
	asHTML = "text/html;charset=utf-8"

	notFoundPage = "<!doctype html><html><body><h1>HTTP Status 404 – Not Found</h1></body></html>"
)

const (
	userID    = "3de4c72e27c94d4aa840bffcbd7509ca"
	noSuchID  = "00000000000000000000000000000000"
	gone404   = `A user with id "` + userID + `" does not exist.`
	aliceJSON = `{"sysId":"` + userID + `","userName":"alice","active":true,"tokens":[]}`
	bobJSON   = `{"sysId":"` + userID + `","userName":"bob","active":true,"tokens":[]}`
)

// The calls of the web services, by the names that scripts use.
const (
	callUser   = "GET /uc/resources/user"
	callUsers  = "GET /uc/resources/user/list"
	callList   = "GET /uc/resources/user/token/list"
	callCreate = "POST /uc/resources/user/token"
	callRevoke = "DELETE /uc/resources/user/token"
	callPut    = "PUT /uc/resources/user"
)

// today is the time of the tests.
var today = time.Date(2026, time.November, 21, 12, 0, 0, 0, time.UTC)

// created is the same time as a server formats it.
const created = "2026-11-21 17:30:00 +0530"

// date returns midnight UTC of a date.
func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// newDriver returns a driver with an account and its password.
func newDriver(tb testing.TB, base string, changes ...func(*Options)) *System {
	tb.Helper()

	options := Options{
		Client: rest.Options{
			BaseURL: base, RetryWaitMin: time.Microsecond, RetryWaitMax: time.Millisecond,
			Clock: pat.NewClock(pat.Runner{Now: func() time.Time { return today }}),
		},
		Username: "ops.admin",
		Password: "ops.admin",
	}
	for _, change := range changes {
		change(&options)
	}

	system, err := New(options)
	if err != nil {
		tb.Fatal(err)
	}

	return system
}

// canned is a response.
type canned struct {
	status      int
	contentType string
	body        string
}

func sentence(status int, text string) canned { return canned{status, asText, text} }

func document(body string) canned { return canned{http.StatusOK, asJSON, body} }

// sent is a request that the server received.
type sent struct {
	call, body  string
	query       url.Values
	rawQuery    string
	accept      string
	contentType string
}

// script is a server with canned responses at the context /uc.
type script struct {
	url string

	mu   sync.Mutex
	seen []sent
}

// newScript responds to the nth request of each call with the nth response in the table, or its last
// one, and to anything else with a page.
func newScript(t *testing.T, responses map[string][]canned) *script {
	t.Helper()

	s := &script{}
	count := map[string]int{}

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		call := r.Method + " " + r.URL.Path

		s.mu.Lock()
		s.seen = append(s.seen, sent{
			call: call, body: string(body), query: r.URL.Query(), rawQuery: r.URL.RawQuery,
			accept: r.Header.Get("Accept"), contentType: r.Header.Get("Content-Type"),
		})
		nth := count[call]
		count[call]++
		s.mu.Unlock()

		response := canned{http.StatusNotFound, asHTML, notFoundPage}
		if all := responses[call]; len(all) > 0 {
			response = all[min(nth, len(all)-1)]
		}

		if response.contentType != "" {
			w.Header().Set("Content-Type", response.contentType)
		} else {
			w.Header()["Content-Type"] = nil
		}

		w.Header()["Date"] = nil // So that the driver's own clock decides.
		w.WriteHeader(response.status)
		_, _ = io.WriteString(w, response.body)
	}))
	t.Cleanup(server.Close)

	s.url = server.URL + "/uc"

	return s
}

// requests returns the requests so far.
func (s *script) requests() []sent {
	s.mu.Lock()
	defer s.mu.Unlock()

	return append([]sent(nil), s.seen...)
}

// calls returns the methods and paths of the requests so far.
func (s *script) calls() []string {
	var all []string
	for _, request := range s.requests() {
		all = append(all, request.call)
	}

	return all
}

// tokenJSON is a token in a response.
func tokenJSON(name, created string) string {
	return fmt.Sprintf(`{"createTime":%q,"expiration":"20270101","lastUsed":"Never","name":%q,"userName":"alice"}`,
		created, name)
}

// listJSON is a list in a response.
func listJSON(rows ...string) canned { return document("[" + strings.Join(rows, ",") + "]") }

//go:embed testdata
var files embed.FS

// testdata returns a file of the folder testdata.
func testdata(t *testing.T, name string) string {
	t.Helper()

	text, err := files.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}

// sample returns a sample from Universal Controller's documentation.
func sample(t *testing.T, name string) string {
	t.Helper()

	return testdata(t, "samples/"+name)
}

// names returns the names of tokens.
func names(tokens []pat.Token) []string {
	all := []string{}
	for _, token := range tokens {
		all = append(all, token.Name)
	}

	return all
}
