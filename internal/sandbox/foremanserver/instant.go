package foremanserver

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// firstYearTooLarge is the first year that the server cannot handle.
const firstYearTooLarge = 10000

// instant is a time that was parsed from free text.
type instant struct {
	time time.Time
	// unit is the smallest unit that the text contains: a second, a minute or a day.
	unit time.Duration
}

const day = 24 * time.Hour

var (
	clockText = regexp.MustCompile(`(?i)(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d+))?)?(?:\s*(am|pm)\b)?\s*([+-]\d{1,2}(?::?\d{2})?|[a-z]+)?`)

	yearFirst  = regexp.MustCompile(`(\d{4,})[-/](\d{1,2})[-/](\d{1,2})`)
	dayDotted  = regexp.MustCompile(`\b(\d{1,2})\.(\d{1,2})\.(\d{4,})\b`)
	monthFirst = regexp.MustCompile(`(?i)\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?\b(?:,?\s+(\d{4,}))?`)
	dayFirst   = regexp.MustCompile(`(?i)\b(\d{1,2})(?:st|nd|rd|th)?\s+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:,?\s+(\d{4,}))?`)
	monthOnly  = regexp.MustCompile(`(?i)\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\S*`)
	weekday    = regexp.MustCompile(`(?i)\b(sun|mon|tue|wed|thu|fri|sat)`)
	compact    = regexp.MustCompile(`(?i)^\s*(\d{4})(\d{2})(\d{2})(?:t?(\d{2})(\d{2})(\d{2})?)?(z|[+-]\d{2}:?\d{2})?\s*$`)
)

var months = map[string]int{
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
	"jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}

// zoneWords maps the common zone abbreviations that Ruby knows to their offsets in hours. An
// unknown word is ignored.
var zoneWords = map[string]int{
	"z": 0, "utc": 0, "gmt": 0, "wet": 0, "bst": 1, "cet": 1, "mez": 1, "west": 1, "cest": 2, "mesz": 2,
	"eet": 2, "eest": 3, "msk": 3, "ist": 5, "jst": 9, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
	"mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10,
}

// dateParts are the parts of a date and a time of day in a text; zero means that the text has no
// year, month or day.
type dateParts struct {
	year, month, day     int
	hour, minute, second int
	nanosecond           int
	clock, seconds       bool
	zone                 *time.Location
}

// parseInstant reads a date and time as Rails does: a text without a zone is in the given zone, a
// date without a time is midnight, and a time without a date is today. It returns false when the
// text contains neither, or a part is out of range.
func parseInstant(text string, now time.Time, zone *time.Location) (instant, bool) {
	parts, ok := readParts(text)
	if !ok {
		return instant{}, false
	}
	today := now.In(zone)
	if parts.day == 0 {
		parts.day = 1
		if parts.year == 0 && parts.month == 0 {
			parts.day = today.Day()
		}
	}
	if parts.month == 0 {
		parts.month = int(today.Month())
	}
	if parts.year == 0 {
		parts.year = today.Year()
	}
	if !parts.inRange() {
		return instant{}, false
	}
	if parts.zone != nil {
		zone = parts.zone
	}
	unit := day
	if parts.clock {
		unit = time.Minute
	}
	if parts.seconds {
		unit = time.Second
	}
	// time.Date normalizes 24:00 and the 31st of a short month, as Ruby does.
	t := time.Date(parts.year, time.Month(parts.month), parts.day, parts.hour, parts.minute, parts.second, parts.nanosecond, zone)
	return instant{time: t, unit: unit}, true
}

func readParts(text string) (dateParts, bool) {
	var p dateParts
	if m := compact.FindStringSubmatch(text); m != nil {
		p.year, p.month, p.day = number(m[1]), number(m[2]), number(m[3])
		p.clock, p.seconds = m[4] != "", m[6] != ""
		p.hour, p.minute, p.second = number(m[4]), number(m[5]), number(m[6])
		p.zone = zoneFrom(m[7])
		return p, true
	}
	rest := text
	if at := clockText.FindStringSubmatchIndex(text); at != nil {
		p.readClock(clockText.FindStringSubmatch(text))
		rest = text[:at[0]] + " " + text[at[1]:]
	}
	dated := p.readDate(rest)
	return p, dated || p.clock
}

func (p *dateParts) readClock(m []string) {
	p.clock, p.seconds = true, m[3] != ""
	p.hour, p.minute, p.second = number(m[1]), number(m[2]), number(m[3])
	if fraction := (m[4] + "000000000")[:9]; m[4] != "" {
		p.nanosecond = number(fraction)
	}
	switch strings.ToLower(m[5]) {
	case "am":
		p.hour %= 12
	case "pm":
		p.hour = p.hour%12 + 12
	}
	p.zone = zoneFrom(m[6])
}

func (p *dateParts) readDate(rest string) bool {
	if m := yearFirst.FindStringSubmatch(rest); m != nil {
		p.year, p.month, p.day = number(m[1]), number(m[2]), number(m[3])
	} else if m := dayDotted.FindStringSubmatch(rest); m != nil {
		p.day, p.month, p.year = number(m[1]), number(m[2]), number(m[3])
	} else if m := dayFirst.FindStringSubmatch(rest); m != nil {
		p.day, p.month, p.year = number(m[1]), months[strings.ToLower(m[2])], number(m[3])
	} else if m := monthFirst.FindStringSubmatch(rest); m != nil {
		p.month, p.day, p.year = months[strings.ToLower(m[1])], number(m[2]), number(m[3])
	} else if m := monthOnly.FindStringSubmatch(rest); m != nil {
		p.month = months[strings.ToLower(m[1])]
		return true
	} else {
		return weekday.MatchString(rest)
	}
	// A zero in the text must not count as a missing day or month.
	if p.day == 0 || p.month == 0 {
		p.day = -1
	}
	return true
}

func (p *dateParts) inRange() bool {
	if p.month < 1 || p.month > 12 || p.day < 1 || p.day > 31 {
		return false
	}
	if p.hour == 24 {
		return p.minute == 0 && p.second == 0
	}
	return p.hour < 24 && p.minute < 60 && p.second <= 60
}

// zoneFrom reads an offset or an abbreviation; nil when the text is empty or unknown.
func zoneFrom(text string) *time.Location {
	text = strings.ToLower(text)
	if text == "" {
		return nil
	}
	if hours, ok := zoneWords[text]; ok {
		return time.FixedZone("", hours*int(time.Hour/time.Second))
	}
	if text[0] != '+' && text[0] != '-' {
		return nil
	}
	digits := strings.ReplaceAll(text[1:], ":", "")
	seconds := 0
	if len(digits) > 2 {
		seconds = number(digits[:len(digits)-2])*3600 + number(digits[len(digits)-2:])*60
	} else {
		seconds = number(digits) * 3600
	}
	if text[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds)
}

// number reads digits; a number that does not fit becomes one that is too large for any date.
func number(digits string) int {
	if digits == "" {
		return 0
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n > 999_999_999 {
		return 999_999_999
	}
	return n
}
