package connecting

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/authority"
)

// row is an environment in which the provider connects to its server: a row of the guide.
type row struct {
	// environment is the guide's description.
	environment string
	// says is a part of the error, with "…" for text that varies; empty if the provider works.
	says string
	// warns is a part of the only warning; empty if there is none.
	warns string
	// on is the platform that the row applies to; empty for both.
	on string
	// below is the path that the server is mounted at; empty for the platform's usual path.
	below string
	// requests is the number of requests that the server receives before the error.
	requests int
	set      func(s *scene)
}

// unchanged leaves a certificate as it is issued by default.
func unchanged(*x509.Certificate) {}

func setHeader(value string) func(*scene) {
	return func(s *scene) {
		s.object["url"] = "http://" + s.listen("127.0.0.1:0", gateway(s.server), nil) + s.context

		if value != "" {
			s.headers["X-Gateway"] = value
		}
	}
}

// with serves the server over HTTP and sets one setting of the platform's object.
func with(setting, value string) func(*scene) {
	return func(s *scene) {
		s.plain()
		s.object[setting] = value
	}
}

// appended serves the server over HTTP and appends text to the correct value of a setting.
func appended(setting, behind string) func(*scene) {
	return func(s *scene) {
		s.plain()

		text, _ := s.object[setting].(string)
		s.object[setting] = text + behind
	}
}

// through makes the provider connect through a proxy that this variable names.
func through(variable, host string, secure bool) func(*scene) {
	return func(s *scene) {
		if secure {
			s.secure(func(c *x509.Certificate) { c.DNSNames = []string{strings.TrimSuffix(host, ":8443")} })
		} else {
			s.plain()
		}

		s.environment[variable] = "http://" + s.proxied(host, "").address
	}
}

// refusing returns an address at which nothing listens.
func refusing(s *scene) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // Listening does not block.
	providertest.Must(s.T, err)
	providertest.Must(s.T, listener.Close())

	return listener.Addr().String()
}

// requires makes the server accept only clients with a certificate of this authority.
func requires(issuer *authority.Authority, version uint16) func(*tls.Config) {
	return func(c *tls.Config) {
		c.ClientAuth, c.ClientCAs, c.MaxVersion = tls.RequireAndVerifyClientCert, issuer.Pool(), version
	}
}

// rsaOnly serves TLS with cipher suites that use RSA key exchange.
func rsaOnly(s *scene) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	providertest.Must(s.T, err)

	s.beside["ca_certificate"] = s.trusted.PEM()
	s.secureWith(s.trusted.Issue(s.T, key, nil), func(c *tls.Config) {
		c.MaxVersion = tls.VersionTLS12
		c.CipherSuites = []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}
	})
}

// negativeSerial returns a certificate with a negative serial number, which Go rejects.
func negativeSerial(s *scene) string {
	der := bytes.Replace(authority.New(s.T, "Negative", nil, nil).Certificate.Raw, []byte{2, 1, 2, 2, 1, 1}, []byte{2, 1, 2, 2, 1, 0xff}, 1)

	return authority.CertificatePEM(der)
}

// bundle serves TLS and changes the value of ca_certificate.
func bundle(change func(s *scene, text string) string) func(*scene) {
	return func(s *scene) {
		s.secure(unchanged)
		s.beside["ca_certificate"] = change(s, s.trusted.PEM())
	}
}

func (s *scene) file(text string) string {
	name := filepath.Join(s.TempDir(), "ca.pem")
	providertest.Must(s.T, os.WriteFile(name, []byte(text), 0o600))

	return name
}

// issuing serves TLS with a certificate that differs in one way.
func issuing(change func(*x509.Certificate)) func(*scene) {
	return func(s *scene) { s.secure(change) }
}

func encryptedKey(key func(s *scene) string) func(*scene) {
	return func(s *scene) {
		s.secure(unchanged, requires(s.trusted, 0))
		s.identify(s.trusted, nil)
		s.beside["client_key"] = key(s)
	}
}

// matrix returns all environments in the guide.
func matrix() []row { return slices.Concat(working(), mistyped(), unreachable(), untrusted()) }

