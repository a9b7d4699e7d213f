package sandbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"time"
)

// certificateLifetime is how long the generated certificates are valid.
const certificateLifetime = 24 * time.Hour

// discardLog drops net/http's log lines about connections that faults cut.
var discardLog = log.New(io.Discard, "", 0)

// certificates are an authority and the certificates that it signed for one start of a server.
type certificates struct {
	caPEM        []byte
	server       tls.Certificate
	pool         *x509.CertPool
	clientPEM    []byte
	clientKeyPEM []byte
}

// authority signs certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newCertificates(addr net.Addr) (*certificates, error) {
	caTemplate := template(1, "opsaccess sandbox authority")
	caTemplate.IsCA = true
	caTemplate.BasicConstraintsValid = true
	caTemplate.KeyUsage = x509.KeyUsageCertSign
	ca := authority{certificate: caTemplate}
	caPEM, caKeyPEM, err := ca.sign(caTemplate)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(caPEM, caKeyPEM)
	if err != nil {
		return nil, err
	}
	if ca.certificate, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
		return nil, err
	}

	serverTemplate := template(2, "localhost")
	serverTemplate.DNSNames = []string{"localhost"}
	serverTemplate.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	if tcp, ok := addr.(*net.TCPAddr); ok && !tcp.IP.IsUnspecified() {
		serverTemplate.IPAddresses = append(serverTemplate.IPAddresses, tcp.IP)
	}
	serverTemplate.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	serverPEM, serverKeyPEM, err := ca.sign(serverTemplate)
	if err != nil {
		return nil, err
	}
	server, err := tls.X509KeyPair(serverPEM, serverKeyPEM)
	if err != nil {
		return nil, err
	}

	clientTemplate := template(3, "opsaccess sandbox client")
	clientTemplate.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	clientPEM, clientKeyPEM, err := ca.sign(clientTemplate)
	if err != nil {
		return nil, err
	}

	pool := x509.NewCertPool()
	pool.AddCert(ca.certificate)
	return &certificates{caPEM: caPEM, server: server, pool: pool, clientPEM: clientPEM, clientKeyPEM: clientKeyPEM}, nil
}

func (c *certificates) serverConfig(requireClient bool) *tls.Config {
	config := &tls.Config{Certificates: []tls.Certificate{c.server}, MinVersion: tls.VersionTLS12}
	if requireClient {
		config.ClientAuth = tls.RequireAndVerifyClientCert
		config.ClientCAs = c.pool
	}
	return config
}

// sign generates a key and a certificate for it. The first certificate that an authority signs is
// its own, and its key becomes the authority's key.
func (a *authority) sign(t *x509.Certificate) (certificate, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	if a.key == nil {
		a.key = private
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.certificate, &private.PublicKey, a.key)
	if err != nil {
		return nil, nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	certificate = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	key = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	return certificate, key, nil
}

func template(serial int64, name string) *x509.Certificate {
	// Start an hour ago, because a client's clock may be slow.
	start := time.Now().Add(-time.Hour)
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    start,
		NotAfter:     start.Add(certificateLifetime),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}
