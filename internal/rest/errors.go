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

// Reading is a platform's interpretation of an unsuccessful response. The zero value leaves the
// decision to the status.
type Reading struct {
	// Own means that the response has a form in which the platform words its refusals. A 4xx response
	// to a POST or a PUT is a refusal only in that form: a gateway can replace the response to a
	// request that was processed with a page of its own.
	Own bool
	// Kind selects the error. It is ignored in two cases: a 401 is always [KindAuthentication], and a
	// POST or a PUT is ambiguous unless it was refused.
	Kind Kind
	// Message is the server's message for the reader; if it is empty, the beginning of the body is
	// shown.
	Message string
	// Fields are the invalid fields of a [pat.ValidationError].
	Fields map[string][]string
	// Missing are the permissions of a [pat.PermissionError].
	Missing []string
	// Remedy replaces the general advice; if it is empty, that is kept.
	Remedy string
}

// Kind is the meaning of an unsuccessful response, which determines the error of [pat].
type Kind int

// The kinds of unsuccessful responses.
const (
	// KindByStatus leaves the decision to the status: 400, 409 and 422 are validation, 403 is
	// permission, 404 and 410 are not found, 408, 429, 502, 503 and 504 are transient, and anything
	// else is protocol. A web page with the status 400, 404, 409, 410 or 422 is protocol as well.
	KindByStatus Kind = iota
	// KindNotFound becomes a [pat.NotFoundError].
	KindNotFound
	// KindValidation becomes a [pat.ValidationError].
	KindValidation
	// KindPermission becomes a [pat.PermissionError].
	KindPermission
	// KindAuthentication becomes a [pat.AuthenticationError]. After it, every further request with
	// credentials fails with the same error.
	KindAuthentication
	// KindTransient becomes a [pat.TransientError]. It causes no retry: only the status does.
	KindTransient
	// KindProtocol becomes a [pat.ProtocolError].
	KindProtocol
)

// kindOf determines the meaning of an unsuccessful response.
func kindOf(a Response, read Kind) Kind {
	switch {
	case a.Status == http.StatusUnauthorized:
		return KindAuthentication
	case read != KindByStatus:
		return read
	}

	kind := kindOfStatus(a.Status)
	if (kind == KindNotFound || kind == KindValidation) && a.isPage() {
		// If the API exists at this URL, it words "not found" itself.
		return KindProtocol
	}

	return kind
}

// kindOfStatus decides by the status alone. A 500 is not transient: its cause is as often a request
// that the server cannot handle, for which a retry is useless, as a database that is down. The remedy
// names both.
func kindOfStatus(status int) Kind {
	switch status {
	case http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity:
		return KindValidation
	case http.StatusForbidden:
		return KindPermission
	case http.StatusNotFound, http.StatusGone:
		return KindNotFound
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return KindTransient
	}

	if unavailable(status) {
		return KindTransient
	}

	return KindProtocol
}

// unshown replaces the text of a response to a POST that may have created a token: its secret is not
// known yet, so it cannot be masked.
const unshown = "the response is not shown, because it may contain a new secret"

// errorMaker turns responses and failed attempts into the errors of [pat].
type errorMaker struct {
	account string
	read    func(Response) Reading
	// mayHoldSecret is [Options.MayHoldSecret].
	mayHoldSecret func(Response) bool
	mask          *mask
}

// unexpected returns the error for a successful response that cannot be used.
func (m *errorMaker) unexpected(method, tried string, a Response, cause error) error {
	failure := pat.Failure{
		Tried:  tried,
		Said:   m.unusable(method, a, cause),
		Remedy: formatRemedy,
		Err:    cause,
	}

	if _, ok := errors.AsType[*boundsError](cause); ok {
		failure.Remedy = narrowRemedy
	} else if a.isPage() {
		failure.Remedy = pageRemedy
	}

	if sentOnce(method) {
		return &pat.AmbiguousError{Failure: failure}
	}

	return &pat.ProtocolError{Failure: failure}
}

