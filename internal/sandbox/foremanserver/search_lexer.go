package foremanserver

import "strings"

// The kinds of tokens in the search language. A word is any text; every other kind is an operator,
// a keyword or punctuation.
const (
	symWord   = ""
	symLParen = "lparen"
	symRParen = "rparen"
	symComma  = "comma"
	symAnd    = "and"
	symOr     = "or"
	symNot    = "not"
	symNull   = "null"
	symSet    = "notnull"
	symEq     = "eq"
	symNe     = "ne"
	symGt     = "gt"
	symGte    = "gte"
	symLt     = "lt"
	symLte    = "lte"
	symLike   = "like"
	symUnlike = "unlike"
	symIn     = "in"
	symNotIn  = "notin"
)

// lexeme is one token of a search: a word when sym is symWord, else a symbol.
type lexeme struct {
	sym  string
	word string
}

var searchKeywords = map[string]string{
	"and": symAnd, "or": symOr, "not": symNot,
	"set?": symSet, "has": symSet, "null?": symNull,
	"before": symLt, "after": symGt, "at": symEq,
}

var searchOperators = map[string]string{
	"&": symAnd, "&&": symAnd, "|": symOr, "||": symOr, "-": symNot, "!": symNot,
	"~": symLike, "!~": symUnlike, "=": symEq, "==": symEq, "!=": symNe, "<>": symNe,
	">": symGt, "<": symLt, ">=": symGte, "<=": symLte, "^": symIn, "!^": symNotIn,
}

// lexSearch splits a search into lexemes. It never fails: an unterminated quote ends at the end of
// the text.
func lexSearch(query string) []lexeme {
	chars := []rune(query)
	var out []lexeme
	for i := 0; i < len(chars); i++ {
		switch ch := chars[i]; {
		case isRubySpace(ch):
		case ch == '(':
			out = append(out, lexeme{sym: symLParen})
		case ch == ')':
			out = append(out, lexeme{sym: symRParen})
		case ch == ',':
			out = append(out, lexeme{sym: symComma})
		case strings.ContainsRune("&|=<>^!~-", ch):
			operator := string(ch)
			if i+1 < len(chars) && searchOperators[operator+string(chars[i+1])] != "" {
				i++
				operator += string(chars[i])
			}
			out = append(out, lexeme{sym: searchOperators[operator]})
		case ch == '"':
			var word []rune
			for i++; i < len(chars) && chars[i] != '"'; i++ {
				if chars[i] == '\\' {
					if i++; i == len(chars) {
						break
					}
				}
				word = append(word, chars[i])
			}
			out = append(out, lexeme{word: string(word)})
		default:
			start := i
			for i+1 < len(chars) && !endsWord(chars[i+1]) {
				i++
			}
			word := string(chars[start : i+1])
			out = append(out, lexeme{sym: searchKeywords[strings.ToLower(word)], word: word})
		}
	}
	return out
}

// endsWord reports whether a character cannot be part of an unquoted word. "!", "^", "-" and quotes
// can.
func endsWord(ch rune) bool {
	return isRubySpace(ch) || strings.ContainsRune("=~<>&|)(,", ch)
}

func isRubySpace(ch rune) bool {
	return ch == ' ' || (ch >= '\t' && ch <= '\r')
}
