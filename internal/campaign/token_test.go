package campaign

import (
	"strings"
	"time"
)

// operation is something that a user does: an apply, a destroy, or a call of the issuer.
type operation struct {
	// what describes the operation in messages.
	what string
	// killed and interrupted are set if the process was.
	killed, interrupted bool
	// over is set when the operation has ended.
	over bool
	// firsts says for each resource whether it had no series before.
	firsts []bool
	// said is everything that the operation told the user, including warnings.
	said string
	// spares returns the reason why the process must not revoke a token in this operation.
	spares func(*process, *token) objection
	// orders returns the reason why a request for a token should not have been sent; empty if there is
	// none. It is nil if the requests are checked elsewhere.
	orders func(call) string
}

// asked is a request for a token.
type asked struct {
	name string
	by   *process
	op   *operation
	// page is set if a gateway's web page looked like a refusal.
	page bool
}

// loses returns the guarantee that is broken if nothing knows about the token.
func (a *asked) loses() breach {
	if a.page {
		return breachPage
	}

	return breachLost
}

// strays returns the guarantee that is broken if the token is alive and in no state.
func (a *asked) strays() breach {
	if a.page {
		return breachPage
	}

	return breachOrphan
}

// token is a token that the server issued.
type token struct {
	id, name, secret string
	made             time.Time
	asked            *asked
	// late is set if the server issued the token after the client had given up. before is the number of
	// tokens that had been requested by then.
	late   bool
	before int
	// seen holds the processes that were shown the token in a list.
	seen map[*process]bool

	// current says that the token is the current one in the persisted state, or in another place that
	// keeps secrets. had says that it has been.
	current, had bool
	// of is the core whose state has or had the token, and index is the number of its resource there,
	// from 1; with 0, the token's name says which resource it is.
	of    *terraform
	index int
	// returned is set when an apply has returned the secret.
	returned bool
	// used is when a consumer last logged in with the token; zero for never.
	used time.Time
	// succeeded is when its successor became current, and overlap is how long the token was promised to
	// stay alive after that, at least.
	succeeded time.Time
	overlap   time.Duration
	// forgotten is set if a restored state does not have the token; succeeded is then the time of the
	// restoration.
	forgotten bool
	revoked   bool
	// lent is set while an open ephemeral resource has the token.
	lent bool
	// told is set if the output named the token. apart is set if the token does not count as an
	// orphan.
	told, apart bool
}

// byHand reports whether the token was issued by hand, and borrowed whether an ephemeral resource
// issued it.
func (t *token) byHand() bool { return strings.HasPrefix(t.name, handStem) }

func (t *token) borrowed() bool { return strings.HasPrefix(t.name, loanStem) }

// The names of tokens of resources, and of a driver's lines, have other prefixes.
const (
	handStem = "h9"
	loanStem = "e"
)

// names reports whether a text contains a name, and not only a longer name that begins with it.
func names(text, name string) bool {
	for {
		_, rest, ok := strings.Cut(text, name)
		if !ok || rest == "" || rest[0] < '0' || rest[0] > '9' {
			return ok
		}

		text = rest
	}
}
