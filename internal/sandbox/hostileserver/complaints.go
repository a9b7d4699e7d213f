package hostileserver

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// FirstWords is the text that the drivers' tests put into a hostile response.
const FirstWords = "first-words"

// longest is how many bytes an error text may have: method and path, the server's words, and the
// remedy, each at most 2 KiB.
const longest = 3 * 2048

// Complaints returns what is wrong with the text of an error about a response from the server at
// this base URL. The text must name method, path and status, quote the beginning of the response if
// its readers may see it, and be safe to print on a terminal.
func Complaints(text string, answer Answer, url string, quoted bool) []string {
	var all []string

	if !regexp.MustCompile(`(GET|POST|DELETE) ` + regexp.QuoteMeta(url) + `/`).MatchString(text) {
		all = append(all, "it does not name the method and the path")
	}

	if status := fmt.Sprintf("HTTP %d", answer.Status); answer.Status != 0 && !strings.Contains(text, status) {
		all = append(all, "it does not say "+status)
	}

	if quoted && answer.Shows && !strings.Contains(text, FirstWords) {
		all = append(all, "it does not quote the response")
	}

	if len(text) > longest || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		all = append(all, fmt.Sprintf("it is too long or not printable, with %d bytes", len(text)))
	}

	return all
}
