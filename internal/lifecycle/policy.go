package lifecycle

import (
	"errors"
	"fmt"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Reason is why a token was issued, or will be issued.
type Reason string

// The reasons. Only ReasonImported applies to a token that was not issued here.
const (
	ReasonCreated      Reason = "created"
	ReasonImported     Reason = "imported"
	ReasonExpired      Reason = "expired"
	ReasonRevoked      Reason = "revoked"
	ReasonMissing      Reason = "missing"
	ReasonChanged      Reason = "changed"
	ReasonBeforeExpiry Reason = "before_expiry"
	ReasonMaxAge       Reason = "max_age"
	ReasonTriggers     Reason = "triggers"
)

// Policy decides when a token is rotated, and what happens to its predecessor. The zero value never
// rotates.
type Policy struct {
	// BeforeExpiry rotates this long before the token expires; not set means never.
	BeforeExpiry Value[time.Duration]
	// MaxAge rotates a token of this age; not set means never.
	MaxAge Value[time.Duration]
	// Overlap is how long the predecessor stays active after its successor was issued; not set means
	// the default. Zero revokes it before the successor is issued.
	Overlap Value[time.Duration]
	// HoldIfUsedWithin keeps a predecessor active after the overlap while it was last used within
	// this time; not set means never.
	HoldIfUsedWithin Value[time.Duration]
}

// Check refuses a policy that would rotate in every run or never, as far as its parts are known. It
// returns the argument that is invalid.
func (p Policy) Check(expiresIn Value[time.Duration], triggers bool, traits pat.Traits) (argument string, err error) {
	lifetime := expiresIn.V
	if expiresIn.Set && traits.ExpiryIsDate {
		// Rounding adds up to a day, and it is unknown which moment of the date counts. Subtracting a
		// day is safe.
		lifetime -= Day
	}

	switch {
	case !p.BeforeExpiry.Set && !p.BeforeExpiry.Unknown && !p.MaxAge.Set && !p.MaxAge.Unknown && !triggers &&
		!p.Overlap.Set && !p.Overlap.Unknown && !p.HoldIfUsedWithin.Set && !p.HoldIfUsedWithin.Unknown:
		return "", errors.New("`rotation` is empty: set `before_expiry`, `max_age`, `triggers`, `overlap` or " +
			"`hold_if_used_within`, or remove `rotation`")
	case p.BeforeExpiry.Set && !expiresIn.Set && !expiresIn.Unknown:
		return "before_expiry", errors.New("`rotation.before_expiry` requires `expires_in`")
	case p.BeforeExpiry.Set && expiresIn.Set && p.BeforeExpiry.V >= lifetime:
		less := ""
		if lifetime != expiresIn.V {
			less = " less one day"
		}

		return "before_expiry", fmt.Errorf("`rotation.before_expiry` (%s) must be shorter than `expires_in` (%s)%s, "+
			"or every run rotates the token", FormatDuration(p.BeforeExpiry.V), FormatDuration(expiresIn.V), less)
	case p.MaxAge.Set && expiresIn.Set && p.MaxAge.V >= expiresIn.V:
		return "max_age", fmt.Errorf("`rotation.max_age` (%s) must be shorter than `expires_in` (%s), or the token expires "+
			"without a successor", FormatDuration(p.MaxAge.V), FormatDuration(expiresIn.V))
	case p.Overlap.Set && p.BeforeExpiry.Set && p.Overlap.V > p.BeforeExpiry.V:
		return "overlap", fmt.Errorf("`rotation.overlap` (%s) must not exceed `rotation.before_expiry` (%s): the old token "+
			"would expire before its overlap ends. Shorten `overlap`, or lengthen `before_expiry`", FormatDuration(p.Overlap.V), FormatDuration(p.BeforeExpiry.V))
	default:
		return "", nil
	}
}

// DueAt returns when a token with these times of creation and expiry is due for rotation; zero means
// never. If expiries are dates, the earliest reading of the date counts: it begins first in the zone
// UTC+14.
func (p Policy) DueAt(created, expires time.Time, traits pat.Traits) (time.Time, Reason) {
	var (
		due    time.Time
		reason Reason
	)

	if p.MaxAge.Set && !created.IsZero() {
		due, reason = created.Add(p.MaxAge.V), ReasonMaxAge
	}

	if p.BeforeExpiry.Set && !expires.IsZero() {
		before := earliest(expires, traits).Add(-p.BeforeExpiry.V)
		if due.IsZero() || before.Before(due) {
			due, reason = before, ReasonBeforeExpiry
		}
	}

	return due.UTC(), reason
}

// unknown reports whether any part is unknown.
func (p Policy) unknown() bool {
	return p.BeforeExpiry.Unknown || p.MaxAge.Unknown || p.Overlap.Unknown || p.HoldIfUsedWithin.Unknown
}
