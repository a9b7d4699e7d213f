package sandbox

import (
	"regexp"
	"time"
)

// AuthMethod is how the sender of a request authenticated.
type AuthMethod string

// The authentication methods, as the journal names them.
const (
	AuthNone     AuthMethod = "none"
	AuthPassword AuthMethod = "password"
	AuthToken    AuthMethod = "token"
	AuthSession  AuthMethod = "session"
)

// Request is one entry of the journal. It never contains a secret: the Authorization header,
// cookies and the body are not recorded.
type Request struct {
	// Time is when the request arrived.
	Time   time.Time `json:"time"`
	Method string    `json:"method"`
	// Path is the path in the client's escaping.
	Path     string `json:"path"`
	RawQuery string `json:"query,omitempty"`
	// Status is the status that was sent. It is 0 while the request is being served, and when the
	// connection was dropped.
	Status int `json:"status"`
	// User is the login of the authenticated user; empty when authentication failed or was not
	// attempted.
	User string     `json:"user,omitempty"`
	Auth AuthMethod `json:"auth"`
	// RequestID is the client's X-Request-Id header.
	RequestID string `json:"request_id,omitempty"`
	UserAgent string `json:"user_agent,omitempty"`
	// Fault is the kind of the fault that acted on the request; empty for none.
	Fault string `json:"fault,omitempty"`
}

// Matching returns a filter for [Console.Count]. It selects requests with this method (empty
// matches any) whose path matches the pattern (empty matches any). It panics on an invalid pattern,
// because it is meant for tests.
func Matching(method, pattern string) func(Request) bool {
	m := Match{Method: method}
	if pattern != "" {
		m.Path = regexp.MustCompile(pattern)
	}
	return func(r Request) bool { return m.fits(r.Method, r.Path) }
}

// Requests returns the journal in the order of arrival.
func (c *Console) Requests() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Request, len(c.journal))
	for i, entry := range c.journal {
		out[i] = *entry
	}
	return out
}

// Count returns how many requests of the journal pass the filter; nil counts all.
func (c *Console) Count(filter func(Request) bool) int {
	n := 0
	for _, r := range c.Requests() {
		if filter == nil || filter(r) {
			n++
		}
	}
	return n
}

// ResetRequests empties the journal. Requests that are still being served do not reappear in it.
func (c *Console) ResetRequests() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.journal = nil
	c.peakInFlight = c.inFlight
}

// PeakInFlight returns the largest number of requests that were served at the same time since the
// last [Console.ResetRequests].
func (c *Console) PeakInFlight() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.peakInFlight
}
