package universalcontroller

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// maxNameLength is the length of the longest token name, in characters.
const maxNameLength = 100

// sysIDs matches Universal Controller's ids.
var (
	sysIDs = regexp.MustCompile(`^[0-9a-f]{32}$`)
	// anySysID matches an id in a response, in upper or lower case.
	anySysID = regexp.MustCompile(`(?i)` + sysIDs.String())
)

// checkUserID refuses an id that is not a sysId, before a request is sent: the server would ignore a
// blank one, and address another user or none.
func checkUserID(id string) error {
	if sysIDs.MatchString(id) {
		return nil
	}

	return &pat.ValidationError{Failure: pat.Failure{
		Tried:  "addressing a user by the id " + pat.Quote(id),
		Said:   "Universal Controller's ids are 32 hexadecimal digits",
		Remedy: "Use the user's sysId, in lower case.",
	}}
}

// noNative refuses a query that belongs to another driver.
func noNative(value any) error {
	if value == nil {
		return nil
	}

	return &pat.ValidationError{Failure: pat.Failure{
		Tried: "reading the query", Said: fmt.Sprintf("Universal Controller has no query of type %T", value),
	}}
}

// checkName refuses, before a request is sent, a name that the server would refuse or shorten.
func checkName(name string) error {
	failure := pat.Failure{Tried: "addressing a token by the name " + pat.Quote(name)}

	switch {
	case strings.TrimSpace(name) == "":
		failure.Said = "the name is blank"
	case !utf8.ValidString(name):
		failure.Said = "the name is not valid UTF-8"
	case utf8.RuneCountInString(name) > maxNameLength:
		failure.Said = fmt.Sprintf("a name on Universal Controller has at most %d characters", maxNameLength)
	default:
		return nil
	}

	return &pat.ValidationError{Failure: failure, Fields: map[string][]string{"name": {failure.Said}}}
}
