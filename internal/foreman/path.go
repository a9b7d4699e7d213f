package foreman

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// digits matches Foreman's ids: positive numbers that fit into a bigint.
var digits = regexp.MustCompile(`^[1-9][0-9]{0,17}$`)

// byID formats an id so that Foreman cannot mistake it for anything else. Some lookups try a login or
// a title first, and there an id alone could match another record: a user whose login is a number
// would hide the tokens of the user with that id. Digits followed by a hyphen are Foreman's own form,
// "5-alice", and no login contains a tilde.
func byID(id string) string { return id + "-~" }

// segments returns the path of an API call below /api.
func segments(elements ...string) []string { return append([]string{"api"}, elements...) }

// tokensPath returns the path of a user's tokens.
func tokensPath(userID string) ([]string, error) {
	if err := number("user", userID); err != nil {
		return nil, err
	}

	return segments("users", byID(userID), "personal_access_tokens"), nil
}

// tokenPath returns the path of a token.
func tokenPath(key pat.Key) ([]string, error) {
	path, err := tokensPath(key.UserID)
	if err != nil {
		return nil, err
	}

	if err := number("token", key.TokenID); err != nil {
		return nil, err
	}

	return append(path, key.TokenID), nil
}

// number refuses an id that does not consist of digits, before a request is sent: Foreman would use
// the leading digits, and an empty segment would lead to another route.
func number(what, id string) error {
	if digits.MatchString(id) {
		return nil
	}

	return &pat.ValidationError{Failure: pat.Failure{
		Tried:  fmt.Sprintf("addressing a %s by the id %s", what, pat.Quote(id)),
		Said:   "Foreman's ids are whole numbers",
		Remedy: fmt.Sprintf("Use the number of the %s, in digits only.", what),
	}}
}

// column reports whether an id fits into the id column of the database.
func column(id string) bool {
	_, err := strconv.ParseInt(id, 10, 32)

	return err == nil && digits.MatchString(id)
}

// byNumber compares two numbers, given in digits.
func byNumber(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}

	return strings.Compare(a, b)
}
