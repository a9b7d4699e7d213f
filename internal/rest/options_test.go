package rest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/authority"
)

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()

	certificate, key := newIdentity(t)
	_, otherKey := newIdentity(t)

	tests := map[string]func(*Options){
		"the request timeout":             func(o *Options) { o.RequestTimeout = -1 },
		"the number of retries":           func(o *Options) { o.MaxRetries = -1 },
		"concurrent requests":             func(o *Options) { o.MaxConcurrentRequests = -1 },
		"wait between":                    func(o *Options) { o.RetryWaitMax = -1 },
		"the shortest wait":               func(o *Options) { o.RetryWaitMin, o.RetryWaitMax = 2, 1 },
		"the user agent":                  func(o *Options) { o.UserAgent = "a\nb" },
		"a session needs credentials":     func(o *Options) { o.Session = &cookieSession{} },
		"not its path":                    func(o *Options) { o.TLS.CACertificate = "/etc/ca.pem" },
		"no certificate that can be used": func(o *Options) { o.TLS.CACertificate = key.Reveal() },
		"the CA certificate":              func(o *Options) { o.TLS.CACertificate = authority.CertificatePEM([]byte("x")) },
		"must be set together":            func(o *Options) { o.TLS.ClientKey = key },
		"must be set together, or not":    func(o *Options) { o.TLS.ClientCertificate = certificate },
		"the client certificate": func(o *Options) {
			o.TLS.ClientCertificate, o.TLS.ClientKey = certificate, otherKey
		},
		"the URL": func(o *Options) { o.BaseURL = "" },
	}

	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			options := Options{BaseURL: "https://h.example.com"}
			spoil(&options)

			words, _, _ := strings.Cut(name, ",")

			_, err := New(options)
			if err == nil || !strings.Contains(err.Error(), words) {
				t.Fatalf("%v", err)
			}

			if strings.Contains(err.Error(), strings.Split(key.Reveal(), "\n")[1]) || strings.ContainsAny(err.Error(), "\n") {
				t.Errorf("the error contains a key: %v", err)
			}
		})
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()

	type defaults struct {
		Timeout            time.Duration
		Slots, Idle        int
		Shortest, Longest  time.Duration
		Retries            int
		TLS                uint16
		Anonymous, Cookies bool
	}

	c, err := New(Options{BaseURL: "https://h.example.com"})
	if err != nil {
		t.Fatal(err)
	}

	inner := transportOf(t, c)

	wire := wireOf(t, c).shared

	want := defaults{60 * time.Second, 10, 10, 500 * time.Millisecond, 10 * time.Second, 0, 0x0303, true, false}
	got := defaults{
		inner.timeout, cap(inner.slots), wire.MaxIdleConnsPerHost, c.http.RetryWaitMin, c.http.RetryWaitMax, c.http.RetryMax,
		wire.TLSClientConfig.MinVersion, c.anonymous, c.http.HTTPClient.Jar != nil,
	}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	// If one limit is set below or above the other's default, the other is adjusted to it.
	for _, options := range []Options{{RetryWaitMax: time.Millisecond}, {RetryWaitMin: time.Minute}} {
		options.BaseURL = "https://h.example.com"
		if _, err := New(options); err != nil {
			t.Error(err)
		}
	}
}

func TestTheCredentialsOfAProxyAreHidden(t *testing.T) {
	t.Parallel()

	proxy := func(*http.Request) (*url.URL, error) { return url.Parse("http://me:prox%79-pass@proxy.example.com") }
	m := newMask(Options{BaseURL: "http://h.example.com"}.secrets(proxy))

	if got := m.text("proxy-pass, Basic bWU6cHJveHktcGFzcw==", maxText); got != "***, Basic ***" {
		t.Errorf("%q", got)
	}
}

func TestTheAuthorizationHeaderIsMasked(t *testing.T) {
	t.Parallel()

	var header string

	c := clientOf(t, 403, "text/plain", "", func(o *Options) {
		o.Secrets = nil
		o.Authorize = func(r *http.Request) {
			r.SetBasicAuth("terraform", secret)
			header = r.Header.Get("Authorization")
		}
	})

	_, encoded, _ := strings.Cut(header, " ")
	if got := c.mask.text("sent: "+header+" or "+encoded, maxText); got != "sent: *** or ***" {
		t.Errorf("%q", got)
	}
}
