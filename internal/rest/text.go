package rest

import (
	"context"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

const (
	// maxText is how many bytes of a server's text an error shows.
	maxText = 2 << 10
	// maxExamined is how many bytes of a body are searched for that text.
	maxExamined = 64 << 10
	// ellipsis replaces the text that truncate cuts off.
	ellipsis = "…"
)

const (
	// masked replaces a secret, as in tflog.
	masked = "***"
	// minSecret is the length in bytes of the shortest secret that is masked. Shorter ones occur in
	// every text, so masking them would make all texts unreadable.
	minSecret = 4
	// maxSessions is how many of the server's sessions are masked at the same time.
	maxSessions = 16
	// maxKept is how many bytes of a secret are kept, because a server may repeatedly send sessions
	// of a megabyte.
	maxKept = 8 << 10
	// maxCompared is how many characters of a secret are compared. The expression for the beginning
	// of a secret has one group per character, and regexp allows about 500 nested groups.
	maxCompared = 400
	// longestSpelling is how many bytes a byte of a secret takes up at most, as "\\u0026" or
	// "&#x00026;", unless it is escaped several times.
	longestSpelling = 12
)

// passwordHash matches a bcrypt hash, the form in which servers store passwords and tokens. No reader
// of an error needs one.
var passwordHash = regexp.MustCompile(`\$2[abxy]?\$[0-9]{2}\$[./0-9A-Za-z_-]*`)

// brokenSpelling matches the rest of an escaped character that was cut.
const brokenSpelling = `(?:&#?[0-9A-Za-z]*|%[0-9A-Fa-f]?|\\(?:u[0-9A-Fa-f]*)?)?`

// hiddenSecret is a secret that must not appear in any text.
type hiddenSecret struct {
	text string
	// whole matches the secret in every spelling.
	whole *regexp.Regexp
	// begun returns an expression for the beginning of the secret at the end of a text. It is
	// compiled when it is first needed, because few responses are cut short.
	begun func() *regexp.Regexp
}

// hide prepares a secret for masking. It returns false if the secret is too short.
func hide(secret pat.Secret) (hiddenSecret, bool) {
	text := kept(secret)
	if len(text) < minSecret {
		return hiddenSecret{}, false
	}

	var whole, begun, rest, end strings.Builder

	for i, r := range []rune(text) {
		if i == maxCompared {
			// After so many matching characters, everything up to the next blank belongs to the
			// secret.
			rest.WriteString(`\S*`)

			break
		}

		spelling := spellingOf(r)
		whole.WriteString(spelling)

		if i >= minSecret {
			begun.WriteString("(?:")
			end.WriteString(")?")
		}

		begun.WriteString(spelling)
	}

	return hiddenSecret{
		text:  text,
		whole: regexp.MustCompile(whole.String() + rest.String()),
		begun: sync.OnceValue(func() *regexp.Regexp {
			return regexp.MustCompile(begun.String() + rest.String() + end.String() + brokenSpelling + "$")
		}),
	}, true
}

// kept returns the part of a secret that is kept, without the blanks around it: a secret that was
// read from a file ends with a line break, which no server repeats.
func kept(secret pat.Secret) string {
	text := strings.TrimSpace(secret.Reveal())

	return text[:min(len(text), maxKept)]
}

// spellingOf returns an expression for a character as URLs, JSON and HTML escape it, once or several
// times. Servers differ in which characters they escape and in the case of the digits, and escape
// again what they quote.
func spellingOf(r rune) string {
	if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
		return string(r)
	}

	var json, percent strings.Builder

	for _, unit := range utf16.Encode([]rune{r}) {
		fmt.Fprintf(&json, `\\+u(?i:%04x)`, unit)
	}

	for _, b := range []byte(string(r)) {
		fmt.Fprintf(&percent, "%%(?:25)*(?i:%02x)", b)
	}

	spellings := []string{
		`\\*` + regexp.QuoteMeta(string(r)),
		json.String(),
		percent.String(),
		fmt.Sprintf("&(?:amp;)*#0*%d;", r),
		fmt.Sprintf("&(?:amp;)*#[xX]0*(?i:%x);", r),
	}

	if name, ok := map[rune]string{'"': "quot", '\'': "apos", '&': "amp", '<': "lt", '>': "gt"}[r]; ok {
		spellings = append(spellings, "&(?:amp;)*"+name+";")
	}

	switch {
	case unicode.IsSpace(r):
		spellings = append(spellings, " +", `\+`, `\\+[nrt]`)
	case unicode.IsControl(r):
		spellings = append(spellings, "", `\\+[bf]`)
	}

	return "(?:" + strings.Join(spellings, "|") + ")"
}

