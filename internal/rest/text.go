package rest

import (
	"context"
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"
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

// minSecret is the length of the shortest secret that is masked, in bytes. Shorter ones
// are in every text, and masking them would leave none.
const minSecret = 4

// maxLearned is how many secrets of the server's own are remembered.
const maxLearned = 16

// mask hides secrets in texts: those of the configuration, and those that it learned
// since. It is safe for concurrent use.
type mask struct {
	mu      sync.Mutex
	fixed   []hidden // Longest first.
	learned []hidden // Newest first.
}

func newMask(secrets []pat.Secret) *mask {
	m := &mask{}

	for _, secret := range secrets {
		if h, ok := hide(secret); ok {
			m.fixed = append(m.fixed, h)
		}
	}

	// The longest first: a secret may contain another.
	slices.SortStableFunc(m.fixed, func(a, b hidden) int { return len(b.text) - len(a.text) })

	return m
}

// learn hides a secret from now on. Of those it learned it keeps the newest.
func (m *mask) learn(secret pat.Secret) {
	m.mu.Lock()
	defer m.mu.Unlock()

	known := func(h hidden) bool { return h.text == kept(secret) }
	if slices.ContainsFunc(m.learned, known) {
		return
	}

	if h, ok := hide(secret); ok {
		m.learned = slices.Insert(m.learned, 0, h)
		m.learned = m.learned[:min(len(m.learned), maxLearned)]
	}
}

// logs returns a context whose log lines are masked.
func (m *mask) logs(ctx context.Context) context.Context {
	var all []string
	for _, h := range m.all() {
		all = append(all, h.spellings...)
	}

	if len(all) == 0 {
		return ctx
	}

	return tflog.MaskLogStrings(ctx, all...)
}

// text makes words fit to be shown: valid UTF-8 on one line, without control characters
// and without secrets, at most limit bytes.
func (m *mask) text(words string, limit int) string {
	return truncate(strings.TrimSpace(m.examine([]byte(words))), limit)
}

// examine returns the beginning of a body on one line, without secrets.
func (m *mask) examine(words []byte) string {
	cut := len(words) > maxExamined
	if cut {
		words = words[:maxExamined]
	}

	// Flattening comes first: it could put a secret together that was broken up.
	shown := passwordHash.ReplaceAllLiteralString(flatten(string(words)), masked)
	longest := 0

	for _, h := range m.all() {
		shown = h.in(shown)
		longest = max(longest, h.longest())
	}

	if cut {
		// The cut may have gone through a secret, whose first part would not be
		// recognized.
		shown = strings.ToValidUTF8(shown[:max(0, len(shown)-longest-utf8.UTFMax)], "")
	}

	return shown
}

func (m *mask) all() []hidden {
	m.mu.Lock()
	defer m.mu.Unlock()

	return slices.Concat(m.fixed, m.learned)
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
