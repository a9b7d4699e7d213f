package rest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/authority"
)

// certificates are used in the tests of TLS failures.
type certificates struct {
	root, intermediate *authority.Authority
	leaf               tls.Certificate // Issued by the root.
	below              tls.Certificate // Issued by the intermediate, which is not in the chain.
	rsaKey             crypto.Signer
}

func newCertificates(t *testing.T) certificates {
	t.Helper()

	c := certificates{root: authority.New(t, "Root", nil, nil)}
	c.intermediate = authority.New(t, "Intermediate", c.root, nil)
	c.leaf = c.root.Issue(t, authority.NewKey(t), nil)
	c.below = c.intermediate.Issue(t, authority.NewKey(t), nil)

	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}

	c.rsaKey = key

	return c
}

// rsaOnly is a server whose cipher suites all use RSA key exchange.
func (c certificates) rsaOnly(t *testing.T) *tls.Config {
	t.Helper()

	return &tls.Config{
		MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12,
		CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}, //nolint:gosec // Old servers offer only these.
		Certificates: []tls.Certificate{c.root.Issue(t, c.rsaKey, nil)},
	}
}

// serves is a server with one certificate.
func serves(certificate tls.Certificate, changes ...func(*tls.Config)) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}}
	for _, change := range changes {
		change(config)
	}

	return config
}

func upTo(version uint16) func(*tls.Config) {
	return func(c *tls.Config) { c.MaxVersion = version }
}

// requires accepts only clients with a certificate that this authority issued.
func requires(issuer *authority.Authority) func(*tls.Config) {
	return func(c *tls.Config) { c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, issuer.Pool() }
}

// dropsStrangers closes the connection of a client without a certificate, and sends no alert.
func dropsStrangers(c *tls.Config) {
	c.ClientAuth = tls.RequestClientCert
	dropping := c.Clone()

	c.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		perClient := dropping.Clone()
		perClient.VerifyConnection = func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) > 0 {
				return nil
			}

			return errors.Join(hello.Conn.Close(), errors.New("dropped"))
		}

		return perClient, nil
	}
}

