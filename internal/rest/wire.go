package rest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// idleTimeout is how long a connection waits for its next request. It is shorter than the five
// seconds after which Apache closes a connection, so that a request does not arrive while Apache
// closes it.
const idleTimeout = 4 * time.Second

// wire sends requests over connections. Each POST gets a new connection: if a server closed an idle
// one just as the request arrived, it would be unknown whether a token was issued, and its name could
// not be used again. The other methods share connections, and net/http itself sends their requests
// again on another connection if a shared one turns out to be closed.
type wire struct {
	shared, fresh *http.Transport
}

// newWire returns a wire with its own transports and the defaults of net/http: proxies from the
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
	shared.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
		if response.StatusCode == http.StatusOK {
			return nil
		}

		return &proxyError{status: response.StatusCode}
	}

	fresh := shared.Clone()
	fresh.DisableKeepAlives = true

	return &wire{shared: shared, fresh: fresh}, nil
}

// RoundTrip sends a request on a new or a shared connection, depending on its method.
func (w *wire) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method == http.MethodPost {
		return w.fresh.RoundTrip(request)
	}

	return w.shared.RoundTrip(request)
}

// proxyCredentialsRemedy is the advice for a proxy that responds with the status 407.
const proxyCredentialsRemedy = "The proxy requires authentication. Set the credentials in HTTPS_PROXY or HTTP_PROXY." //nolint:gosec // It is advice.

// proxyError means that a proxy did not open a tunnel to the server.
type proxyError struct{ status int }

// Error includes the status, which net/http leaves out.
func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy refused the connection: HTTP %d %s", e.status, http.StatusText(e.status))
}

func (e *proxyError) remedy() string {
	if e.status == http.StatusProxyAuthRequired {
		return proxyCredentialsRemedy
	}

	return "Check that the proxy may connect to the host and the port of `url`, or add the host to NO_PROXY."
}

// isProxyDown reports whether no connection to the proxy could be opened.
func isProxyDown(err error) bool {
	failed, ok := errors.AsType[*net.OpError](err)

	return ok && failed.Op == "proxyconnect"
}
