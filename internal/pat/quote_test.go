package pat

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

func TestQuote_showsPlainText(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"":                                `""`,
		"90 days":                         `"90 days"`,
		"svc-deploy ":                     `"svc-deploy "`,
		"svc-deploy\n":                    `"svc-deploy\n"`,
		"Firstname.Lastname@example.com":  `"Firstname.Lastname@example.com"`,
		"CORP\\Firstname.Lastname-Admin":  `"CORP\\Firstname.Lastname-Admin"`,
		"2031-02-30T00:00:00Z":            `"2031-02-30T00:00:00Z"`,
		"2031-05-06T09:08:09.500+02:00":   `"2031-05-06T09:08:09.500+02:00"`,
		"https://foreman.example.com/uc/": `"https://foreman.example.com/uc/"`,
		"deploy-production-eu-central-1":  `"deploy-production-eu-central-1"`,
		"created_at DESC":                 `"created_at DESC"`,
		"1w2d12h30m15s":                   `"1w2d12h30m15s"`,
	} {
		if got := Quote(text); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestQuote_describesWhatMayBeASecret(t *testing.T) {
	t.Parallel()

	const bech = "1QQPQZRFR9Y0S7L5M0WSPZL3H0WQ7T5J7V6V4CS3Z9QQPQZRFR9Y0S7L5M"

	for name, test := range map[string]struct{ text, want string }{
		"a key of age":                            {"AGE-SECRET-KEY-" + bech, "a private key of"},
		"with a leading blank":                    {" AGE-SECRET-KEY-" + bech, "a private key of"},
		"in small letters":                        {strings.ToLower("AGE-SECRET-KEY-" + bech), "a private key of"},
		"a file of age-keygen":                    {"# created: 2026-01-01\n# public key: age1abc\nAGE-SECRET-KEY-" + bech + "\n", "a private key of"},
		"a plugin's identity":                     {"AGE-PLUGIN-YUBIKEY-1QQPQZRFR9", "a private key of"},
		"a key of OpenSSH":                        {"-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0", "a private key of"},
		"a key of OpenSSH without its first line": {"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUA", "a private key of"},
		"a key in PEM":                            {"-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0", "a private key of"},
		"a key of PuTTY":                          {"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none", "a private key of"},
		"a key of PGP":                            {"-----BEGIN PGP PRIVATE KEY BLOCK-----", "a private key of"},
		"a token of the controller":               {"ucp_taUFeDdhrlpn8Gc5Vu9IO2LRQ29pbvBRJUSPvifP", "a value of 44 characters"},
		"a token of the controller that was cut":  {"ucp_taUFeDdhrl", "a value of 14 characters"},
		"a token after another word":              {"Bearer taUFeDdhrlpn8Gc5Vu9IO2", "a value of 29 characters"},
		"a URL with a password":                   {"https://admin:hunter2@foreman.example.com", "a value of 41 characters"},
		"several lines":                           {"one\ntwo", "a value of 7 characters"},
		"a long text":                             {strings.Repeat("word ", 20), "a value of 100 characters"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got := Quote(test.text)
			if !strings.HasPrefix(got, test.want) || strings.Contains(got, `"`) {
				t.Errorf("got %s, want %s", got, test.want)
			}

			if !MayBeSecret(test.text) {
				t.Error("MayBeSecret returns false")
			}
		})
	}
}

// Few of the random tokens of servers may look like plain text, although words occur in them by
// chance.
func TestMayBeSecret_randomTokens(t *testing.T) {
	t.Parallel()

	const drawn = 2000

	for name, encode := range map[string]func([]byte) string{
		"16 bytes, as on Foreman": base64.RawURLEncoding.EncodeToString,
		"24 bytes":                func(b []byte) string { return base64.StdEncoding.EncodeToString(append(b, b[:8]...)) },
		"hexadecimal digits":      func(b []byte) string { return hex.EncodeToString(append(b, b[:4]...)) },
	} {
		missed := 0

		for range drawn {
			random := make([]byte, 16)
			_, _ = rand.Read(random)

			if !MayBeSecret(encode(random)) {
				missed++
			}
		}

		if missed > drawn/10 {
			t.Errorf("%s: %d of %d look like plain text", name, missed, drawn)
		}
	}
}
