package rest

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// isTLSFailure reports whether the TLS handshake failed. A retry is useless: the certificates or the
// configuration must change.
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

// isHandshakeAlert recognizes the alerts after which a handshake cannot succeed.
func isHandshakeAlert(err error) bool {
	text := alertText(err)

	return slices.ContainsFunc([]string{
		"certificate", "handshake failure", "insufficient security", "protocol version", "unrecognized name", "access denied",
	}, func(words string) bool { return strings.Contains(text, words) })
}

// alertText returns the text of an alert, or nothing for another error. crypto/tls does not export
// the type of alerts.
func alertText(err error) string {
	alert, ok := errors.AsType[*net.OpError](err)
	if !ok || alert.Err == nil || (alert.Op != "remote error" && alert.Op != "local error") {
		return ""
	}

	return alert.Err.Error()
}

// remedy returns the advice for a TLS failure.
func (c *tlsClient) remedy(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return c.unknownAuthority(err)
	}

	if wrong, ok := errors.AsType[x509.HostnameError](err); ok {
		if cert := wrong.Certificate; len(cert.DNSNames)+len(cert.IPAddresses)+len(cert.URIs)+len(cert.EmailAddresses) == 0 {
			return "The server's certificate has no subject alternative name, and a common name is not enough: " +
				"replace it with one that has the host of `url` as a subject alternative name."
		}

		return "The server's certificate is for another name: set `url` to a host that the certificate names, " +
			"or `tls_server_name` to that name."
	}

	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return fmt.Sprintf("The certificate of %q is valid from %s to %s, and the clock of this machine says %s: "+
			"renew the certificate, or correct the clock.", invalid.Cert.Subject,
			invalid.Cert.NotBefore.UTC().Format(time.RFC3339), invalid.Cert.NotAfter.UTC().Format(time.RFC3339),
			time.Now().UTC().Format(time.RFC3339))
	}

	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "The server's certificate is not valid for a server: replace it."
	}

	if isHandshakeAlert(err) {
		return c.alertRemedy(alertText(err))
	}

	return "The server does not speak TLS there: check the scheme and the port of `url`."
}

// unknownAuthority says which certificate is missing, and in which setting.
func (c *tlsClient) unknownAuthority(err error) string {
	verification, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if !ok || len(verification.UnverifiedCertificates) == 0 {
		return "Set `ca_certificate` to the certificate of the server's authority in PEM."
	}

	last := lastOfChain(verification.UnverifiedCertificates)
	namesIssuer := func(authority *x509.Certificate) bool { return bytes.Equal(authority.RawSubject, last.RawIssuer) }

	switch {
	case len(c.authorities) == 0:
		return fmt.Sprintf("The server's certificate was issued by an authority that this machine does not trust, %q: "+
			"set `ca_certificate` to the certificate of that authority in PEM.", last.Issuer)
	case slices.ContainsFunc(c.authorities, namesIssuer):
		return fmt.Sprintf("`ca_certificate` contains a certificate of %q, but it did not issue the server's certificate: "+
			"replace it with the authority's current certificate.", last.Issuer)
	case bytes.Equal(last.RawSubject, last.RawIssuer):
		return fmt.Sprintf("The server's certificate was issued by %q, which `ca_certificate` does not contain: "+
			"add the certificate of that authority.", last.Issuer)
	default:
		return fmt.Sprintf("The server's certificate was issued by %q, whose certificate the server does not send and "+
			"`ca_certificate` does not contain. If that is an intermediate authority, configure the server to send its "+
			"certificate, too. Otherwise add it to `ca_certificate`.", last.Issuer)
	}
}

// lastOfChain returns the last certificate of the chain that a server sent.
func lastOfChain(sent []*x509.Certificate) *x509.Certificate {
	last := sent[0]

	for range sent {
		i := slices.IndexFunc(sent, func(issuer *x509.Certificate) bool {
			return !issuer.Equal(last) && bytes.Equal(issuer.RawSubject, last.RawIssuer)
		})
		if i < 0 {
			break
		}

		last = sent[i]
	}

	return last
}

// alertRemedy returns the advice for an alert of the server.
func (c *tlsClient) alertRemedy(text string) string {
	aboutClient := strings.Contains(text, "certificate") || strings.Contains(text, "access denied") || c.certificateRequested.Load()

	switch {
	case strings.Contains(text, "protocol version"):
		return "The server offers no TLS version that the provider accepts: it needs TLS 1.2 or later."
	case strings.Contains(text, "unrecognized name"):
		return "The server does not serve the host of `url`: set `url` to a host that it serves, or `tls_server_name` to its name."
	case aboutClient && len(c.identity.Certificate) == 0:
		return "The server requires a client certificate: set `client_certificate` and `client_key`."
	case aboutClient:
		return "The server refused the client certificate: check that `client_certificate` has not expired, that an authority which the " +
			"server trusts issued it, and that it is followed by its intermediate certificates."
	default:
		return "The server and the provider have no cipher suite in common. If the server offers RSA key exchange only, enable " +
			"ECDHE on the server, or set GODEBUG=tlsrsakex=1 in the environment of the run."
	}
}
