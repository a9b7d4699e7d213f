// Package authority issues certificates for tests of TLS: valid ones, and ones that are wrong in
// exactly one way.
package authority

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
	"time"
)

// Failing is the part of a test that this package needs.
type Failing interface {
	Helper()
	Fatal(args ...any)
}

// Authority issues certificates.
type Authority struct {
	// Certificate is the authority's own certificate.
	Certificate *x509.Certificate
	// Key signs the certificates that the authority issues.
	Key crypto.Signer
}

// New returns an authority whose certificate is signed by issuer; a nil issuer makes it a root.
// change modifies the certificate before it is signed, unless it is nil.
func New(t Failing, name string, issuer *Authority, change func(*x509.Certificate)) *Authority {
	t.Helper()

	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a := &Authority{Key: NewKey(t)}

	if issuer == nil {
		issuer = &Authority{Certificate: template, Key: a.Key}
	}

	a.Certificate = issuer.sign(t, template, a.Key, change)

	return a
}

// Issue returns a certificate for localhost and its addresses, for servers and clients. change
// modifies the certificate before it is signed, unless it is nil.
func (a *Authority) Issue(t Failing, key crypto.Signer, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()

	leaf := a.sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, key, change)

	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}
}

func (a *Authority) sign(
	t Failing, template *x509.Certificate, key crypto.Signer, change func(*x509.Certificate),
) *x509.Certificate {
	t.Helper()

	template.SerialNumber = big.NewInt(1)
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)

	if change != nil {
		change(template)
	}

	der, err := x509.CreateCertificate(rand.Reader, template, a.Certificate, key.Public(), a.Key)
	if err != nil {
		t.Fatal(err)
	}

	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}

	return certificate
}

// PEM returns the authority's certificate.
func (a *Authority) PEM() string { return CertificatePEM(a.Certificate.Raw) }

// Pool returns a certificate pool that contains only this authority.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.Certificate)

	return pool
}

// CertificatePEM encodes a certificate.
func CertificatePEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// NewKey returns a key of the type that is fastest to generate.
func NewKey(t Failing) crypto.Signer {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}

	return key
}

// KeyPEM encodes a private key.
func KeyPEM(t Failing, key crypto.PrivateKey) string {
	t.Helper()

	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}

	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// EncryptedKeyPEM returns a key in the encryption that OpenSSL used before PKCS #8.
func EncryptedKeyPEM(t Failing, key crypto.PrivateKey) string {
	t.Helper()

	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}

	block, err := x509.EncryptPEMBlock(rand.Reader, "PRIVATE KEY", der, []byte("secret"), x509.PEMCipherAES256) //nolint:staticcheck // Old keys use it.
	if err != nil {
		t.Fatal(err)
	}

	return string(pem.EncodeToMemory(block))
}
