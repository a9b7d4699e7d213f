package campaign

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// filter selects tokens of the user, for listing or revoking them. An argument that is not set matches
// everything.
type filter struct {
	prefix, status, createdBefore, expiresBefore, unusedFor argument
}

// argument is a string argument. The zero value is not set.
type argument struct {
	set  bool
	text string
}

func setTo(text string) argument { return argument{set: true, text: text} }

// optionally returns one of the texts as an argument; an empty text means that it is not set.
func optionally(random *rand.Rand, texts []string) argument {
	text := pick(random, texts)

	return argument{set: text != "", text: text}
}

// firstYear is a valid time that is before every token's creation.
const firstYear = "0001-01-01T00:00:00Z"

var (
	badTimes     = []string{"", "yesterday", "2028-02-28", firstYear, firstYear}
	badDurations = []string{"", "90", "soon", "0s"}
)

// newFilter returns a random filter.
func newFilter(random *rand.Rand, prefixes, statuses []string) filter {
	return filter{
		prefix: optionally(random, prefixes), status: optionally(random, statuses),
		unusedFor: optionally(random, []string{"", "", "2h", "2d"}),
	}
}

// spoil sets one of the filter's arguments to an invalid value, or to one that matches no token.
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

	results.meets("invalid filters")
}

// arguments returns the arguments of the list resource and the action.
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

// String formats the filter for messages.
func (f filter) String() string {
	return strings.Trim(fmt.Sprint(f.arguments("")), "map[]")
}

// narrows reports whether the filter sets more than a status.
func (f filter) narrows() bool { return f.prefix.set || f.unusedFor.set || f.createdBefore.set }

// unreadable reports whether an argument is invalid. The provider must return an error then.
func (f filter) unreadable() bool {
	_, created := f.createdBefore.instant()
	_, expires := f.expiresBefore.instant()

	_, unused := lifecycle.ParseDuration(f.unusedFor.text)

	return f.prefix.set && f.prefix.text == "" || created != nil || expires != nil || f.unusedFor.set && unused != nil ||
		f.status.set && !slices.Contains([]string{"active", "expired", "revoked"}, f.status.text)
}

// instant parses the argument as a time, if it is set.
func (a argument) instant() (at time.Time, err error) {
	if a.set {
		at, err = time.Parse(time.RFC3339, a.text)
	}

	return at, err
}

// passes reports whether a token passes the filter, apart from its status. Nothing passes an invalid
// filter.
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

// surely reports whether the filter selects a token during the whole time from one instant to another,
// and perhaps whether it may select it at some instant in between. If the server's times of last use
// are unreadable, unused_for is never certain.
func (f filter) surely(p *target, r row, from, to time.Time) bool {
	if p.vague && f.unusedFor.set && !r.used.IsZero() {
		return false
	}

	return f.passes(r, from) && f.passes(r, to) && p.status(r) != "" && (!f.status.set || f.status.text == p.status(r))
}

func (f filter) perhaps(p *target, r row, from, to time.Time) bool {
	status := p.status(r)

	return (f.passes(r, from) || f.passes(r, to)) &&
		(!f.status.set || f.status.text == status || status == "" && f.status.text != "revoked")
}
