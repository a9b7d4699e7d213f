package campaign

import (
	"maps"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// expiry is what an expires_at says.
type expiry struct {
	// fixed is when, if that does not move; its zero value is the first instant of year 1.
	fixed time.Time
	// moves is set where it is a while from now, at each look.
	moves time.Duration
	// abroad spells it in another time zone.
	abroad bool
}

// newExpiry returns one of each kind: in the future, in the past, in year 1, and moving.
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

// at is the text at a time: midnight in UTC, which every platform can have.
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

// settles says whether a token can be issued with it, again and again.
func (e *expiry) settles() bool { return e == nil || e.moves == 0 && e.fixed.After(noon) }

// readable returns a duration that a configuration has, and whether anybody can read it.
func readable(text string) (time.Duration, bool) {
	d, err := lifecycle.ParseDuration(text)

	return d, err == nil
}

// hideable are the arguments that may be unknown until a run applies.
var hideable = []string{
	"name", "name_prefix", "series", "expires_in", "expires_at", "username", "user_id", "encrypt_to", "reissue_when_invalid", "rotation",
	"rotation.before_expiry", "rotation.max_age", "rotation.overlap", "rotation.hold_if_used_within", "rotation.triggers",
	"rotation.triggers.turn",
}

// hide makes some arguments unknown, those too that are left out.
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

// spoilt are values that an argument may turn out to have which nobody can read, or under
// which nothing can be issued.
var spoilt = []map[string]any{
	{"expires_in": "90"},
	{"expires_in": ""},
	{"expires_in": "0d"},
	{"name_prefix": ""},
	{"expires_at": "tomorrow", "expires_in": nil},
	{"expires_at": firstYear, "expires_in": nil},
	{"expires_at": "2028-02-01T00:00:00Z", "expires_in": nil},
}

// turnsOut draws what some arguments of a run turn out to be: mostly what the configuration
// says, and sometimes what nobody can use. What is to be told is unknown in the plan.
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
			turns = map[string]any{"user_id": t.place.otherID, "username": nil}
		}

		if _, renames := turns["name_prefix"]; renames && w.fixed || w.expires != nil && turns["expires_in"] != nil {
			continue
		}

		r.becomes[i] = turns
		for name := range maps.Keys(turns) {
			r.hides[i] = append(r.hides[i], name)
		}

		results.meets("arguments that turn out unusable")
	}

	results.meets("unknown arguments")
}
