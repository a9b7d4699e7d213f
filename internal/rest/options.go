package rest

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// The defaults of the options that a user can set.
const (
	// DefaultRequestTimeout is the timeout of one attempt.
	DefaultRequestTimeout = 60 * time.Second
	// DefaultMaxRetries is the number of attempts after the first.
	DefaultMaxRetries = 4
	// DefaultMaxConcurrentRequests is the number of concurrent attempts.
	DefaultMaxConcurrentRequests = 10

	defaultShortestWait = 500 * time.Millisecond
	defaultLongestWait  = 10 * time.Second
)

// Options configure a [Client]. Only BaseURL is required.
type Options struct {
	// BaseURL is an http or https URL with a host and an optional path, without user info, query or
	// fragment.
	BaseURL string
	// APIPaths are the paths of the platform's API below BaseURL, such as "/api". A BaseURL that ends
	// in one of them is an error.
	APIPaths []string
	// UserAgent is the value of the User-Agent header; empty means Go's default.
	UserAgent string
	// Headers are added to each request, including anonymous ones. They are masked like Secrets.
	Headers Headers
	// Authorize sets the credentials on each attempt, and once in New on a request that is not sent.
	// It must be safe for concurrent use. Nil makes every request anonymous.
	Authorize func(*http.Request)
	// Account names the owner of the credentials in messages, such as "user terraform". It is never a
	// secret.
	Account string
	// Secrets are masked in log lines and in the texts of errors, in every escaped form, and so is
	// the Authorization header that Authorize sets.
	Secrets []pat.Secret
	// RequestTimeout limits one attempt, including the body of its response, but not the wait for a
	// free slot; 0 means the default.
	RequestTimeout time.Duration
	// MaxRetries is the number of attempts after the first; 0 means none, and not the default.
	MaxRetries int
	// MaxConcurrentRequests limits the concurrent attempts; 0 means the default. Waits between
	// attempts do not count.
	MaxConcurrentRequests int
	// TLS says which authorities to trust and which client certificate to send; the zero value trusts
	// the system's roots.
	TLS TLSOptions
	// RetryWaitMin and RetryWaitMax limit the wait between attempts, which doubles each time; 0 means
	// 500 ms and 10 s. A Retry-After header can require at most 30 s.
	RetryWaitMin, RetryWaitMax time.Duration
	// Read interprets an unsuccessful response for the platform. It must be pure: it is called with
	// every response whose status is not 200 to 299, more than once. If it is nil, the status
	// decides, and every response except a web page counts as the platform's own.
	Read func(Response) Reading
	// MayHoldSecret reports whether a response may contain a secret that is not known yet, so that no
	// error may quote the response; nil means that none does. It must be pure.
	MayHoldSecret func(Response) bool
	// Clock is updated with the server's time in each response; if it is nil, the client creates one.
	Clock *pat.Clock
	// Session keeps the server's session between requests; nil means none. It requires Authorize.
	Session Session
}

// complete returns the options with their defaults, or an error if they are invalid.
func (o Options) complete() (Options, error) {
	switch {
	case o.RequestTimeout < 0:
		return o, fmt.Errorf("the request timeout is %s, but must not be negative", o.RequestTimeout)
	case o.MaxRetries < 0:
		return o, fmt.Errorf("the number of retries is %d, but must not be negative", o.MaxRetries)
	case o.MaxConcurrentRequests < 0:
		return o, fmt.Errorf("the number of concurrent requests is %d, but must not be negative", o.MaxConcurrentRequests)
	case o.RetryWaitMin < 0 || o.RetryWaitMax < 0:
		return o, errors.New("the wait between attempts must not be negative")
	case strings.ContainsFunc(o.UserAgent, unicode.IsControl):
		return o, errors.New("the user agent must not contain control characters")
	case o.Session != nil && o.Authorize == nil:
		return o, errors.New("a session needs credentials to begin with")
	}

	if err := o.Headers.Check(); err != nil {
		return o, err
	}

	setDefault(&o.RequestTimeout, DefaultRequestTimeout)
	setDefault(&o.MaxConcurrentRequests, DefaultMaxConcurrentRequests)
	setDefault(&o.RetryWaitMax, max(defaultLongestWait, o.RetryWaitMin))
	setDefault(&o.RetryWaitMin, min(defaultShortestWait, o.RetryWaitMax))

	if o.Clock == nil {
		o.Clock = pat.NewClock(pat.Runner{})
	}

	if o.RetryWaitMin > o.RetryWaitMax {
		return o, fmt.Errorf("the shortest wait between attempts, %s, is longer than the longest, %s", o.RetryWaitMin, o.RetryWaitMax)
	}

	return o, nil
}

// secrets returns all secrets to mask. A proxy's error page may repeat the headers that contain the
// encoded password of the proxy or of the server.
func (o Options) secrets(proxyOf func(*http.Request) (*url.URL, error)) []pat.Secret {
	all := append(slices.Clone(o.Secrets), o.Headers.secrets()...)

	if o.Authorize != nil {
		sample := &http.Request{Method: http.MethodGet, URL: &url.URL{}, Header: http.Header{}}
		o.Authorize(sample)

		header := sample.Header.Get("Authorization")
		_, credentials, _ := strings.Cut(header, " ")
		all = append(all, pat.Secret(header), pat.Secret(credentials))
	}

	target, err := url.Parse(o.BaseURL)
	if err != nil {
		return all
	}

	if proxy, err := proxyOf(&http.Request{URL: target}); err == nil && proxy != nil {
		if password, ok := proxy.User.Password(); ok {
			credentials := base64.StdEncoding.EncodeToString([]byte(proxy.User.Username() + ":" + password))
			all = append(all, pat.Secret(password), pat.Secret(credentials))
		}
	}

	return all
}

func setDefault[T comparable](option *T, value T) {
	var zero T
	if *option == zero {
		*option = value
	}
}