// mask hides secrets in texts: those of the configuration, and the sessions that the server has
// created since. It is safe for concurrent use.
type mask struct {
	mu       sync.Mutex
	fixed    []hiddenSecret // Longest first: a secret may contain another.
	sessions []hiddenSecret // Newest first.
}

func newMask(secrets []pat.Secret) *mask {
	m := &mask{}

	for _, secret := range secrets {
		if hidden, ok := hide(secret); ok {
			m.fixed = append(m.fixed, hidden)
		}
	}

	slices.SortStableFunc(m.fixed, func(a, b hiddenSecret) int { return len(b.text) - len(a.text) })

	return m
}

// addSession masks a session from now on, and drops the oldest one if there are too many.
func (m *mask) addSession(secret pat.Secret) {
	m.mu.Lock()
	defer m.mu.Unlock()

	text := kept(secret)
	if slices.ContainsFunc(m.sessions, func(known hiddenSecret) bool { return known.text == text }) {
		return
	}

	if hidden, ok := hide(secret); ok {
		m.sessions = slices.Insert(m.sessions, 0, hidden)
		m.sessions = m.sessions[:min(len(m.sessions), maxSessions)]
	}
}

func (m *mask) all() []hiddenSecret {
	m.mu.Lock()
	defer m.mu.Unlock()

	return slices.Concat(m.fixed, m.sessions)
}

// logs returns a context whose log lines are masked.
func (m *mask) logs(ctx context.Context) context.Context {
	var expressions []*regexp.Regexp
	for _, hidden := range m.all() {
		expressions = append(expressions, hidden.whole)
	}

	return tflog.MaskLogRegexes(ctx, expressions...)
}

// text makes a text safe to show: valid UTF-8 on one line, without control characters and secrets, at
// most limit bytes.
func (m *mask) text(text string, limit int) string {
	return truncate(strings.TrimSpace(m.examine([]byte(text))), limit)
}

// ending is examine for a text that may end in the middle of a secret, because a response that was
// cut short may repeat one.
func (m *mask) ending(text []byte) string {
	shown := m.examine(text)

	for _, hidden := range m.all() {
		head := max(0, len(shown)-longestSpelling*len(hidden.text))
		shown = shown[:head] + hidden.begun().ReplaceAllLiteralString(shown[head:], masked)
	}

	return shown
}

// examine returns the beginning of a text on one line, without secrets.
func (m *mask) examine(text []byte) string {
	beginning := text[:min(len(text), maxExamined)]
	// Flattening comes first, because it could join the parts of a secret that control characters
	// separate.
	shown := passwordHash.ReplaceAllLiteralString(flatten(string(beginning)), masked)
	longest := 0

	for _, hidden := range m.all() {
		shown = hidden.whole.ReplaceAllLiteralString(shown, masked)
		longest = max(longest, longestSpelling*min(len(hidden.text), utf8.UTFMax*maxCompared))
	}

	if len(beginning) < len(text) {
		// The cut may have split a secret, whose beginning alone is not recognized here.
		shown = strings.ToValidUTF8(shown[:max(0, len(shown)-longest-utf8.UTFMax)], "")
	}

	return shown
}

// flatten puts a text on one line and removes control characters, which a terminal would interpret.
func flatten(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case unicode.IsControl(r):
			return -1
		default:
			return r // strings.Map passes bytes that are not UTF-8 as U+FFFD.
		}
	}, text)
}

// truncate cuts a text between two characters and appends an ellipsis.
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
	title     = regexp.MustCompile(`(?is)<title\b[^>]*>(.*?)</title\s*>`)
	tag       = regexp.MustCompile(`(?s)<[^>]*>`)
)

// pageText returns the visible text of a web page on one line. Most error pages repeat their title;
// then it is included only once.
func pageText(page string) string {
	page = invisible.ReplaceAllString(page, " ")

	if found := title.FindStringSubmatch(page); found != nil {
		titled, body := visibleText(found[1]), visibleText(title.ReplaceAllString(page, " "))

		switch {
		case strings.HasPrefix(body, titled):
			return body
		case strings.Contains(titled, body):
			return titled
		}
	}

	return visibleText(page)
}

// visibleText returns the text between the tags, on one line.
func visibleText(page string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(page, " "))), " ")
}
