package foremanserver

import "strings"

// likePattern returns the SQL pattern for a value: it is wrapped in "%" unless it contains a
// wildcard; runs of "*" and "%" become one "%".
func likePattern(text string) string {
	if !strings.ContainsAny(text, "*%") {
		return "%" + text + "%"
	}
	var b strings.Builder
	wild := false
	for _, ch := range text {
		if ch == '*' || ch == '%' {
			if !wild {
				b.WriteByte('%')
			}
			wild = true
			continue
		}
		wild = false
		b.WriteRune(ch)
	}
	return b.String()
}

// likeElement is one piece of a pattern: a character, or a wildcard for one or any number of
// characters.
type likeElement struct {
	char rune
	any  bool
	one  bool
}

// likeMatcher compiles an ILIKE pattern: "%" is any text, "_" any character, and a backslash
// removes the special meaning of the next character.
func likeMatcher(pattern string) (func(string) bool, error) {
	var elements []likeElement
	chars := []rune(strings.ToLower(pattern))
	for i := 0; i < len(chars); i++ {
		switch chars[i] {
		case '%':
			elements = append(elements, likeElement{any: true})
		case '_':
			elements = append(elements, likeElement{one: true})
		case '\\':
			if i++; i == len(chars) {
				return nil, &databaseError{"PG::InvalidEscapeSequence: ERROR:  LIKE pattern must not end with escape character\n"}
			}
			elements = append(elements, likeElement{char: chars[i]})
		default:
			elements = append(elements, likeElement{char: chars[i]})
		}
	}
	return func(text string) bool { return matchLike(elements, []rune(strings.ToLower(text))) }, nil
}

// matchLike backtracks only to the last "%" when a character does not match, so that its worst case
// is proportional to pattern times text.
func matchLike(elements []likeElement, text []rune) bool {
	e, t := 0, 0
	starElement, starText := -1, 0
	for t < len(text) {
		switch {
		case e < len(elements) && elements[e].any:
			starElement, starText = e, t
			e++
		case e < len(elements) && (elements[e].one || elements[e].char == text[t]):
			e++
			t++
		case starElement >= 0:
			starText++
			e, t = starElement+1, starText
		default:
			return false
		}
	}
	for e < len(elements) && elements[e].any {
		e++
	}
	return e == len(elements)
}
