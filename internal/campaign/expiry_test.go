package campaign

import (
	"maps"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// expiry is a value of expires_at.
type expiry struct {
	// fixed is the time of expiry, unless moves is set; its zero value is the first instant of year 1.
	fixed time.Time
	// moves, if set, is added to the current time in each run.
	moves time.Duration
	// abroad writes the time in another time zone.
	abroad bool
}

// newExpiry returns a random expiry: in the future, in the past, in year 1, or moving.
func newExpiry(random *rand.Rand) *expiry {
	switch random.IntN(6) {
	case 0:
		return &expiry{}
	case 1:
		return &expiry{fixed: noon.Truncate(day).Add(-day)}
	case 2:
		return &expiry{moves: 60 * day}
	default:
		return &expiry{fixed: noon.Truncate(day).Add(time.Duration(200+random.IntN(100)) * day), abroad: chance(random, 0.3)}
	}
}

// at returns the value at a given time. It is midnight UTC, which all platforms support.
func (e *expiry) at(now time.Time) string {
	at := e.fixed
	if e.moves > 0 {
		at = now.Add(e.moves).Truncate(day)
	}

	if e.abroad {
		at = at.In(time.FixedZone("", int(2*time.Hour/time.Second)))
	}

	return at.Format(time.RFC3339)
}

// settles reports whether tokens can be issued with this expiry repeatedly.
func (e *expiry) settles() bool { return e == nil || e.moves == 0 && e.fixed.After(noon) }

// readable parses a duration from a configuration and reports whether it is valid.
func readable(text string) (time.Duration, bool) {
	d, err := lifecycle.ParseDuration(text)

	return d, err == nil
}

// hideable lists the arguments that may be unknown in the plan.
var hideable = []string{
	"name", "name_prefix", "series", "expires_in", "expires_at", "username", "user_id", "encrypt_to", "reissue_when_invalid", "rotation",
	"rotation.before_expiry", "rotation.max_age", "rotation.overlap", "rotation.hold_if_used_within", "rotation.triggers",
	"rotation.triggers.turn",
}

// hide makes arguments unknown, including arguments that are not set.
func hide(arguments map[string]any, names []string) {
	for _, name := range names {
		within := arguments

		parts := strings.Split(name, ".")
		for _, part := range parts[:len(parts)-1] {
			inner, ok := within[part].(map[string]any)
			if !ok {
				within = nil

				break
			}

			inner = maps.Clone(inner)
			within[part], within = inner, inner
		}

		if within != nil {
			within[parts[len(parts)-1]] = unknown
		}
	}
}

// spoilt lists values that an unknown argument may turn out to have, and that are invalid or make it
// impossible to issue a token.
var spoilt = []map[string]any{
	{"expires_in": "90"},
	{"expires_in": ""},
	{"expires_in": "0d"},
	{"name_prefix": ""},
	{"expires_at": "tomorrow", "expires_in": nil},
	{"expires_at": firstYear, "expires_in": nil},
	{"expires_at": "2028-02-01T00:00:00Z", "expires_in": nil},
}

// turnsOut makes some arguments of a run unknown in the plan, and draws their values in the apply:
// mostly those of the configuration, and sometimes invalid ones.
func (t *terraform) turnsOut(r *run) {
	r.hides, r.becomes = make([][]string, len(t.wishes)), make([]map[string]any, len(t.wishes))

	for i, w := range t.wishes {
		for range 1 + t.random.IntN(2) {
			r.hides[i] = append(r.hides[i], pick(t.random, hideable))
		}

		if !chance(t.random, 0.2) {
			continue
		}

		turns := pick(t.random, spoilt)
		if t.state[i] != nil && chance(t.random, 0.3) {
			turns = map[string]any{"user_id": t.target.otherID, "username": nil}
		}

		if _, renames := turns["name_prefix"]; renames && w.fixed || w.expires != nil && turns["expires_in"] != nil {
			continue
		}

		r.becomes[i] = turns
		for name := range maps.Keys(turns) {
			r.hides[i] = append(r.hides[i], name)
		}

		results.meets("unknown arguments with an invalid value")
	}

	results.meets("unknown arguments")
}
