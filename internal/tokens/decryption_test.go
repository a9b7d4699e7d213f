package tokens

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"strings"
	"testing"

	"filippo.io/age"
	"golang.org/x/crypto/ssh"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/agekeys"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// privateKey formats a key as ssh-keygen does, encrypted if there is a passphrase.
func privateKey(t *testing.T, key any, passphrase string) string {
	t.Helper()

	block, err := ssh.MarshalPrivateKey(key, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(passphrase))
	}

	if err != nil {
		t.Fatal(err)
	}

	return string(pem.EncodeToMemory(block))
}

// authorizedKey formats the public key of a private key.
func authorizedKey(t *testing.T, key any) string {
	t.Helper()

	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}

	return string(ssh.MarshalAuthorizedKey(signer.PublicKey()))
}

// sealedFor encrypts a secret as the resource does.
func sealedFor(t *testing.T, secret pat.Secret, recipient string) string {
	t.Helper()

	recipients, err := readRecipients(JoinRecipients([]string{recipient}))
	if err != nil {
		t.Fatal(err)
	}

	sealed, err := sealSecret(secret, recipients)
	if err != nil {
		t.Fatal(err)
	}

	return sealed
}

func TestDecrypt_eachIdentity(t *testing.T) {
	t.Parallel()

	native, pair := agekeys.Native(t)
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}

	for name, test := range map[string]struct{ recipient, identity string }{
		"a native identity":      {pair.Recipient, native.String()},
		"the file of age-keygen": {pair.Recipient, "# created: 2026-11-28\n# public key: " + pair.Recipient + "\n" + native.String() + "\n"},
		"an ed25519 key":         {authorizedKey(t, ed), privateKey(t, ed, "")},
		"an RSA key":             {authorizedKey(t, rsaKey), privateKey(t, rsaKey, "")},
		"with outer blanks":      {authorizedKey(t, ed), "\n" + privateKey(t, ed, "") + "\n\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			secret, _, err := Decrypt(sealedFor(t, "s3cret", test.recipient), pat.Secret(test.identity))
			if err != nil || secret != "s3cret" {
				t.Errorf("got %q, %v", secret.Reveal(), err)
			}
		})
	}
}

// An error names the argument that is wrong and says what to do, and contains no byte of either
// argument.
func TestDecrypt_refuses(t *testing.T) {
	t.Parallel()

	native, pair := agekeys.Native(t)
	other, _ := agekeys.Native(t)
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}

	sealed := sealedFor(t, "s3cret", pair.Recipient)
	body := strings.Split(sealed, "\n")[1]

	for name, test := range map[string]struct {
		encrypted, identity string
		at                  Argument
		want                string
	}{
		"another identity":         {sealed, other.String(), ArgumentIdentity, "none of the recipients"},
		"the public key":           {sealed, pair.Recipient, ArgumentIdentity, "public key"},
		"an SSH public key":        {sealed, authorizedKey(t, ed), ArgumentIdentity, "public key"},
		"a password":               {sealed, "hunter2hunter2", ArgumentIdentity, "not a private key"},
		"nothing":                  {sealed, "", ArgumentIdentity, "not a private key"},
		"a native identity cut":    {sealed, native.String()[:40], ArgumentIdentity, "cut or mistyped"},
		"a key with a passphrase":  {sealed, privateKey(t, ed, "hunter2"), ArgumentIdentity, "passphrase"},
		"a key of another kind":    {sealed, privateKey(t, elliptical, ""), ArgumentIdentity, "neither of type"},
		"a PEM block of rubbish":   {sealed, "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----", ArgumentIdentity, "cut or mistyped"},
		"the plain token":          {"taUFeDdhrlpn8Gc5Vu9IO2", native.String(), ArgumentEncrypted, "not in age's armored form"},
		"the arguments exchanged":  {native.String(), native.String(), ArgumentEncrypted, "not in age's armored form"},
		"an empty value":           {"", native.String(), ArgumentEncrypted, "not in age's armored form"},
		"a value that was cut":     {sealed[:len(sealed)-60], native.String(), ArgumentEncrypted, "cut or changed"},
		"a value that was changed": {strings.Replace(sealed, body, strings.Repeat("A", len(body)), 1), native.String(), ArgumentEncrypted, "cut or changed"},
		"more than a token":        {sealedFor(t, pat.Secret(strings.Repeat("x", maxSecret+1)), pair.Recipient), native.String(), ArgumentEncrypted, "more than a token"},
		"a value for another key":  {sealedFor(t, "s3cret", authorizedKey(t, ed)), native.String(), ArgumentIdentity, "none of the recipients"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			secret, at, err := Decrypt(test.encrypted, pat.Secret(test.identity))
			if err == nil || at != test.at || secret != "" || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("argument %d, %v; want %d and %q", at, err, test.at, test.want)
			}

			for _, line := range append(strings.Split(test.encrypted, "\n"), strings.Split(test.identity, "\n")...) {
				if len(line) > 5 && !strings.HasPrefix(line, "-----") && strings.Contains(err.Error(), line) {
					t.Errorf("the error quotes an argument: %v", err)
				}
			}
		})
	}
}

// Each of several recipients can decrypt what the resource encrypts for them.
func TestDecrypt_oneOfSeveralRecipients(t *testing.T) {
	t.Parallel()

	a, first := agekeys.Native(t)
	b, second := agekeys.Native(t)

	recipients, err := readRecipients(JoinRecipients([]string{first.Recipient, second.Recipient}))
	if err != nil {
		t.Fatal(err)
	}

	sealed, err := sealSecret("s3cret", recipients)
	if err != nil {
		t.Fatal(err)
	}

	for _, identity := range []*age.X25519Identity{a, b} {
		if secret, _, err := Decrypt(sealed, pat.Secret(identity.String())); err != nil || secret != "s3cret" {
			t.Errorf("%v", err)
		}
	}
}
