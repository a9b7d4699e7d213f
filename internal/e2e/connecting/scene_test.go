package connecting

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/authority"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// server is a sandbox of a platform.
type server interface {
	http.Handler
	Requests() []sandbox.Request
}

// scene is a server, a provider block for it, and the environment variables of the attempt.
type scene struct {
	*testing.T

	platform string
	server   server
	// context is the path that the server is mounted at.
	context string
	// object is the platform's object in the provider block. beside holds the other arguments of the
	// block.
	object, beside map[string]any
	headers        map[string]string
	environment    map[string]string
	// issues says that the attempt also issues tokens.
	issues bool
	// trusted is the authority that issues the servers' certificates.
	trusted *authority.Authority
}

func newForemanScene(t *testing.T, prefix string) *scene {
	t.Helper()

	return &scene{
		T: t, platform: "foreman", server: foremanserver.New(foremanserver.Options{PathPrefix: prefix}), context: prefix,
		object: map[string]any{"username": foremanserver.AdminLogin, "password": foremanserver.AdminPassword},
		beside: map[string]any{}, headers: map[string]string{}, environment: map[string]string{}, trusted: authority.New(t, "Root", nil, nil),
	}
}

func newControllerScene(t *testing.T, prefix string) *scene {
	t.Helper()

	if prefix == "" {
		prefix = controllerserver.RootContext
	}

	return &scene{
		T: t, platform: "universal_controller", server: controllerserver.New(controllerserver.Options{Context: prefix}),
		context: strings.TrimSuffix(prefix, "/"),
		object:  map[string]any{"username": controllerserver.AdminUserName, "password": controllerserver.AdminPassword},
		beside:  map[string]any{}, headers: map[string]string{}, environment: map[string]string{}, trusted: authority.New(t, "Root", nil, nil),
	}
}

// variable returns the platform's environment variable for a setting.
func (s *scene) variable(setting string) string {
	return map[string]map[string]string{
		"foreman": {"url": "FOREMAN_SERVER_URL", "username": "FOREMAN_USERNAME", "password": "FOREMAN_PASSWORD"},
		"universal_controller": {
			"url": "STONEBRANCH_BASE_URL", "username": "STONEBRANCH_USERNAME", "password": "STONEBRANCH_PASSWORD",
		},
	}[s.platform][setting]
}

// toEnvironment moves settings from the platform's object to environment variables.
func (s *scene) toEnvironment(settings ...string) {
	for _, setting := range settings {
		s.environment[s.variable(setting)], _ = s.object[setting].(string)
		delete(s.object, setting)
	}
}

// listen serves a handler at an address and returns the actual address.
func (s *scene) listen(address string, handler http.Handler, config *tls.Config) string {
	s.Helper()

	listener, err := net.Listen("tcp", address) //nolint:noctx // Listening does not block.
	providertest.Must(s.T, err)

	at := listener.Addr().String()
	if config != nil {
		listener = tls.NewListener(listener, config)
	}

	started := httptest.NewUnstartedServer(handler)
	_ = started.Listener.Close()
	started.Listener = listener
	started.Config.ErrorLog = log.New(io.Discard, "", 0)
	started.Start()
	s.Cleanup(started.Close)

	return at
}

// plain serves the server over HTTP.
func (s *scene) plain() {
	s.Helper()

	s.object["url"] = "http://" + s.listen("127.0.0.1:0", s.server, nil) + s.context
}

// secure serves the server over TLS, with a certificate for localhost to which the change was applied.
func (s *scene) secure(change func(*x509.Certificate), changes ...func(*tls.Config)) {
	s.Helper()

	s.secureWith(s.trusted.Issue(s.T, authority.NewKey(s.T), change), changes...)
	s.beside["ca_certificate"] = s.trusted.PEM()
}

func (s *scene) secureWith(certificate tls.Certificate, changes ...func(*tls.Config)) {
	s.Helper()

	config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}}
	for _, change := range changes {
		change(config)
	}

	_, port, err := net.SplitHostPort(s.listen("127.0.0.1:0", s.server, config))
	providertest.Must(s.T, err)

	s.object["url"] = "https://localhost:" + port + s.context
}

// identify sets a client certificate that the authority issues.
func (s *scene) identify(issuer *authority.Authority, change func(*x509.Certificate)) {
	s.Helper()

	key := authority.NewKey(s.T)
	s.beside["client_certificate"] = authority.CertificatePEM(issuer.Issue(s.T, key, change).Leaf.Raw)
	s.beside["client_key"] = authority.KeyPEM(s.T, key)
}

// proxy is a proxy that forwards everything to one server, whatever the requested host is.
type proxy struct {
	address, target string
	// credentials are the required credentials; empty if none are required.
	credentials string
}

// proxied starts a proxy for the server in the URL, and replaces the URL's host by another one.
func (s *scene) proxied(host, credentials string) *proxy {
	s.Helper()

	text, _ := s.object["url"].(string)
	scheme, rest, _ := strings.Cut(text, "://")
	address, path, _ := strings.Cut(rest, "/")
	p := &proxy{target: strings.Replace(address, "localhost", "127.0.0.1", 1), credentials: credentials}
	p.address = s.listen("127.0.0.1:0", p, nil)
	s.object["url"] = scheme + "://" + host + "/" + path

	return p
}

// ServeHTTP forwards a request, or opens a tunnel.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if user, password, _ := (&http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}).BasicAuth(); p.credentials != "" && user+":"+password != p.credentials {
		w.Header().Set("Proxy-Authenticate", `Basic realm="proxy"`)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusProxyAuthRequired)
		_, _ = io.WriteString(w, "<html>Authenticate</html>")

		return
	}

	if r.Method != http.MethodConnect {
		(&httputil.ReverseProxy{Rewrite: func(out *httputil.ProxyRequest) {
			out.Out.URL.Scheme, out.Out.URL.Host = "http", p.target
		}}).ServeHTTP(w, r)

		return
	}

	p.tunnel(w)
}

func (p *proxy) tunnel(w http.ResponseWriter) {
	server, err := net.Dial("tcp", p.target) //nolint:noctx,gosec // It connects immediately, to the test's own server.
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)

		return
	}
	defer func() { _ = server.Close() }()

	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = client.Close() }()

	_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")

	go func() {
		_, _ = io.Copy(server, buffered)
		_ = server.Close()
	}()

	_, _ = io.Copy(client, server)
}

// resetting resets each connection at its second request.
type resetting struct {
	next        http.Handler
	connections sync.Map
}

// ServeHTTP handles only the first request of a connection.
func (r *resetting) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if _, served := r.connections.LoadOrStore(request.RemoteAddr, true); !served {
		r.next.ServeHTTP(w, request)

		return
	}

	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}

	if connection, ok := connection.(*net.TCPConn); ok {
		_ = connection.SetLinger(0)
	}

	_ = connection.Close()
}

// gateway forwards only requests with its header, and responds to others with its login page.
func gateway(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Gateway") != "let me in" {
			http.Redirect(w, r, "https://login.example.com/", http.StatusFound)

			return
		}

		next.ServeHTTP(w, r)
	})
}
