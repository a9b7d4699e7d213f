package main

import (
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// The servers simulate work on two cores, because bcrypt and the application occupy one core for
// each request. There are no recordings of a real Universal Controller; its 30 ms are an
// assumption.
var (
	foremanCosts    = sandbox.Costs{Login: 150 * time.Millisecond, Session: 30 * time.Millisecond, Cores: 2}
	controllerCosts = sandbox.Costs{Request: 30 * time.Millisecond, Cores: 2}
)

// subject is what is measured: the provider on one platform.
type subject struct {
	name string
	// block is the name of the platform's argument in the provider block.
	block string
	open  func(users int) (*site, error)
}

var subjects = []subject{
	{"Foreman", "foreman", openForeman},
	{"Universal Controller", "universal_controller", openController},
}

// site is a running sandbox server with counters.
type site struct {
	console *sandbox.Console
	// live counts the tokens that authenticate.
	live func(login string) int
	// users are the ids of the users for whom the tokens are issued.
	users []string
	// env tells the provider the server's URL and the account to log in with.
	env map[string]string

	sent    atomic.Int64
	running *sandbox.Running
}

func openForeman(users int) (*site, error) {
	server := foremanserver.New(foremanserver.Options{Console: sandbox.Options{Costs: foremanCosts}})
	s := &site{console: server.Console, live: server.LiveTokens}

	for i := range users {
		id, err := server.AddUser(foremanserver.User{Login: login(i), Password: login(i)})
		if err != nil {
			return nil, fmt.Errorf("add a user: %w", err)
		}

		s.users = append(s.users, strconv.Itoa(id))
	}

	err := s.start(server, func(url string) map[string]string {
		return map[string]string{
			"FOREMAN_SERVER_URL": url,
			"FOREMAN_USERNAME":   foremanserver.AdminLogin, "FOREMAN_PASSWORD": foremanserver.AdminPassword,
		}
	})

	return s, err
}

func openController(users int) (*site, error) {
	server := controllerserver.New(controllerserver.Options{Console: sandbox.Options{Costs: controllerCosts}})
	s := &site{console: server.Console, live: server.LiveTokens}

	for i := range users {
		id, err := server.AddUser(controllerserver.User{UserName: login(i), Password: login(i)})
		if err != nil {
			return nil, fmt.Errorf("add a user: %w", err)
		}

		s.users = append(s.users, id)
	}

	err := s.start(server, func(url string) map[string]string {
		return map[string]string{
			"STONEBRANCH_BASE_URL": url + server.Context(),
			"STONEBRANCH_USERNAME": controllerserver.AdminUserName, "STONEBRANCH_PASSWORD": controllerserver.AdminPassword,
		}
	})

	return s, err
}

// login returns the name of the i-th user.
func login(i int) string { return "svc-" + strconv.Itoa(i) }

func (s *site) start(server http.Handler, env func(url string) map[string]string) (err error) {
	counted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server.ServeHTTP(&countingWriter{ResponseWriter: w, sent: &s.sent}, r)
	})

	if s.running, err = sandbox.Start(counted, "127.0.0.1:0"); err == nil {
		s.env = env(s.running.URL())
	}

	return err
}

// reset sets the server's counters to zero.
func (s *site) reset() {
	s.console.ResetRequests()
	s.sent.Store(0)
}

// isLogin reports whether a request made the server check credentials.
func isLogin(r sandbox.Request) bool {
	return r.Auth == sandbox.AuthPassword || r.Auth == sandbox.AuthToken || r.Status == http.StatusUnauthorized
}

// countingWriter counts the bytes of response bodies.
type countingWriter struct {
	http.ResponseWriter

	sent *atomic.Int64
}

// Write passes the bytes on and counts them.
func (w *countingWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.sent.Add(int64(n))

	return n, err
}

// Unwrap gives http.ResponseController access to the wrapped writer.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
