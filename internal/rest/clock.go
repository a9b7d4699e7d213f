package rest

import (
	"net/http"
	"time"
)

// updateClock sets the clock to the server's time in a response. Two kinds of responses contain
// another time: one from a cache, which has an Age, and one that a proxy or a gateway sends when it
// cannot reach the server. If a gateway passes on the server's responses, its Date is as good as the
// server's, because the same people run both.
func (t *transport) updateClock(response *http.Response) {
	status, age := response.StatusCode, response.Header.Get("Age")

	switch {
	case status >= http.StatusInternalServerError, status == http.StatusProxyAuthRequired, status == http.StatusTooManyRequests:
	case age != "" && age != "0": // A gateway with a cache sends 0 with responses of the server.
	default:
		if date, ok := dateOf(response); ok {
			t.clock.Responded(date)
		}
	}
}

// dateOf returns when a response was created; false if it does not say.
func dateOf(response *http.Response) (time.Time, bool) {
	date, err := http.ParseTime(response.Header.Get("Date"))

	return date, err == nil
}
