package systemtest

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/hostileserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/memorynet"
)

// HTTPServer is a [Server] that is reached over HTTP.
type HTTPServer interface {
	Server
	http.Handler

	// Connect returns a System of the account that reaches the server at another address. It
	// repeats a failed request once, after hardly any time.
	Connect(tb testing.TB, url string, account Account) pat.System
}

// HTTP describes the requests of a driver, each by a pattern of "GET /path".
type HTTP struct {
	// CurrentUser, UserByID, UserByUsername and Users are the first request of these calls.
	CurrentUser, UserByID, UserByUsername, Users string
	// UsersWithTokens and OneWithTokens are those that show the tokens of all users and of one.
	UsersWithTokens, OneWithTokens string
	// Token is the request for one token, and Tokens that for those of a user.
	Token, Tokens string
	// Create and Revoke are the requests that change something.
	Create, Revoke string
	// Secret finds the secret of a new token in a response.
	Secret *regexp.Regexp
	// Documents are hostile responses besides those of hostileserver: documents of the
	// platform but for one thing.
	Documents map[string]hostileserver.Answer
	// Harmless says, by the name of a document, which calls may succeed with it all the same.
	Harmless map[string][]string
}

// runHTTP tests what only servers that are reached over HTTP can do.
func runHTTP(t *testing.T, platform Platform) {
	t.Helper()

	runHostile(t, platform)

	for _, status := range []int{200, 400, 401, 404, 500} {
		t.Run(fmt.Sprintf("a server that repeats the credentials with a %d", status), func(t *testing.T) {
			t.Parallel()
			repeatedCredentials(newScene(t, platform), status)
		})
	}
}

// repeatedCredentials has a server that quotes the request's credentials, as they came and
// decoded. No error and no line of the log may hold them.
func repeatedCredentials(s *scene, status int) {
	on := s.addSubject()

	for _, contentType := range []string{hostileserver.JSON, hostileserver.XML, hostileserver.HTML, hostileserver.Text} {
		front := &hostileserver.Front{
			Honest: s.http(), Hostile: regexp.MustCompile(`.`),
			Answer: hostileserver.Answer{Serve: func(w http.ResponseWriter, r *http.Request, _ string) {
				header := r.Header.Get("Authorization")
				username, password, _ := r.BasicAuth()
				encoded := base64.StdEncoding.EncodeToString([]byte(password))

				w.Header().Set("Content-Type", contentType)
				w.WriteHeader(status)
				_, _ = fmt.Fprintf(w, `{"error":{"message":"%s %s:%s %s"}}`, header, username, password, encoded) //nolint:gosec // To repeat it is what is tested.
			}},
		}

		for _, call := range s.calls() {
			server, stop := front.StartInMemory()
			system := s.http().Connect(s, server.URL, s.Administrator)

			if err := call.do(s.ctx, system, on); err == nil {
				s.Errorf("%s: no error", call.name)
			} else if s.leaked(fmt.Sprintf("%v %+v", err, err)) {
				s.Errorf("%s: the credentials are in the error %v", call.name, err)
			}

			stop()
		}
	}
}

// http returns the server as one that is reached over HTTP.
func (s *scene) http() HTTPServer {
	s.Helper()

	server, ok := s.server.(HTTPServer)
	if !ok {
		s.Fatalf("the server is a %T, and no HTTPServer", s.server)
	}

	return server
}

// Listen lets a handler listen in memory until the end of the test, and returns its URL. It
// does so in a bubble of synctest, too.
func Listen(tb testing.TB, handler http.Handler) (url string) {
	tb.Helper()

	server := memorynet.NewServer(handler)
	tb.Cleanup(server.Close)

	return server.URL
}

// Console is what a server of the sandbox does as a [Server].
type Console struct{ Sandbox *sandbox.Console }

// changing are the methods of requests that are to change something, as far as a driver sends any.
var changing = []string{http.MethodPost, http.MethodDelete}

// Requests counts the requests that arrived.
func (c Console) Requests() (all, changes int) {
	for _, method := range changing {
		changes += c.Sandbox.Count(sandbox.Matching(method, ""))
	}

	return c.Sandbox.Count(nil), changes
}

// Before runs a function before each further request.
func (c Console) Before(changes bool, run func(ctx context.Context)) (remove func()) {
	methods := []string{""}
	if changes {
		methods = changing
	}

	var all []func()

	for _, method := range methods {
		match := sandbox.Match{Method: method, Count: sandbox.Always}
		all = append(all, c.Sandbox.Before(match, func(r *http.Request) {
			// Only who has read a request to its end notices that the client has gone.
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))

			run(r.Context())
		}))
	}

	return func() {
		for _, remove := range all {
			remove()
		}
	}
}

// Break makes the server fail.
func (c Console) Break(failure Failure) {
	always := sandbox.Match{Count: sandbox.Always}

	switch failure {
	case Unreachable:
		c.Sandbox.AddFault(sandbox.Fault{Match: always, Kind: sandbox.FaultDrop})
	case Unreadable:
		c.Sandbox.AddFault(sandbox.Fault{
			Match: always, Kind: sandbox.FaultAnswer, Status: http.StatusOK, ContentType: hostileserver.HTML, Body: "<html>Sign in</html>",
		})
	case Unconfirmed:
		for _, method := range changing {
			c.Sandbox.AddFault(sandbox.Fault{Match: sandbox.Match{Method: method}, Kind: sandbox.FaultDrop, AfterWork: true})
		}
	}
}

// Repair ends all failures.
func (c Console) Repair() { c.Sandbox.ClearFaults() }
