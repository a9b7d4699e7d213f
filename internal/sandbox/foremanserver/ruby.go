package foremanserver

import (
	"math"
	"math/big"
	"regexp"
	"strings"
	"unicode"
)

// leadingBig reads the integer at the beginning of a text, as Ruby's String#to_i and Rails' casts
// of ids do: blanks, a sign, digits with single underscores. It returns 0 if there are no digits.
func leadingBig(s string) *big.Int {
	s = strings.TrimLeftFunc(s, isRubySpace)
	sign := ""
	if s != "" && (s[0] == '+' || s[0] == '-') {
		sign, s = s[:1], s[1:]
	}
	end := 0
	for end < len(s) && (isDigit(s[end]) || (s[end] == '_' && end > 0 && s[end-1] != '_')) {
		end++
	}
	n, ok := new(big.Int).SetString(sign+strings.ReplaceAll(s[:end], "_", ""), 10)
	if !ok {
		return new(big.Int)
	}
	return n
}

// leadingInteger is leadingBig for ids; a number outside the range of ids becomes -1.
func leadingInteger(s string) int {
	n := leadingBig(s)
	if !n.IsInt64() || n.Int64() > math.MaxInt32 {
		return -1
	}
	return int(n.Int64())
}

// parentForm matches the texts that the server accepts as an id where it looks for a name first.
var parentForm = regexp.MustCompile(`^(\d+-|(0|[1-9]\d*)$)`)

// parentID reads an id where the server looks for a name first: only digits, or digits and a hyphen
// followed by anything. It returns -1 for any other text.
func parentID(s string) int {
	if !parentForm.MatchString(s) {
		return -1
	}
	return leadingInteger(s)
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// isBlank reports whether a text contains only Unicode white space.
func isBlank(s string) bool {
	return strings.TrimFunc(s, unicode.IsSpace) == ""
}

// stripped removes the white space that Ruby's String#strip removes, which is ASCII only.
func stripped(s string) string {
	return strings.TrimFunc(s, isRubySpace)
}
