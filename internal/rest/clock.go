package rest

import (
	"net/http"
	"strconv"
	"time"
)

// tellTime tells the clock the server's time, as a response says it. A status that a proxy or a
// gateway sends when it cannot reach the server tells the time of another machine. The Date of a
// gateway that passes the server's responses on is as good as the server's: both are kept by one team.
func (t *transport) tellTime(response *http.Response) {
	switch status := response.StatusCode; {
	case status >= http.StatusInternalServerError, status == http.StatusProxyAuthRequired, status == http.StatusTooManyRequests:
		return
	}

	if date, ok := dateOf(response.Header); ok {
		t.clock.Responded(date)
	}
}

// dateOf returns when a response was made, by the clock of its server: a cache adds how old it
// is by now. It returns false where the server did not say.
func dateOf(header http.Header) (time.Time, bool) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return time.Time{}, false
	}

	age, err := strconv.ParseUint(header.Get("Age"), 10, 31)
	if err != nil {
		age = 0
	}

	return date.Add(time.Duration(age) * time.Second), true //nolint:gosec // 31 bits of seconds fit.
}