func working() []row {
	return []row{
		{environment: "plain HTTP on a port of its own", set: (*scene).plain},
		{environment: "all settings from the environment", set: func(s *scene) {
			s.plain()
			s.toEnvironment("url", "username", "password")
			delete(s.beside, "ca_certificate")
		}},
		{environment: "a sub-path", below: "/apps/below", set: (*scene).plain},
		{environment: "no sub-path", below: "/", set: (*scene).plain},
		{environment: "a slash at the end of the URL", set: func(s *scene) {
			s.plain()
			s.object["url"], _ = s.object["url"].(string)
			s.object["url"] = s.object["url"].(string) + "/" //nolint:forcetypeassert // As the line above says.
		}},
		{environment: "an IPv6 address", set: func(s *scene) {
			s.object["url"] = "http://" + s.listen("[::1]:0", s.server, nil) + s.context
		}},
		{environment: "a proxy, for `http://`", warns: "The connection is not encrypted", set: through("HTTP_PROXY", "server.example.com", false)},
		{environment: "a proxy, for `https://`", set: through("HTTPS_PROXY", "server.example.com", true)},
		{environment: "a proxy in a variable in lower case", set: through("https_proxy", "server.example.com:8443", true)},
		{environment: "a proxy that requires authentication", set: func(s *scene) {
			s.secure(func(c *x509.Certificate) { c.DNSNames = []string{"server.example.com"} })
			s.environment["HTTPS_PROXY"] = "http://me:pass%40word@" + s.proxied("server.example.com", "me:pass@word").address
		}},
		{environment: "a proxy, and the server in `NO_PROXY`", warns: "The connection is not encrypted", set: func(s *scene) {
			s.plain()
			s.object["url"] = strings.Replace(s.object["url"].(string), "127.0.0.1", "0.0.0.0", 1) //nolint:forcetypeassert // plain sets it.
			s.environment["HTTP_PROXY"], s.environment["NO_PROXY"] = "http://"+refusing(s), "example.com,0.0.0.0"
		}},
		{environment: "a proxy, and a server on this machine", set: func(s *scene) {
			s.plain()
			s.environment["HTTP_PROXY"] = "http://" + refusing(s)
		}},
		{environment: "a private authority", set: issuing(unchanged)},
		{environment: "a private authority, as a file", on: "foreman", set: func(s *scene) {
			s.secure(unchanged)
			delete(s.beside, "ca_certificate")
			s.environment["FOREMAN_CA_PATH"] = s.file(s.trusted.PEM())
		}},
		{environment: "a server that sends its intermediate certificate", set: func(s *scene) {
			between := authority.New(s.T, "Intermediate", s.trusted, nil)
			leaf := between.Issue(s.T, authority.NewKey(s.T), nil)
			leaf.Certificate = append(leaf.Certificate, between.Certificate.Raw)
			s.secureWith(leaf)
			s.beside["ca_certificate"] = s.trusted.PEM()
		}},
		{environment: "a bundle with a byte order mark, Windows line ends and indentation", set: bundle(func(_ *scene, text string) string {
			return "\ufeff  " + strings.ReplaceAll(text, "\n", "\r\n  ")
		})},
		{environment: "a bundle without a line break between two certificates", set: bundle(func(s *scene, text string) string {
			return strings.TrimSpace(authority.New(s.T, "Other", nil, nil).PEM()) + text
		})},
		{
			environment: "a bundle with a certificate that Go cannot parse", warns: "A certificate was skipped…block 1 (line 1): x509: negative serial number",
			set: bundle(func(s *scene, text string) string { return negativeSerial(s) + text }),
		},
		{
			environment: "a bundle with other blocks, such as a revocation list", warns: "A certificate was skipped…is a X509 CRL, not a CERTIFICATE",
			set: bundle(func(_ *scene, text string) string {
				return text + string(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: []byte("x")}))
			}),
		},
		{environment: "TLS 1.2 only", set: func(s *scene) { s.secure(unchanged, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }) }},
		{environment: "RSA key exchange only", set: func(s *scene) {
			rsaOnly(s)
			s.environment["GODEBUG"] = "tlsrsakex=1"
		}},
		{environment: "mutual TLS", set: func(s *scene) {
			s.secure(unchanged, requires(s.trusted, 0))
			s.identify(s.trusted, nil)
		}},
		{environment: "a certificate for another name", set: func(s *scene) {
			s.secure(func(c *x509.Certificate) { c.DNSNames = []string{"server.example.com"} })
			s.beside["tls_server_name"] = "server.example.com"
		}},
		{environment: "a certificate that cannot be verified", set: func(s *scene) {
			s.secure(unchanged)
			delete(s.beside, "ca_certificate")
			s.beside["insecure_skip_verify"] = true
		}},
		{environment: "a certificate that cannot be verified, by the variable", on: "foreman", set: func(s *scene) {
			s.secure(unchanged)
			delete(s.beside, "ca_certificate")
			s.environment["FOREMAN_VALIDATE_CERTS"] = "false"
		}},
		{environment: "a gateway that requires a header", set: setHeader("let me in")},
		{environment: "a server that closes connections between requests", set: func(s *scene) {
			s.object["url"] = "http://" + s.listen("127.0.0.1:0", &resetting{next: s.server}, nil) + s.context
			s.issues = true
		}},
	}
}

