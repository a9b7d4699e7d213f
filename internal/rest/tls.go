package rest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// TLSOptions say whom to trust and how to authenticate with a certificate. TLS is 1.2 or
// later.
type TLSOptions struct {
	// CACertificate holds PEM certificates of authorities that are trusted in addition to the
	// system's; empty is none.
	CACertificate string
	// ClientCertificate and ClientKey are a PEM certificate with its chain and its key,
	// both or neither.
	ClientCertificate string
	ClientKey         pat.Secret
	// InsecureSkipVerify trusts every certificate.
	InsecureSkipVerify bool
	// ServerName is the name that is sent to the server and looked for in its certificate; empty is the
	// host of the URL.
	ServerName string
}

// tlsClient is the client's side of TLS, and what it learned of the server: the errors of
// crypto/tls do not tell it.
type tlsClient struct {
	config      *tls.Config
	authorities []*x509.Certificate
	identity    tls.Certificate // Empty for none.
	// certificateRequested is set once the server requested a client certificate.
	certificateRequested atomic.Bool
}

func (o TLSOptions) client() (*tlsClient, error) {
	client := &tlsClient{config: &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ServerName:         o.ServerName,
		InsecureSkipVerify: o.InsecureSkipVerify, //nolint:gosec // The user asked for it, under a name that says what it is.
	}}
	client.config.GetClientCertificate = client.present

	if o.CACertificate != "" {
		authorities, _, err := readCertificates(o.CACertificate)
		if err != nil {
			return nil, fmt.Errorf("the CA certificate: %w", err)
		}

		client.authorities = authorities
		client.config.RootCAs = rootsWith(authorities)
	}

	if (o.ClientCertificate == "") != (o.ClientKey == "") {
		return nil, errors.New("the client certificate and the client key must be set together")
	}

	if o.ClientCertificate != "" {
		identity, err := keyPair(o.ClientCertificate, o.ClientKey.Reveal())
		if err != nil {
			return nil, err
		}

		client.identity = identity
	}

	return client, nil
}

// present hands out the client certificate whichever authorities the server names: a server that
// refuses it says why.
func (c *tlsClient) present(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	c.certificateRequested.Store(true)

	return &c.identity, nil
}

// rootsWith returns the system's authorities and others.
func rootsWith(authorities []*x509.Certificate) *x509.CertPool {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}

	for _, authority := range authorities {
		roots.AddCert(authority)
	}

	return roots
}

// LeftOut says which parts of the certificates are not used, and why.
func (o TLSOptions) LeftOut() []string {
	var all []string

	for _, source := range []struct{ name, text string }{
		{"the CA certificates", o.CACertificate}, {"the client certificate", o.ClientCertificate},
	} {
		_, leftOut, _ := readCertificates(source.text) // An error is for client to report.
		for _, reason := range leftOut {
			all = append(all, source.name+", "+reason)
		}
	}

	return all
}
