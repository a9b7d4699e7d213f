package foremanserver

import (
	"regexp"
	"strings"
	"time"
)

var relativeTime = regexp.MustCompile(`(?i)^\s*(\d+)\s+(minute|hour|day|week|month|year)s?\s+(ago|from\s+now)\s*$`)

// testTime compares with a point in time, or with the day, minute or second that the text names. It
// returns nil if the text is not a time: the server ignores such a condition.
func (s searcher[T]) testTime(op, text string) func(value) bool {
	at, ok := s.parseTime(text)
	if !ok {
		return nil
	}
	from, to := at.time, at.time.Add(at.unit)
	switch op {
	case symEq, symNe:
		return func(v value) bool {
			inside := !v.instant.Before(from) && v.instant.Before(to)
			return inside == (op == symEq)
		}
	case symGt, symLte:
		// "After a day" means after its end, and "up to a day" includes the day.
		if at.unit >= day {
			return func(v value) bool { return v.instant.Before(to) == (op == symLte) }
		}
	}
	return func(v value) bool { return satisfies(op, v.instant.Compare(from)) }
}

func (s searcher[T]) parseTime(text string) (instant, bool) {
	now := s.now.In(s.zone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, s.zone)
	lower := strings.ToLower(text)
	switch {
	case strings.Contains(lower, "today"):
		return instant{time: today, unit: day}, true
	case strings.Contains(lower, "yesterday"):
		return instant{time: today.AddDate(0, 0, -1), unit: day}, true
	case strings.Contains(lower, "tomorrow"):
		return instant{time: today.AddDate(0, 0, 1), unit: day}, true
	}
	m := relativeTime.FindStringSubmatch(text)
	if m == nil {
		return parseInstant(text, s.now, s.zone)
	}
	n := number(m[1])
	if strings.EqualFold(m[3], "ago") {
		n = -n
	}
	switch strings.ToLower(m[2]) {
	case "minute":
		return instant{time: now.Add(time.Duration(n) * time.Minute), unit: time.Minute}, true
	case "hour":
		return instant{time: now.Add(time.Duration(n) * time.Hour), unit: time.Minute}, true
	case "week":
		return instant{time: today.AddDate(0, 0, 7*n), unit: day}, true
	case "month":
		return instant{time: today.AddDate(0, n, 0), unit: day}, true
	case "year":
		return instant{time: today.AddDate(n, 0, 0), unit: day}, true
	default:
		return instant{time: today.AddDate(0, 0, n), unit: day}, true
	}
}
