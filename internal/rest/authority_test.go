package rest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// authority issues certificates.
type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// newAuthority returns an authority whose certificate another one issued; nil makes it a root.
func newAuthority(t *testing.T, name string, issuer *authority, change func(*x509.Certificate)) *authority {
	t.Helper()

	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a := &authority{key: newECDSAKey(t)}

	if issuer == nil {
		issuer = &authority{certificate: template, key: a.key}
	}

	a.certificate = issuer.sign(t, template, a.key, change)

	return a
}

// issue returns a certificate for localhost and its addresses.
func (a *authority) issue(t *testing.T, key crypto.Signer, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()

	leaf := a.sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, key, change)

	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}
}

func (a *authority) sign(
	t *testing.T, template *x509.Certificate, key crypto.Signer, change func(*x509.Certificate),
) *x509.Certificate {
	t.Helper()

	template.SerialNumber = big.NewInt(1)
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)

	if change != nil {
		change(template)
	}

	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}

	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}

	return certificate
}

func (a *authority) pem() string { return certificatePEM(a.certificate.Raw) }

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)

	return pool
}

func newECDSAKey(t *testing.T) crypto.Signer {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}

	return key
}

func keyPEM(t *testing.T, key crypto.PrivateKey) pat.Secret {
	t.Helper()

	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}

	return pat.Secret(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// newSiteWith returns a server at https://localhost with exactly this configuration of TLS.
func newSiteWith(t *testing.T, config *tls.Config) *site {
	t.Helper()

	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // It listens at once.
	if err != nil {
		t.Fatal(err)
	}

	s := startSite(t, answers(http.StatusOK, "{}"), tls.NewListener(listener, config))
	s.URL = "https://localhost:" + strings.TrimPrefix(s.URL, "http://127.0.0.1:")

	return s
}
