package sandbox_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

func TestStartAcceptsOnlyLoopbackAddresses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		addr string
		err  string
	}{
		"IPv4 loopback":  {addr: "127.0.0.1:0"},
		"localhost":      {addr: "localhost:0"},
		"all interfaces": {addr: "0.0.0.0:0", err: "not a loopback address"},
		"a port only":    {addr: ":0", err: "not a loopback address"},
		"no port":        {addr: "127.0.0.1", err: "missing port"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			running, err := sandbox.Start(http.NotFoundHandler(), test.addr)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want one with %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := running.Close(); err != nil {
				t.Error(err)
			}
			if err := running.Shutdown(t.Context()); err != nil {
				t.Errorf("Shutdown after Close: %v", err)
			}
		})
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		option sandbox.StartOption
		trust  bool
		client bool
		works  bool
	}{
		"a client that trusts the authority":               {option: sandbox.WithTLS(), trust: true, works: true},
		"a client that does not trust the authority":       {option: sandbox.WithTLS()},
		"a client with the required client certificate":    {option: sandbox.WithClientCertificates(), trust: true, client: true, works: true},
		"a client without the required client certificate": {option: sandbox.WithClientCertificates(), trust: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			running, err := sandbox.Start(http.NotFoundHandler(), "127.0.0.1:0", test.option)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = running.Close() })
			if !strings.HasPrefix(running.URL(), "https://127.0.0.1:") {
				t.Errorf("URL %s, want https", running.URL())
			}
			config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: x509.NewCertPool()}
			if test.trust {
				config.RootCAs.AppendCertsFromPEM(running.CACertificate())
			}
			if test.client {
				pair, err := tls.X509KeyPair(running.ClientCertificate())
				if err != nil {
					t.Fatal(err)
				}
				config.Certificates = []tls.Certificate{pair}
			}
			client := &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
			response, err := client.Do(newRequest(t, http.MethodGet, running.URL(), ""))
			if (err == nil) != test.works {
				t.Errorf("error %v, want success: %t", err, test.works)
			}
			if err == nil {
				_ = response.Body.Close()
			}
		})
	}
}

func TestNoCertificatesWithoutTLS(t *testing.T) {
	t.Parallel()
	running, err := sandbox.Start(http.NotFoundHandler(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close() })
	certificate, key := running.ClientCertificate()
	if running.CACertificate() != nil || certificate != nil || key != nil {
		t.Error("a server without TLS returns certificates")
	}
}
