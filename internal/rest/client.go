// Package rest is the HTTP client of all drivers. It decides which requests may be retried, sends a
// wrong password only once, limits response size and concurrency, and turns failures into the errors
// of [pat].
//
// It knows no platform: the driver's [Options.Read] interprets unsuccessful responses. The client
// encodes no bodies and follows no pages. It decodes only JSON, with [DecodeJSON], which limits the
// size of the decoded document.
package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Client sends requests to one server with one account. It is safe for concurrent use. Its idle
// connections close by themselves after some seconds.
type Client struct {
	base      string
	userAgent string
	headers   Headers
	// anonymous is true if the client has no credentials.
	anonymous bool
	mask      *mask
	errors    *errorMaker
	http      *retryablehttp.Client
	clock     *pat.Clock
}

// Request is one call of a server's API.
type Request struct {
	// Method is GET, POST, PUT or DELETE; anything else is an error. The method alone decides whether
	// a request may be retried.
	Method string
	// Segments are the parts of the path below the base URL, not escaped: the client escapes each.
	// Empty segments, "." and ".." are refused, so that an empty id cannot turn the deletion of one
	// object into that of a collection.
	Segments []string
	// Query holds the parameters; nil means none. Log lines and errors never contain its values.
	Query url.Values
	// Body is sent as it is, and must not change until Do has returned; empty means none.
	Body []byte
	// ContentType is the media type of Body; empty sends no header.
	ContentType string
	// Accept is the requested media type; empty sends no header.
	Accept string
	// Anonymous sends neither credentials nor session, and never waits for another request that tries
	// the credentials.
	Anonymous bool
	// Decode is called with a response whose status is 200 to 299, and Do returns its error
	// unchanged; nil leaves the body to the caller. Large responses are read and decoded one at a
	// time, so that ten of them do not take ten times the memory. Decode must not send a request.
	Decode func(Response) error
}

// New returns a client, or an error that names the first invalid option. It sends no request, and its
// errors contain no secret.
func New(options Options) (*Client, error) {
	options, err := options.complete()
	if err != nil {
		return nil, err
	}

	base, err := normalizeBaseURL(options.BaseURL)
	if err != nil {
		return nil, err
	}

	if err := checkAPIPaths(base, options.APIPaths); err != nil {
		return nil, err
	}

	tls, err := options.TLS.client()
	if err != nil {
		return nil, err
	}

	wire, err := newWire(tls.config, options.MaxConcurrentRequests)
	if err != nil {
		return nil, err
	}

	mask := newMask(options.secrets(wire.shared.Proxy))
	maker := &errorMaker{account: options.Account, read: options.Read, mayHoldSecret: options.MayHoldSecret, mask: mask}
	attempts := &authenticator{
		next: &transport{
			wire:    wire,
			tls:     tls,
			timeout: options.RequestTimeout,
			slots:   make(chan struct{}, options.MaxConcurrentRequests),
			bodies:  newBodyReader(),
			mask:    mask,
			clock:   options.Clock,
		},
		authorize: options.Authorize,
		refusal:   maker.refusal,
		mask:      mask,
		gate:      loginGate{session: options.Session},
	}

	return &Client{
		base:      base,
		userAgent: options.UserAgent,
		headers:   options.Headers,
		anonymous: options.Authorize == nil,
		mask:      mask,
		errors:    maker,
		clock:     options.Clock,
		http: &retryablehttp.Client{
			HTTPClient: &http.Client{Transport: attempts, CheckRedirect: checkRedirect},
			// Logger stays nil: the library logs whole URLs.
			RetryMax:       options.MaxRetries,
			RetryWaitMin:   options.RetryWaitMin,
			RetryWaitMax:   options.RetryWaitMax,
			CheckRetry:     checkRetry,
			Backoff:        backoff,
			RequestLogHook: countAttempt,
			// The default handler would hide the last response behind "giving up".
			ErrorHandler: retryablehttp.PassthroughErrorHandler,
		},
	}, nil
}

// BaseURL returns the base URL with scheme and host in lower case, without a default port and without
// a trailing slash. Two servers are the same if their base URLs are equal.
func (c *Client) BaseURL() string { return c.base }

