package foremanserver

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// lockTime is how long an address stays locked after its last counted failure.
const lockTime = 5 * time.Minute

// failures are the failed logins from one address.
type failures struct {
	count int
	last  time.Time
}

// lockout counts failed logins by IP address. A success does not reset the count.
type lockout struct {
	mu       sync.Mutex
	failures map[string]*failures
}

// UnlockLogins resets the counts of failed logins.
func (s *Server) UnlockLogins() {
	s.lockout.mu.Lock()
	defer s.lockout.mu.Unlock()
	clear(s.lockout.failures)
}

// locked reports whether an address has too many failures; limit ≤ 0 means no limit.
func (l *lockout) locked(ip string, limit int, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.failures[ip]
	if f == nil || limit <= 0 {
		return false
	}
	if now.Sub(f.last) >= lockTime {
		delete(l.failures, ip)
		return false
	}
	return f.count >= limit
}

func (l *lockout) count(ip string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.failures[ip]
	if f == nil || now.Sub(f.last) >= lockTime {
		f = &failures{}
		l.failures[ip] = f
	}
	f.count++
	f.last = now
}

// clientIP returns the address that sent a request. It believes X-Forwarded-For only from a proxy
// on this machine.
func clientIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return host
	}
	forwarded := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
	for _, hop := range slices.Backward(forwarded) {
		ip := net.ParseIP(strings.TrimSpace(hop))
		if ip != nil && !ip.IsLoopback() {
			return ip.String()
		}
	}
	return host
}
