package foremanserver

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
)

// The beginnings of what no log, error or state may hold by accident. All are made of
// URL-safe base64 characters where the server's own values are.
const (
	// SecretPrefix begins every token secret: 22 characters in all.
	SecretPrefix = "oaSEC-"
	// HashPrefix begins the stored hash of a token, which the answer to a DELETE holds.
	HashPrefix = "$2a$09$oaHASH."
	// SessionPrefix begins every session cookie's value.
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

// hashToken is what the store keeps of a token's secret. It depends on the user, as
// Foreman's salt does; a slow hash would only slow down tests.
func hashToken(userID int, secret string) string {
	sum := sha256.Sum256([]byte(strconv.Itoa(userID) + "\x00" + secret))
	return HashPrefix + base64.RawURLEncoding.EncodeToString(sum[:])
}

func hashPassword(salt, password string) string {
	sum := sha256.Sum256([]byte(salt + "\x00" + password))
	return HashPrefix + base64.RawURLEncoding.EncodeToString(sum[:])
}