// unsuccessful returns the error for a response whose status is not 200 to 299.
func (m *errorMaker) unsuccessful(current *call, response *http.Response, a Response) error {
	reading := m.reading(a)
	failure := m.failure(current, a, reading)

	if a.Status >= 300 && a.Status <= 399 {
		said, remedy := redirectText(response, current.method, current.path)
		failure.Said = m.said(statusText(a), said)

		if reading.Remedy == "" {
			failure.Remedy = m.mask.text(remedy, maxText)
		}
	}

	if m.mayHaveMade(current.method, a) {
		return &pat.AmbiguousError{Failure: failure}
	}

	switch kindOf(a, reading.Kind) {
	case KindNotFound:
		return &pat.NotFoundError{Failure: failure}
	case KindValidation:
		return &pat.ValidationError{Failure: failure, Fields: m.fields(reading.Fields)}
	case KindPermission:
		var missing []string
		for _, permission := range reading.Missing {
			missing = append(missing, m.mask.text(permission, maxText))
		}

		return &pat.PermissionError{Failure: failure, Missing: missing}
	case KindAuthentication:
		return &pat.AuthenticationError{Failure: failure}
	case KindTransient:
		return &pat.TransientError{Failure: failure}
	default:
		return &pat.ProtocolError{Failure: failure}
	}
}

// refusal returns the error for a response that refuses the credentials, and nil for any other.
func (m *errorMaker) refusal(current *call, a Response) *pat.AuthenticationError {
	reading := m.reading(a)
	if m.mayHaveMade(current.method, a) || kindOf(a, reading.Kind) != KindAuthentication {
		return nil
	}

	return &pat.AuthenticationError{Failure: m.failure(current, a, reading)}
}

// failed returns the error for a call that ended without a response.
func (m *errorMaker) failed(current *call, err error) error {
	if refusal, ok := errors.AsType[*pat.AuthenticationError](err); ok {
		return refusal
	}

	attempt, ok := errors.AsType[*attemptError](err)

	switch {
	case ok:
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		// The context ended while waiting for a retry, so the last attempt may be retried.
		attempt = &attemptError{reason: cancelled, err: err}
	default:
		// The text of the error quotes a header.
		attempt = &attemptError{reason: lostInRedirect, sent: true, err: errors.New("a redirect without a valid address")}
	}

	if attempt.reason == notSendable {
		return fmt.Errorf("%s: %w", current.tried, attempt.err)
	}

	said := m.mask.text(attempt.Error(), maxText)
	if attempt.result.Status != 0 && attempt.reason != cancelled {
		said = m.unusable(current.method, attempt.result, attempt.err)
	}

	failure := pat.Failure{
		Tried:  current.tried,
		Said:   said,
		Remedy: m.mask.text(attemptRemedy(current, attempt), maxText),
		Err:    attempt.err,
	}

	if sentOnce(current.method) && attempt.sent {
		return &pat.AmbiguousError{Failure: failure}
	}

	switch attempt.reason {
	case connectionFailed, timedOut, cancelled:
		return &pat.TransientError{Failure: failure}
	default:
		return &pat.ProtocolError{Failure: failure}
	}
}

// mayHaveMade reports whether a POST or a PUT may have been processed, judging by the response. It
// may, unless the response is a refusal: a status of 400 to 499 in the platform's own form. Three
// statuses need no form, because a server or proxy that sends them has not processed the request: 401
// and 407 ask for credentials first, and 429 for fewer requests. Treating a 401 as ambiguous would
// also send refused credentials again, to look for the object that may have been created.
func (m *errorMaker) mayHaveMade(method string, a Response) bool {
	switch {
	case !sentOnce(method):
		return false
	case a.Status < 400 || a.Status > 499:
		return true
	case unprocessed(a.Status):
		return false
	case m.hides(a): // It may contain the secret of a new object.
		return true
	case m.read == nil:
		return a.isPage()
	default:
		return !m.read(a).Own
	}
}

func (m *errorMaker) reading(a Response) Reading {
	if m.read == nil {
		return Reading{}
	}

	reading := m.read(a)
	if m.hides(a) {
		reading = Reading{Kind: reading.Kind, Remedy: reading.Remedy}
	}

	return reading
}

// hides reports whether no part of the response may be shown.
func (m *errorMaker) hides(a Response) bool { return m.mayHoldSecret != nil && m.mayHoldSecret(a) }

func (m *errorMaker) failure(current *call, a Response, reading Reading) pat.Failure {
	kind := kindOf(a, reading.Kind)

	if m.mayHaveMade(current.method, a) {
		reading = Reading{} // It may quote a secret.

		if kind = kindOf(a, KindByStatus); a.Status < 500 {
			kind = KindProtocol // The platform did not send this.
		}
	}

	text := reading.Message
	if text == "" {
		text = m.words(current.method, a)
	}

	remedy := reading.Remedy
	if remedy == "" {
		remedy = m.remedy(current, a, kind)
	}

	return pat.Failure{
		Tried:  current.tried,
		Said:   m.said(statusText(a), text),
		Remedy: m.mask.text(remedy, maxText),
	}
}

