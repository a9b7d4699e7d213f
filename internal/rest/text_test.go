package rest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestASecretIsHiddenInEverySpelling(t *testing.T) {
	t.Parallel()

	m := newMask([]pat.Secret{"pä/ss \"w\"\t'=\n"})

	for name, text := range map[string]string{
		"unchanged":                "pä/ss \"w\"\t'=",
		"a slash with a backslash": `pä\/ss \"w\"\t'=`,
		"JSON in ASCII":            `p\u00e4/ss \"w\"\t\u0027\u003D`,
		"JSON in capital digits":   `p\u00E4/ss \"w\"\u0009\u0027\u003d`,
		"a query":                  "p%C3%A4%2Fss+%22w%22%09%27%3D",
		"a path in small digits":   "p%c3%a4%2fss%20%22w%22%09%27%3d",
		"HTML with names":          "pä/ss &quot;w&quot;\t&apos;=",
		"HTML with numbers":        "p&#228;&#47;ss &#034;w&#34;\t&#39;&#61;",
		"HTML with hexadecimals":   "p&#xE4;&#x2f;ss &#x22;w&#x0022;\t&#x27;&#X3D;",
		"a query in a query":       "p%25C3%25A4%252Fss%2520%2522w%2522%2509%2527%253D",
		"JSON in JSON":             `p\\u00e4\\/ss \\\"w\\\"\\t'=`,
		"HTML in HTML":             "pä/ss &amp;quot;w&amp;#34;\t&amp;#x27;=",
		"several blanks in a page": "pä/ss   \"w\"   '=",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := m.text("It was "+text+".", maxText); got != "It was ***." {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestMaskedSpellings(t *testing.T) {
	t.Parallel()

	m := newMask([]pat.Secret{"", "    ", "h", "abcd", "abcdef", "line\n", `q"\<`})

	tests := map[string]struct{ text, want string }{
		"the longest secret takes precedence": {"abcdefg", "***g"},
		"a shorter one":                       {"abcdx", "***x"},
		"without its line break":              {"a line", "a ***"},
		"escaped in JSON":                     {`{"p":"q\"\\\u003c"}`, `{"p":"***"}`},
		"in plain JSON":                       {`{"p":"q\"\\<"}`, `{"p":"***"}`},
		"in a query":                          {"?p=q%22%5C%3C&r", "?p=***&r"},
		"in HTML":                             {`q&#34;\&lt;`, "***"},
		"blanks are not a secret":             {"x    y", "x    y"},
		"what is not secret":                  {"a b", "a b"},
		"too short to be a secret":            {"http://", "http://"},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := m.text(test.text, maxText); got != test.want {
				t.Errorf("%q", got)
			}
		})
	}
}

// A response that refuses a login is shown even if the connection broke in the middle of it.
func TestTheBeginningOfASecretIsHiddenAtTheEndOfAResponse(t *testing.T) {
	t.Parallel()

	for end := minSecret; end < len(secret); end++ {
		for _, tail := range []string{secret[:end], url.QueryEscape(secret)[:end], strings.ReplaceAll(secret, "&", "&amp;")[:end]} {
			_, err := clientOf(t, 403, "text/plain", "You sent "+tail, nil).Do(t.Context(), get)
			if said := mustBe[*pat.PermissionError](t, err).Said; said != "HTTP 403: You sent ***" {
				t.Errorf("after %d characters: %d are shown", end, len(said)-len("HTTP 403: You sent "))
			}
		}
	}

	// A secret that is longer than the part that is compared.
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

// A server may use a text of any length as a session.
func TestAHugeSecretIsHidden(t *testing.T) {
	t.Parallel()

	m := newMask(nil)
	huge := strings.Repeat("-&", 1<<19)
	m.addSession(pat.Secret(huge))

	for _, text := range []string{huge, huge[:maxText], "It was " + huge[:maxText] + "!"} {
		if got := m.text(text, maxText); strings.Contains(got, huge[:minSecret]) {
			t.Errorf("of %d bytes %d are shown", len(text), len(got))
		}
	}
}

// An error page may contain the headers of the request, including the session's.
func TestASessionIsHidden(t *testing.T) {
	t.Parallel()

	var cookies int

	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if cookies > 0 {
			http.Error(w, r.Header.Get("Cookie"), http.StatusInternalServerError)

			return
		}

		for cookies = range 2 * maxSessions {
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

	if known := len(c.mask.all()); known > maxSessions+8 {
		t.Errorf("%d secrets are kept", known)
	}
}

func TestTextsAreShort(t *testing.T) {
	t.Parallel()

	// One secret lies across the end of the examined part, another across the end of the part that is
	// shown.
	bodies := map[string]string{
		"long":                       strings.Repeat("ü", maxText),
		"a secret at the cut":        strings.Repeat("x", maxText-20) + secret,
		"a secret at the far cut":    strings.Repeat("\x00", maxExamined-8) + secret + "x",
		"a page up to the far cut":   "<html>" + strings.Repeat("<br/>", (maxExamined-8)/5) + secret,
		"one long secret many times": strings.Repeat(secret, maxExamined),
	}

	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := clientOf(t, 403, "text/plain", body, nil).Do(t.Context(), get)
			said := mustBe[*pat.PermissionError](t, err).Said

			if len(said) > maxText || !utf8.ValidString(said) {
				t.Errorf("%d bytes: %q", len(said), said)
			}

			if strings.Contains(said, secret[:4]) {
				t.Errorf("the text contains a part of the secret: %q", said)
			}
		})
	}
}
