package controllerserver

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// SecretPrefix begins every token secret: the vendor's own "ucp_" and a marker, so that a test can
// search logs, errors and state for leaked secrets. A secret has 44 characters in all.
const SecretPrefix = "ucp_oaSEC" //nolint:gosec // Only the beginning of a secret.

// secretLength is the length of a secret, including the prefix.
const secretLength = 44

func newSecret() string {
	return (SecretPrefix + rand.Text() + rand.Text())[:secretLength]
}

// newSysID returns 32 random hexadecimal digits.
func newSysID() string {
	raw := make([]byte, 16)
	// crypto/rand never fails: it ends the program instead.
	_, _ = rand.Read(raw)
	return hex.EncodeToString(raw)
}

// hashed returns what the store keeps of a secret or a password; a slow hash would only slow down
// the tests.
func hashed(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}
