package rest

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// longestSpelling is how many bytes a byte of a secret takes up at most, as "\\u0026" or
// "&#x00026;", but for what is escaped over and over.
const longestSpelling = 12

// longestBeginning is how many characters of a secret are looked for, beyond the first
// ones, where a text ends: expressions must not be nested deeper than a thousand times.
const longestBeginning = 250

// longestKept is how many bytes of a secret are kept, and longestExpression how many of its
// characters are compared: an expression has a size that it must not exceed.
const (
	longestKept       = 8 << 10
	longestExpression = 500
)

// brokenSpelling matches what is left of a character whose spelling was cut.
const brokenSpelling = `(?:&#?[0-9A-Za-z]*|%[0-9A-Fa-f]?|\\(?:u[0-9A-Fa-f]*)?)?`

// passwordHash is a hash of bcrypt, which servers keep passwords and tokens as. Nobody who
// reads an error needs one.
var passwordHash = regexp.MustCompile(`\$2[abxy]?\$[0-9]{2}\$[./0-9A-Za-z_-]*`)

// hidden is a secret that no text may show.
type hidden struct {
	// text is the secret without the blanks around it: one that was read from a file ends
	// with a line break, which no server repeats.
	text string
	// spellings are the most likely ways to write it.
	spellings []string
	// whole matches every way, and begun the first part of it at the end of a text.
	whole, begun *regexp.Regexp
}

// hide returns the secret as it is to be hidden; false if it is too short.
func hide(secret pat.Secret) (hidden, bool) {
	text := kept(secret)
	if len(text) < minSecret {
		return hidden{}, false
	}

	var (
		whole, begun strings.Builder
		open         int
	)

	for i, r := range []rune(text) {
		if i == longestExpression {
			whole.WriteString(`\S*`)

			break
		}

		way := characterSpelling(r)
		whole.WriteString(way)

		if i >= minSecret && open < longestBeginning {
			begun.WriteString("(?:")

			open++
		}

		if i < minSecret+longestBeginning {
			begun.WriteString(way)
		}
	}

	if open == longestBeginning {
		begun.WriteString(`\S*`) // Whatever follows so much of it is the rest.
	}

	begun.WriteString(strings.Repeat(")?", open) + brokenSpelling + `$`)

	return hidden{
		text: text, spellings: spellings(text),
		whole: regexp.MustCompile(whole.String()), begun: regexp.MustCompile(begun.String()),
	}, true
}

// kept returns what is kept of a secret. A server may send sessions of a megabyte, time and
// again.
func kept(secret pat.Secret) string {
	text := strings.TrimSpace(secret.Reveal())

	return text[:min(len(text), longestKept)]
}

// in returns the text without the secret.
func (h hidden) in(text string) string { return h.whole.ReplaceAllLiteralString(text, masked) }

// atEnd returns the text without the first part of the secret at its end: where an answer
// was cut short, so was what it repeats.
func (h hidden) atEnd(text string) string {
	head := max(0, len(text)-longestSpelling*len(h.text))

	return text[:head] + h.begun.ReplaceAllLiteralString(text[head:], masked)
}

// longest is how many bytes what is compared of the secret takes up at most.
func (h hidden) longest() int { return longestSpelling * min(len(h.text), longestExpression) }

// spellings returns the ways in which a secret shows most often in a URL, in JSON, in a
// page, and in what text makes of it.
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
		all = append(all, strings.TrimSpace(flatten(spelling)))
	}

	slices.Sort(all)

	return slices.DeleteFunc(slices.Compact(all), func(spelling string) bool { return len(spelling) < minSecret })
}

// characterSpelling returns an expression for a character in any of the ways of URLs, JSON
// and HTML: servers escape more or fewer of them, with capital or small digits, and what
// they quote a second time.
func characterSpelling(r rune) string {
	if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
		return string(r)
	}

	ways := []string{
		regexp.QuoteMeta(string(r)),
		`\\+` + regexp.QuoteMeta(string(r)),
		fmt.Sprintf("&(?:amp;)*#0*%d;", r),
		fmt.Sprintf("&(?:amp;)*#[xX]0*(?i:%x);", r),
	}

	var escaped, percent strings.Builder

	for _, unit := range utf16.Encode([]rune{r}) {
		fmt.Fprintf(&escaped, `\\+u(?i:%04x)`, unit)
	}

	for _, b := range []byte(string(r)) {
		fmt.Fprintf(&percent, "%%(?:25)*(?i:%02x)", b)
	}

	ways = append(ways, escaped.String(), percent.String())

	if name, ok := map[rune]string{'"': "quot", '\'': "apos", '&': "amp", '<': "lt", '>': "gt"}[r]; ok {
		ways = append(ways, "&(?:amp;)*"+name+";")
	}

	switch {
	case unicode.IsSpace(r):
		ways = append(ways, " +", `\+`, `\\+[nrt]`)
	case unicode.IsControl(r):
		ways = append(ways, "", `\\+[bf]`)
	}

	return "(?:" + strings.Join(ways, "|") + ")"
}
