package pat

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxQuoted is the length of the longest text that a message quotes, in characters.
	maxQuoted = 64
	// minRandom is the length of the shortest word that may be a token, in characters: Foreman's
	// tokens have 22.
	minRandom = 20
)

// Quote formats a text of the user for a message: in quotes or, if it may be a secret in the wrong
// place, as a description that contains no part of it. Every message that repeats a text of the user
// uses Quote.
func Quote(text string) string {
	switch {
	case IsPrivateKey(text):
		return fmt.Sprintf("a private key of %d characters (not shown)", utf8.RuneCountInString(text))
	case MayBeSecret(text):
		return fmt.Sprintf("a value of %d characters (not shown: it may be a secret)", utf8.RuneCountInString(text))
	default:
		return strconv.Quote(text)
	}
}

// MayBeSecret reports whether a text may be a secret: it is a private key, longer than a name or a
// duration, has several lines, is a URL with a password, or contains a word that looks random. Short
// passwords cannot be distinguished from other words.
func MayBeSecret(text string) bool {
	trimmed := strings.TrimSpace(text)

	switch {
	case IsPrivateKey(trimmed),
		utf8.RuneCountInString(trimmed) > maxQuoted,
		strings.ContainsFunc(trimmed, unicode.IsControl),
		strings.Contains(trimmed, "://") && strings.Contains(trimmed, "@"):
		return true
	}

	for word := range strings.FieldsFuncSeq(trimmed, func(r rune) bool { return !inToken(r) }) {
		if isRandom(word) {
			return true
		}
	}

	return false
}

// IsPrivateKey reports whether a text contains a private key, in any spelling: of age, OpenSSH, PEM,
// PGP or PuTTY.
func IsPrivateKey(text string) bool {
	letters := strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}

		return unicode.ToUpper(r)
	}, text)

	for _, mark := range []string{"SECRETKEY", "PRIVATEKEY", "AGEPLUGIN", "PRIVATELINES", "PUTTYUSERKEYFILE"} {
		if strings.Contains(letters, mark) {
			return true
		}
	}

	return strings.Contains(text, "b3BlbnNzaC1rZXkt") // The beginning of an OpenSSH key in base64.
}

// inToken reports whether tokens may contain the character: base64 in either alphabet, hexadecimal
// digits, and the characters that join parts.
func inToken(r rune) bool {
	return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-+/=.", r))
}

// isRandom reports whether a word looks like a token. Names contain sequences of letters and of
// digits; in random text, about every second character is of another kind than the one before it.
func isRandom(word string) bool {
	if strings.HasPrefix(word, "ucp_") && len(word) >= minRandom/2 {
		return true
	}

	var changes int

	before := joining

	for _, r := range word {
		now := kindOf(r)
		if now == joining {
			continue
		}

		if before != joining && now != before {
			changes++
		}

		before = now
	}

	return len(word) >= minRandom && changes >= len(word)/3
}

// kind is a kind of character that occurs in tokens.
type kind int

const (
	joining kind = iota
	small
	capital
	digit
)

func kindOf(r rune) kind {
	switch {
	case unicode.IsLower(r):
		return small
	case unicode.IsUpper(r):
		return capital
	case unicode.IsDigit(r):
		return digit
	default:
		return joining
	}
}
