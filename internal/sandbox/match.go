package sandbox

import (
	"net/http"
	"regexp"
)

// Always as a [Match]'s Count means every matching request from the Nth on.
const Always = -1

// Match selects requests. Its zero value selects the first request, whatever it is.
type Match struct {
	// Method is the HTTP method; empty for any.
	Method string
	// Path is searched in the request's path, without the query; nil for any.
	Path *regexp.Regexp
	// Nth is the first matching request that is selected, counted from 1; 0 is 1.
	Nth int
	// Count is how many in a row are selected; 0 is 1, [Always] is no end.
	Count int
}

// trigger is a Match that counts. The console's lock guards it.
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
