package rest

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// transport makes one attempt, from the wait for a free slot to the last byte of the response. It
// reads the body itself, instead of leaving that to the caller, so that a truncated body is a failed
// attempt like any other.
type transport struct {
	wire    http.RoundTripper
	tls     *tlsClient
	timeout time.Duration
	slots   chan struct{}
	bodies  *bodyReader
	mask    *mask
	clock   *pat.Clock
}

// RoundTrip waits for a free slot, sends the request and logs the outcome. The body of the returned
// response is in memory.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx := request.Context()

	select {
	case t.slots <- struct{}{}:
		defer func() { <-t.slots }()
	case <-ctx.Done():
		return nil, &attemptError{reason: cancelled, err: ctx.Err()}
	}

	began := time.Now()
	response, err := t.send(request)
	t.log(request, response, err, time.Since(began))

	return response, err
}

// send sends the request and reads the whole response within the timeout.
func (t *transport) send(request *http.Request) (*http.Response, error) {
	var progress progress

	ctx, cancel := context.WithTimeout(httptrace.WithClientTrace(request.Context(), progress.trace()), t.timeout)
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
		return nil, t.failure(ctx, request, &progress, Response{}, err)
	}

	t.updateClock(response)

	err = t.bodies.read(ctx, request.Method, response)
	response.Request = request

	// Some statuses decide alone, so an unreadable body does not matter: a request for credentials
	// must not be retried, and an overloaded server may be tried again.
	decided := unprocessed(response.StatusCode) || unavailable(response.StatusCode)
	if err != nil && (!decided || request.Context().Err() != nil) {
		result := responseOf(response)
		// A copy, so that the error does not keep the rest of the body in memory.
		result.Body = bytes.Clone(result.Body[:min(len(result.Body), maxExamined)])
		_ = response.Body.Close()

		return nil, t.failure(ctx, request, &progress, result, err)
	}

	return response, nil
}

// failure determines why an attempt failed; result is the part of the response that was read. The
// caller's own context is checked first, because its end otherwise looks like a timeout or a broken
// connection.
func (t *transport) failure(
	attempt context.Context, request *http.Request, progress *progress, result Response, err error,
) *attemptError {
	failed := &attemptError{
		method: request.Method, sent: progress.connected.Load(), reason: connectionFailed, result: result, err: unquoted(err),
	}
	_, oversized := errors.AsType[*tooLargeError](err)
	refusal, refusedByProxy := errors.AsType[*proxyError](err)

	switch {
	case request.Context().Err() != nil:
		failed.reason, failed.err = cancelled, request.Context().Err()
	case oversized:
		failed.reason = tooLarge
	case attempt.Err() != nil:
		failed.reason, failed.err = timedOut, fmt.Errorf("no complete response within %s", t.timeout)
	case refusedByProxy:
		failed.remedy = refusal.remedy()
		if refusal.status < http.StatusInternalServerError { // A retry is useless.
			failed.reason = proxyRefused
		}
	case isProxyDown(err):
		failed.remedy = "The proxy in HTTPS_PROXY or HTTP_PROXY cannot be reached: correct the variable, or add the host of `url` to NO_PROXY."
	case result.Status == 0 && isTLSFailure(err) && !progress.afterHandshake(err):
		// The server or this client gave up before the first request on the connection, even if TLS
		// 1.3 had already allowed it to be sent.
		failed.reason, failed.sent, failed.err, failed.remedy = tlsFailed, false, err, t.tls.remedy(err)
	case !progress.began.Load():
		failed.reason, failed.err = notSendable, errNotSendable
	case result.Status == 0 && t.tls.certificateRequested.Load() && len(t.tls.identity.Certificate) == 0:
		// Some servers close the connection instead of sending an alert.
		failed.remedy = "The server requests a client certificate: if it requires one, set `client_certificate` and `client_key`."
	}

	return failed
}

var (
	// errNotSendable replaces the error of net/http for a request that it does not send, whose text
	// may contain a URL, a header or the address of a proxy with its password.
	errNotSendable = errors.New("not sent: the request could not be built. " +
		"Check that the credentials hold no line break and that HTTP_PROXY and HTTPS_PROXY are URLs")
	// errMalformed replaces the error of net/http for a response whose head cannot be parsed.
	errMalformed = errors.New("the response headers are malformed")
)

// unquoted removes from the error what it quotes of the response: net/http repeats lines that it
// cannot parse, and one may contain a new secret.
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

// log writes one line per attempt with the caller's logger. Its texts are masked, because a
// redirect's path and the error may contain a secret that the server created.
func (t *transport) log(request *http.Request, response *http.Response, err error, took time.Duration) {
	ctx := request.Context()
	fields := map[string]any{
		"method":      request.Method,
		"path":        t.mask.text(request.URL.EscapedPath(), maxText),
		"attempt":     callOf(ctx).attempt,
		"duration_ms": took.Milliseconds(),
	}

	if query := request.URL.Query(); len(query) > 0 {
		fields["query_keys"] = strings.Join(slices.Sorted(maps.Keys(query)), ",")
	}

	if response != nil {
		fields["status"] = response.StatusCode
	}

	if err != nil {
		fields["error"] = t.mask.text(err.Error(), maxText)
	}

	tflog.Debug(ctx, "HTTP attempt", fields)
}

// progress records how far an attempt got. The hooks may run on other goroutines.
type progress struct {
	// began is set once net/http has accepted the request and requests a connection.
	began atomic.Bool
	// connected is set once there is a connection: from then on, bytes may have been sent.
	connected atomic.Bool
	// reused is set if the connection had already served a request.
	reused atomic.Bool
	// handshakeDone is set once the TLS handshake succeeded.
	handshakeDone atomic.Bool
}

// afterHandshake reports whether a TLS failure happened after the handshake, so that the server may
// have processed the request. In TLS 1.3 the server rejects a client certificate after the handshake,
// with an alert; that still counts as part of it.
func (p *progress) afterHandshake(err error) bool {
	if p.reused.Load() {
		return true
	}

	alert, ok := errors.AsType[*net.OpError](err)

	return p.handshakeDone.Load() && (!ok || alert.Op != "remote error")
}

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { p.began.Store(true) },
		GotConn: func(info httptrace.GotConnInfo) {
			p.connected.Store(true)
			p.reused.Store(info.Reused)
		},
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) { p.handshakeDone.Store(err == nil) },
	}
}
