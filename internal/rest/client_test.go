package rest

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestARequestAsTheServerSeesIt(t *testing.T) {
	t.Parallel()

	var seen http.Header

	s := newSite(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.Header })
	c := newTestClient(t, s.URL, func(o *Options) {
		withPassword(o)
		o.UserAgent = "terraform-provider-opsaccess/1.0"
	})

	r := post
	r.Accept = "application/json"

	if _, err := c.Do(t.Context(), r); err != nil {
		t.Fatal(err)
	}

	want := http.Header{
		"Accept":          {"application/json"},
		"Accept-Encoding": {"gzip"},
		"Authorization":   seen["Authorization"],
		"Content-Length":  {fmt.Sprint(len(post.Body))},
		"Content-Type":    {"application/json"},
		"User-Agent":      {"terraform-provider-opsaccess/1.0"},
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}

	if seen.Get("Authorization") == "" {
		t.Error("no credentials")
	}
}

func TestAnAnswerAsTheDriverSeesIt(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "Application/JSON; charset=utf-8")
		w.Header().Set("Set-Cookie", "id=1")
		w.Header().Set("Foreman_version", "3.13.0")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{}`))
	})

	answer, err := newTestClient(t, s.URL, nil).Do(t.Context(), get)
	if err != nil {
		t.Fatal(err)
	}

	answer.Header = http.Header{"Foreman_version": answer.Header["Foreman_version"], "Set-Cookie": answer.Header["Set-Cookie"]}
	want := Answer{
		Status:    http.StatusCreated,
		Header:    http.Header{"Foreman_version": {"3.13.0"}, "Set-Cookie": nil},
		MediaType: "application/json",
		Body:      []byte(`{}`),
		EndProven: true,
	}

	if diff := cmp.Diff(want, answer); diff != "" {
		t.Error(diff)
	}
}

func TestMediaTypes(t *testing.T) {
	t.Parallel()

	for value, want := range map[string]string{
		"":                               "",
		"text/plain":                     "text/plain",
		"TEXT/XML;charset=UTF-8":         "text/xml",
		"application/json; charset":      "application/json",
		" application/json ;; broken=\"": "application/json",
	} {
		if got := mediaType(http.Header{"Content-Type": {value}}); got != want {
			t.Errorf("mediaType(%q) = %q", value, got)
		}
	}
}

func TestNoCookieIsReturned(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if len(r.Cookies()) > 0 {
			t.Errorf("cookies: %v", r.Cookies())
		}

		w.Header().Set("Set-Cookie", "id=1; Path=/")

		if r.URL.Path == "/redirect" {
			http.Redirect(w, r, "/", http.StatusFound)
		}
	})
	c := newTestClient(t, s.URL, withPassword)

	for _, path := range []string{"a", "redirect", "b"} {
		if _, err := c.Do(t.Context(), Request{Method: http.MethodGet, Segments: []string{path}}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCredentialsThatCannotBeSentAreNotShown(t *testing.T) {
	t.Parallel()

	s := newSite(t, answers(http.StatusOK, "{}"))
	c := newTestClient(t, s.URL, func(o *Options) {
		o.Authorize = func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret+"\n") }
	})
	attempts := countWire(t, c)

	_, err := c.Do(t.Context(), post)
	if err == nil || strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), "line break") {
		t.Errorf("%v", err)
	}

	if attempts.Load() != 1 || s.requests.Load() != 0 {
		t.Errorf("%d attempts, %d requests", attempts.Load(), s.requests.Load())
	}
}

func TestLogLines(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			panic(http.ErrAbortHandler)
		}

		w.Header().Set("X-Echo", secret)
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("body-" + secret))
	})
	c := newTestClient(t, s.URL+"/base", func(o *Options) {
		withPassword(o)
		o.MaxRetries = 1
	})

	var output bytes.Buffer

	ctx := tflogtest.RootLogger(t.Context(), &output)

	_, err := c.Do(ctx, Request{
		Method: http.MethodGet, Segments: []string{"users", "of " + secret},
		Query: map[string][]string{"search": {"query-value"}, "page": {"77"}},
	})
	wantError[*pat.TransientError](t, err)

	_, err = c.Do(ctx, Request{Method: http.MethodDelete, Segments: []string{"x"}, Body: []byte("request-body")})
	wantError[*pat.TransientError](t, err)

	text := output.String()
	for _, hidden := range []string{secret, "s3cr3t", "query-value", "77", "body", "Authorization", "Basic", "X-Echo"} {
		if strings.Contains(text, hidden) {
			t.Errorf("%q shows in %s", hidden, text)
		}
	}

	entries, err := tflogtest.MultilineJSONDecode(&output)
	if err != nil {
		t.Fatal(err)
	}

	for _, entry := range entries {
		if _, ok := entry["duration_ms"].(float64); !ok {
			t.Errorf("no duration in %v", entry)
		}

		delete(entry, "duration_ms")
	}

	read := func(attempt int) map[string]any {
		return map[string]any{
			"@level": "debug", "@message": "HTTP attempt", "@module": "provider", "attempt": float64(attempt),
			"method": "GET", "path": "/base/users/of%20***", "query_keys": "page,search", "status": float64(503),
		}
	}
	deletion := func(attempt int) map[string]any {
		return map[string]any{
			"@level": "debug", "@message": "HTTP attempt", "@module": "provider", "attempt": float64(attempt),
			"method": "DELETE", "path": "/base/x", "error": "EOF",
		}
	}

	if diff := cmp.Diff([]map[string]any{read(1), read(2), deletion(1), deletion(2)}, entries); diff != "" {
		t.Error(diff)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()

	certificate, key := newIdentity(t)
	_, otherKey := newIdentity(t)

	tests := map[string]func(*Options){
		"the request timeout":          func(o *Options) { o.RequestTimeout = -1 },
		"the number of retries":        func(o *Options) { o.MaxRetries = -1 },
		"concurrent requests":          func(o *Options) { o.MaxConcurrentRequests = -1 },
		"wait between":                 func(o *Options) { o.RetryWaitMax = -1 },
		"the shortest wait":            func(o *Options) { o.RetryWaitMin, o.RetryWaitMax = 2, 1 },
		"the user agent":               func(o *Options) { o.UserAgent = "a\nb" },
		"a session needs credentials":  func(o *Options) { o.Session = &cookieSession{} },
		"not its path":                 func(o *Options) { o.TLS.CACertificate = "/etc/ca.pem" },
		"that is not a CERTIFICATE":    func(o *Options) { o.TLS.CACertificate = certificate + key.Reveal() },
		"the CA certificate":           func(o *Options) { o.TLS.CACertificate = certificatePEM([]byte("x")) },
		"must be set together":         func(o *Options) { o.TLS.ClientKey = key },
		"must be set together, or not": func(o *Options) { o.TLS.ClientCertificate = certificate },
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

			if strings.Contains(err.Error(), "PRIVATE") || strings.Contains(err.Error(), "\n") {
				t.Errorf("a key shows in %v", err)
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

	wire, ok := inner.wire.(*http.Transport)
	if !ok {
		t.Fatalf("the wire is a %T", inner.wire)
	}

	want := defaults{60 * time.Second, 10, 10, 500 * time.Millisecond, 10 * time.Second, 0, 0x0303, true, false}
	got := defaults{
		inner.timeout, cap(inner.slots), wire.MaxIdleConnsPerHost, c.http.RetryWaitMin, c.http.RetryWaitMax, c.http.RetryMax,
		wire.TLSClientConfig.MinVersion, c.anonymous, c.http.HTTPClient.Jar != nil,
	}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	// A bound below or above the other's default takes it along.
	for _, options := range []Options{{RetryWaitMax: time.Millisecond}, {RetryWaitMin: time.Minute}} {
		options.BaseURL = "https://h.example.com"
		if _, err := New(options); err != nil {
			t.Error(err)
		}
	}
}