// Clock returns the server's clock, which is updated from each response.
func (c *Client) Clock() *pat.Clock { return c.clock }

// Do sends the request, retries it if that is allowed, and returns the whole response. The error is
// nil only for a status of 200 to 299. For any other status both the response and an error are
// returned, except that a refusal of the credentials is returned without the response.
//
// The errors are those of [pat]. For a POST or a PUT, [pat.AmbiguousError] means that the request was
// sent and that its effect is unknown; every other error means that it had no effect. errors.Is finds
// a cancelled context. Only a request that could not be built fails with an error of another type.
func (c *Client) Do(ctx context.Context, r Request) (Response, error) {
	current := &call{
		method: r.Method, tried: c.Tried(r.Method, r.Segments...), path: join(r.Segments), anonymous: c.anonymous || r.Anonymous,
	}

	target, err := c.target(r)
	if err != nil {
		return Response{}, fmt.Errorf("%s: not sent: %w", current.tried, err)
	}

	request, err := c.request(withCall(c.mask.logs(ctx), current), r, target)
	if err != nil {
		return Response{}, fmt.Errorf("%s: %w", current.tried, err)
	}

	response, err := c.http.Do(request)
	if err != nil {
		return Response{}, c.errors.failed(current, err)
	}
	defer func() { _ = response.Body.Close() }()

	result := responseOf(response)

	switch {
	case !result.ok():
		return result, c.errors.unsuccessful(current, response, result)
	case r.Decode != nil:
		err = r.Decode(result)
		result.Body = nil

		return result, err
	default:
		return result, nil
	}
}

// Tried describes a request as the errors do, such as "GET https://foreman.example.com/api/users/4",
// for errors that a driver creates itself.
func (c *Client) Tried(method string, segments ...string) string {
	return c.Text(method + " " + c.base + join(segments))
}

// Text makes a server's words safe for an error that a driver creates itself: on one line, without
// control characters and secrets, at most 2 KiB.
func (c *Client) Text(words string) string { return c.mask.text(words, maxText) }

// UnexpectedResponse returns the error for a response with a status of 200 to 299 whose body is not
// what the API documents; cause says what is wrong with it, and must not quote it. The error is a
// [pat.ProtocolError], which quotes the beginning of the body for a GET. For a POST or a PUT it is a
// [pat.AmbiguousError], because the request may have been processed. The response to a POST or a
// DELETE is never quoted: it may contain a new secret, or the hash of a revoked one.
func (c *Client) UnexpectedResponse(r Request, a Response, cause error) error {
	return c.errors.unexpected(r.Method, c.Tried(r.Method, r.Segments...), a, cause)
}

// target returns the URL of a request.
func (c *Client) target(r Request) (string, error) {
	switch r.Method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete:
	default:
		return "", errors.New("the method must be GET, POST, PUT or DELETE")
	}

	for _, segment := range r.Segments {
		if err := checkSegment(segment); err != nil {
			return "", err
		}
	}

	target := c.base + join(r.Segments)
	if len(r.Query) > 0 {
		// Only forms read a plus sign as a blank; a server may read it literally. A plus sign in a
		// value is already encoded as %2B.
		target += "?" + strings.ReplaceAll(r.Query.Encode(), "+", "%20")
	}

	return target, nil
}

func (c *Client) request(ctx context.Context, r Request, target string) (*retryablehttp.Request, error) {
	// An untyped nil means no body; an empty slice would be sent with an unknown length.
	var body any
	if len(r.Body) > 0 {
		body = r.Body
	}

	request, err := retryablehttp.NewRequestWithContext(ctx, r.Method, target, body)
	if err != nil {
		// The text of the error contains the whole URL.
		return nil, errNotSendable
	}

	c.headers.addTo(request.Header)

	if r.Method == http.MethodDelete {
		// This header is not sent. It makes net/http retry the request if the server closed an idle
		// connection.
		request.Header["Idempotency-Key"] = nil
	}

	for name, value := range map[string]string{
		"Accept":       r.Accept,
		"Content-Type": r.ContentType,
		"User-Agent":   c.userAgent,
	} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}

	return request, nil
}
