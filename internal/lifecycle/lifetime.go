package lifecycle

import (
	"errors"
	"fmt"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Lifetime is how long a token is to live: In from when it is issued, or until At. In
// wins if both are set; with neither the token never expires.
type Lifetime struct {
	In pat.Option[time.Duration]
	At pat.Option[time.Time]
	// AtLeast is true where the token must work for all of In, wherever the server reads the
	// date on which it expires. Otherwise the date is that of UTC.
	AtLeast bool
}

// Expiry returns when a token that is issued now expires, in whole seconds of UTC; not set
// never. Where expiries are dates, a relative one is rounded up to one.
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

// ErrPast says that an instant has passed: only the clock refuses it, and not the platform.
var ErrPast = errors.New("is in the past")

// Check refuses a lifetime that the platform cannot give or that is over already.
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

// Least returns how long a token that is issued now works at least, wherever the server reads the
// date on which it expires; 0 says that the date may have begun already. It is not set for a token
// that never expires. Of a relative lifetime it is the same at every time of the day, though the
// rounding to a date gives most tokens some hours more.
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

// earliest returns the first moment that an expiry may mean.
func earliest(expires time.Time, traits pat.Traits) time.Time {
	if traits.ExpiryIsDate {
		return expires.Add(-pat.DateBegins)
	}

	return expires
}

// Latest returns the last moment that an expiry may mean.
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
