package lifecycle

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Day and Week are fixed lengths of time: 24 hours and seven times that, regardless of daylight
// saving time.
const (
	Day  = 24 * time.Hour
	Week = 7 * Day

	// MaxDuration is the longest valid duration: 100 years.
	MaxDuration = 36525 * Day
)

var (
	durationForm = regexp.MustCompile(`^([0-9]+[wdhms])+$`)
	durationPart = regexp.MustCompile(`([0-9]+)([wdhms])`)
	zeroDuration = regexp.MustCompile(`^(0+[wdhms])+$`)

	units = map[string]time.Duration{
		"w": Week, "d": Day, "h": time.Hour, "m": time.Minute, "s": time.Second,
	}
)

// ParseDuration parses a duration such as 90d or 1w12h: whole numbers, each with one of the units w,
// d, h, m (minutes) and s. It fails for zero and above [MaxDuration].
func ParseDuration(text string) (time.Duration, error) {
	if pat.IsNumber(text) {
		return 0, fmt.Errorf("%s has no unit: for days, write %s", pat.Quote(text), pat.Quote(text+"d"))
	}

	if !durationForm.MatchString(text) {
		return 0, fmt.Errorf("%s is not a duration: write whole numbers with the units "+
			"w, d, h, m (minutes) or s, for example 90d or 12h30m", pat.Quote(text))
	}

	var total time.Duration

	for _, part := range durationPart.FindAllStringSubmatch(text, -1) {
		unit := units[part[2]]

		number, err := strconv.ParseInt(part[1], 10, 64)
		if err != nil || number > int64(MaxDuration/unit) || total > MaxDuration-time.Duration(number)*unit {
			return 0, fmt.Errorf("%s is longer than 100 years (%dd)", pat.Quote(text), int64(MaxDuration/Day))
		}

		total += time.Duration(number) * unit
	}

	if total == 0 {
		return 0, fmt.Errorf("%s is zero: a duration must be at least one second", pat.Quote(text))
	}

	return total, nil
}

// ParseOverlap is ParseDuration but also accepts zero: 0s.
func ParseOverlap(text string) (time.Duration, error) {
	if zeroDuration.MatchString(text) {
		return 0, nil
	}

	return ParseDuration(text)
}

// FormatDuration formats a duration as [ParseDuration] parses it, rounded up to a second, in the
// largest units without weeks: 36h is 1d12h.
func FormatDuration(d time.Duration) string {
	seconds := int64(math.Ceil(d.Seconds()))
	if seconds <= 0 {
		return "0s"
	}

	var text strings.Builder

	for _, unit := range []string{"d", "h", "m", "s"} {
		size := int64(units[unit] / time.Second)
		if count := seconds / size; count > 0 {
			text.WriteString(strconv.FormatInt(count, 10) + unit)
			seconds %= size
		}
	}

	return text.String()
}
