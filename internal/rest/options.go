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
	// DefaultRequestTimeout is that of one attempt.
	DefaultRequestTimeout = 60 * time.Second
	// DefaultMaxRetries is the number of attempts beyond the first.
	DefaultMaxRetries = 4
	// DefaultMaxConcurrentRequests is the number of attempts under way at one time.
	DefaultMaxConcurrentRequests = 10

	defaultShortestWait = 500 * time.Millisecond
	defaultLongestWait  = 10 * time.Second
)

// Options configure a [Client]. Only BaseURL is required.
type Options struct {
	// BaseURL is an http or https URL with a host and an optional path; without user
	// info, query or fragment.
	BaseURL string
	// APIPaths are the paths below BaseURL at which the platform has its API, such as "/api". A
	// BaseURL that ends in one is an error.
	APIPaths []string
	// UserAgent names the provider to the server; empty is Go's own.
	UserAgent string
	// Headers are added to each request, anonymous ones included. They are masked like Secrets.
	Headers Headers
	// Authorize sets the credentials on each attempt, and once in New on a request that is
	// not sent. It must be safe for concurrent use. Nil makes every request anonymous.
	Authorize func(*http.Request)
	// Account says who the credentials belong to, for messages: "user terraform". Never
	// a secret.
	Account string
	// Secrets are masked in log lines and in the texts of errors, however they are escaped
	// there, and so is the Authorization header that Authorize sets.
	Secrets []pat.Secret
	// RequestTimeout bounds one attempt, the body of its response included, but not the
	// wait for a free slot; 0 is the default.
	RequestTimeout time.Duration
	// MaxRetries is the number of attempts beyond the first; 0 is none, and not the default.
	MaxRetries int
	// MaxConcurrentRequests bounds the attempts under way at one time; 0 is the default. Waits
	// between attempts do not count.
	MaxConcurrentRequests int
	// TLS says whom to trust and how to authenticate with a certificate; the zero value
	// trusts the system's roots.
	TLS TLSOptions
	// RetryWaitMin and RetryWaitMax bound the wait between attempts, which doubles each
	// time; 0 is 500 ms and 10 s. A Retry-After header may ask for 30 s at most.
	RetryWaitMin, RetryWaitMax time.Duration
	// Read tells what the platform means by an unsuccessful response. It must be pure: it
	// is called with every response whose status is not 200 to 299, more than once. Nil
	// lets the status decide, and takes anything but a web page for the platform's own.
	Read func(Answer) Reading
	// Conceals says whether a response may hold a secret that is not known here yet, so that
	// no error may quote it; nil never does. It must be pure.
	Conceals func(Answer) bool
	// Clock learns the server's time from each response; nil is a clock of the client's own.
	Clock *pat.Clock
	// Session keeps the server's session between requests; nil keeps none. It needs
	// Authorize.
	Session Session
}

// complete returns the options with their defaults, or what is wrong with them.
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

// secrets returns all secrets to mask. A proxy's error page may repeat the headers in which
// the password is encoded, the proxy's or the server's.
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
