package rest

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// transport makes one attempt, from its turn in the queue to the last byte of the answer.
// Bodies are read here, and not by the caller, so that a truncated one is a failed
// attempt like any other. It has no CloseIdleConnections: go-retryablehttp calls that
// after each failed call, at the cost of everybody else's connections.
type transport struct {
	wire      http.RoundTripper
	timeout   time.Duration
	limit     int64 // Of an answer, in bytes.
	slots     chan struct{}
	large     chan []byte // The place in memory for large answers, unless one is in it.
	authorize func(*http.Request)
	session   *session
	logins    *logins
	mask      *mask
	refusal   func(*call, Answer) *pat.AuthenticationError
}

// newWire returns a transport of our own with the defaults of net/http: proxies from the
// environment, HTTP/2, keep-alive.
func newWire(config *tls.Config, concurrency int) (*http.Transport, error) {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, errors.New("http.DefaultTransport was replaced by another type")
	}

	wire := standard.Clone()
	wire.TLSClientConfig = config
	wire.MaxIdleConnsPerHost = concurrency
	wire.MaxIdleConns = concurrency
	wire.MaxResponseHeaderBytes = 1 << 20

	return wire, nil
}

// RoundTrip makes one attempt. The body of the answer is in memory.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		// Attempts take copies, because a session that expired costs a second one.
		defer func() { _ = request.Body.Close() }()
	}

	current := callOf(request.Context())
	if current.anonymous {
		return t.exchange(request)
	}

	response, expired, err := t.authenticated(request, t.session.attach)
	if expired {
		response, _, err = t.authenticated(request, t.session.skip)
	}

	return response, err
}

// authenticated sends the request with the credentials and the session. A session that
// the server no longer knows is forgotten and reported as expired, with no answer.
func (t *transport) authenticated(
	request *http.Request, attach func(*http.Request) (epoch int, carried bool),
) (_ *http.Response, sessionExpired bool, _ error) {
	var (
		entry   pass
		out     *http.Request
		epoch   int
		carried bool
	)

	for {
		var err error
		if entry, err = t.logins.enter(request.Context()); err != nil {
			return nil, false, asAttemptError(err)
		}

		out = request.Clone(request.Context())
		t.authorize(out)

		if epoch, carried = attach(out); carried || entry.holds() {
			break
		}
		// The session that let us in has expired since: this would be a login.
		entry.end(unjudged, nil)
	}

	judged := unjudged

	var refusal *pat.AuthenticationError
	defer func() { entry.end(judged, refusal) }()

	response, err := t.exchange(out)
	if err != nil {
		return nil, false, err
	}

	answer, err := newAnswer(response)
	if err != nil {
		return nil, false, err
	}

	switch {
	case carried && answer.Status == http.StatusUnauthorized:
		_ = response.Body.Close() // Nobody else will.

		t.session.forget(epoch, t.logins.distrust)

		return nil, true, nil
	case answer.ok():
		// A router or a proxy may answer anything else before the credentials were
		// looked at, and a session says nothing about them.
		if !carried {
			judged = accepted
		}

		t.session.learn(epoch, response)
	default:
		if refusal = t.refusal(callOf(request.Context()), answer); refusal != nil {
			_ = response.Body.Close()

			return nil, false, refusal
		}
	}

	return response, false, nil
}

// exchange waits for a free slot, sends the request and logs what came of it.
func (t *transport) exchange(request *http.Request) (*http.Response, error) {
	ctx := request.Context()

	select {
	case t.slots <- struct{}{}:
		defer func() { <-t.slots }()
	case <-ctx.Done():
		return nil, asAttemptError(ctx.Err())
	}

	began := time.Now()
	response, err := t.send(request)
	t.hideSession(response)
	t.log(ctx, request, response, err, time.Since(began))

	return response, err
}

// hideSession masks from now on what the server gave as a session: a page about an error
// may repeat the headers of the request.
func (t *transport) hideSession(response *http.Response) {
	if t.session == nil || response == nil {
		return
	}

	for _, cookie := range response.Cookies() {
		t.mask.learn(pat.Secret(cookie.Value))
	}
}

// send sends the request and reads the whole answer within the timeout.
func (t *transport) send(request *http.Request) (*http.Response, error) {
	var seen progress

	ctx, cancel := context.WithTimeout(httptrace.WithClientTrace(request.Context(), seen.trace()), t.timeout)
	defer cancel()

	out := request.WithContext(ctx)

	if request.GetBody != nil {
		body, err := request.GetBody()
		if err != nil {
			return nil, &attemptError{reason: notSendable, err: errNotSendable}
		}

		out.Body = body
	}

	response, err := t.wire.RoundTrip(out)
	if err != nil {
		return nil, t.failure(ctx, request, &seen, Answer{}, err)
	}

	body, release, err := t.readBody(ctx, request.Method, response)
	if err != nil && (request.Context().Err() != nil || !statusSuffices(response.StatusCode)) {
		answer := beginning(response, body)

		if release != nil {
			release()
		}

		return nil, t.failure(ctx, request, &seen, answer, err)
	}

	whole := &wholeBody{
		Reader: bytes.NewReader(body), bytes: body, release: release, endProven: err == nil && provesEnd(response),
	}

	response.Request = request
	response.ContentLength = int64(len(body))
	response.Body = whole

	return response, nil
}

// failure says why an attempt failed; answer is what came until then. The caller's own
// context comes first: its end looks like a timeout or a broken connection otherwise.
func (t *transport) failure(
	attempt context.Context, request *http.Request, seen *progress, answer Answer, err error,
) *attemptError {
	failed := &attemptError{
		method: request.Method, sent: seen.connected.Load(), reason: connectionFailed, answer: answer, err: unquoted(err),
	}

	if _, ok := errors.AsType[*tooLargeError](err); ok {
		failed.reason = tooLarge
	}

	switch {
	case request.Context().Err() != nil:
		failed.reason, failed.err = cancelled, request.Context().Err()
	case failed.reason == tooLarge:
	case attempt.Err() != nil:
		failed.reason, failed.err = timedOut, fmt.Errorf("no complete answer within %s", t.timeout)
	case answer.Status == 0 && isTLSFailure(err) && !seen.served(err):
		// The server or we gave up before the first request on the connection, even
		// where TLS 1.3 had let it go out.
		failed.reason, failed.sent, failed.err = tlsFailed, false, err
	case !seen.began.Load():
		failed.reason, failed.err = notSendable, errNotSendable
	}

	return failed
}

// unquoted returns the error without what it quotes of the answer: net/http repeats lines
// that it cannot read, and one may hold a new secret.
func unquoted(err error) error {
	text, _, quotes := strings.Cut(err.Error(), `"`)

	_, malformed := errors.AsType[textproto.ProtocolError](err)

	switch {
	case malformed:
		return errMalformed
	case quotes:
		return errors.New(strings.TrimRight(text, " :"))
	default:
		return err
	}
}

// errMalformed stands for what cannot be read as the head of an answer.
var errMalformed = errors.New("the head of the answer is malformed")

// statusSuffices says whether the status alone decides, so that an unreadable body
// changes nothing: a request for credentials must not be repeated, and what is overloaded
// may be asked again.
func statusSuffices(status int) bool {
	switch status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return beforeWork(status)
	}
}
