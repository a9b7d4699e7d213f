package rest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/authority"
)

// newTLSSite returns a server with TLS, and its certificate in PEM.
func newTLSSite(t *testing.T, config *tls.Config) (*site, string) {
	t.Helper()

	s := &site{}
	plain := newSite(t, respondsWith(http.StatusOK, "{}"))
	s.Server = httptest.NewUnstartedServer(s.counted(respondsWith(http.StatusOK, "{}")))
	s.Config.ErrorLog = plain.Config.ErrorLog
	s.TLS = config
	s.StartTLS()
	t.Cleanup(s.Close)

	return s, authority.CertificatePEM(s.Certificate().Raw)
}

// newSiteWith returns a server at https://localhost with exactly this TLS configuration.
func newSiteWith(t *testing.T, config *tls.Config) *site {
	t.Helper()

	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // It needs no context, because it returns at once.
	if err != nil {
		t.Fatal(err)
	}

	s := startSite(t, respondsWith(http.StatusOK, "{}"), tls.NewListener(listener, config))
	s.URL = "https://localhost:" + strings.TrimPrefix(s.URL, "http://127.0.0.1:")

	return s
}

// newIdentity returns a client certificate and its key.
func newIdentity(t *testing.T) (certificate string, key pat.Secret) {
	t.Helper()

	self := authority.New(t, "terraform", nil, nil)

	return self.PEM(), pat.Secret(authority.KeyPEM(t, self.Key))
}

func TestTLSThatSucceeds(t *testing.T) {
	t.Parallel()

	certificate, key := newIdentity(t)

	tests := map[string]struct {
		server *tls.Config
		client func(ca string) TLSOptions
	}{
		"with the server's authority": {
			&tls.Config{MinVersion: tls.VersionTLS12},
			func(ca string) TLSOptions { return TLSOptions{CACertificate: ca} },
		},
		"without verifying the certificate": {
			&tls.Config{MinVersion: tls.VersionTLS12},
			func(string) TLSOptions { return TLSOptions{InsecureSkipVerify: true} },
		},
		"with TLS 1.2": {
			&tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}, //nolint:gosec // The oldest version that the client must accept.
			func(ca string) TLSOptions { return TLSOptions{CACertificate: ca} },
		},
		"with a client certificate": {
			&tls.Config{MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAnyClientCert},
			func(ca string) TLSOptions {
				return TLSOptions{CACertificate: ca, ClientCertificate: certificate, ClientKey: key}
			},
		},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s, ca := newTLSSite(t, test.server.Clone())
			c := newTestClient(t, s.URL, func(o *Options) { o.TLS = test.client(ca) })

			if _, err := c.Do(t.Context(), get); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTLSWithAServerWithoutTLS(t *testing.T) {
	t.Parallel()

	s := newSite(t, respondsWith(http.StatusOK, "{}"))
	c := newTestClient(t, strings.Replace(s.URL, "http", "https", 1), nil)
	attempts := countWire(t, c)

	_, err := c.Do(t.Context(), post)
	if got := mustBe[*pat.ProtocolError](t, err); !strings.Contains(got.Remedy, "check the scheme") {
		t.Errorf("the remedy is %q", got.Remedy)
	}

	if attempts.Load() != 1 {
		t.Errorf("%d attempts, not 1", attempts.Load())
	}
}

func TestOnlyAFailedHandshakeProvesThatNothingWasSent(t *testing.T) {
	t.Parallel()

	record := tls.RecordHeaderError{Msg: "received record with version 7777"}
	alert := &net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}
	local := &net.OpError{Op: "local error", Err: errors.New("tls: handshake failure")}

	for name, test := range map[string]struct {
		err                   error
		handshakeDone, reused bool
		want                  string
	}{
		"no TLS at all":                       {record, false, false, "*pat.ProtocolError"},
		"a broken record after the handshake": {record, true, false, "*pat.AmbiguousError"},
		"a broken record later":               {record, false, true, "*pat.AmbiguousError"},
		// With TLS 1.3 the client sends the request before the server has verified the client
		// certificate.
		"an alert about the client certificate":  {alert, true, false, "*pat.ProtocolError"},
		"an alert within the handshake":          {alert, false, false, "*pat.ProtocolError"},
		"an alert on a reused connection":        {alert, false, true, "*pat.AmbiguousError"},
		"the client gave up in the handshake":    {local, false, false, "*pat.ProtocolError"},
		"the client gave up after the handshake": {local, true, false, "*pat.AmbiguousError"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			c := newTestClient(t, "https://h.example.com", nil)
			transportOf(t, c).wire = roundTrip(func(r *http.Request) (*http.Response, error) {
				trace := httptrace.ContextClientTrace(r.Context())
				trace.GetConn("")

				if test.handshakeDone {
					trace.TLSHandshakeDone(tls.ConnectionState{}, nil)
				}

				trace.GotConn(httptrace.GotConnInfo{Reused: test.reused})

				return nil, test.err
			})

			_, err := c.Do(t.Context(), post)
			got := fmt.Sprintf("%T", err)
			if got != test.want {
				t.Errorf("%s: %v", got, err)
			}

			if errors.Is(test.err, alert) && got == "*pat.ProtocolError" && !strings.Contains(err.Error(), "`client_certificate`") {
				t.Errorf("no remedy in %v", err)
			}
		})
	}

	c := newTestClient(t, "https://h.example.com", nil)
	transportOf(t, c).wire = roundTrip(func(r *http.Request) (*http.Response, error) {
		httptrace.ContextClientTrace(r.Context()).GetConn("")
		httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})

		return &http.Response{StatusCode: 201, Header: http.Header{}, Body: io.NopCloser(failing{alert})}, nil
	})

	_, err := c.Do(t.Context(), post)
	wantError[*pat.AmbiguousError](t, err)
}

// failing is a body that cannot be read.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