// mistyped returns the environments with invalid settings.
func mistyped() []row {
	return []row{
		{environment: "neither a platform nor a URL is set", says: "No platform is configured", set: func(s *scene) { s.object = nil }},
		{environment: "a required setting is missing", says: "Missing ….password: Set `….password` in the provider block, or …_PASSWORD in the environment", set: func(s *scene) {
			s.plain()
			delete(s.object, "password")
		}},
		{environment: "a password from a file ends in a line break", says: ".password` ends in a line break. Nothing was sent…use `trimspace(file(…))`", set: appended("password", "\n")},
		{environment: "a variable ends in a carriage return", says: "_PASSWORD ends in a line break. Nothing was sent", set: func(s *scene) {
			appended("password", "\r")(s)
			s.toEnvironment("password")
		}},
		{environment: "a username from a Windows file begins with a byte order mark", says: ".username` begins with a byte order mark. Nothing was sent", set: with("username", "\ufeffme")},
		{environment: "a URL from a file ends in a line break", says: ".url` ends in a line break. Nothing was sent", set: appended("url", "\n")},
		{environment: "the password contains another control character", says: ".password` contains the control character U+001B", set: with("password", "pass\x1b[0mword")},
		{environment: "a username with a colon", says: ".username` contains a colon, which ends the username", set: with("username", "me:word")},
		{environment: "a URL without a scheme", says: "The URL must look like", set: with("url", "server.example.com")},
		{environment: "a URL with a password in it", says: "The URL must not contain a user name or password", set: with("url", "https://me:word@server.example.com")},
		{environment: "the URL ends in `/api` or `/api/v2`", on: "foreman", says: "The URL must not end in /api…: leave it out", set: appended("url", "/api/v2")},
		{environment: "the URL ends in `/resources`", on: "universal_controller", says: "The URL must not end in /resources: leave it out", set: appended("url", "/resources")},
		{environment: "a header that the provider sets itself", says: "the header Authorization cannot be set", set: func(s *scene) {
			s.plain()
			s.headers["authorization"] = "Bearer x"
		}},
		{environment: "a header from a file ends in a line break", says: "the value of the header \"X-Gateway\" contains a control character", set: func(s *scene) {
			s.plain()
			s.headers["X-Gateway"] = "let me in\n"
		}},
		{environment: "`tls_server_name` with a port", says: "must be a host name or an IP address, without scheme and port", set: func(s *scene) {
			s.plain()
			s.beside["tls_server_name"] = "server.example.com:443"
		}},
		{environment: "a path in place of a certificate", says: "it contains no PEM block; it must be the text of a file, not its path", set: bundle(func(*scene, string) string { return "/etc/ssl/ca.pem" })},
		{environment: "a bundle that was cut", says: "block 2 (line …) has no END line", set: bundle(func(_ *scene, text string) string { return text + text[:len(text)/2] })},
		{environment: "`client_certificate` alone", says: "Missing client_key", set: func(s *scene) {
			s.plain()
			s.beside["client_certificate"] = s.trusted.PEM()
		}},
		{environment: "an encrypted client key (PKCS #8)", says: "The client key is encrypted: decrypt it first", set: encryptedKey(func(*scene) string {
			return string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")}))
		})},
		{environment: "an encrypted client key (`Proc-Type`)", says: "The client key is encrypted: decrypt it first", set: encryptedKey(func(s *scene) string {
			return authority.EncryptedKeyPEM(s.T, authority.NewKey(s.T))
		})},
		{environment: "the key of another certificate", says: "private key does not match public key", set: encryptedKey(func(s *scene) string {
			return authority.KeyPEM(s.T, authority.NewKey(s.T))
		})},
	}
}

