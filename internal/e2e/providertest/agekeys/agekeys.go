// Package agekeys generates key pairs for tests of encrypted secrets, and decrypts with them.
package agekeys

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"io"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"filippo.io/age/armor"
	"golang.org/x/crypto/ssh"
)

// Pair is a key pair: the recipient's public key, and the identity that decrypts.
type Pair struct {
	// Identity decrypts what is encrypted to Recipient.
	Identity age.Identity
	// Recipient is the public key, as `encrypt_to` takes it.
	Recipient string
}

// Native returns a new age key (X25519).
func Native(t *testing.T) (*age.X25519Identity, Pair) {
	t.Helper()

	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}

	return identity, Pair{Identity: identity, Recipient: identity.Recipient().String()}
}

// Ed25519 returns a new SSH Ed25519 key.
func Ed25519(t *testing.T) Pair {
	t.Helper()

	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}

	identity, err := agessh.NewEd25519Identity(private)
	if err != nil {
		t.Fatal(err)
	}

	return Pair{Identity: identity, Recipient: authorized(t, public)}
}

// RSA returns a new SSH RSA key.
func RSA(t *testing.T) Pair {
	t.Helper()

	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}

	identity, err := agessh.NewRSAIdentity(private)
	if err != nil {
		t.Fatal(err)
	}

	return Pair{Identity: identity, Recipient: authorized(t, &private.PublicKey)}
}

// authorized formats a public key as a line of authorized_keys.
func authorized(t *testing.T, public any) string {
	t.Helper()

	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}

	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

// Decrypt decrypts an armored age file with the identity.
func Decrypt(t *testing.T, sealed string, identity age.Identity) string {
	t.Helper()

	plain, err := age.Decrypt(armor.NewReader(strings.NewReader(sealed)), identity)
	if err != nil {
		t.Errorf("the secret cannot be decrypted: %v", err)

		return ""
	}

	text, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}