func TestTLSFailuresNameTheirCause(t *testing.T) {
	t.Parallel()

	c := newCertificates(t)
	namesake := authority.New(t, "Root", nil, nil)
	expired := func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
	}
	future := func(c *x509.Certificate) { c.NotBefore = time.Now().Add(30 * time.Minute) }
	old := authority.New(t, "Old", nil, expired)
	trust := TLSOptions{CACertificate: c.root.PEM()}
	identity := func(issuer *authority.Authority, change func(*x509.Certificate)) TLSOptions {
		key := authority.NewKey(t)
		certificate := issuer.Issue(t, key, change)

		return TLSOptions{
			CACertificate: c.root.PEM(), ClientCertificate: authority.CertificatePEM(certificate.Leaf.Raw), ClientKey: pat.Secret(authority.KeyPEM(t, key)),
		}
	}
	encrypted := func(key string) TLSOptions {
		options := identity(c.root, nil)
		options.ClientKey = pat.Secret(key)

		return options
	}

	tests := map[string]struct {
		server *tls.Config
		client TLSOptions
		want   string
	}{
		"the authority is not trusted": {
			server: serves(c.leaf), want: "an authority that this machine does not trust, \"CN=Root\": set `ca_certificate`",
		},
		"ca_certificate has another authority": {
			server: serves(c.leaf), client: TLSOptions{CACertificate: authority.New(t, "Other", nil, nil).PEM()},
			want: `was issued by "CN=Root", whose certificate the server does not send and`,
		},
		"ca_certificate has another authority, and the server sends its own": {
			server: serves(tls.Certificate{Certificate: [][]byte{c.leaf.Certificate[0], c.root.Certificate.Raw}, PrivateKey: c.leaf.PrivateKey}),
			client: TLSOptions{CACertificate: authority.New(t, "Other", nil, nil).PEM()},
			want:   "was issued by \"CN=Root\", which `ca_certificate` does not contain: add the certificate",
		},
		"ca_certificate has the old certificate of the authority": {
			server: serves(c.leaf), client: TLSOptions{CACertificate: namesake.PEM()},
			want: "`ca_certificate` contains a certificate of \"CN=Root\", but it did not issue the server's certificate",
		},
		"ca_certificate has an authority that expired": {
			server: serves(old.Issue(t, authority.NewKey(t), nil)), client: TLSOptions{CACertificate: old.PEM()}, want: `The certificate of "CN=Old" is valid from`,
		},
		"the server does not send its intermediate certificate": {
			server: serves(c.below), client: trust,
			want: `If that is an intermediate authority, configure the server to send its certificate`,
		},
		"the certificate has only a common name": {
			server: serves(c.root.Issue(t, authority.NewKey(t), func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = nil, nil })), client: trust,
			want: "has no subject alternative name, and a common name is not enough",
		},
		"the certificate is for another name": {
			server: serves(c.root.Issue(t, authority.NewKey(t), func(c *x509.Certificate) { c.DNSNames = []string{"foreman.example.com"} })), client: trust,
			want: "The server's certificate is for another name",
		},
		"the certificate has expired": {
			server: serves(c.root.Issue(t, authority.NewKey(t), expired)), client: trust,
			want: "and the clock of this machine says " + time.Now().UTC().Format("2006-01-02T"),
		},
		"the certificate is not valid yet": {
			server: serves(c.root.Issue(t, authority.NewKey(t), future)), client: trust,
			want: `The certificate of "CN=localhost" is valid from`,
		},
		"the certificate is not for a server": {
			server: serves(c.root.Issue(t, authority.NewKey(t), func(c *x509.Certificate) {
				c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
			})), client: trust, want: "is not valid for a server",
		},
		"only RSA key exchange":  {server: c.rsaOnly(t), client: trust, want: "no cipher suite in common. If the server offers RSA key exchange only"},
		"TLS 1.1 only":           {server: serves(c.leaf, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }), client: trust, want: "needs TLS 1.2 or later"},
		"the server has no name": {server: serves(c.leaf, func(c *tls.Config) { c.GetCertificate, c.Certificates = noCertificate, nil }), client: trust, want: "does not serve the host of `url`"},
		"no client certificate, TLS 1.2": {
			server: serves(c.leaf, requires(c.root), upTo(tls.VersionTLS12)), client: trust, want: "The server requires a client certificate: set `client_certificate`",
		},
		"no client certificate, TLS 1.3": {
			server: serves(c.leaf, requires(c.root)), client: trust, want: "The server requires a client certificate: set `client_certificate`",
		},
		"the client certificate is not trusted, TLS 1.2": {
			server: serves(c.leaf, requires(c.root), upTo(tls.VersionTLS12)), client: identity(namesake, nil), want: "The server refused the client certificate",
		},
		"the client certificate is not trusted, TLS 1.3": {
			server: serves(c.leaf, requires(c.root)), client: identity(authority.New(t, "Other", nil, nil), nil), want: "The server refused the client certificate",
		},
		"the client certificate has expired": {
			server: serves(c.leaf, requires(c.root)), client: identity(c.root, expired), want: "check that `client_certificate` has not expired",
		},
		"the client certificate lacks its intermediate": {
			server: serves(c.leaf, requires(c.root)), client: identity(c.intermediate, nil), want: "followed by its intermediate certificates",
		},
		"the client key is encrypted (PKCS #8)": {
			server: serves(c.leaf, requires(c.root)), client: encrypted(pkcs8Encrypted), want: "the client key is encrypted: decrypt it first",
		},
		"the client key is encrypted (Proc-Type)": {
			server: serves(c.leaf, requires(c.root)), client: encrypted(authority.EncryptedKeyPEM(t, c.rsaKey)), want: "the client key is encrypted: decrypt it first",
		},
	}

	for name, test := range tests {
		for _, r := range []Request{get, post} {
			t.Run(name+": "+r.Method, func(t *testing.T) {
				t.Parallel()

				s := newSiteWith(t, test.server)

				client, err := New(Options{BaseURL: s.URL, TLS: test.client, MaxRetries: 2})
				if err == nil {
					attempts := countWire(t, client)
					_, err = client.Do(t.Context(), r)

					wantError[*pat.ProtocolError](t, err) // No request was sent, so a POST is not ambiguous.

					if attempts.Load() != 1 {
						t.Errorf("%d attempts, not 1", attempts.Load())
					}
				}

				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("the error is %v, want %q", err, test.want)
				}

				if s.requests.Load() != 0 {
					t.Errorf("%d requests reached the server", s.requests.Load())
				}
			})
		}
	}
}

func noCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, nil } //nolint:nilnil // This means that there is none.

// A server that closes the connection instead of sending an alert looks like one that is down.
func TestADroppedConnectionMayRequireAClientCertificate(t *testing.T) {
	t.Parallel()

	c := newCertificates(t)
	s := newSiteWith(t, serves(c.leaf, dropsStrangers))
	trust := TLSOptions{CACertificate: c.root.PEM()}

	_, err := newTestClient(t, s.URL, func(o *Options) { o.TLS = trust }).Do(t.Context(), get)
	if got := mustBe[*pat.TransientError](t, err); !strings.Contains(got.Remedy, "set `client_certificate` and `client_key`") {
		t.Errorf("the remedy is %q", got.Remedy)
	}

	withIdentity := trust
	withIdentity.ClientCertificate, withIdentity.ClientKey = newIdentity(t)

	if _, err := newTestClient(t, s.URL, func(o *Options) { o.TLS = withIdentity }).Do(t.Context(), get); err != nil {
		t.Error(err)
	}
}

// The remedy for a server that offers only RSA key exchange works as long as Go has the setting.
func TestGODEBUGAllowsRSAKeyExchange(t *testing.T) {
	t.Setenv("GODEBUG", "tlsrsakex=1")

	c := newCertificates(t)
	s := newSiteWith(t, c.rsaOnly(t))

	client := newTestClient(t, s.URL, func(o *Options) { o.TLS.CACertificate = c.root.PEM() })
	if _, err := client.Do(t.Context(), get); err != nil {
		t.Error(err)
	}
}

// pkcs8Encrypted is a block of which only the type is read.
const pkcs8Encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\neA==\n-----END ENCRYPTED PRIVATE KEY-----\n"
