package foreman

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

const password = "correct horse"

// Permissions of the accounts.
var (
	viewTokens = []string{"view_personal_access_tokens"}
	viewAll    = []string{"view_personal_access_tokens", "view_users"}
	everything = []string{
		"view_personal_access_tokens", "create_personal_access_tokens", "revoke_personal_access_tokens",
		"view_users", "edit_users",
	}
)

// stage is a listening Foreman.
type stage struct {
	*foremanserver.Server

	url string
}

func newStage(t *testing.T, options foremanserver.Options) *stage {
	t.Helper()

	server := foremanserver.New(options)

	run, err := sandbox.Start(server, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = run.Close() })

	return &stage{Server: server, url: run.URL() + options.PathPrefix}
}

// addUser adds a member of the default organization and location, and returns the id.
func (s *stage) addUser(t *testing.T, login string, permissions ...string) string {
	t.Helper()

	return s.add(t, foremanserver.User{
		Login: login, Permissions: permissions,
		OrganizationIDs: []int{foremanserver.DefaultOrganizationID}, LocationIDs: []int{foremanserver.DefaultLocationID},
	})
}

func (s *stage) add(t *testing.T, user foremanserver.User) string {
	t.Helper()

	user.Password = password

	id, err := s.AddUser(user)
	if err != nil {
		t.Fatal(err)
	}

	return strconv.Itoa(id)
}

// addToken adds a token of alice that never expires.
func (s *stage) addToken(t *testing.T, name string) pat.Token {
	t.Helper()

	id, _, err := s.AddToken("alice", name, time.Time{})
	if err != nil {
		t.Fatal(err)
	}

	return pat.Token{UserID: strconv.Itoa(s.UserID("alice")), ID: strconv.Itoa(id), Name: name, Status: pat.StatusActive}
}

// addRevoked adds revoked tokens of alice with the names prefix1 to prefixn.
func (s *stage) addRevoked(t *testing.T, prefix string, n int) {
	t.Helper()

	if err := s.AddRevokedTokens("alice", prefix, n); err != nil {
		t.Fatal(err)
	}
}

// admin returns a driver with the administrator's account.
func (s *stage) admin(t *testing.T, changes ...func(*Options)) *System {
	t.Helper()

	return newDriver(t, s.url, changes...)
}

// as returns a driver with another account.
func (s *stage) as(t *testing.T, login string, changes ...func(*Options)) *System {
	t.Helper()

	return newDriver(t, s.url, append([]func(*Options){func(o *Options) {
		o.Username, o.Password = login, password
	}}, changes...)...)
}

func newDriver(tb testing.TB, url string, changes ...func(*Options)) *System {
	tb.Helper()

	options := Options{
		Client: rest.Options{
			BaseURL: url, RetryWaitMin: time.Microsecond, RetryWaitMax: time.Millisecond,
		},
		Username: foremanserver.AdminLogin,
		Password: foremanserver.AdminPassword,
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

// within configures an organization and a location.
func within(organization, location int64) func(*Options) {
	return func(o *Options) { o.OrganizationID, o.LocationID = organization, location }
}

// asJSON is the content type of Foreman's responses.
const asJSON = "application/json; charset=utf-8"

// canned is a response that Foreman does not send, or not to that request.
type canned struct {
	status      int
	contentType string
	body        string
	header      map[string]string
}

// script is a server with canned responses.
type script struct {
	url string

	mu     sync.Mutex
	seen   []string // method and path
	bodies []string
}

// newScript responds to each "<method> <path>" from the table, and to anything else as Foreman does
// without a route.
func newScript(t *testing.T, responses map[string]canned) *script {
	t.Helper()

	return newHandlerScript(t, func(r *http.Request) canned {
		if response, ok := responses[r.Method+" "+r.URL.Path]; ok {
			return response
		}

		return canned{status: http.StatusNotFound, contentType: "text/html", body: "<html><body>no such page</body></html>"}
	})
}

func newHandlerScript(t *testing.T, handle func(*http.Request) canned) *script {
	t.Helper()

	s := &script{}

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)

		s.mu.Lock()
		s.seen = append(s.seen, r.Method+" "+r.URL.Path)
		s.bodies = append(s.bodies, string(body))
		s.mu.Unlock()

		response := handle(r)
		if response.contentType == "" {
			response.contentType = asJSON
		}

		w.Header().Set("Content-Type", response.contentType)

		for name, value := range response.header {
			w.Header().Set(name, value)
		}

		w.WriteHeader(response.status)
		_, _ = io.WriteString(w, response.body)
	}))
	t.Cleanup(server.Close)

	s.url = server.URL

	return s
}

// requests returns the requests so far.
func (s *script) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()

	return append([]string(nil), s.seen...)
}

// userJSON is the response to a read of a user.
func userJSON(id int, login string, admin bool) string {
	return fmt.Sprintf(`{"id":%d,"login":%q,"admin":%t,"effective_admin":%t}`, id, login, admin, admin)
}

// listJSON is the response to a list.
func listJSON(total int, rows ...string) string {
	return fmt.Sprintf(`{"total":%d,"subtotal":%d,"page":1,"per_page":20,"results":[%s]}`,
		total, total, strings.Join(rows, ","))
}

// tokenJSON is a token of user 5 in a response.
func tokenJSON(id int, name string) string {
	return fmt.Sprintf(`{"created_at":"2026-11-21 16:50:10 UTC","id":%d,"name":%q,"expires_at":null,`+
		`"active?":true,"user_id":5,"last_used_at":null,"revoked?":false}`, id, name)
}

// names returns the names of tokens.
func names(tokens []pat.Token) []string {
	var all []string
	for _, token := range tokens {
		all = append(all, token.Name)
	}

	return all
}
