// Package rest is the HTTP client that every driver uses. It decides what may be
// repeated, lets a wrong password cost the server one request, bounds what is read and
// how much is under way, and turns failures into the errors of [pat].
//
// It knows no platform: how a server words an unsuccessful answer is the driver's
// [Options.Read]. It encodes no bodies, decodes none but through [DecodeJSON], which
// bounds what a document may unfold to, and it follows no pages.
package rest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/hashicorp/go-retryablehttp"
)

// Client sends requests to one server with one account. It is safe for concurrent use.
// Its idle connections close by themselves after 90 seconds.
type Client struct {
	base      string
	userAgent string
	account   string
	// anonymous is true for a client without credentials.
	anonymous bool
	read      func(Answer) Reading
	conceals  func(Answer) bool
	mask      *mask
	http      *retryablehttp.Client
}

// Request is one call of a server's API.
type Request struct {
	// Method is GET, POST or DELETE; anything else is an error. The method alone
	// decides what may be repeated.
	Method string
	// Segments are the parts of the path below the base URL, as data: each is escaped.
	// Empty ones, "." and ".." are refused, so that an empty id cannot turn the
	// deletion of one object into that of a collection.
	Segments []string
	// Query holds the parameters; nil is none. Its values are in no log line and in no
	// error.
	Query url.Values
	// Body is sent as it is, and must not change until Do has returned; empty is none.
	Body []byte
	// ContentType is the media type of Body; empty sends no header.
	ContentType string
	// Accept is the media type that is asked for; empty sends no header.
	Accept string
	// Anonymous sends neither credentials nor session, and takes no part in the
	// single-flight login.
	Anonymous bool
	// Decode is called with an answer whose status is 200 to 299, and Do returns its error
	// as it is; nil leaves the body to the caller. Of the answers that are large, one at a
	// time is read and decoded, so that ten of them do not take ten times the memory. It
	// must not send anything.
	Decode func(Answer) error
}

// call is what one Do knows and its attempts need. It travels in the context, because
// net/http and go-retryablehttp pass nothing else on to the transport.
type call struct {
	method    string
	tried     string
	anonymous bool
	// attempt counts from 1. Only the goroutine of Do writes and reads it.
	attempt int
}

// callKey is the key of the call in a context.
type callKey struct{}

// New returns a client, or an error that names the first option that is wrong. It sends
// nothing, and its errors hold no secret.
func New(options Options) (*Client, error) {
	options, err := options.complete()
	if err != nil {
		return nil, err
	}

	base, err := normalizeBaseURL(options.BaseURL)
	if err != nil {
		return nil, err
	}

	config, err := options.TLS.config()
	if err != nil {
		return nil, err
	}

	wire, err := newWire(config, options.MaxConcurrentRequests)
	if err != nil {
		return nil, err
	}

	c := &Client{
		base:      base,
		userAgent: options.UserAgent,
		account:   options.Account,
		anonymous: options.Authorize == nil,
		read:      options.Read,
		conceals:  options.Conceals,
		mask:      newMask(options.secrets(wire.Proxy)),
	}
	c.http = &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport: &transport{
				wire:      wire,
				timeout:   options.RequestTimeout,
				limit:     MaxAnswerBytes,
				slots:     make(chan struct{}, options.MaxConcurrentRequests),
				large:     newPlace(),
				authorize: options.Authorize,
				session:   newSession(options.Session),
				logins:    &logins{},
				mask:      c.mask,
				refusal:   c.refusal,
			},
			CheckRedirect: checkRedirect,
		},
		// Logger stays nil: the library logs whole URLs.
		RetryMax:       options.MaxRetries,
		RetryWaitMin:   options.RetryWaitMin,
		RetryWaitMax:   options.RetryWaitMax,
		CheckRetry:     checkRetry,
		Backoff:        backoff,
		RequestLogHook: countAttempt,
		// The default handler would hide the last answer behind "giving up".
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}

	return c, nil
}

// BaseURL returns the base URL with scheme and host in lower case, without a default
// port and without a trailing slash. It is what tells one server from another.
func (c *Client) BaseURL() string { return c.base }

// Do sends the request, repeats what may be repeated, and returns the whole answer. The
// error is nil only for a status of 200 to 299; with any other status both the answer
// and an error are returned, but for a refusal of the credentials, which comes without
// an answer.
//
// Errors are those of [pat]. For a POST, [pat.AmbiguousError] says that the request went
// out and that its effect is unknown; every other error says that it had none. A
// cancelled context stays visible to errors.Is. Only a request that could not be built
// fails with an error of another type.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	tried := c.Tried(r.Method, r.Segments...)

	target, err := c.target(r)
	if err != nil {
		return Answer{}, fmt.Errorf("%s: not sent: %w", tried, err)
	}

	current := &call{method: r.Method, tried: tried, anonymous: c.anonymous || r.Anonymous}
	ctx = context.WithValue(c.mask.logs(ctx), callKey{}, current)

	request, err := c.request(ctx, r, target)
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %w", tried, err)
	}

	response, err := c.http.Do(request)
	if err != nil {
		return Answer{}, c.failed(current, err)
	}
	defer func() { _ = response.Body.Close() }()

	answer, err := newAnswer(response)
	if err != nil {
		return Answer{}, c.failed(current, err)
	}

	if answer.ok() && r.Decode != nil {
		err = r.Decode(answer)
		answer.Body = nil

		return answer, err
	}

	if len(answer.Body) > largeAnswer/2 {
		// Its place is for the next one.
		answer.Body = bytes.Clone(answer.Body)
	}

	if answer.ok() {
		return answer, nil
	}

	return answer, c.unsuccessful(current, response, answer)
}

// Tried returns a request in the words of the errors, "GET
// https://foreman.example.com/api/users/4", for errors that a driver makes itself.
func (c *Client) Tried(method string, segments ...string) string {
	return c.mask.text(method+" "+c.base+join(segments), maxText)
}

// Text makes a server's words fit for an error that a driver makes itself: on one line,
// without control characters and secrets, at most 2 KiB.
func (c *Client) Text(words string) string { return c.mask.text(words, maxText) }

func (c *Client) request(ctx context.Context, r Request, target string) (*retryablehttp.Request, error) {
	// An untyped nil is no body; an empty slice would be sent as an unknown length.
	var body any
	if len(r.Body) > 0 {
		body = r.Body
	}

	request, err := retryablehttp.NewRequestWithContext(ctx, r.Method, target, body)
	if err != nil {
		// The text of the error holds the whole URL.
		return nil, errNotSendable
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

// errNotSendable stands for what net/http says of a request that it does not send: its
// own texts may hold a URL, a header or the address of a proxy with its password.
var errNotSendable = errors.New("not sent: the request could not be built. " +
	"Check that the credentials hold no line break and that HTTP_PROXY and HTTPS_PROXY are URLs")

func newAnswer(response *http.Response) (Answer, error) {
	body, endProven, err := bodyOf(response)
	if err != nil {
		return Answer{}, err
	}

	header := response.Header.Clone()
	// A session is a secret: its only road is Options.Session.
	header.Del("Set-Cookie")

	return Answer{
		Status:    response.StatusCode,
		Header:    header,
		MediaType: mediaType(header),
		Body:      body,
		EndProven: endProven,
	}, nil
}

func bodyOf(response *http.Response) (body []byte, endProven bool, err error) {
	if whole, ok := response.Body.(*wholeBody); ok {
		return whole.bytes, whole.endProven, nil
	}

	body, err = io.ReadAll(response.Body)

	return body, false, err
}
