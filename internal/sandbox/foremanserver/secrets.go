package foremanserver

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
)

// The prefixes of values that must not appear in a log, an error or state. All of them consist of
// URL-safe base64 characters where the server's own values do.
const (
	// SecretPrefix begins every token secret; a secret has 22 characters in all.
	SecretPrefix = "oaSEC-"
	// HashPrefix begins the stored hash of a token, which the response to a DELETE contains.
	HashPrefix = "$2a$09$oaHASH."
	// SessionPrefix begins the value of every session cookie.
	SessionPrefix = "oaSES-"
)

// secretRandom is the length of a secret's random part.
const secretRandom = 16

func newSecret() string { return SecretPrefix + randomText(secretRandom) }

// randomText returns n random characters of URL-safe base64.
func randomText(n int) string {
	raw := make([]byte, n)
	// crypto/rand never fails: it ends the program instead.
	_, _ = rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)[:n]
}

// hashToken returns what the store keeps of a token's secret. It depends on the user, as Foreman's
// salt does; a slow hash would only slow down the tests.
func hashToken(userID int, secret string) string {
	sum := sha256.Sum256([]byte(strconv.Itoa(userID) + "\x00" + secret))
	return HashPrefix + base64.RawURLEncoding.EncodeToString(sum[:])
}

func hashPassword(salt, password string) string {
	sum := sha256.Sum256([]byte(salt + "\x00" + password))
	return HashPrefix + base64.RawURLEncoding.EncodeToString(sum[:])
}
