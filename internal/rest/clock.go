package rest

import (
	"net/http"
	"time"
)

// tellTime tells the clock the server's time, as a response says it. Two kinds of responses tell another
// one: what a cache has kept, which has an Age, and what a proxy or a gateway sends when it cannot reach the
// server. The Date of a gateway that passes the server's responses on is as good as the server's: the
// same people run both.
func (t *transport) tellTime(response *http.Response) {
	status, age := response.StatusCode, response.Header.Get("Age")

	switch {
	case status >= http.StatusInternalServerError, status == http.StatusProxyAuthRequired, status == http.StatusTooManyRequests:
	case age != "" && age != "0": // A gateway that has a cache sends 0 with what is not from it.
	default:
		if date, ok := dateOf(response); ok {
			t.clock.Responded(date)
		}
	}
}

// dateOf returns when a response was made; false where it does not say.
func dateOf(response *http.Response) (time.Time, bool) {
	date, err := http.ParseTime(response.Header.Get("Date"))

	return date, err == nil
}