// unreachable returns the environments in which there is no server at the address, or a different one.
func unreachable() []row {
	return []row{
		{environment: "nothing listens on the port", says: "connection refused…Check that `url` names the server, that the server runs", set: func(s *scene) {
			s.object["url"] = "http://" + refusing(s) + s.context
		}},
		{environment: "`https://` to a port without TLS", says: "The server does not speak TLS there: check the scheme and the port", set: func(s *scene) {
			s.plain()
			s.object["url"] = strings.Replace(s.object["url"].(string), "http:", "https:", 1) //nolint:forcetypeassert // plain sets it.
		}},
		{environment: "`http://` to a port with TLS", says: "Client sent an HTTP request to an HTTPS server", set: func(s *scene) {
			s.secure(unchanged)
			s.object["url"] = strings.Replace(s.object["url"].(string), "https:", "http:", 1) //nolint:forcetypeassert // secure sets it.
		}},
		{environment: "a sub-path that is not there", says: "HTTP 404: a web page", requests: 1, set: appended("url", "/wrong")},
		{environment: "the sub-path is missing", below: "/apps/below", says: "HTTP 404: a web page", requests: 1, set: func(s *scene) {
			s.context = ""
			s.plain()
		}},
		{environment: "the proxy is down", says: "The proxy in HTTPS_PROXY or HTTP_PROXY cannot be reached", set: func(s *scene) {
			s.secure(unchanged)
			s.object["url"] = "https://server.example.com" + s.context
			s.environment["HTTPS_PROXY"] = "http://" + refusing(s)
		}},
		{environment: "the proxy requires authentication, for `https://`", says: "the proxy refused the connection: HTTP 407…The proxy requires authentication", set: func(s *scene) {
			s.secure(unchanged)
			s.environment["HTTPS_PROXY"] = "http://" + s.proxied("server.example.com", "me:word").address
		}},
		{environment: "the proxy requires authentication, for `http://`", says: "HTTP 407…The proxy requires authentication", warns: "The connection is not encrypted", set: func(s *scene) {
			s.plain()
			s.environment["HTTP_PROXY"] = "http://" + s.proxied("server.example.com", "me:word").address
		}},
		{environment: "a gateway shows its login page", says: "redirected to https://login.example.com", set: setHeader("")},
	}
}

// untrusted returns the environments in which TLS fails.
func untrusted() []row {
	return []row{
		{environment: "a private authority that is not configured", says: "an authority that this machine does not trust, …: set `ca_certificate`", set: func(s *scene) {
			s.secure(unchanged)
			delete(s.beside, "ca_certificate")
		}},
		{environment: "`ca_certificate` has another authority", says: "whose certificate the server does not send and `ca_certificate` does not contain", set: bundle(func(s *scene, _ string) string {
			return authority.New(s.T, "Other", nil, nil).PEM()
		})},
		{environment: "`ca_certificate` has the authority's old certificate", says: "`ca_certificate` contains a certificate of …, but it did not issue", set: bundle(func(s *scene, _ string) string {
			return authority.New(s.T, "Root", nil, nil).PEM()
		})},
		{environment: "the server does not send its intermediate certificate", says: "If that is an intermediate authority, configure the server to send its certificate", set: func(s *scene) {
			s.secureWith(authority.New(s.T, "Intermediate", s.trusted, nil).Issue(s.T, authority.NewKey(s.T), nil))
			s.beside["ca_certificate"] = s.trusted.PEM()
		}},
		{environment: "a certificate with a common name only", says: "has no subject alternative name, and a common name is not enough", set: issuing(func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = nil, nil })},
		{environment: "a certificate for another name than the URL's", says: "The server's certificate is for another name", set: issuing(func(c *x509.Certificate) { c.DNSNames = []string{"server.example.com"} })},
		{environment: "a certificate that has expired, or this machine's clock is wrong", says: "is valid from … to …, and the clock of this machine says", set: issuing(func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
		})},
		{environment: "a certificate that is not valid yet, or this machine's clock is wrong", says: "is valid from … to …, and the clock of this machine says", set: issuing(func(c *x509.Certificate) {
			c.NotBefore = time.Now().Add(30 * time.Minute)
		})},
		{environment: "cipher suites with RSA key exchange only", says: "no cipher suite in common…GODEBUG=tlsrsakex=1", set: rsaOnly},
		{environment: "TLS 1.1 only", says: "The server offers no TLS version that the provider accepts", set: func(s *scene) {
			s.secure(unchanged, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 })
		}},
		{environment: "mutual TLS without a client certificate", says: "The server requires a client certificate: set `client_certificate`", set: func(s *scene) {
			s.secure(unchanged, requires(s.trusted, 0))
		}},
		{environment: "a client certificate of another authority", says: "The server refused the client certificate", set: func(s *scene) {
			s.secure(unchanged, requires(s.trusted, tls.VersionTLS12))
			s.identify(authority.New(s.T, "Other", nil, nil), nil)
		}},
		{environment: "a client certificate that has expired", says: "check that `client_certificate` has not expired", set: func(s *scene) {
			s.secure(unchanged, requires(s.trusted, 0))
			s.identify(s.trusted, func(c *x509.Certificate) {
				c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
			})
		}},
	}
}
