package tokens

import (
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/agekeys"
)

func TestSeal_eachRecipientCanRead(t *testing.T) {
	t.Parallel()

	const secret = "s3cret"

	_, native := agekeys.Native(t)
	pairs := []agekeys.Pair{native, agekeys.Ed25519(t), agekeys.RSA(t)}

	var recipients []age.Recipient

	for _, pair := range pairs {
		recipient, _, err := parseRecipient(pair.Recipient + " \t\n")
		if err != nil {
			t.Fatal(err)
		}

		recipients = append(recipients, recipient)
	}

	sealed, err := sealSecret(secret, recipients)
	if err != nil {
		t.Fatal(err)
	}

	if !strings.HasPrefix(sealed, "-----BEGIN AGE ENCRYPTED FILE-----\n") || strings.Contains(sealed, secret) {
		t.Error("the sealed secret is not armored, or contains the secret")
	}

	for _, pair := range pairs {
		if got := agekeys.Decrypt(t, sealed, pair.Identity); got != secret {
			t.Errorf("the reader with %.12s… got another secret", pair.Recipient)
		}
	}
}

func TestParseRecipient_refuses(t *testing.T) {
	t.Parallel()

	identity, native := agekeys.Native(t)

	for name, test := range map[string]struct{ text, want, hidden string }{
		"nothing":                    {text: "", want: "must start with"},
		"a word":                     {text: "alice", want: "a text of 5 characters is not a valid recipient", hidden: "alice"},
		"two lines":                  {text: native.Recipient + "\n" + native.Recipient, want: "has several lines", hidden: native.Recipient},
		"a key with a blank":         {text: " " + identity.String(), want: "private key", hidden: identity.String()},
		"a key in small letters":     {text: strings.ToLower(identity.String()), want: "private key", hidden: strings.ToLower(identity.String())},
		"the file of age-keygen":     {text: "# public key: " + native.Recipient + "\n" + identity.String() + "\n", want: "private key", hidden: identity.String()},
		"a key behind an SSH key":    {text: "ssh-ed25519 AAAA " + identity.String(), want: "private key", hidden: identity.String()},
		"a key of PuTTY":             {text: "PuTTY-User-Key-File-3: ssh-ed25519\nc2VjcmV0", want: "private key", hidden: "c2VjcmV0"},
		"a recipient that was cut":   {text: native.Recipient[:30], want: "cut or mistyped", hidden: native.Recipient[:30]},
		"an upper-case recipient":    {text: strings.ToUpper(native.Recipient), want: "must start with"},
		"two of them":                {text: native.Recipient + " " + native.Recipient, want: "must start with"},
		"a plugin's":                 {text: "age1yubikey1qwerty", want: "is not a valid recipient"},
		"an SSH key of another kind": {text: "ecdsa-sha2-nistp256 AAAA", want: "must start with"},
		"an SSH key without a key":   {text: "ssh-ed25519", want: "must start with"},
		"a broken SSH key":           {text: "ssh-ed25519 AAAA", want: "is not a valid recipient"},
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
				t.Error("the error quotes the private key")
			}
		})
	}
}

func TestJoinRecipients(t *testing.T) {
	t.Parallel()

	_, a := agekeys.Native(t)
	_, b := agekeys.Native(t)
	key := agekeys.Ed25519(t).Recipient

	set := func(texts ...string) string { return JoinRecipients(texts) }

	if set(a.Recipient, b.Recipient) != set(b.Recipient, a.Recipient) || set(key+" alice@laptop") != set(key+"  bob", key) {
		t.Error("the order, a comment or a repetition changes the set")
	}

	if set(a.Recipient) == set(b.Recipient) || set(a.Recipient) == set(a.Recipient, b.Recipient) {
		t.Error("different recipients have the same set")
	}
}
