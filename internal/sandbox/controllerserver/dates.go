package controllerserver

import (
	"time"
	_ "time/tzdata" // Zone names must work on machines without a zone database.
)

// Layouts of the server's dates and times. An expiration has dashes in requests and none in
// responses.
const (
	dateLayoutIn  = "2006-01-02"
	dateLayoutOut = "20060102"
	timeLayout    = "2006-01-02 15:04:05 -0700"
	never         = "Never"
)

// moment returns the current time as the database stores it, in whole seconds.
func (s *Server) moment() time.Time { return s.Now().Truncate(time.Second) }

// today returns the date in the server's time zone, as midnight UTC.
func (s *Server) today() time.Time { return dateOf(s.Now().In(s.options.Zone)) }

// firstValidDay returns the earliest expiration of a token that has not expired.
func (s *Server) firstValidDay() time.Time {
	if s.options.Switches.LastDay == ExpiredFromDay {
		return s.today().AddDate(0, 0, 1)
	}
	return s.today()
}

// expired reports whether the token's expiration has passed, in the server's time zone.
func (s *Server) expired(t *token) bool {
	return !t.expiration.IsZero() && t.expiration.Before(s.firstValidDay())
}

// zoneFor returns the time zone in which times are shown to a caller.
func (s *Server) zoneFor(caller *user) *time.Location {
	name := caller.TimeZone
	// Go reads "" as UTC and "Local" as the machine's zone; neither is an IANA name. "System", the
	// server's own zone, is not one either: LoadLocation fails on it.
	if s.options.Switches.Times == TimesInServerZone || name == "" || name == "Local" {
		return s.options.Zone
	}
	if zone, err := time.LoadLocation(name); err == nil {
		return zone
	}
	return s.options.Zone
}

// dateOf returns the date of t in its own zone, as midnight UTC; zero stays zero.
func dateOf(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
