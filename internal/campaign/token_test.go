package campaign

import (
	"strings"
	"time"
)

// operation is one thing that somebody does: an apply, a destroy, a call of the issuer.
type operation struct {
	// what is it, for messages.
	what string
	// killed and interrupted are set if its process was.
	killed, interrupted bool
	// over is set when nobody waits for it any more.
	over bool
	// firsts says of each resource whether its series was nobody's before.
	firsts []bool
	// said is all that the operation told its user, warnings included.
	said string
	// spares says why a token must not be revoked in it, by this process.
	spares func(*process, *token) objection
	// orders says why a request for a token should not have been sent, empty if it should;
	// nil is for what is asked for elsewhere.
	orders func(call) string
}

// asked is a request for a token.
type asked struct {
	name string
	by   *process
	op   *operation
	// page is set where a web page of a gateway looked like a refusal.
	page bool
}

// loses is the guarantee that is broken where nobody knows of the token.
func (a *asked) loses() breach {
	if a.page {
		return breachPage
	}

	return breachLost
}

// strays is the guarantee that is broken where the token lives and is in no state.
func (a *asked) strays() breach {
	if a.page {
		return breachPage
	}

	return breachOrphan
}

// token is one that the server made.
type token struct {
	id, name, secret string
	made             time.Time
	asked            *asked
	// late is set if it was made after the client had given up, and before says how many
	// tokens had been asked for by then.
	late   bool
	before int
	// seen are the processes that were shown it in a list.
	seen map[*process]bool

	// current is true while the persisted state, or whatever else keeps secrets, has it as
	// the one to use; had once it was so.
	current, had bool
	// of is whose state has or had it, and index its resource there, from 1; 0 is that which
	// its name tells.
	of    *terraform
	index int
	// returned is set once an apply has returned its secret.
	returned bool
	// used is when a consumer last logged in with it; zero never.
	used time.Time
	// succeeded is since when another is current in its place, and overlap how long it was
	// promised to live on, at least.
	succeeded time.Time
	overlap   time.Duration
	// forgotten is set when a restored state lost it: then succeeded is when.
	forgotten bool
	revoked   bool
	// lent is true while a run has it of an ephemeral resource that is open.
	lent bool
	// told is true if somebody was told its name, and apart where it does not count as an
	// orphan.
	told, apart bool
}

// byHand says whether somebody issued the token by hand, and borrowed whether an ephemeral
// resource did.
func (t *token) byHand() bool { return strings.HasPrefix(t.name, handStem) }

func (t *token) borrowed() bool { return strings.HasPrefix(t.name, loanStem) }

// The tokens of resources, and of a driver's lines, begin otherwise.
const (
	handStem = "h9"
	loanStem = "e"
)

// names says whether a text has a name, and not only one that begins with it.
func names(text, name string) bool {
	for {
		_, rest, ok := strings.Cut(text, name)
		if !ok || rest == "" || rest[0] < '0' || rest[0] > '9' {
			return ok
		}

		text = rest
	}
}
