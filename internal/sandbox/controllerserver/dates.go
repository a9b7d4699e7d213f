package controllerserver

import (
	"time"
	_ "time/tzdata" // Zone names have to work on machines without a zone database.
)

// Layouts of the server's dates and times. An expiration goes in with dashes and comes
// out without.
const (
	dateLayoutIn  = "2006-01-02"
	dateLayoutOut = "20060102"
	timeLayout    = "2006-01-02 15:04:05 -0700"
	never         = "Never"
)

// moment is the time as the database keeps it, in whole seconds.
func (s *Server) moment() time.Time { return s.Now().Truncate(time.Second) }

// today is the date in the server's zone, as midnight UTC.
func (s *Server) today() time.Time { return dateOf(s.Now().In(s.options.Zone)) }

// firstValidDay is the earliest date of a token that has not expired.
func (s *Server) firstValidDay() time.Time {
	if s.options.Switches.LastDay == ExpiredFromDay {
		return s.today().AddDate(0, 0, 1)
	}
	return s.today()
}

// expired says whether a token's day is over, in the server's zone.
func (s *Server) expired(t *token) bool {
	return !t.expiration.IsZero() && t.expiration.Before(s.firstValidDay())
}

// zoneFor is the zone that times are printed in for a caller.
func (s *Server) zoneFor(caller *user) *time.Location {
	name := caller.TimeZone
	// Go takes "" for UTC and "Local" for the machine's zone; both are no zone names.
	// "System", which is the server's, is none either.
	if s.options.Switches.Times == TimesInServerZone || name == "" || name == "Local" {
		return s.options.Zone
	}
	if zone, err := time.LoadLocation(name); err == nil {
		return zone
	}
	return s.options.Zone
}

// dateOf is the date of t in its own zone, as midnight UTC; zero stays zero.
func dateOf(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
