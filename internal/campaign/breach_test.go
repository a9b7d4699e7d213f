package campaign

import (
	"slices"
	"time"
)

// breach is a guarantee that was broken.
type breach int

const (
	// breachOrphan is a live token that nobody knows of.
	breachOrphan breach = iota
	// breachLost is a secret that a state should hold, and does not, or that does not work.
	breachLost
	// breachPage is the same, where a gateway's web page hid that the token was issued.
	breachPage
	// breachInUse is a token that was revoked though it was promised to somebody.
	breachInUse
	// breachHeld is one that a hold should have kept alive.
	breachHeld
	// breachAnother is one that may be another state's, and was revoked too early.
	breachAnother
	// breachOutlived is a predecessor that a run should have revoked, and did not.
	breachOutlived
	// breachFilter is a filter that selected what it does not mean.
	breachFilter
	// breachExpiry is a token that was requested with another expiry than the configuration's.
	breachExpiry
	// breachUser is a token of a user whom nobody named, or anything else that goes wrong
	// where a user's login is the id of another.
	breachUser
	// breachPlan is a plan that Terraform does not accept, or that the apply did not keep.
	breachPlan
	// breachUnsettled is a run that did not converge.
	breachUnsettled
	// breachTwice is a name that was sent twice.
	breachTwice
	// breachWrong is an answer that is not true.
	breachWrong
	breaches
)

// String is what a guarantee is called in the table.
func (b breach) String() string {
	return [breaches]string{
		"orphans", "lost secrets", "tokens lost behind a web page", "tokens in use revoked", "held tokens revoked",
		"other states' tokens revoked", "predecessors outliving their overlap", "filters selecting too much", "wrong expiries",
		"mistaken for a user whose login is an id", "plans that were not kept", "runs that did not converge", "names sent twice",
		"untrue answers",
	}[b]
}

// hidesUser says whether the guarantee is also broken where one user is taken for another.
func (b breach) hidesUser() bool {
	return slices.Contains([]breach{breachOrphan, breachLost, breachUnsettled, breachTwice, breachWrong, breachOutlived}, b)
}

// objection says why a token must not be revoked, and which guarantee that breaks. The zero
// value has no objection.
type objection struct {
	breach breach
	why    string
}

// grace is how long a live token that nobody uses is left alone, for it may be another
// state's.
const grace = 24 * time.Hour
