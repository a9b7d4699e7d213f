package rest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestASecretIsHiddenInEverySpelling(t *testing.T) {
	t.Parallel()

	m := newMask([]pat.Secret{"pä/ss \"w\"\t'=\n"})

	for name, text := range map[string]string{
		"as it is":                     "pä/ss \"w\"\t'=",
		"a slash with a backslash":     `pä\/ss \"w\"\t'=`,
		"JSON in ASCII":                `p\u00e4/ss \"w\"\t\u0027\u003D`,
		"JSON in capital digits":       `p\u00E4/ss \"w\"\u0009\u0027\u003d`,
		"a query":                      "p%C3%A4%2Fss+%22w%22%09%27%3D",
		"a path in small digits":       "p%c3%a4%2fss%20%22w%22%09%27%3d",
		"HTML with names":              "pä/ss &quot;w&quot;\t&apos;=",
		"HTML with numbers":            "p&#228;&#47;ss &#034;w&#34;\t&#39;&#61;",
		"HTML with hexadecimals":       "p&#xE4;&#x2f;ss &#x22;w&#x0022;\t&#x27;&#X3D;",
		"a query in a query":           "p%25C3%25A4%252Fss%2520%2522w%2522%2509%2527%253D",
		"JSON in JSON":                 `p\\u00e4\\/ss \\\"w\\\"\\t'=`,
		"HTML in HTML":                 "pä/ss &amp;quot;w&amp;#34;\t&amp;#x27;=",
		"blanks that a page takes for": "pä/ss   \"w\"   '=",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := m.text("It was "+text+".", maxText); got != "It was ***." {
				t.Errorf("%q", got)
			}
		})
	}
}

// The answer that refuses a login is shown although the connection broke in its midst.
func TestTheBeginningOfASecretIsHiddenAtTheEndOfAnAnswer(t *testing.T) {
	t.Parallel()

	for end := minSecret; end < len(secret); end++ {
		for _, tail := range []string{secret[:end], url.QueryEscape(secret)[:end], strings.ReplaceAll(secret, "&", "&amp;")[:end]} {
			_, err := clientOf(t, 403, "text/plain", "You sent "+tail, nil).Do(t.Context(), get)
			if said := mustBe[*pat.PermissionError](t, err).Said; said != "HTTP 403: You sent ***" {
				t.Errorf("after %d characters: %d are shown", end, len(said)-len("HTTP 403: You sent "))
			}
		}
	}

	// A longer one than is looked for to its end.
	long := strings.Repeat("long-secret/", 100)

	_, err := clientOf(t, 403, "text/plain", long[:1000], func(o *Options) { o.Secrets = []pat.Secret{pat.Secret(long)} }).Do(t.Context(), get)
	if said := mustBe[*pat.PermissionError](t, err).Said; said != "HTTP 403: ***" {
		t.Errorf("%d characters are shown", len(said))
	}
}

func TestAPasswordHashIsHidden(t *testing.T) {
	t.Parallel()

	m := newMask(nil)
	if got := m.text(`"token":"$2a$09$ab./Cd","n":1`, maxText); got != `"token":"***","n":1` {
		t.Errorf("%q", got)
	}
}

// A server may call anything a session.
func TestAHugeSecretIsHidden(t *testing.T) {
	t.Parallel()

	m := newMask(nil)
	huge := strings.Repeat("-&", 1<<19)
	m.learn(pat.Secret(huge))

	for _, text := range []string{huge, huge[:maxText], "It was " + huge[:maxText] + "!"} {
		if got := m.text(text, maxText); strings.Contains(got, huge[:minSecret]) {
			t.Errorf("of %d bytes %d are shown", len(text), len(got))
		}
	}
}

// A page about an error may list the headers of the request, the session's among them.
func TestASessionIsHidden(t *testing.T) {
	t.Parallel()

	var cookies int

	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if cookies > 0 {
			http.Error(w, r.Header.Get("Cookie"), http.StatusInternalServerError)

			return
		}

		for cookies = range 2 * maxLearned {
			http.SetCookie(w, &http.Cookie{Name: "id", Value: fmt.Sprintf("session-%02d", cookies)}) //nolint:gosec // A test server.
		}
	})
	c := newTestClient(t, s.URL, func(o *Options) { withPassword(o); o.Session = &cookieSession{} })

	if _, err := c.Do(t.Context(), get); err != nil {
		t.Fatal(err)
	}

	_, err := c.Do(t.Context(), get)
	if said := mustBe[*pat.ProtocolError](t, err).Said; said != "HTTP 500: id=***" {
		t.Errorf("%q", said)
	}

	if known := len(c.mask.all()); known > maxLearned+8 {
		t.Errorf("%d secrets are kept", known)
	}
}

// The answer to a POST may hold a secret that nothing here has seen before.
func TestWhatAnswersAPOSTIsNotShown(t *testing.T) {
	t.Parallel()

	const fresh = "fr3sh-s3cr3t"

	raw := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)

				return
			}

			_, _ = connection.Write([]byte(text))
			_ = connection.Close()
		}
	}

	answer := func(status int, header, value, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(header, value)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}

	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"a failure":                      {answer(500, "Content-Type", "text/plain", fresh), "HTTP 500: its text is left out"},
		"a page that refuses":            {answer(403, "Content-Type", "text/html", "<html>"+fresh), "HTTP 403: a web page."},
		"a page that fails":              {answer(502, "Content-Type", "text/html", "<html>"+fresh), "HTTP 502: a web page."},
		"JSON that is not the API's":     {answer(500, "Content-Type", "application/json", `{"message":"`+fresh+`"}`), "HTTP 500: its text is left out"},
		"a redirect":                     {answer(302, "Location", "https://other.example.com/"+fresh, ""), "redirected to https://other.example.com. Set `url`"},
		"a redirect here":                {answer(302, "Location", "/"+fresh, ""), "redirected to http://127.0.0.1"},
		"no HTTP":                        {raw(fresh + "\r\n\r\n"), "malformed HTTP response"},
		"a header that is none":          {raw("HTTP/1.1 201 Created\r\n" + fresh + "\r\n\r\n"), "the head of the answer is malformed"},
		"a length that is none":          {raw("HTTP/1.1 201 Created\r\nContent-Length: " + fresh + "\r\n\r\n"), "bad Content-Length"},
		"a transfer encoding of no kind": {raw("HTTP/1.1 201 Created\r\nTransfer-Encoding: " + fresh + "\r\n\r\n"), "unsupported transfer encoding"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newSite(t, test.handler)

			_, err := newTestClient(t, s.URL, withPassword).Do(t.Context(), Request{Method: http.MethodPost, Segments: []string{"x"}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want it with %q", err, test.want)
			}

			for ; err != nil; err = unwrapped(err) {
				if strings.Contains(err.Error(), "fr3sh") {
					t.Error("the answer is shown")
				}
			}
		})
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

func unwrapped(err error) error {
	if wrapped, ok := err.(interface{ Unwrap() error }); ok {
		return wrapped.Unwrap()
	}

	return nil
}
