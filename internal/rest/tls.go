package rest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"

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
}

func (o TLSOptions) config() (*tls.Config, error) {
	config := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: o.InsecureSkipVerify, //nolint:gosec // The user asked for it, under a name that says what it is.
	}

	if o.CACertificate != "" {
		roots, err := rootsWith(o.CACertificate)
		if err != nil {
			return nil, err
		}

		config.RootCAs = roots
	}

	if (o.ClientCertificate == "") != (o.ClientKey == "") {
		return nil, errors.New("the client certificate and the client key must be set together")
	}

	if o.ClientCertificate != "" {
		pair, err := keyPair(o.ClientCertificate, o.ClientKey.Reveal())
		if err != nil {
			return nil, err
		}

		config.Certificates = []tls.Certificate{pair}
	}

	return config, nil
}

// LeftOut says which parts of the certificates are not used, and why.
func (o TLSOptions) LeftOut() []string {
	var all []string

	for _, source := range []struct{ name, text string }{
		{"the CA certificates", o.CACertificate}, {"the client certificate", o.ClientCertificate},
	} {
		_, leftOut, _ := readCertificates(source.text) // An error is for config to report.
		for _, reason := range leftOut {
			all = append(all, source.name+", "+reason)
		}
	}

	return all
}

// rootsWith returns the system's authorities and those of a bundle.
func rootsWith(bundle string) (*x509.CertPool, error) {
	certificates, _, err := readCertificates(bundle)
	if err != nil {
		return nil, fmt.Errorf("the CA certificate: %w", err)
	}

	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}

	for _, certificate := range certificates {
		roots.AddCert(certificate)
	}

	return roots, nil
}

// isTLSFailure says whether TLS could not be agreed on. No retry helps: the certificates or
// the configuration must change.
func isTLSFailure(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}

	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}

	// net/http has no type for this one.
	if strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") {
		return true
	}

	return isHandshakeAlert(err)
}

// isHandshakeAlert recognizes the alerts that end a handshake for good. crypto/tls keeps
// their type to itself.
func isHandshakeAlert(err error) bool {
	alert, ok := errors.AsType[*net.OpError](err)
	if !ok || alert.Err == nil || (alert.Op != "remote error" && alert.Op != "local error") {
		return false
	}

	for _, word := range []string{"certificate", "handshake failure", "protocol version", "unrecognized name", "access denied"} {
		if strings.Contains(alert.Err.Error(), word) {
			return true
		}
	}

	return false
}

// tlsRemedy says what to do about a TLS failure.
func tlsRemedy(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "The server's certificate was issued by an authority that this machine does not know: " +
			"set `ca_certificate` to the certificate of that authority in PEM."
	}

	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "The server's certificate is for another name: set `url` to a host that the certificate names."
	}

	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "The server's certificate cannot be trusted: renew it, check this machine's clock, " +
			"or set `ca_certificate` to the certificate of its authority in PEM."
	}

	if isHandshakeAlert(err) {
		return "The server broke off the TLS handshake: it may want another `client_certificate` and `client_key`, or offer no TLS 1.2."
	}

	return "The server does not speak TLS there: check the scheme and the port of `url`."
}
