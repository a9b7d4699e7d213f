package foreman

import (
	"regexp"
	"strings"
)

var (
	quoting = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

	// literal matches the texts that can be searched for with LIKE. An underscore matches other
	// characters as well, which the client's own comparison corrects.
	literal = regexp.MustCompile(`^[A-Za-z0-9 ._-]+$`)
)

// maxSearch limits the length of a search, which is part of the URL: Puma refuses a query beyond 10
// KiB and Apache a line beyond 8190 bytes, and one byte takes up to six once it is escaped.
const maxSearch = 1000

// searchable reports whether a search for the value fits into a URL.
func searchable(value string) bool { return len(value) <= maxSearch }

// equals returns the search for rows whose field is exactly value. The value is always quoted,
// because Foreman would read words like `and` and characters like `<` as part of the query. It then
// rarely fails, but searches for something else, so callers compare the results.
func equals(field, value string) string { return field + `="` + quoting.Replace(value) + `"` }

// contains returns a search for rows whose field contains part, in upper or lower case. It returns
// false if no search would reliably find them all.
func contains(field, part string) (string, bool) {
	if !literal.MatchString(part) || !searchable(part) {
		return "", false
	}

	return field + ` ~ "*` + part + `*"`, true
}

// startsWith returns a search for rows whose field begins with prefix, in upper or lower case. It
// returns false if no search would reliably find them all.
func startsWith(field, prefix string) (string, bool) {
	if !literal.MatchString(prefix) || !searchable(prefix) {
		return "", false
	}

	return field + ` ~ "` + prefix + `*"`, true
}
