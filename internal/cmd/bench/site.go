package main

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// loopback is any free port of this machine.
const loopback = "127.0.0.1:0"

// site is a sandbox server that listens, and what it has seen.
type site struct {
	console *sandbox.Console
	// alive counts the tokens that are in effect.
	alive func() int
	// users are the ids of the users, in whose names tokens are issued.
	users []string
	// env tells the provider where the server is, and who it logs in as.
	env map[string]string

	sent    atomic.Int64
	running *sandbox.Running
}

// platform is one of those that are measured.
type platform struct {
	name string
	// block is the part of the provider's configuration that turns its sessions off or on.
	block func(sessions bool) string
	// sessions says that there are any.
	sessions bool
	// requests is the target for a plan of the largest load.
	requests int
	open     func(s scale, users int) (*site, error)
}

func foremanPlatform() platform {
	return platform{
		name:     "Foreman",
		block:    func(sessions bool) string { return fmt.Sprintf("foreman = { session = %t }", sessions) },
		sessions: true,
		requests: 25,
		open: func(s scale, users int) (*site, error) {
			site, _, err := openForeman(s.foreman, users)

			return site, err
		},
	}
}

func controllerPlatform() platform {
	return platform{
		name:     "Universal Controller",
		block:    func(bool) string { return "universal_controller = {}" },
		requests: 12,
		open:     openController,
	}
}

func openForeman(costs sandbox.Costs, users int) (*site, *foremanserver.Server, error) {
	server := foremanserver.New(foremanserver.Options{Console: sandbox.Options{Costs: costs}})
	s := &site{console: server.Console, alive: func() int { return server.LiveTokens("") }}

	for i := range users {
		id, err := server.AddUser(foremanserver.User{Login: login(i), Password: login(i)})
		if err != nil {
			return nil, nil, fmt.Errorf("add a user: %w", err)
		}

		s.users = append(s.users, strconv.Itoa(id))
	}

	if err := s.start(server); err != nil {
		return nil, nil, err
	}

	s.env = map[string]string{
		"FOREMAN_SERVER_URL": s.running.URL(),
		"FOREMAN_USERNAME":   foremanserver.AdminLogin,
		"FOREMAN_PASSWORD":   foremanserver.AdminPassword,
	}

	return s, server, nil
}

func openController(sizes scale, users int) (*site, error) {
	server := controllerserver.New(controllerserver.Options{Console: sandbox.Options{Costs: sizes.controller}})
	s := &site{console: server.Console, alive: func() int { return server.LiveTokens("") }}

	for i := range users {
		id, err := server.AddUser(controllerserver.User{UserName: login(i), Password: login(i)})
		if err != nil {
			return nil, fmt.Errorf("add a user: %w", err)
		}

		s.users = append(s.users, id)
	}

	if err := s.start(server); err != nil {
		return nil, err
	}

	s.env = map[string]string{
		"STONEBRANCH_BASE_URL": s.running.URL() + server.Context(),
		"STONEBRANCH_USERNAME": controllerserver.AdminUserName,
		"STONEBRANCH_PASSWORD": controllerserver.AdminPassword,
	}

	return s, nil
}

// login is the name of the i-th user.
func login(i int) string { return "svc-" + strconv.Itoa(i) }

func (s *site) start(server http.Handler) error {
	counted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server.ServeHTTP(&countingWriter{ResponseWriter: w, sent: &s.sent}, r)
	})

	running, err := sandbox.Start(counted, loopback)
	if err != nil {
		return err
	}

	s.running = running

	return nil
}

// reset forgets what the server has seen.
func (s *site) reset() {
	s.console.ResetRequests()
	s.sent.Store(0)
}

// expectAlive fails unless so many tokens are in effect: what was measured would mean
// nothing.
func (s *site) expectAlive(want int) error {
	if got := s.alive(); got != want {
		return fmt.Errorf("%d tokens are in effect on the server, want %d", got, want)
	}

	return nil
}

// close ends the server. Its error is added to err.
func (s *site) close(err error) error { return errors.Join(err, s.running.Close()) }

// isLogin says whether a request cost the server a check of credentials.
func isLogin(r sandbox.Request) bool {
	return r.Auth == sandbox.AuthPassword || r.Auth == sandbox.AuthToken || r.Status == http.StatusUnauthorized
}

// countingWriter counts the bytes of bodies.
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

// Unwrap gives http.ResponseController the writer below.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
