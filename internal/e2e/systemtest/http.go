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

// HTTPServer is a [Server] that is accessed over HTTP.
type HTTPServer interface {
	Server
	http.Handler

	// Connect returns a System of the account that accesses the server at another address. It retries a
	// failed request once, almost immediately.
	Connect(tb testing.TB, url string, account Account) pat.System
}

// HTTP describes a driver's requests, each by a pattern of "GET /path".
type HTTP struct {
	// CurrentUser, UserByID, UserByUsername and Users match the first request of these calls.
	CurrentUser, UserByID, UserByUsername, Users string
	// UsersWithTokens and OneWithTokens match the requests for the tokens of all users and of one user.
	UsersWithTokens, OneWithTokens string
	// Token matches the request for one token, and Tokens the request for a user's tokens.
	Token, Tokens string
	// Create and Revoke match the requests that change something.
	Create, Revoke string
	// Secret matches the secret of a new token in a response.
	Secret *regexp.Regexp
	// Documents are further hostile responses, besides those of hostileserver: valid documents of the
	// platform with one defect each.
	Documents map[string]hostileserver.Answer
	// Harmless lists, by the name of a document, the calls that may succeed in spite of it.
	Harmless map[string][]string
}

// runHTTP runs the tests for drivers that use HTTP.
func runHTTP(t *testing.T, platform Platform) {
	t.Helper()

	runHostile(t, platform)

	for _, status := range []int{200, 400, 401, 404, 500} {
		t.Run(fmt.Sprintf("a server that echoes the credentials with status %d", status), func(t *testing.T) {
			t.Parallel()
			repeatedCredentials(newScene(t, platform), status)
		})
	}
}

// repeatedCredentials uses a server that echoes a request's credentials, both encoded and decoded. They
// must not appear in an error or in the log.
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
				_, _ = fmt.Fprintf(w, `{"error":{"message":"%s %s:%s %s"}}`, header, username, password, encoded) //nolint:gosec // The test needs a server that echoes them.
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

// http returns the server as an [HTTPServer].
func (s *scene) http() HTTPServer {
	s.Helper()

	server, ok := s.server.(HTTPServer)
	if !ok {
		s.Fatalf("the server is a %T, which does not implement HTTPServer", s.server)
	}

	return server
}

// Listen serves a handler on an in-memory listener until the end of the test, and returns its URL. It
// works in a synctest bubble, too.
func Listen(tb testing.TB, handler http.Handler) (url string) {
	tb.Helper()

	server := memorynet.NewServer(handler)
	tb.Cleanup(server.Close)

	return server.URL
}

// Console implements those methods of [Server] that are the same for all sandboxes.
type Console struct{ Sandbox *sandbox.Console }

// changing lists the methods of all requests by which the drivers change something.
var changing = []string{http.MethodPost, http.MethodDelete}

// Requests counts the requests that the server received.
func (c Console) Requests() (all, changes int) {
	for _, method := range changing {
		changes += c.Sandbox.Count(sandbox.Matching(method, ""))
	}

	return c.Sandbox.Count(nil), changes
}

// Before runs a function before each further request is handled.
func (c Console) Before(changes bool, run func(ctx context.Context)) (remove func()) {
	methods := []string{""}
	if changes {
		methods = changing
	}

	var all []func()

	for _, method := range methods {
		match := sandbox.Match{Method: method, Count: sandbox.Always}
		all = append(all, c.Sandbox.Before(match, func(r *http.Request) {
			// net/http notices that the client has disconnected only after the body has been read.
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
