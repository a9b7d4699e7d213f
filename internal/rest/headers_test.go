package rest

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/authority"
)

func withHeaders(o *Options) {
	o.Headers = Headers{"cf-access-client-id": "gateway-client", "Proxy-Authorization": "Bearer gateway-token"}
}

func TestHeadersAreSentWithEachRequest(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cf-Access-Client-Id") != "gateway-client" || r.Header.Get("Proxy-Authorization") != "Bearer gateway-token" {
			w.WriteHeader(http.StatusForbidden)

			return
		}

		if !strings.HasSuffix(r.URL.Path, "/elsewhere") && r.Method == http.MethodGet {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}
	})

	anonymous := get
	anonymous.Anonymous = true

	for _, credentials := range []func(*Options){func(*Options) {}, withPassword} {
		c := newTestClient(t, s.URL, func(o *Options) {
			withHeaders(o)
			credentials(o)
		})

		for _, r := range []Request{get, anonymous, post} {
			if _, err := c.Do(t.Context(), r); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestHeadersAreNotSentToAnotherHost(t *testing.T) {
	t.Parallel()

	other := newSite(t, respondsWith(http.StatusOK, "{}"))
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(other.URL, "127.0.0.1", "localhost", 1), http.StatusFound)
	})

	_, err := newTestClient(t, s.URL, withHeaders).Do(t.Context(), get)
	wantError[*pat.ProtocolError](t, err)

	if other.requests.Load() != 0 {
		t.Errorf("%d requests", other.requests.Load())
	}
}

func TestHeadersAreMasked(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "refused: "+r.Header.Get("Proxy-Authorization")+", gateway-token, "+r.Header.Get("Cf-Access-Client-Id")) //nolint:gosec // It repeats them on purpose.
	})

	_, err := newTestClient(t, s.URL, withHeaders).Do(t.Context(), get)
	if got := mustBe[*pat.PermissionError](t, err).Said; got != "HTTP 403: refused: ***, ***, ***" {
		t.Errorf("%q", got)
	}
}

func TestHeadersThatAreRefused(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		headers Headers
		want    string
	}{
		"none":                   {nil, ""},
		"a gateway's":            {Headers{"CF-Access-Client-Id": "x", "x-goog-iap_jwt": "a b;=ü"}, ""},
		"a blank in a name":      {Headers{"X A": "hidden"}, `"X A" is not the name of a header`},
		"no name":                {Headers{"": "hidden"}, `"" is not the name of a header`},
		"a colon in a name":      {Headers{"X-A:": "hidden"}, `"X-A:" is not the name of a header`},
		"a line break in a name": {Headers{"X-A\r\nHost": "hidden"}, "is not the name of a header"},
		"the provider's own":     {Headers{"authorization": "hidden"}, "the header Authorization cannot be set: the provider sets it"},
		"the session's":          {Headers{"COOKIE": "hidden"}, "the header Cookie cannot be set"},
		"the host":               {Headers{"host": "hidden"}, "the header Host cannot be set"},
		"the length of the body": {Headers{"content-length": "hidden"}, "the header Content-Length cannot be set"},
		"a header that makes net/http retry a POST": {Headers{"idempotency-key": "hidden"}, "the header Idempotency-Key cannot be set"},
		"twice":                   {Headers{"X-A": "hidden", "x-a": "hidden"}, `the header "X-A" is set twice`},
		"no value":                {Headers{"X-A": ""}, `the header "X-A" has no value`},
		"a blank value":           {Headers{"X-A": " "}, `the header "X-A" has no value`},
		"a line break in a value": {Headers{"X-A": "hidden\n"}, `the value of the header "X-A" contains a control character`},
		"a header in a value":     {Headers{"X-A": "hidden\r\nHost: x"}, `the value of the header "X-A" contains a control character`},
		"several": {
			Headers{"Host": "hidden", "X-A": ""}, "the header Host cannot be set: the provider sets it\nthe header \"X-A\" has no value",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := New(Options{BaseURL: "https://h.example.com", Headers: test.headers})

			switch {
			case test.want == "" && err == nil:
			case err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hidden"):
				t.Errorf("the error is %v, want %q", err, test.want)
			}
		})
	}
}

func TestTheServerNameIsSentAndVerified(t *testing.T) {
	t.Parallel()

	root := authority.New(t, "Root", nil, nil)
	named := root.Issue(t, authority.NewKey(t), func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"foreman.example.com"}, nil })

	var sent atomic.Value

	s := newSiteWith(t, serves(named, func(c *tls.Config) {
		c.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			sent.Store(hello.ServerName)

			return nil, nil //nolint:nilnil // Makes crypto/tls use the other settings.
		}
	}))

	for name, works := range map[string]bool{"foreman.example.com": true, "other.example.com": false, "": false} {
		c := newTestClient(t, s.URL, func(o *Options) { o.TLS = TLSOptions{CACertificate: root.PEM(), ServerName: name} })

		_, err := c.Do(t.Context(), get)
		if (err == nil) != works {
			t.Errorf("%q: %v", name, err)
		}

		if want := name; name != "" && sent.Load() != want {
			t.Errorf("%q was sent, not %q", sent.Load(), want)
		}
	}
}
