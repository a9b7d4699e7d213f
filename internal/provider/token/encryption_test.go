package token

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
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/crypto/ssh"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// keyPair is what a reader of a secret has, and gives away.
type keyPair struct {
	identity  age.Identity
	recipient string
}

func nativeKey(t *testing.T) (*age.X25519Identity, keyPair) {
	t.Helper()

	identity, err := age.GenerateX25519Identity()
	must(t, err)

	return identity, keyPair{identity, identity.Recipient().String()}
}

func ed25519Key(t *testing.T) keyPair {
	t.Helper()

	public, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)

	identity, err := agessh.NewEd25519Identity(private)
	must(t, err)

	return keyPair{identity, authorized(t, public)}
}

func rsaKey(t *testing.T) keyPair {
	t.Helper()

	private, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)

	identity, err := agessh.NewRSAIdentity(private)
	must(t, err)

	return keyPair{identity, authorized(t, &private.PublicKey)}
}

// authorized writes a public key as a line of authorized_keys.
func authorized(t *testing.T, public any) string {
	t.Helper()

	key, err := ssh.NewPublicKey(public)
	must(t, err)

	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

// open decrypts what was sealed.
func open(t *testing.T, sealed string, identity age.Identity) string {
	t.Helper()

	plain, err := age.Decrypt(armor.NewReader(strings.NewReader(sealed)), identity)
	if err != nil {
		t.Errorf("the secret cannot be decrypted: %v", err)

		return ""
	}

	text, err := io.ReadAll(plain)
	must(t, err)

	return string(text)
}

func TestSeal_eachRecipientCanRead(t *testing.T) {
	t.Parallel()

	const secret = "s3cret"

	_, native := nativeKey(t)
	pairs := []keyPair{native, ed25519Key(t), rsaKey(t)}

	var recipients []age.Recipient

	for _, pair := range pairs {
		recipient, _, err := parseRecipient(pair.recipient + " \t\n")
		must(t, err)

		recipients = append(recipients, recipient)
	}

	sealed, err := seal(secret, recipients)
	must(t, err)

	if !strings.HasPrefix(sealed, "-----BEGIN AGE ENCRYPTED FILE-----\n") || strings.Contains(sealed, secret) {
		t.Error("what was sealed is not in armor, or has the secret in it")
	}

	for _, pair := range pairs {
		if got := open(t, sealed, pair.identity); got != secret {
			t.Errorf("the reader with %.12s… reads another secret", pair.recipient)
		}
	}
}

func TestParseRecipient_refuses(t *testing.T) {
	t.Parallel()

	identity, native := nativeKey(t)

	for name, test := range map[string]struct{ text, want, hidden string }{
		"nothing":                    {text: "", want: "begins with none of"},
		"a word":                     {text: "alice", want: "a text of 5 characters is no recipient", hidden: "alice"},
		"two lines":                  {text: native.recipient + "\n" + native.recipient, want: "has several lines", hidden: native.recipient},
		"a key with a blank":         {text: " " + identity.String(), want: "private key", hidden: identity.String()},
		"a key in small letters":     {text: strings.ToLower(identity.String()), want: "private key", hidden: strings.ToLower(identity.String())},
		"the file of age-keygen":     {text: "# public key: " + native.recipient + "\n" + identity.String() + "\n", want: "private key", hidden: identity.String()},
		"a key behind an SSH key":    {text: "ssh-ed25519 AAAA " + identity.String(), want: "private key", hidden: identity.String()},
		"a key of PuTTY":             {text: "PuTTY-User-Key-File-3: ssh-ed25519\nc2VjcmV0", want: "private key", hidden: "c2VjcmV0"},
		"a recipient that was cut":   {text: native.recipient[:30], want: "cut or mistyped", hidden: native.recipient[:30]},
		"an upper-case recipient":    {text: strings.ToUpper(native.recipient), want: "begins with none of"},
		"two of them":                {text: native.recipient + " " + native.recipient, want: "begins with none of"},
		"a plugin's":                 {text: "age1yubikey1qwerty", want: "is no recipient"},
		"an SSH key of another kind": {text: "ecdsa-sha2-nistp256 AAAA", want: "begins with none of"},
		"an SSH key without a key":   {text: "ssh-ed25519", want: "begins with none of"},
		"a broken SSH key":           {text: "ssh-ed25519 AAAA", want: "is no recipient"},
		"age's private key":          {text: identity.String(), want: "private key", hidden: identity.String()},
		"an SSH private key":         {text: "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0", want: "private key", hidden: "c2VjcmV0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, _, err := parseRecipient(test.text)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("%v; want an error with %q", err, test.want)
			}

			if test.hidden != "" && strings.Contains(err.Error(), test.hidden) {
				t.Error("the error shows the private key")
			}
		})
	}
}

func TestRecipientSet(t *testing.T) {
	t.Parallel()

	_, a := nativeKey(t)
	_, b := nativeKey(t)
	key := ed25519Key(t).recipient

	set := func(texts ...string) lifecycle.Value[string] {
		var elements []attr.Value
		for _, text := range texts {
			elements = append(elements, types.StringValue(text))
		}

		model := tokenModel{EncryptTo: types.SetValueMust(types.StringType, elements)}

		return model.recipientSet()
	}

	if set(a.recipient, b.recipient) != set(b.recipient, a.recipient) || set(key+" alice@laptop") != set(key+"  bob", key) {
		t.Error("the order, a comment or a repetition makes another set")
	}

	if set(a.recipient) == set(b.recipient) || set(a.recipient) == set(a.recipient, b.recipient) {
		t.Error("other recipients are the same set")
	}

	for name, unknown := range map[string]types.Set{
		"the set":    types.SetUnknown(types.StringType),
		"an element": types.SetValueMust(types.StringType, []attr.Value{types.StringUnknown(), types.StringValue(a.recipient)}),
	} {
		model := tokenModel{EncryptTo: unknown}
		if got := model.recipientSet(); !got.Unknown || got.Set {
			t.Errorf("%s is not known: %+v", name, got)
		}
	}
}
