package rest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// TLSOptions configure which authorities are trusted and which client certificate is sent. The
// minimum version is TLS 1.2.
type TLSOptions struct {
	// CACertificate holds PEM certificates of authorities that are trusted in addition to the
	// system's; empty means none.
	CACertificate string
	// ClientCertificate and ClientKey are a PEM certificate with its chain, and its key. Either both
	// are set or neither.
	ClientCertificate string
	ClientKey         pat.Secret
	// InsecureSkipVerify trusts every certificate.
	InsecureSkipVerify bool
	// ServerName is the name that is sent to the server and verified in its certificate; empty means
	// the host of the URL.
	ServerName string
}

// tlsClient is the client's TLS configuration, and what it found out about the server, which the
// errors of crypto/tls do not contain.
type tlsClient struct {
	config      *tls.Config
	authorities []*x509.Certificate
	identity    tls.Certificate // Empty if there is none.
	// certificateRequested is set once the server requested a client certificate.
	certificateRequested atomic.Bool
}

func (o TLSOptions) client() (*tlsClient, error) {
	client := &tlsClient{config: &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ServerName:         o.ServerName,
		InsecureSkipVerify: o.InsecureSkipVerify, //nolint:gosec // The user set it, and its name says what it does.
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

// present returns the client certificate, whichever authorities the server lists: a server that
// refuses it says why.
func (c *tlsClient) present(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	c.certificateRequested.Store(true)

	return &c.identity, nil
}

// rootsWith returns the system's authorities together with the given ones.
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

// LeftOut describes the parts of the certificates that are not used, and why.
func (o TLSOptions) LeftOut() []string {
	var all []string

	for _, source := range []struct{ name, text string }{
		{"the CA certificates", o.CACertificate}, {"the client certificate", o.ClientCertificate},
	} {
		_, leftOut, _ := readCertificates(source.text) // client reports the error.
		for _, reason := range leftOut {
			all = append(all, source.name+", "+reason)
		}
	}

	return all
}
