package campaign

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// filter says which tokens of the user somebody means: in a list, or to revoke them. What is
// not set lets all pass.
type filter struct {
	prefix, status, createdBefore, expiresBefore, unusedFor argument
}

// argument is a text in a configuration. The zero value is one that is not set.
type argument struct {
	set  bool
	text string
}

func setTo(text string) argument { return argument{set: true, text: text} }

// optionally is one of some texts, of which an empty one is not set.
func optionally(random *rand.Rand, texts []string) argument {
	text := pick(random, texts)

	return argument{set: text != "", text: text}
}

// firstYear is an instant like any other, and before everything.
const firstYear = "0001-01-01T00:00:00Z"

var (
	badTimes     = []string{"", "yesterday", "2028-02-28", firstYear, firstYear}
	badDurations = []string{"", "90", "soon", "0s"}
)

// newFilter returns what somebody might ask for.
func newFilter(random *rand.Rand, prefixes, statuses []string) filter {
	return filter{
		prefix: optionally(random, prefixes), status: optionally(random, statuses),
		unusedFor: optionally(random, []string{"", "", "2h", "2d"}),
	}
}

// spoil sets one of a filter's arguments to what nobody can read, or to what selects nothing.
func spoil(random *rand.Rand, f *filter, of ...*argument) {
	switch spoilt := pick(random, of); spoilt {
	case &f.prefix:
		*spoilt = setTo("")
	case &f.status:
		*spoilt = setTo(pick(random, []string{"", "lost"}))
	case &f.unusedFor:
		*spoilt = setTo(pick(random, badDurations))
	default:
		*spoilt = setTo(pick(random, badTimes))
	}

	results.meets("filters that nobody can read")
}

// arguments are those of a list and of the action.
func (f filter) arguments(userID string) map[string]any {
	arguments := map[string]any{"user_id": userID}

	for name, a := range map[string]argument{
		"name_prefix": f.prefix, "status": f.status, "unused_for": f.unusedFor,
		"created_before": f.createdBefore, "expires_before": f.expiresBefore,
	} {
		if a.set {
			arguments[name] = a.text
		}
	}

	return arguments
}

// String is the filter in messages.
func (f filter) String() string {
	return strings.Trim(fmt.Sprint(f.arguments("")), "map[]")
}

// narrows says whether there is more to it than a status.
func (f filter) narrows() bool { return f.prefix.set || f.unusedFor.set || f.createdBefore.set }

// unreadable says whether a part of it has a text that says nothing. Then it is an error.
func (f filter) unreadable() bool {
	_, created := f.createdBefore.instant()
	_, expires := f.expiresBefore.instant()

	_, unused := lifecycle.ParseDuration(f.unusedFor.text)

	return f.prefix.set && f.prefix.text == "" || created != nil || expires != nil || f.unusedFor.set && unused != nil ||
		f.status.set && !slices.Contains([]string{"active", "expired", "revoked"}, f.status.text)
}

// instant is what an argument says that is set.
func (a argument) instant() (at time.Time, err error) {
	if a.set {
		at, err = time.Parse(time.RFC3339, a.text)
	}

	return at, err
}

// passes says whether a row passes the filter, whatever its status is. Nothing passes one
// that nobody can read.
func (f filter) passes(r row, now time.Time) bool {
	if f.unreadable() {
		return false
	}

	used := r.used
	if used.IsZero() {
		used = r.created
	}

	created, _ := f.createdBefore.instant()
	expires, _ := f.expiresBefore.instant()

	return strings.HasPrefix(r.name, f.prefix.text) &&
		(!f.createdBefore.set || r.created.Before(created)) &&
		(!f.expiresBefore.set || !r.expires.IsZero() && r.expires.Before(expires)) &&
		(!f.unusedFor.set || !used.After(now.Add(-span(f.unusedFor.text))))
}

// surely says whether a row is selected at every moment from one to another, and perhaps
// whether it may be at one of them. Where nobody can read when a token was used, nobody can
// say for how long it was not.
func (f filter) surely(p *place, r row, from, to time.Time) bool {
	if p.vague && f.unusedFor.set && !r.used.IsZero() {
		return false
	}

	return f.passes(r, from) && f.passes(r, to) && p.status(r) != "" && (!f.status.set || f.status.text == p.status(r))
}

func (f filter) perhaps(p *place, r row, from, to time.Time) bool {
	status := p.status(r)

	return (f.passes(r, from) || f.passes(r, to)) &&
		(!f.status.set || f.status.text == status || status == "" && f.status.text != "revoked")
}
