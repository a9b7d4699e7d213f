package rest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// What to do about a request whose answer is not the API's.
const (
	pageRemedy = "A web page came where the API should answer: check that `url` names the server and the right path below it, " +
		"and that no proxy and no single sign-on stands in between."
	narrowRemedy = "Narrow what is asked for, or ask for less at a time."
	formatRemedy = "This is not what the API of a supported version answers: check that `url` names the server and the right path below it."
)

// unshown stands for the text of an answer to a POST that may have made something: its
// secret is known to nobody yet, and so nothing could mask it.
const unshown = "its text is left out, for a new secret may be in it"

// UnexpectedAnswer returns the error for an answer with a status of 200 to 299 whose body
// is not what was promised; cause says what is wrong with it, and must not quote it. It is
// a [pat.ProtocolError], for a GET with the first words of the body. For a POST it is a
// [pat.AmbiguousError], because what was asked for may have been done. What answers a POST
// or a DELETE is never shown: a fresh secret may be in it, or the hash of a revoked one.
func (c *Client) UnexpectedAnswer(r Request, a Answer, cause error) error {
	failure := pat.Failure{
		Tried:  c.Tried(r.Method, r.Segments...),
		Said:   c.halfway(r.Method, a, cause),
		Remedy: formatRemedy,
		Err:    cause,
	}

	if _, ok := errors.AsType[*boundsError](cause); ok {
		failure.Remedy = narrowRemedy
	} else if a.isPage() {
		failure.Remedy = pageRemedy
	}

	if r.Method == http.MethodPost {
		return &pat.AmbiguousError{Failure: failure}
	}

	return &pat.ProtocolError{Failure: failure}
}

// halfway says what came of an answer that cannot be used, and why.
func (c *Client) halfway(method string, a Answer, cause error) string {
	said := fmt.Sprintf("HTTP %d", a.Status)
	if a.MediaType != "" {
		said += ", " + a.MediaType
	}

	if cause != nil {
		said += ", " + cause.Error()
	}

	if method != http.MethodGet {
		return c.said(said, "")
	}

	return c.said(said, c.words(method, a))
}

// unsuccessful returns the error for an answer with another status than 200 to 299.
func (c *Client) unsuccessful(current *call, response *http.Response, a Answer) error {
	reading := c.reading(a)
	failure := c.failure(current, a, reading)

	if isRedirect(a.Status) {
		said, remedy := c.redirectText(current, response)
		failure.Said = c.said(status(a), said)

		if reading.Remedy == "" {
			failure.Remedy = remedy
		}
	}

	if c.mayHaveMade(current.method, a) {
		return &pat.AmbiguousError{Failure: failure}
	}

	switch kindOf(a, reading.Kind) {
	case KindNotFound:
		return &pat.NotFoundError{Failure: failure}
	case KindValidation:
		return &pat.ValidationError{Failure: failure, Fields: c.fields(reading.Fields)}
	case KindPermission:
		return &pat.PermissionError{Failure: failure, Missing: c.list(reading.Missing)}
	case KindAuthentication:
		return &pat.AuthenticationError{Failure: failure}
	case KindTransient:
		return &pat.TransientError{Failure: failure}
	case KindByStatus, KindProtocol:
		return &pat.ProtocolError{Failure: failure}
	default:
		return &pat.ProtocolError{Failure: failure}
	}
}

// refusal returns the error for an answer that refuses the credentials, and nil for any
// other.
func (c *Client) refusal(current *call, a Answer) *pat.AuthenticationError {
	if c.mayHaveMade(current.method, a) {
		return nil
	}

	reading := c.reading(a)
	if kindOf(a, reading.Kind) != KindAuthentication {
		return nil
	}

	return &pat.AuthenticationError{Failure: c.failure(current, a, reading)}
}

// mayHaveMade says whether the answer leaves open whether a POST was carried out. It does
// unless it is a refusal: a status of 400 to 499 in the platform's own form. Three statuses
// need no form, because whoever sends them has not passed the request on: 401 and 407 ask
// for credentials first, and 429 for fewer requests. To doubt a 401 would also send refused
// credentials once more, in the search for what may have been made.
func (c *Client) mayHaveMade(method string, a Answer) bool {
	switch {
	case method != http.MethodPost:
		return false
	case a.Status < 400 || a.Status > 499:
		return true
	case beforeWork(a.Status):
		return false
	case c.concealed(a): // It may hold what was made.
		return true
	case c.read == nil:
		return a.isPage()
	default:
		return !c.read(a).Own
	}
}

// beforeWork says whether whoever answers with the status has not carried out the request.
func beforeWork(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusProxyAuthRequired, http.StatusTooManyRequests:
		return true
	default:
		return false
	}
}

