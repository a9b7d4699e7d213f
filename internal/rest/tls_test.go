package rest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// newTLSSite returns a server with TLS, and the PEM of its certificate.
func newTLSSite(t *testing.T, config *tls.Config) (*site, string) {
	t.Helper()

	s := &site{}
	plain := newSite(t, answers(http.StatusOK, "{}"))
	s.Server = httptest.NewUnstartedServer(s.counted(answers(http.StatusOK, "{}")))
	s.Config.ErrorLog = plain.Config.ErrorLog
	s.TLS = config
	s.StartTLS()
	t.Cleanup(s.Close)

	return s, certificatePEM(s.Certificate().Raw)
}

func certificatePEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// newIdentity returns a client certificate and its key.
func newIdentity(t *testing.T) (certificate string, key pat.Secret) {
	t.Helper()

	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}

	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "terraform"},
		NotAfter:     time.Now().Add(time.Hour),
	}

	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}

	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}

	return certificatePEM(der), pat.Secret(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
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
		"without a look at the certificate": {
			&tls.Config{MinVersion: tls.VersionTLS12},
			func(string) TLSOptions { return TLSOptions{InsecureSkipVerify: true} },
		},
		"with TLS 1.2": {
			&tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}, //nolint:gosec // The oldest that the client must accept.
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

func TestTLSThatFailsIsNotRepeated(t *testing.T) {
	t.Parallel()

	trusts := func(ca string) TLSOptions { return TLSOptions{CACertificate: ca} }
	modern := &tls.Config{MinVersion: tls.VersionTLS12}

	tests := map[string]struct {
		server *tls.Config
		client func(ca string) TLSOptions
		url    func(string) string
		remedy string
	}{
		"an unknown authority": {modern, func(string) TLSOptions { return TLSOptions{} }, nil, "set `ca_certificate`"},
		"another name": {
			modern, trusts,
			func(url string) string { return strings.Replace(url, "127.0.0.1", "localhost", 1) },
			"set `url` to a host that the certificate names",
		},
		"no client certificate": {
			&tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12, ClientAuth: tls.RequireAnyClientCert}, //nolint:gosec // TLS 1.3 refuses only after the handshake.
			trusts, nil, "`client_certificate`",
		},
		"a server of TLS 1.1": {
			&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, //nolint:gosec // What the client must refuse.
			trusts, nil, "TLS 1.2",
		},
	}

	for name, test := range tests {
		for _, r := range []Request{get, post} {
			t.Run(name+": "+r.Method, func(t *testing.T) {
				t.Parallel()

				s, ca := newTLSSite(t, test.server.Clone())

				url := s.URL
				if test.url != nil {
					url = test.url(url)
				}

				c := newTestClient(t, url, func(o *Options) { o.TLS = test.client(ca) })
				attempts := countWire(t, c)

				_, err := c.Do(t.Context(), r)

				got := mustBe[*pat.ProtocolError](t, err)
				if !strings.Contains(got.Remedy, test.remedy) {
					t.Errorf("said %q, remedy %q", got.Said, got.Remedy)
				}

				if attempts.Load() != 1 || s.requests.Load() != 0 {
					t.Errorf("%d attempts, %d requests", attempts.Load(), s.requests.Load())
				}
			})
		}
	}
}

func TestTLSWithAServerThatSpeaksNone(t *testing.T) {
	t.Parallel()

	s := newSite(t, answers(http.StatusOK, "{}"))
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

func TestTheDefaultTransportIsNotTouched(t *testing.T) {
	t.Parallel()

	c := newTestClient(t, "https://127.0.0.1:1", func(o *Options) { o.TLS.InsecureSkipVerify = true })

	wire, ok := transportOf(t, c).wire.(*http.Transport)
	if !ok || wire == http.DefaultTransport {
		t.Fatal("the client has no transport of its own")
	}

	if wire.Proxy == nil {
		t.Error("proxies of the environment are ignored")
	}

	if standard, ok := http.DefaultTransport.(*http.Transport); ok && standard.TLSClientConfig != nil && standard.TLSClientConfig.InsecureSkipVerify {
		t.Error("the default transport trusts everybody now")
	}
}

func TestAHandshakeThatFailsAfterThePOSTIsNotAmbiguous(t *testing.T) {
	t.Parallel()

	c := newTestClient(t, "https://h.example.com", nil)
	transportOf(t, c).wire = roundTrip(func(r *http.Request) (*http.Response, error) {
		// With TLS 1.3 the client writes before the server has judged its certificate.
		httptrace.ContextClientTrace(r.Context()).GetConn("")
		httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})

		return nil, &net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}
	})

	_, err := c.Do(t.Context(), post)
	if got := mustBe[*pat.ProtocolError](t, err); !strings.Contains(got.Remedy, "`client_certificate`") {
		t.Errorf("the remedy is %q", got.Remedy)
	}
}
