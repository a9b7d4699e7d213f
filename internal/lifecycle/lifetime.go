package lifecycle

import (
	"errors"
	"fmt"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Lifetime is how long a token should live: In from when it is issued, or until At. In takes
// precedence if both are set; if neither is set, the token never expires.
type Lifetime struct {
	In pat.Option[time.Duration]
	At pat.Option[time.Time]
	// AtLeast is true if the token must work for all of In, whatever the time zone in which the
	// server reads the date of expiry. Otherwise the date is the one in UTC.
	AtLeast bool
}

// Expiry returns when a token that is issued now expires, in whole seconds of UTC; not set means
// never. If expiries are dates, a relative lifetime is rounded up to a date.
func (l Lifetime) Expiry(now time.Time, traits pat.Traits) pat.Option[time.Time] {
	switch {
	case l.In.Set && traits.ExpiryIsDate && l.AtLeast:
		return pat.Some(ceil(now.Add(l.In.V+pat.DateBegins), Day))
	case l.In.Set && traits.ExpiryIsDate:
		return pat.Some(ceil(now.Add(l.In.V), Day))
	case l.In.Set:
		return pat.Some(ceil(now.Add(l.In.V), time.Second))
	case l.At.Set:
		return pat.Some(l.At.V.UTC())
	default:
		return pat.Option[time.Time]{}
	}
}

// ErrPast means that a time has passed: the clock refuses it, and not the platform.
var ErrPast = errors.New("is in the past")

// Check refuses a lifetime that the platform does not support or that has already ended.
func (l Lifetime) Check(now time.Time, traits pat.Traits) error {
	switch {
	case l.In.Set && l.In.V <= 0:
		return fmt.Errorf("a token cannot live for %s: give it one second or more", FormatDuration(l.In.V))
	case l.In.Set, !l.At.Set:
		return nil
	}

	if at := l.At.V.UTC(); traits.ExpiryIsDate && !at.Truncate(Day).Equal(at) {
		return fmt.Errorf("%s is not midnight UTC, and tokens of %s expire on a date: write %q",
			at.Format(time.RFC3339), traits.DisplayName, ceil(at, Day).Format(time.RFC3339))
	}

	if !l.At.V.After(now) {
		return fmt.Errorf("%s %w", l.At.V.UTC().Format(time.RFC3339), ErrPast)
	}

	return nil
}

// Least returns how long a token that is issued now works at least, whatever the time zone in which
// the server reads the date of expiry; 0 means that the date may already have begun. It is not set
// for a token that never expires. For a relative lifetime it does not depend on the time of day,
// although rounding to a date gives most tokens some more hours.
func (l Lifetime) Least(now time.Time, traits pat.Traits) pat.Option[time.Duration] {
	var lives time.Duration

	switch {
	case l.In.Set:
		lives = l.In.V
	case l.At.Set:
		lives = l.At.V.Sub(now)
	default:
		return pat.Option[time.Duration]{}
	}

	if traits.ExpiryIsDate && (!l.AtLeast || !l.In.Set) {
		lives -= pat.DateBegins
	}

	return pat.Some(max(lives, 0))
}

// earliest returns the earliest moment that an expiry may mean.
func earliest(expires time.Time, traits pat.Traits) time.Time {
	if traits.ExpiryIsDate {
		return expires.Add(-pat.DateBegins)
	}

	return expires
}

// Latest returns the latest moment that an expiry may mean.
func Latest(expires time.Time, traits pat.Traits) time.Time {
	if traits.ExpiryIsDate {
		return expires.Add(pat.DateEnds)
	}

	return expires
}

// ceil rounds up to a multiple of unit since the zero time, which is midnight UTC.
func ceil(t time.Time, unit time.Duration) time.Time {
	t = t.UTC()
	if rounded := t.Truncate(unit); !rounded.Equal(t) {
		return rounded.Add(unit)
	}

	return t
}
