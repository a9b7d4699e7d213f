package foreman

import (
	"regexp"
	"strings"
)

var (
	quoting = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

	// literal are the texts that mean themselves in a LIKE pattern. An underscore
	// matches more than itself, which the client's own comparison mends.
	literal = regexp.MustCompile(`^[A-Za-z0-9 ._-]+$`)
)

// maxSearch bounds what is put into a search, which travels in the URL: Puma refuses a
// query beyond 10 KiB and Apache a line beyond 8190 bytes, and escaping makes up to six
// bytes of one.
const maxSearch = 1000

// searchable says whether a search for the value fits into a URL.
func searchable(value string) bool { return len(value) <= maxSearch }

// equals returns the search for rows whose field is exactly value. Always quoted, or
// words like `and` and characters like `<` would be read as grammar; Foreman then
// rarely fails but searches for something else, so callers compare what they get.
func equals(field, value string) string { return field + `="` + quoting.Replace(value) + `"` }

// contains returns a search for rows whose field holds a part, in any case of letters, and
// false if no such search can be trusted to find them all.
func contains(field, part string) (string, bool) {
	if !literal.MatchString(part) || !searchable(part) {
		return "", false
	}

	return field + ` ~ "*` + part + `*"`, true
}

// startsWith returns a search for rows whose field begins with prefix, in any case of
// letters, and false if no such search can be trusted to find them all.
func startsWith(field, prefix string) (string, bool) {
	if !literal.MatchString(prefix) || !searchable(prefix) {
		return "", false
	}

	return field + ` ~ "` + prefix + `*"`, true
}
