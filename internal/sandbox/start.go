package sandbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// readHeaderTimeout limits how long a client may take to send the header of its request.
const readHeaderTimeout = 30 * time.Second

// Running is a server that is listening.
type Running struct {
	server   *http.Server
	listener net.Listener
	cancel   context.CancelFunc
	served   chan error
	tls      *certificates
}

// StartOption changes how [Start] listens.
type StartOption func(*startConfig)

type startConfig struct {
	tls           bool
	requireClient bool
}

// WithTLS serves HTTPS with a certificate that is generated for this start; [Running.CACertificate]
// is the authority that signed it.
func WithTLS() StartOption {
	return func(c *startConfig) { c.tls = true }
}

// WithClientCertificates serves HTTPS and refuses clients without a certificate of the same
// authority; [Running.ClientCertificate] returns one.
func WithClientCertificates() StartOption {
	return func(c *startConfig) { c.tls, c.requireClient = true, true }
}

// Start serves h on addr ("host:port"; port 0 picks a free one) until it is closed. The host must
// be a loopback address or "localhost".
func Start(h http.Handler, addr string, options ...StartOption) (*Running, error) {
	var config startConfig
	for _, option := range options {
		option(&config)
	}
	if err := checkAddress(addr); err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	r := &Running{listener: listener, served: make(chan error, 1)}
	if config.tls {
		if r.tls, err = newCertificates(listener.Addr()); err != nil {
			_ = listener.Close()
			return nil, fmt.Errorf("make certificates: %w", err)
		}
		listener = tls.NewListener(listener, r.tls.serverConfig(config.requireClient))
	}
	// Handlers that wait for the client to give up must end when the server closes.
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	r.server = &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          discardLog,
	}
	go func() { r.served <- r.server.Serve(listener) }()
	return r, nil
}

// URL returns the server's address without a trailing slash, such as "http://127.0.0.1:3939".
func (r *Running) URL() string {
	scheme := "http"
	if r.tls != nil {
		scheme = "https"
	}
	return scheme + "://" + r.listener.Addr().String()
}

// CACertificate returns the PEM of the authority that signed the server's certificate; nil without
// TLS.
func (r *Running) CACertificate() []byte {
	if r.tls == nil {
		return nil
	}
	return r.tls.caPEM
}

// ClientCertificate returns the PEM of a client certificate that the server accepts and of its key;
// nil without TLS.
func (r *Running) ClientCertificate() (certificate, key []byte) {
	if r.tls == nil {
		return nil, nil
	}
	return r.tls.clientPEM, r.tls.clientKeyPEM
}

// Close stops the server and aborts the requests that are in flight.
func (r *Running) Close() error {
	r.cancel()
	err := r.server.Close()
	return errors.Join(err, r.wait())
}

// Shutdown stops listening and waits for the requests that are in flight, until ctx ends.
func (r *Running) Shutdown(ctx context.Context) error {
	err := r.server.Shutdown(ctx)
	if err != nil {
		return errors.Join(err, r.Close())
	}
	r.cancel()
	return r.wait()
}

func (r *Running) wait() error {
	err := <-r.served
	r.served <- http.ErrServerClosed
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func checkAddress(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("address %q: %w", addr, err)
	}
	if host == "localhost" {
		return nil
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("address %q is not a loopback address", addr)
	}
	return nil
}
