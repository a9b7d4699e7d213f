package controllerserver

import (
	"net/http"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// Server is a Universal Controller in memory. It is safe for concurrent use. The embedded console
// provides the journal, faults, hooks and costs.
type Server struct {
	*sandbox.Console

	options Options
	handler http.Handler
	store
}

// New returns a server with the built-in administrator.
func New(o Options) *Server {
	if o.Context == "" {
		o.Context = DefaultContext
	}
	o.Context = strings.TrimRight(o.Context, "/")
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	s := &Server{Console: sandbox.NewConsole(o.Console), options: o, store: store{secrets: map[string]*token{}}}
	// The first user of an empty store cannot conflict with another one.
	_, _ = s.insertUser(User{
		SysID: AdminSysID, UserName: AdminUserName, Password: AdminPassword, FirstName: "Administrator",
		BrowserAccess: AccessYes, CommandLineAccess: AccessYes, WebServiceAccess: AccessYes,
	})
	s.HandleControl("tokens", http.HandlerFunc(s.serveTokens))
	s.handler = s.Wrap(http.HandlerFunc(s.serve))
	return s
}

// Context returns the path below which the server responds, such as "/uc", without a trailing
// slash; empty means none. A client's base URL is the address followed by it.
func (s *Server) Context() string { return s.options.Context }

// ServeHTTP serves one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
