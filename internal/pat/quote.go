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
	// minRandom is the length of the shortest word that may be a token, in characters: those of
	// Foreman have 22.
	minRandom = 20
)

// Quote returns a text that a user wrote as a message shows it: in quotes or, if it may be a
// secret that was written in the wrong place, described without any part of it. Every message
// that repeats what a user wrote repeats it through Quote.
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

// MayBeSecret says whether a text that a user wrote may be a secret: it is a private key, longer
// than a name or a duration is, on several lines, a URL with a password, or has a word that looks
// random. Short passwords cannot be told from other words.
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

// IsPrivateKey says whether a text has a private key in it, however it is spelled: one of age,
// OpenSSH, PEM, PGP or PuTTY.
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

	return strings.Contains(text, "b3BlbnNzaC1rZXkt") // The first bytes of an OpenSSH key, in base64.
}

// inToken says whether tokens are made of such characters: base64 in either alphabet,
// hexadecimal digits, and what joins their parts.
func inToken(r rune) bool {
	return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-+/=.", r))
}

// isRandom says whether a word looks like a token. Names have runs of letters and of digits; in
// random text, about every second character is of another kind than the one before it.
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

// kind is a kind of character that tokens are made of.
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