// failed returns the error for a call that ended without an answer.
func (c *Client) failed(current *call, err error) error {
	if refusal, ok := errors.AsType[*pat.AuthenticationError](err); ok {
		return refusal
	}

	attempt, ok := errors.AsType[*attemptError](err)

	switch {
	case ok:
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		// The wait for the next attempt was cut short, so the last one may be repeated.
		attempt = &attemptError{reason: cancelled, err: err}
	default:
		// The text of the error quotes a header.
		attempt = &attemptError{reason: lostInRedirect, sent: true, err: errors.New("a redirect without a valid address")}
	}

	if attempt.reason == notSendable {
		return fmt.Errorf("%s: %w", current.tried, attempt.err)
	}

	said := c.mask.text(attempt.Error(), maxText)
	if attempt.answer.Status != 0 && attempt.reason != cancelled {
		said = c.halfway(current.method, attempt.answer, attempt.err)
	}

	failure := pat.Failure{
		Tried:  current.tried,
		Said:   said,
		Remedy: c.mask.text(attemptRemedy(current, attempt), maxText),
		Err:    attempt.err,
	}

	if current.method == http.MethodPost && attempt.sent {
		return &pat.AmbiguousError{Failure: failure}
	}

	switch attempt.reason {
	case connectionFailed, timedOut, cancelled:
		return &pat.TransientError{Failure: failure}
	case tlsFailed, tooLarge, lostInRedirect, notSendable:
		return &pat.ProtocolError{Failure: failure}
	default:
		return &pat.ProtocolError{Failure: failure}
	}
}

func (c *Client) reading(a Answer) Reading {
	if c.read == nil {
		return Reading{}
	}

	reading := c.read(a)
	if c.concealed(a) {
		reading = Reading{Kind: reading.Kind, Remedy: reading.Remedy}
	}

	return reading
}

// concealed says whether nothing of the answer may be shown.
func (c *Client) concealed(a Answer) bool { return c.conceals != nil && c.conceals(a) }

func (c *Client) failure(current *call, a Answer, reading Reading) pat.Failure {
	kind := kindOf(a, reading.Kind)

	if c.mayHaveMade(current.method, a) {
		reading = Reading{} // It may quote what must not be shown.

		if kind = kindOf(a, KindByStatus); a.Status < 500 {
			kind = KindProtocol // It is not the platform that says so.
		}
	}

	text := reading.Message
	if text == "" {
		text = c.words(current.method, a)
	}

	remedy := reading.Remedy
	if remedy == "" {
		remedy = c.remedy(current, a, kind)
	}

	return pat.Failure{
		Tried:  current.tried,
		Said:   c.said(status(a), text),
		Remedy: c.mask.text(remedy, maxText),
	}
}

// said joins what happened and the server's words.
func (c *Client) said(what, words string) string {
	if words != "" {
		what += ": " + words
	}

	return c.mask.text(what, maxText)
}

// fields makes a server's messages fit to be shown. The names stay as they are but for
// what no name has, because drivers look for them; together the messages get the room of
// one text.
func (c *Client) fields(fields map[string][]string) map[string][]string {
	if fields == nil {
		return nil
	}

	shown := make(map[string][]string, len(fields))
	room := maxText

	for _, name := range slices.Sorted(maps.Keys(fields)) {
		var messages []string

		for _, message := range fields[name] {
			if room <= len(ellipsis) {
				break
			}

			text := c.mask.text(message, room)
			room -= len(text)

			messages = append(messages, text)
		}

		shown[c.mask.text(name, maxText)] = messages
	}

	return shown
}

func (c *Client) list(texts []string) []string {
	var shown []string
	for _, text := range texts {
		shown = append(shown, c.mask.text(text, maxText))
	}

	return shown
}

// status returns the status in words where the server has none.
func status(a Answer) string {
	text := http.StatusText(a.Status)
	if text == "" || len(a.Body) > 0 {
		return fmt.Sprintf("HTTP %d", a.Status)
	}

	return fmt.Sprintf("HTTP %d %s", a.Status, text)
}

// words returns the text of an answer, as far as it may be shown.
func (c *Client) words(method string, a Answer) string {
	page := a.isPage()

	switch {
	case c.concealed(a):
		return ""
	case method == http.MethodPost && page:
		return "a web page"
	case c.mayHaveMade(method, a) && len(a.Body) > 0:
		return unshown
	}

	text := c.mask.examine(a.Body)
	for _, h := range c.mask.all() {
		text = h.atEnd(text)
	}

	if !page {
		return text
	}

	if text := pageText(text); text != "" {
		return "a web page: " + text
	}

	return "a web page"
}
