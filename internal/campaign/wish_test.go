package campaign

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// wish is what the user writes for one resource.
type wish struct {
	// of is the resource's number, and turn counts its names and prefixes.
	of, turn int

	fixed     bool
	series    string
	expiresIn string
	// expires says when the token is to expire, in place of expiresIn; nil is not.
	expires *expiry
	// whose is how the user is named: by id, by login, or by both.
	whose int
	// reissues is reissue_when_invalid; nil leaves it out.
	reissues any

	// before is what the last edit changed, nil for none or where it cannot be taken back.
	before *wish

	rotates                              bool
	beforeExpiry, maxAge, overlap, holds string
	trigger                              int
	// encrypts is to how many readers the secret is encrypted, 0 for none.
	encrypts int
}

// How a user is named.
const (
	byID = iota
	byLogin
	byBoth
)

// The choices of an argument; empty leaves it out. Each goes with every other: what is
// impossible is for other tests.
var (
	expiries = []string{"30d", "90d"}
	befores  = []string{"", "3d", "14d"}
	ages     = []string{"", "5d", "20d"}
	overlaps = []string{"", "", "0s", "1h", "2d"}
	holdings = []string{"", "", "12h", "36h"}
	// To how many readers; 0 leaves it out.
	encryptions = []int{0, 0, 0, 1, 2}
)

// newWish returns what somebody might begin with.
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

// drawn says whether the series is nobody's choice, and so tells whose a token is whatever
// its prefix.
func (w *wish) drawn() bool { return !w.fixed && w.series == "" }

// edit changes one argument. Unless the series is drawn, what a token is called is changed
// only where nothing is under way.
func (w *wish) edit(random *rand.Rand, settled bool) string {
	if chance(random, 0.2) && w.undo() {
		return "the edit before, taken back"
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

		return "how the user is named"
	case choice == 0 && (settled || w.drawn()), w.fixed && settled && choice < 3:
		w.turn++
		w.before = nil

		return "name"
	case choice == 1:
		w.expiresIn = pick(random, expiries)

		return "expires_in"
	case choice == 7:
		w.encrypts = pick(random, encryptions)

		return "encrypt_to = " + strconv.Itoa(w.encrypts) + " readers"
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

// undo takes the last edit back, if there is one that can be.
func (w *wish) undo() bool {
	if w.before == nil {
		return false
	}

	*w = *w.before

	return true
}

// stem is the name, or the prefix of names.
func (w *wish) stem() string {
	letter := "r"
	if w.fixed {
		letter = "n"
	}

	return letter + strconv.Itoa(w.of) + "t" + strconv.Itoa(w.turn) + "-"
}

// name is the fixed name, empty for none.
func (w *wish) name() string {
	if !w.fixed {
		return ""
	}

	return w.stem() + "fixed"
}

// arguments are those of the resource at a time.
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

// counts is before_expiry, which goes with expires_in alone.
func (w *wish) counts() string {
	if w.expires != nil {
		return ""
	}

	return w.beforeExpiry
}

// lives is how long a predecessor is promised to live on.
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

// hold is within which time a use keeps a predecessor alive, 0 for none.
func (w *wish) hold() time.Duration {
	if !w.rotates || w.holds == "" {
		return 0
	}

	return span(w.holds)
}

// holdOf is hold, or a day for a token that a state has forgotten and finds again.
func (w *wish) holdOf(of *token) time.Duration {
	if hold := w.hold(); hold > 0 || !of.forgotten {
		return hold
	}

	return grace
}

// immediate says whether the user asked for the predecessor to be revoked first.
func (w *wish) immediate() bool { return w.rotates && w.overlap == "0s" }

func span(text string) time.Duration {
	d, err := lifecycle.ParseOverlap(text)
	if err != nil {
		panic(fmt.Sprintf("campaign: %v", err))
	}

	return d
}

// resourceOf returns the number of the resource that a token is of, by its name.
func resourceOf(name string) int { return int(name[1] - '0') }
