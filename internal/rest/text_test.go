package rest

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestTextsAreShort(t *testing.T) {
	t.Parallel()

	// One secret lies across the end of what is examined, another across the end of
	// what is shown.
	bodies := map[string]string{
		"long":                       strings.Repeat("ü", maxText),
		"a secret at the cut":        strings.Repeat("x", maxText-20) + secret,
		"a secret at the far cut":    strings.Repeat("\x00", maxExamined-8) + secret + "x",
		"a page to the far cut":      "<html>" + strings.Repeat("<br/>", (maxExamined-8)/5) + secret,
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
				t.Errorf("a part of the secret shows in %q", said)
			}
		})
	}
}

func TestMaskedSpellings(t *testing.T) {
	t.Parallel()

	m := newMask([]pat.Secret{"", "    ", "h", "abcd", "abcdef", "line\n", `q"\<`})

	tests := map[string]struct{ text, want string }{
		"the longest wins":           {"abcdefg", "***g"},
		"a shorter one":              {"abcdx", "***x"},
		"without its line break":     {"a line", "a ***"},
		"as JSON has it":             {`{"p":"q\"\\\u003c"}`, `{"p":"***"}`},
		"as plain JSON has it":       {`{"p":"q\"\\<"}`, `{"p":"***"}`},
		"as a query has it":          {"?p=q%22%5C%3C&r", "?p=***&r"},
		"as HTML has it":             {`q&#34;\&lt;`, "***"},
		"blanks are nobody's secret": {"x    y", "x    y"},
		"what is not secret":         {"a b", "a b"},
		"too short to be one":        {"http://", "http://"},
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

// FuzzErrorBody checks that no answer can make an error that is long, unreadable or
// indiscreet.
func FuzzErrorBody(f *testing.F) {
	f.Add(uint16(404), byte(0), "text/html", []byte(page))
	f.Add(uint16(403), byte(1), "application/json", []byte(`{"error":{"message":"`+secret+`"}}`))
	f.Add(uint16(500), byte(2), "text/plain; charset=utf-8", []byte("\xff\xfe\x00\x1b[2J"+secret))
	f.Add(uint16(200), byte(0), "application/json", []byte("{"+secret))
	f.Add(uint16(201), byte(1), "", []byte(secret))
	f.Add(uint16(401), byte(2), ";;;", []byte("s3cr3t&amp;Pass/word"))
	f.Add(uint16(302), byte(0), "TEXT/HTML; x", []byte("<html><s3cr3t&<b>Pass/word"))
	f.Add(uint16(422), byte(2), "a/b", []byte(strings.Repeat("<p>ü", maxExamined/5)+secret))
	f.Add(uint16(999), byte(1), "\x00", []byte("<!--<script>s3cr3t&#0;&#38;Pass/word"))
	f.Add(uint16(429), byte(0), "x", []byte(strings.Repeat(" ", maxExamined-3)+secret))

	f.Fuzz(func(t *testing.T, code uint16, method byte, contentType string, body []byte) {
		methods := []string{http.MethodGet, http.MethodPost, http.MethodDelete}
		r := Request{Method: methods[int(method)%len(methods)], Segments: []string{"x"}}

		c := clientOf(t, int(code), contentType, string(body), func(o *Options) {
			o.Read = func(a Answer) Reading {
				text := string(a.Body)

				return Reading{
					Kind: Kind(method % 7), Message: text[:len(text)/2], Remedy: text, Missing: []string{text},
					Fields: map[string][]string{text: {text, text}},
				}
			}
		})

		answer, err := c.Do(t.Context(), r)
		if err == nil {
			err = c.UnexpectedAnswer(r, answer, json.Unmarshal(body, new(int)))
		}

		texts := []string{c.Tried(r.Method, string(body))}

		var failure pat.Failure

		switch err := err.(type) { //nolint:errorlint // The error itself is tested, not its causes.
		case *pat.NotFoundError:
			failure = err.Failure
		case *pat.ValidationError:
			failure = err.Failure

			for name, messages := range err.Fields {
				texts = append(append(texts, name), strings.Join(messages, ""))
			}
		case *pat.PermissionError:
			failure = err.Failure
			texts = append(texts, err.Missing...)
		case *pat.AuthenticationError:
			failure = err.Failure
		case *pat.TransientError:
			failure = err.Failure
		case *pat.AmbiguousError:
			failure = err.Failure
		case *pat.ProtocolError:
			failure = err.Failure
		default:
			t.Fatalf("%T: %v", err, err)
		}

		for _, text := range append(texts, failure.Tried, failure.Said, failure.Remedy) {
			if len(text) > maxText {
				t.Errorf("%d bytes: %q", len(text), text)
			}

			if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
				t.Errorf("not fit to be shown: %q", text)
			}

			if strings.Contains(text, secret) {
				t.Errorf("a secret shows in %q", text)
			}
		}
	})
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
