package campaign

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// wish is the configuration of one resource.
type wish struct {
	// of is the resource's number, and turn counts its names and prefixes.
	of, turn int

	fixed     bool
	series    string
	expiresIn string
	// expires is the value of expires_at, which replaces expiresIn; nil if it is not set.
	expires *expiry
	// whose says how the configuration identifies the user: by id, by login, or by both.
	whose int
	// reissues is the value of reissue_when_invalid; nil if it is not set.
	reissues any

	// before is the wish before the last edit; nil if there was none or it cannot be undone.
	before *wish

	rotates                              bool
	beforeExpiry, maxAge, overlap, holds string
	trigger                              int
	// encrypts is the number of recipients that the secret is encrypted to; 0 for none.
	encrypts int
}

// How a configuration identifies the user.
const (
	byID = iota
	byLogin
	byBoth
)

// The possible values of each argument; an empty one means that it is not set. All combinations are
// valid: other tests cover invalid ones.
var (
	expiries = []string{"30d", "90d"}
	befores  = []string{"", "3d", "14d"}
	ages     = []string{"", "5d", "20d"}
	overlaps = []string{"", "", "0s", "1h", "2d"}
	holdings = []string{"", "", "12h", "36h"}
	// The number of recipients; 0 means that encrypt_to is not set.
	encryptions = []int{0, 0, 0, 1, 2}
)

// newWish returns a random initial configuration.
func newWish(random *rand.Rand, of int) *wish {
	w := &wish{
		of: of, fixed: chance(random, 0.2), expiresIn: pick(random, expiries), encrypts: pick(random, encryptions),
		whose: random.IntN(3),
	}
	if chance(random, 0.15) {
		w.expires = newExpiry(random)
	}

	if w.fixed {
		return w
	}

	if chance(random, 0.3) {
		w.series = []string{"abcdea", "abcdeb"}[of]
	}

	if chance(random, 0.8) {
		w.rotates, w.trigger = true, 1
		w.beforeExpiry, w.maxAge = pick(random, befores), pick(random, ages)
		w.overlap, w.holds = pick(random, overlaps), pick(random, holdings)
	}

	return w
}

// drawn reports whether the series is generated, and therefore identifies a resource's tokens whatever
// their prefix.
func (w *wish) drawn() bool { return !w.fixed && w.series == "" }

// edit changes one argument. The name of a token is changed only if nothing is pending, unless the
// series is generated.
func (w *wish) edit(random *rand.Rand, settled bool) string {
	if chance(random, 0.2) && w.undo() {
		return "the last edit, undone"
	}

	before := *w
	w.before = &before

	switch choice := random.IntN(11); {
	case choice == 8:
		w.expires = nil
		if chance(random, 0.7) {
			w.expires = newExpiry(random)
		}

		return "expires_at"
	case choice == 9:
		w.reissues = pick(random, []any{nil, true, true, false})

		return fmt.Sprintf("reissue_when_invalid = %v", w.reissues)
	case choice == 10:
		w.whose = random.IntN(3)

		return "the user's identification"
	case choice == 0 && (settled || w.drawn()), w.fixed && settled && choice < 3:
		w.turn++
		w.before = nil

		return "name"
	case choice == 1:
		w.expiresIn = pick(random, expiries)

		return "expires_in"
	case choice == 7:
		w.encrypts = pick(random, encryptions)

		return "encrypt_to = " + strconv.Itoa(w.encrypts) + " recipients"
	case !w.rotates:
		return "nothing"
	case choice == 2:
		w.overlap = pick(random, overlaps)

		return "overlap = " + w.overlap
	case choice == 3:
		w.beforeExpiry = pick(random, befores)

		return "before_expiry = " + w.beforeExpiry
	case choice == 4:
		w.holds = pick(random, holdings)

		return "hold_if_used_within = " + w.holds
	default:
		w.trigger++

		return "triggers"
	}
}

// undo undoes the last edit and reports whether that was possible.
func (w *wish) undo() bool {
	if w.before == nil {
		return false
	}

	*w = *w.before

	return true
}

// stem returns the name, or the prefix of names.
func (w *wish) stem() string {
	letter := "r"
	if w.fixed {
		letter = "n"
	}

	return letter + strconv.Itoa(w.of) + "t" + strconv.Itoa(w.turn) + "-"
}

// name returns the fixed name; empty if there is none.
func (w *wish) name() string {
	if !w.fixed {
		return ""
	}

	return w.stem() + "fixed"
}

// arguments returns the resource's arguments at a given time.
func (w *wish) arguments(userID string, now time.Time) map[string]any {
	arguments := map[string]any{"reissue_when_invalid": w.reissues}

	if w.whose != byLogin {
		arguments["user_id"] = userID
	}

	if w.whose != byID {
		arguments["username"] = login
	}

	if w.expires != nil {
		arguments["expires_at"] = w.expires.at(now)
	} else {
		arguments["expires_in"] = w.expiresIn
	}

	if w.encrypts > 0 {
		arguments["encrypt_to"] = recipients(w.encrypts)
	}

	if w.fixed {
		arguments["name"] = w.name()

		return arguments
	}

	arguments["name_prefix"] = w.stem()
	set := func(of map[string]any, name, value string) {
		if value != "" {
			of[name] = value
		}
	}
	set(arguments, "series", w.series)

	if !w.rotates {
		return arguments
	}

	rotation := map[string]any{"triggers": map[string]any{"turn": strconv.Itoa(w.trigger)}}
	set(rotation, "before_expiry", w.counts())
	set(rotation, "max_age", w.maxAge)
	set(rotation, "overlap", w.overlap)
	set(rotation, "hold_if_used_within", w.holds)
	arguments["rotation"] = rotation

	return arguments
}

// counts returns before_expiry, which can only be set together with expires_in.
func (w *wish) counts() string {
	if w.expires != nil {
		return ""
	}

	return w.beforeExpiry
}

// lives returns how long a predecessor is promised to stay alive.
func (w *wish) lives() time.Duration {
	switch {
	case w.rotates && w.overlap != "":
		return span(w.overlap)
	case w.rotates && w.counts() != "":
		return min(24*time.Hour, span(w.counts()))
	default:
		return 24 * time.Hour
	}
}

// hold returns the value of hold_if_used_within; 0 if it is not set.
func (w *wish) hold() time.Duration {
	if !w.rotates || w.holds == "" {
		return 0
	}

	return span(w.holds)
}

// holdOf returns the hold that applies to a token: that of the configuration, or else a day for a token
// that the state has lost and found again.
func (w *wish) holdOf(of *token) time.Duration {
	if hold := w.hold(); hold > 0 || !of.forgotten {
		return hold
	}

	return grace
}

// immediate reports whether the configuration requires the predecessor to be revoked first.
func (w *wish) immediate() bool { return w.rotates && w.overlap == "0s" }

func span(text string) time.Duration {
	d, err := lifecycle.ParseOverlap(text)
	if err != nil {
		panic(fmt.Sprintf("campaign: %v", err))
	}

	return d
}

// resourceOf returns the number of the resource that a token belongs to, which is in its name.
func resourceOf(name string) int { return int(name[1] - '0') }
