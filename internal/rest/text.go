package rest

import (
	"context"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// maxText is how many bytes of a server's words an error shows.
const maxText = 2 << 10

// maxExamined is how many bytes of a body are looked at to find them.
const maxExamined = 64 << 10

// masked stands where a secret was, in the spelling of tflog.
const masked = "***"

// ellipsis stands where a text was cut.
const ellipsis = "…"

// mask hides the secrets of the configuration in texts.
type mask struct {
	spellings []string // Longest first.
	replacer  *strings.Replacer
	longest   int
}

// minSecret is the length of the shortest secret that is masked, in bytes.
const minSecret = 4

func newMask(secrets []pat.Secret) mask {
	var m mask

	for _, secret := range secrets {
		// Shorter ones are in every text, and masking them would leave none.
		if len(secret) < minSecret {
			continue
		}

		m.spellings = append(m.spellings, spellings(secret.Reveal())...)
	}

	// The longest first: a secret may contain another.
	slices.SortFunc(m.spellings, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}

		return strings.Compare(a, b)
	})
	m.spellings = slices.Compact(m.spellings)

	pairs := make([]string, 0, 2*len(m.spellings))
	for _, spelling := range m.spellings {
		pairs = append(pairs, spelling, masked)
		m.longest = max(m.longest, len(spelling))
	}

	m.replacer = strings.NewReplacer(pairs...)

	return m
}

// spellings returns the ways in which a secret can show in a URL, in JSON, in a page, and
// in what text makes of it.
func spellings(secret string) []string {
	all := []string{secret, url.PathEscape(secret), url.QueryEscape(secret), html.EscapeString(secret)}

	var plain strings.Builder

	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)

	if encoder.Encode(secret) == nil {
		all = append(all, strings.Trim(strings.TrimSpace(plain.String()), `"`))
	}

	if escaped, err := json.Marshal(secret); err == nil {
		all = append(all, strings.Trim(string(escaped), `"`))
	}

	for _, spelling := range slices.Clone(all) {
		// A secret that was read from a file ends with a line break, which no server
		// repeats.
		all = append(all, strings.TrimSpace(spelling), strings.TrimSpace(flatten(spelling)))
	}

	return slices.DeleteFunc(all, func(spelling string) bool { return strings.TrimSpace(spelling) == "" })
}

// logs returns a context whose log lines are masked.
func (m mask) logs(ctx context.Context) context.Context {
	if len(m.spellings) == 0 {
		return ctx
	}

	return tflog.MaskLogStrings(ctx, m.spellings...)
}

// text makes words fit to be shown: valid UTF-8 on one line, without control characters
// and without secrets, at most limit bytes.
func (m mask) text(words string, limit int) string {
	return truncate(strings.TrimSpace(m.examine([]byte(words))), limit)
}

// examine returns the beginning of a body on one line, without secrets.
func (m mask) examine(words []byte) string {
	cut := len(words) > maxExamined
	if cut {
		words = words[:maxExamined]
	}

	// Flattening comes first: it could put a secret together that was broken up.
	shown := m.replacer.Replace(flatten(string(words)))
	if cut {
		// The cut may have gone through a secret, whose first part would not be
		// recognized.
		shown = strings.ToValidUTF8(shown[:max(0, len(shown)-m.longest-utf8.UTFMax)], "")
	}

	return shown
}

// flatten puts a text on one line and removes what a terminal would obey.
func flatten(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case unicode.IsControl(r):
			return -1
		default:
			return r // Bytes that are no UTF-8 arrive as U+FFFD.
		}
	}, text)
}

// truncate cuts a text between two characters and shows that it did.
func truncate(text string, limit int) string {
	if len(text) <= limit {
		return text
	}

	end := max(0, limit-len(ellipsis))
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}

	return text[:end] + ellipsis
}

var (
	invisible = regexp.MustCompile(`(?is)<(?:script|style)\b.*?</(?:script|style)\s*>|<!--.*?-->`)
	tag       = regexp.MustCompile(`(?s)<[^>]*>`)
)

// pageText returns what a reader of a web page sees, on one line.
func pageText(page string) string {
	visible := tag.ReplaceAllString(invisible.ReplaceAllString(page, " "), " ")

	return strings.Join(strings.Fields(html.UnescapeString(visible)), " ")
}
