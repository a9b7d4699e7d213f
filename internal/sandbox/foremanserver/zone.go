package foremanserver

import (
	"net/http"
	"net/url"
	"time"
	_ "time/tzdata" // Zone names must work on machines without a zone database.
)

// Layouts of the server's times. Views are in whole seconds; raw records have milliseconds.
const (
	viewLayout       = "2006-01-02 15:04:05"
	viewOffsetLayout = viewLayout + " -0700"
	rawLayout        = "2006-01-02T15:04:05.000"
	rawOffsetLayout  = rawLayout + "-07:00"
)

// zoneNamed finds a zone by its Rails or its IANA name.
func zoneNamed(name string) (*time.Location, bool) {
	if iana, ok := railsZones[name]; ok {
		name = iana
	}
	// Go's own names for the machine's zone and for UTC are not zone names.
	if name == "" || name == "Local" {
		return nil, false
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	if name == "Etc/UTC" || name == "UTC" {
		zone = time.UTC
	}
	return zone, true
}

// zoneOf returns the zone in which a request's times are read and written: the caller's, else the
// cookie's, else UTC.
func zoneOf(u *user, r *http.Request) *time.Location {
	if u != nil && u.timezone != nil {
		if zone, ok := zoneNamed(*u.timezone); ok {
			return zone
		}
		return time.UTC
	}
	if cookie, err := r.Cookie("timezone"); err == nil {
		if name, err := url.QueryUnescape(cookie.Value); err == nil {
			if zone, ok := zoneNamed(name); ok {
				return zone
			}
		}
	}
	return time.UTC
}

// viewTime returns a time in the format of index and show; nil for never.
func viewTime(t time.Time, zone *time.Location) *string {
	if t.IsZero() {
		return nil
	}
	text := t.In(zone).Format(viewOffsetLayout)
	if zone == time.UTC {
		text = t.UTC().Format(viewLayout) + " UTC"
	}
	return &text
}

// rawTime returns a time in the format of the response to a DELETE; nil for never.
func rawTime(t time.Time, zone *time.Location) *string {
	if t.IsZero() {
		return nil
	}
	text := t.In(zone).Format(rawOffsetLayout)
	if zone == time.UTC {
		text = t.UTC().Format(rawLayout) + "Z"
	}
	return &text
}
