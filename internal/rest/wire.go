package rest

import (
	"crypto/tls"
	"errors"
	"net/http"
	"time"
)

// idleTimeout is how long a connection waits for its next request: shorter than the five seconds
// after which Apache closes it, which a request could cross.
const idleTimeout = 4 * time.Second

// wire carries requests over connections. A POST gets a connection of its own: a server that closes
// an idle one as the request arrives would leave open whether a token was issued, and cost its name.
// The other methods share connections, and net/http itself repeats them on another if a shared one
// turns out to be closed.
type wire struct {
	shared, fresh *http.Transport
}

// newWire returns a wire of our own with the defaults of net/http: proxies from the
// environment, HTTP/2, keep-alive.
func newWire(config *tls.Config, concurrency int) (*wire, error) {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, errors.New("http.DefaultTransport was replaced by another type")
	}

	shared := standard.Clone()
	shared.TLSClientConfig = config
	shared.MaxIdleConnsPerHost = concurrency
	shared.MaxIdleConns = concurrency
	shared.IdleConnTimeout = idleTimeout
	shared.MaxResponseHeaderBytes = 1 << 20

	fresh := shared.Clone()
	fresh.DisableKeepAlives = true

	return &wire{shared: shared, fresh: fresh}, nil
}

// RoundTrip sends a request on a connection that suits its method.
func (w *wire) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method == http.MethodPost {
		return w.fresh.RoundTrip(request)
	}

	return w.shared.RoundTrip(request)
}
