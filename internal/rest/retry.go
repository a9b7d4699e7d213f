package rest

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// maxRetryAfter limits the wait that a server can require: one response must not stop a run for an
// hour.
const maxRetryAfter = 30 * time.Second

// call is one Do, which may take several attempts. It is stored in the context, because net/http and
// go-retryablehttp pass nothing else on to the transport.
type call struct {
	method string
	// tried describes the request in errors; path is the escaped path below the base URL.
	tried, path string
	anonymous   bool
	// attempt counts from 1. Only the goroutine of Do writes and reads it.
	attempt int
}

// callKey is the key of the call in a context.
type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// callOf returns the call that a request belongs to.
func callOf(ctx context.Context) *call {
	current, _ := ctx.Value(callKey{}).(*call)

	return current
}

// countAttempt runs before each attempt of a call.
func countAttempt(_ retryablehttp.Logger, request *http.Request, retry int) {
	callOf(request.Context()).attempt = retry + 1
}

// reason is why an attempt ended without a response.
type reason int

const (
	connectionFailed reason = iota // Dial, DNS, reset, truncated body.
	timedOut
	cancelled    // By the caller.
	tlsFailed    // A certificate is not trusted, or the server does not use TLS.
	proxyRefused // The proxy did not open a tunnel.
	tooLarge     // The response is.
	notSendable  // The request is.
	lostInRedirect
)

// attemptError means that an attempt ended without a response.
type attemptError struct {
	reason reason
	method string
	// sent is true if bytes of the request may have reached the server.
	sent bool
	// result is the part of the response that was read; its status is 0 if there was no response.
	result Response
	// remedy is advice that is more specific than that for the reason; empty if there is none.
	remedy string
	err    error
}

// Error returns what happened. It may quote the server.
func (e *attemptError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *attemptError) Unwrap() error { return e.err }

// retryable reports whether another attempt may succeed and can do no harm.
func (e *attemptError) retryable() bool {
	if e.reason != connectionFailed && e.reason != timedOut {
		return false
	}

	return !sentOnce(e.method) || !e.sent
}

// sentOnce reports whether a request with this method is never retried once it may have reached the
// server. A second POST would issue a second token, and a second PUT would overwrite changes that
// were made since its record was read.
func sentOnce(method string) bool { return method == http.MethodPost || method == http.MethodPut }

// checkRetry decides what is retried. The library's own policy retries a POST that got a 502, and so
// would issue several tokens. checkRetry returns no error of its own, because that would replace the
// attempt's, which knows whether the request was sent.
func checkRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, nil //nolint:nilerr // The attempt's own error is kept.
	}

	if err != nil {
		attempt, ok := errors.AsType[*attemptError](err)

		return ok && attempt.retryable(), nil
	}

	return response.StatusCode == http.StatusTooManyRequests ||
		unavailable(response.StatusCode) && !sentOnce(response.Request.Method), nil
}

// backoff returns the wait before the next attempt: what the server requires, up to a limit,
// otherwise twice as long each time. A random part is added, so that callers that failed together do
// not retry together.
func backoff(shortest, longest time.Duration, attempt int, response *http.Response) time.Duration {
	if response != nil {
		now, ok := dateOf(response) // Retry-After dates use the server's clock.
		if !ok {
			now = time.Now()
		}

		if wait, ok := retryAfter(response.Header.Get("Retry-After"), now); ok {
			return min(wait+spread(shortest), maxRetryAfter)
		}
	}

	wait := shortest
	for range attempt {
		// Halving the limit instead of doubling the wait cannot overflow.
		if wait >= longest/2 {
			wait = longest

			break
		}

		wait *= 2
	}

	return wait/2 + spread(wait/2)
}

// retryAfter parses the header's two forms, seconds and an HTTP date, and limits the result.
func retryAfter(value string, now time.Time) (time.Duration, bool) {
	seconds, err := strconv.ParseUint(value, 10, 64)

	switch {
	case err == nil && seconds <= uint64(maxRetryAfter/time.Second):
		return time.Duration(seconds) * time.Second, true
	case err == nil || errors.Is(err, strconv.ErrRange):
		return maxRetryAfter, true
	}

	date, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}

	return min(max(date.Sub(now), 0), maxRetryAfter), true
}

// spread returns a random part of the duration.
func spread(d time.Duration) time.Duration {
	return time.Duration(rand.Int64N(int64(d) + 1)) //nolint:gosec // Spreads load; guards nothing.
}
