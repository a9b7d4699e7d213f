package campaign

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// filter says which tokens of the user somebody means: in a list, or to revoke them. What is
// empty lets all pass.
type filter struct {
	prefix, status string
	createdBefore  time.Time
	unusedFor      string
}

// newFilter returns what somebody might ask for.
func newFilter(random *rand.Rand, prefixes, statuses []string) filter {
	return filter{
		prefix: pick(random, prefixes), status: pick(random, statuses),
		unusedFor: pick(random, []string{"", "", "2h", "2d"}),
	}
}

// arguments are those of a list and of the action.
func (f filter) arguments(userID string) map[string]any {
	arguments := map[string]any{"user_id": userID}
	set := func(name, value string) {
		if value != "" {
			arguments[name] = value
		}
	}
	set("name_prefix", f.prefix)
	set("status", f.status)
	set("unused_for", f.unusedFor)

	if !f.createdBefore.IsZero() {
		set("created_before", f.createdBefore.Format(time.RFC3339))
	}

	return arguments
}

// String is the filter in messages.
func (f filter) String() string {
	return strings.Trim(fmt.Sprint(f.arguments("")), "map[]")
}

// narrows says whether there is more to it than a status.
func (f filter) narrows() bool {
	return f.prefix != "" || f.unusedFor != "" || !f.createdBefore.IsZero()
}

// passes says whether a row passes the filter, whatever its status is.
func (f filter) passes(r row, now time.Time) bool {
	used := r.used
	if used.IsZero() {
		used = r.created
	}

	return strings.HasPrefix(r.name, f.prefix) &&
		(f.createdBefore.IsZero() || r.created.Before(f.createdBefore)) &&
		(f.unusedFor == "" || !used.After(now.Add(-span(f.unusedFor))))
}

// surely says whether a row is selected at every moment from one to another, and perhaps
// whether it may be at one of them.
func (f filter) surely(p *place, r row, from, to time.Time) bool {
	return f.passes(r, from) && f.passes(r, to) && p.status(r) != "" && (f.status == "" || f.status == p.status(r))
}

func (f filter) perhaps(p *place, r row, from, to time.Time) bool {
	status := p.status(r)

	return (f.passes(r, from) || f.passes(r, to)) &&
		(f.status == "" || f.status == status || status == "" && f.status != "revoked")
}
