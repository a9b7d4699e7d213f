package sandbox

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
)

// ControlPrefix is the path prefix of the sandbox's own endpoints. They are served before
// everything else, only to clients on this machine, and do not appear in the journal.
const ControlPrefix = "/_sandbox/"

// HandleControl serves GET requests for name below [ControlPrefix] with h.
func (c *Console) HandleControl(name string, h http.Handler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.controls[name] = h
}

// WriteControl responds to a control request with v as indented JSON.
func WriteControl(w http.ResponseWriter, v any) {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(append(body, '\n'))
}

func (c *Console) serveControl(w http.ResponseWriter, r *http.Request) {
	if !fromLoopback(r) {
		http.Error(w, "only for callers on this machine", http.StatusForbidden)
		return
	}
	c.mu.Lock()
	h := c.controls[strings.TrimPrefix(r.URL.Path, ControlPrefix)]
	c.mu.Unlock()
	switch {
	case h == nil:
		http.NotFound(w, r)
	case r.Method != http.MethodGet:
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
	default:
		h.ServeHTTP(w, r)
	}
}

func (c *Console) serveJournal(w http.ResponseWriter, _ *http.Request) {
	WriteControl(w, c.Requests())
}

func fromLoopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