// unusable describes a response that cannot be used, and why.
func (m *errorMaker) unusable(method string, a Response, cause error) string {
	said := fmt.Sprintf("HTTP %d", a.Status)
	if a.MediaType != "" {
		said += ", " + a.MediaType
	}

	if cause != nil {
		said += ", " + cause.Error()
	}

	words := ""
	if method == http.MethodGet {
		words = m.words(method, a)
	}

	return m.said(said, words)
}

// said joins what happened and the server's words.
func (m *errorMaker) said(what, words string) string {
	if words != "" {
		what += ": " + words
	}

	return m.mask.text(what, maxText)
}

// words returns the text of a response, as far as it may be shown.
func (m *errorMaker) words(method string, a Response) string {
	page := a.isPage()

	switch {
	case m.hides(a):
		return ""
	case method == http.MethodPost && page:
		return "a web page"
	case method == http.MethodPost && m.mayHaveMade(method, a) && len(a.Body) > 0:
		return unshown
	}

	text := m.mask.ending(a.Body)
	if !page {
		return text
	}

	if text = pageText(text); text != "" {
		return "a web page: " + text
	}

	return "a web page"
}

// fields makes a server's validation messages safe to show. Names are not shortened beyond the limit
// of a text, because drivers look them up. All messages together are limited to the length of one
// text.
func (m *errorMaker) fields(fields map[string][]string) map[string][]string {
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

			text := m.mask.text(message, room)
			room -= len(text)

			messages = append(messages, text)
		}

		shown[m.mask.text(name, maxText)] = messages
	}

	return shown
}

// statusText returns the status, with its name if the response has no body.
func statusText(a Response) string {
	text := http.StatusText(a.Status)
	if text == "" || len(a.Body) > 0 {
		return fmt.Sprintf("HTTP %d", a.Status)
	}

	return fmt.Sprintf("HTTP %d %s", a.Status, text)
}

// AlteredRemedy is what to do about a response that contradicts its request, or another response of the
// same server.
const AlteredRemedy = "A proxy or cache changes responses, or responds in place of the server: check that `url` has the right " +
	"host and path."

// Advice for a response that is not the API's.
const (
	pageRemedy = "The server returned a web page instead of an API response: check that `url` has the right host and path, " +
		"and that no proxy or single sign-on responds instead of the API."
	narrowRemedy = "Narrow the query, or request fewer items at a time."
	formatRemedy = "No supported version of the API returns this: check that `url` has the right host and path."
)

// remedy returns the advice for an unsuccessful response for which the platform has none.
func (m *errorMaker) remedy(current *call, a Response, kind Kind) string {
	account := m.account
	if account == "" {
		account = "the account"
	}

	switch {
	case kind == KindNotFound:
		return "It may not exist, or " + account + " may lack the permission to see it."
	case kind == KindPermission && !a.isPage():
		return "Grant " + account + " the missing permission."
	case kind == KindAuthentication && current.anonymous:
		return "The server requires credentials for this request."
	case kind == KindAuthentication:
		return "Check the credentials of " + account + ". The provider does not send them again in this run: " +
			"more attempts might lock the account or this machine's address."
	case kind == KindTransient:
		return fmt.Sprintf("The server returned no usable response in %s. Try again later.", attempts(current, "one attempt", "%d attempts"))
	case kind == KindValidation:
		return ""
	case a.Status == http.StatusInternalServerError:
		return "The server failed. If its log shows that its database or another service was down, try again; " +
			"otherwise it cannot handle this request, and trying again will not help."
	case a.Status == http.StatusProxyAuthRequired:
		return proxyCredentialsRemedy
	case a.Status == http.StatusForbidden && a.isPage():
		return "The server returned a web page instead of an API response: a proxy may have refused the request, or " + account + " lacks a permission."
	case a.isPage():
		return pageRemedy
	default:
		return formatRemedy
	}
}

// attemptRemedy returns the advice for a call that ended without a response.
func attemptRemedy(current *call, attempt *attemptError) string {
	made := attempts(current, "One attempt was made. ", "%d attempts were made. ")

	switch attempt.reason {
	case connectionFailed:
		if attempt.remedy != "" {
			return made + attempt.remedy
		}

		return made + "Check that `url` names the server, that the server runs, and that no firewall or proxy blocks the connection."
	case timedOut:
		return made + "If the server needs more time, raise `request_timeout`."
	case tlsFailed, proxyRefused:
		return attempt.remedy
	case tooLarge:
		return narrowRemedy
	case lostInRedirect:
		return formatRemedy
	default:
		return ""
	}
}

// attempts words how many attempts a call made.
func attempts(current *call, one, many string) string {
	if current.attempt == 1 {
		return one
	}

	return fmt.Sprintf(many, current.attempt)
}
