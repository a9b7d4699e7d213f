package sandbox

import (
	"regexp"
	"time"
)

// AuthMethod says how a request proved who sent it.
type AuthMethod string

// The ways to authenticate, as the journal names them.
const (
	AuthNone     AuthMethod = "none"
	AuthPassword AuthMethod = "password"
	AuthToken    AuthMethod = "token"
	AuthSession  AuthMethod = "session"
)

// Request is one entry of the journal. It never holds a secret: neither the
// Authorization header nor a cookie nor a body is kept.
type Request struct {
	// Time is when the request arrived.
	Time   time.Time `json:"time"`
	Method string    `json:"method"`
	// Path is the path as the client escaped it.
	Path     string `json:"path"`
	RawQuery string `json:"query,omitempty"`
	// Status is the status that was sent; 0 when none was: the request is still
	// being served, or its connection was dropped.
	Status int `json:"status"`
	// User is the login of who authenticated; empty when nobody did.
	User string     `json:"user,omitempty"`
	Auth AuthMethod `json:"auth"`
	// RequestID is the client's X-Request-Id header.
	RequestID string `json:"request_id,omitempty"`
	UserAgent string `json:"user_agent,omitempty"`
	// Fault is the kind of the fault that the request met; empty for none.
	Fault string `json:"fault,omitempty"`
}

// Matching returns a filter for [Console.Count]: requests with this method (empty for
// any) whose path the pattern is found in (empty for any). It panics on a pattern
// that does not compile, as it is meant for tests.
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

// Count says how many requests of the journal pass the filter; nil counts all.
func (c *Console) Count(filter func(Request) bool) int {
	n := 0
	for _, r := range c.Requests() {
		if filter == nil || filter(r) {
			n++
		}
	}
	return n
}

// ResetRequests empties the journal. Requests that are being served no longer appear.
func (c *Console) ResetRequests() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.journal = nil
	c.peakInFlight = c.inFlight
}

// PeakInFlight is the largest number of requests that were being served at once since
// the last [Console.ResetRequests].
func (c *Console) PeakInFlight() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.peakInFlight
}
