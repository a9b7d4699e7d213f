package sandbox

import (
	"net/http"
	"regexp"
)

// Always as the Count of a [Match] selects every matching request from the Nth on.
const Always = -1

// Match selects requests. The zero value selects the first request of any kind.
type Match struct {
	// Method is the HTTP method; empty matches any.
	Method string
	// Path is matched against the request's path, without the query; nil matches any.
	Path *regexp.Regexp
	// Nth is the number of the first matching request to select, counted from 1; 0 means 1.
	Nth int
	// Count is how many matching requests in a row to select; 0 means 1, [Always] means all.
	Count int
}

// trigger counts the requests that a Match selects. The console's lock guards it.
type trigger struct {
	match Match
	seen  int
}

func (t *trigger) hit(r *http.Request) bool {
	if !t.match.fits(r.Method, r.URL.Path) {
		return false
	}
	t.seen++
	first := max(t.match.Nth, 1)
	if t.seen < first {
		return false
	}
	return t.match.Count < 0 || t.seen < first+max(t.match.Count, 1)
}

func (m Match) fits(method, path string) bool {
	if m.Method != "" && m.Method != method {
		return false
	}
	return m.Path == nil || m.Path.MatchString(path)
}
