package hostileserver

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// FirstWords is the text that the tests of drivers put into an answer.
const FirstWords = "first-words"

// longest is how many bytes an error may have: method and path, what was said, what to do,
// none of them longer than 2 KiB.
const longest = 3 * 2048

// Complaints says what is wrong with the text of an error about an answer of the server
// with this base URL. It should name method, path and status, begin to quote the answer if
// its readers may see it, and be fit for a terminal.
func Complaints(text string, answer Answer, url string, quoted bool) []string {
	var all []string

	if !regexp.MustCompile(`(GET|POST|DELETE) ` + regexp.QuoteMeta(url) + `/`).MatchString(text) {
		all = append(all, "it names no method and path")
	}

	if status := fmt.Sprintf("HTTP %d", answer.Status); answer.Status != 0 && !strings.Contains(text, status) {
		all = append(all, "it does not say "+status)
	}

	if quoted && answer.Shows && !strings.Contains(text, FirstWords) {
		all = append(all, "it does not quote the answer")
	}

	if len(text) > longest || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		all = append(all, fmt.Sprintf("it is not fit to be shown, with %d bytes", len(text)))
	}

	return all
}
