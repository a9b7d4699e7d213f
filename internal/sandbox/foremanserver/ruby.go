package foremanserver

import (
	"math"
	"math/big"
	"regexp"
	"strings"
	"unicode"
)

// leadingBig reads the integer that a text begins with, as Ruby's String#to_i and
// Rails' casts of ids do: blanks, a sign, digits with single underscores; 0 without
// digits.
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

// leadingInteger is leadingBig for ids; what no id can be is -1.
func leadingInteger(s string) int {
	n := leadingBig(s)
	if !n.IsInt64() || n.Int64() > math.MaxInt32 {
		return -1
	}
	return int(n.Int64())
}

// parentForm is what the server reads as an id where it looks for a name first.
var parentForm = regexp.MustCompile(`^(\d+-|(0|[1-9]\d*)$)`)

// parentID reads an id where the server looks for a name first: digits alone, or digits
// and a hyphen with anything after them. What has another form is -1.
func parentID(s string) int {
	if !parentForm.MatchString(s) {
		return -1
	}
	return leadingInteger(s)
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// isBlank says whether a text has nothing but blanks, of any script.
func isBlank(s string) bool {
	return strings.TrimFunc(s, unicode.IsSpace) == ""
}

// stripped removes the blanks that Ruby's String#strip removes: ASCII's.
func stripped(s string) string {
	return strings.TrimFunc(s, isRubySpace)
}
