package foremanserver

import (
	"net/http"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// The defaults of a server; see [Options].
const (
	DefaultVersion          = "3.13.0-develop"
	DefaultEntriesPerPage   = 20
	DefaultIdleTimeout      = 60 * time.Minute
	DefaultFailedLoginLimit = 30

	// AdminLogin and AdminPassword belong to the administrator that every server has.
	AdminLogin    = "admin"
	AdminPassword = "changeme"

	// DefaultOrganizationID and DefaultLocationID are the taxonomies that every server has.
	DefaultOrganizationID = 1
	DefaultLocationID     = 2
)

// Options are the settings of a server; the zero value is a Foreman 3.13 with its defaults.
type Options struct {
	// Version is the value in the Foreman_version header and in /api/status; empty means
	// [DefaultVersion].
	Version string
	// PathPrefix is the path that the server is mounted at, such as "/foreman"; empty means the
	// root. Any path outside it is an HTML 404.
	PathPrefix string
	// EntriesPerPage is the page size without per_page; 0 means [DefaultEntriesPerPage].
	EntriesPerPage int
	// IdleTimeout is how long an unused session stays valid; 0 means [DefaultIdleTimeout].
	IdleTimeout time.Duration
	// FailedLoginLimit is how many failed logins lock an IP address; 0 means
	// [DefaultFailedLoginLimit], a negative value means no limit.
	FailedLoginLimit int
	// Console holds the clock and the costs.
	Console sandbox.Options
}

// Server is a Foreman in memory. It is safe for concurrent use. The embedded console provides the
// journal, faults, hooks and costs.
type Server struct {
	*sandbox.Console

	options Options
	handler http.Handler
	store
	sessions sessions
	lockout  lockout
}

// New returns a server with the administrator, the hidden users, one organization and one location.
func New(o Options) *Server {
	if o.Version == "" {
		o.Version = DefaultVersion
	}
	if o.EntriesPerPage == 0 {
		o.EntriesPerPage = DefaultEntriesPerPage
	}
	if o.IdleTimeout == 0 {
		o.IdleTimeout = DefaultIdleTimeout
	}
	if o.FailedLoginLimit == 0 {
		o.FailedLoginLimit = DefaultFailedLoginLimit
	}
	o.PathPrefix = strings.TrimRight(o.PathPrefix, "/")
	s := &Server{Console: sandbox.NewConsole(o.Console), options: o, store: newStore()}
	s.sessions = sessions{byID: map[string]*session{}}
	s.lockout = lockout{failures: map[string]*failures{}}
	s.seedDefaults(s.Now())
	s.HandleControl("tokens", http.HandlerFunc(s.serveTokens))
	s.handler = s.Wrap(http.HandlerFunc(s.serve))
	return s
}

// ServeHTTP serves one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
