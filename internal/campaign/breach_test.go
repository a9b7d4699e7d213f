package campaign

import (
	"slices"
	"time"
)

// breach is the kind of a broken guarantee.
type breach int

const (
	// breachOrphan: a token is alive without anyone knowing about it.
	breachOrphan breach = iota
	// breachLost: a secret that a state should contain is missing or does not work.
	breachLost
	// breachPage: a token was lost because a gateway's web page hid that it was issued.
	breachPage
	// breachInUse: a token was revoked although it had been promised to stay valid.
	breachInUse
	// breachHeld: a token was revoked although `hold_if_used_within` should have kept it alive.
	breachHeld
	// breachAnother: a token that may belong to another state was revoked too early.
	breachAnother
	// breachOutlived: a run did not revoke a predecessor that was due.
	breachOutlived
	// breachFilter: a filter selected tokens that it does not match.
	breachFilter
	// breachExpiry: a token was requested with an expiry that differs from the configuration.
	breachExpiry
	// breachUser: something affected a user whom the configuration does not name, or something else
	// went wrong on a server where a user's login is the id of another user.
	breachUser
	// breachPlan: Terraform would not accept a plan, or the apply contradicted the plan.
	breachPlan
	// breachUnsettled: runs did not converge.
	breachUnsettled
	// breachTwice: a token name was sent twice.
	breachTwice
	// breachWrong: a response of the provider was not true.
	breachWrong
	breaches
)

// String returns the name of the guarantee in the table.
func (b breach) String() string {
	return [breaches]string{
		"orphans", "lost secrets", "tokens lost because of a web page", "tokens in use revoked", "held tokens revoked",
		"other states' tokens revoked", "predecessors alive after their overlap", "filters selecting too much", "wrong expiries",
		"mistaken for a user whose login is an id", "plans that were not kept", "runs that did not converge", "names sent twice",
		"untrue responses",
	}[b]
}

// hidesUser reports whether mistaking one user for another can also break this guarantee.
func (b breach) hidesUser() bool {
	return slices.Contains([]breach{breachOrphan, breachLost, breachUnsettled, breachTwice, breachWrong, breachOutlived}, b)
}

// objection is the reason why a token must not be revoked, and the guarantee that revoking it would
// break. The zero value means that it may be revoked.
type objection struct {
	breach breach
	why    string
}

// grace is how long an unused live token must be left alone, because it may belong to another state.
const grace = 24 * time.Hour
