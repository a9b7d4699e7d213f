package foremanserver

import (
	"net/http"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// What a fresh server has and how it is set; see [Options].
const (
	DefaultVersion          = "3.13.0-develop"
	DefaultEntriesPerPage   = 20
	DefaultIdleTimeout      = 60 * time.Minute
	DefaultFailedLoginLimit = 30

	// AdminLogin and AdminPassword are the administrator that every server has.
	AdminLogin    = "admin"
	AdminPassword = "changeme"

	// DefaultOrganizationID and DefaultLocationID are the taxonomies that every server
	// has.
	DefaultOrganizationID = 1
	DefaultLocationID     = 2
)

// Options are a server's settings; the zero value is a Foreman 3.13 with its defaults.
type Options struct {
	// Version is what the Foreman_version header and /api/status say; empty is
	// [DefaultVersion].
	Version string
	// PathPrefix is where the server is mounted, such as "/foreman"; empty is the root.
	// Outside it every path is an HTML 404.
	PathPrefix string
	// EntriesPerPage is the page size without per_page; 0 is [DefaultEntriesPerPage].
	EntriesPerPage int
	// IdleTimeout is how long an unused session lives; 0 is [DefaultIdleTimeout].
	IdleTimeout time.Duration
	// FailedLoginLimit is how many refused logins lock an IP address; 0 is
	// [DefaultFailedLoginLimit], less is no limit.
	FailedLoginLimit int
	// Console holds clock and costs.
	Console sandbox.Options
}

// Server is a Foreman in memory. It is safe for concurrent use. The embedded console
// has its journal, faults, hooks and costs.
type Server struct {
	*sandbox.Console

	options Options
	handler http.Handler
	store
	sessions sessions
	lockout  lockout
}

// New returns a server with the administrator, the hidden users, one organization and
// one location.
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

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
