package provider

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest/agekeys"
)

// An expired token is kept while its own expiry is asked for. Its secret is not, where others are
// to read the next one: encrypt_to promises that state has none in plain text.
func TestAccEncryption_recipientsOfAnExpiredToken(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-encrypted-late"})
		w := s.workspace(t)
		_, key := agekeys.Native(t)
		expiry := s.expiry(10 * day).Truncate(time.Second).Format(time.RFC3339)
		config := func(run, encryptTo string) string {
			return s.provider() + later("expiry", expiry, run) + tokenConfig(fmt.Sprintf(
				"user_id = %q\nname_prefix = \"r-\"\nexpires_at = terraform_data.expiry.output\n%s", user.id, encryptTo))
		}

		w.write(t, config("1", ""))
		w.apply(t, generation(1), value(at("token"), knownvalue.NotNull()))
		s.clock.move(13 * day)

		w.write(t, config("2", fmt.Sprintf("encrypt_to = [%q]", key.Recipient)))
		w.apply(t, generation(1), value(at("token"), knownvalue.Null()))
		w.unchanged(t)
	})
}

// encryptedTo returns a configuration of a token for the user, encrypted to these.
func encryptedTo(user account, recipients ...string) string {
	quoted := make([]string, 0, len(recipients))
	for _, recipient := range recipients {
		quoted = append(quoted, fmt.Sprintf("%q", recipient))
	}

	return rotating(user, "expires_in = \"90d\"\nencrypt_to = ["+strings.Join(quoted, ", ")+"]", trigger(1)+"\noverlap = \"48h\"")
}

// sealedToken returns the encrypted secret in state.
func sealedToken(t *testing.T, w *workspace) string {
	t.Helper()

	text, _ := managed(t, w.state(t))["encrypted_token"].(string)

	return text
}

// The secret is in state in its encrypted form alone, whoever may read it changes with the
// recipients, and nothing else issues another token.
func TestAccEncryption_recipients(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-encrypted"})
		w := s.workspace(t)

		_, alice := agekeys.Native(t)
		bob, carol := agekeys.Ed25519(t), agekeys.RSA(t)

		w.write(t, s.provider()+encryptedTo(user, alice.Recipient, bob.Recipient))
		w.apply(t, generation(1), value(at("token"), knownvalue.Null()))

		first := agekeys.Decrypt(t, sealedToken(t, w), alice.Identity)
		s.works(t, user, first)

		if again := agekeys.Decrypt(t, sealedToken(t, w), bob.Identity); again != first {
			t.Error("the second recipient reads another secret")
		}

		// Spelled otherwise, they are the same recipients.
		w.write(t, s.provider()+encryptedTo(user, bob.Recipient+" bob@laptop", alice.Recipient))
		w.apply(t, generation(1)).quiet(t)
		w.unchanged(t).quiet(t)

		w.write(t, s.provider()+encryptedTo(user, carol.Recipient))
		w.apply(t, generation(2), reason("changed")).warns(t, "Other recipients need another token")
		w.unchanged(t).quiet(t)
		s.works(t, user, first)

		second := agekeys.Decrypt(t, sealedToken(t, w), carol.Identity)
		s.works(t, user, second)

		for _, secret := range []string{first, second} {
			if strings.Contains(w.run(t, "state", "pull").text, secret) {
				t.Error("the state has a secret in it")
			}
		}

		s.clock.move(49 * time.Hour)
		w.apply(t, generation(2), alone())
		s.dead(t, user, first)

		// Without recipients the next secret is in state as it is.
		w.write(t, s.provider()+rotating(user, "expires_in = \"90d\"", trigger(1)+"\noverlap = \"48h\""))
		w.apply(t, generation(3), value(at("encrypted_token"), knownvalue.Null()))
		s.works(t, user, w.secret(t))

		w.write(t, s.provider()+encryptedTo(user, alice.Recipient))
		w.apply(t, generation(4), value(at("token"), knownvalue.Null()))
		w.destroy(t)
		s.wantNoneAlive(t)
	})
}

// As the documentation has it.
func TestAccEncryption_pipeline(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-pipeline"})
		w := s.workspace(t)
		identity, alice := agekeys.Native(t)

		w.write(t, s.provider()+encryptedTo(user, alice.Recipient)+fmt.Sprintf(
			"\noutput \"token\" {\n value = %s.encrypted_token\n}\n", tokenAddress))
		w.apply(t)

		key := filepath.Join(t.TempDir(), "key.txt")
		must(t, os.WriteFile(key, []byte(identity.String()+"\n"), 0o600))

		decrypt := exec.CommandContext(t.Context(), "go", "tool", "-modfile="+filepath.Join(repository(), "tools", "go.mod"), "age", "-d", "-i", key) //nolint:gosec // The test's own arguments.
		decrypt.Stdin = strings.NewReader(w.run(t, "output", "-raw", "token").text)

		var plain, said bytes.Buffer
		decrypt.Stdout, decrypt.Stderr = &plain, &said

		if err := decrypt.Run(); err != nil {
			t.Fatalf("%v: %s", err, said.String())
		}

		s.works(t, user, plain.String())
		w.destroy(t)
	})
}

func TestAccEncryption_anImportedTokenIsLeftAlone(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-imported"})
		issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: "r-by-hand"})
		must(t, err)

		w := s.workspace(t)
		_, alice := agekeys.Native(t)

		w.write(t, s.provider()+encryptedTo(user, alice.Recipient)+importBlock(user.id+"/"+issued.ID))
		w.apply(t, generation(0), value(at("encrypted_token"), knownvalue.Null()))
		w.unchanged(t)

		w.write(t, s.provider()+strings.Replace(encryptedTo(user, alice.Recipient), trigger(1), trigger(2), 1))
		w.apply(t, generation(1), value(at("token"), knownvalue.Null()))
		s.works(t, user, agekeys.Decrypt(t, sealedToken(t, w), alice.Identity))
		w.destroy(t)
	})
}

// Who may read the secret can come from another resource.
func TestAccEncryption_recipientsNotKnownYet(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-unknown"})
		w := s.workspace(t)
		_, alice := agekeys.Native(t)

		config := func(n int, recipients string) string {
			return s.provider() + fmt.Sprintf("resource \"terraform_data\" \"key\" {\n input = %q\n triggers_replace = %d\n}\n", alice.Recipient, n) +
				rotating(user, "expires_in = \"90d\"\nencrypt_to = "+recipients, "max_age = \"60d\"")
		}

		const later = "[terraform_data.key.output]"

		w.write(t, config(1, later))
		w.apply(t, generation(1), value(at("token"), knownvalue.Null()))

		sealed := sealedToken(t, w)

		w.write(t, config(2, later))
		w.apply(t, generation(1))

		if sealedToken(t, w) != sealed {
			t.Error("the secret was encrypted anew, and the recipients turned out to be the same")
		}

		w.destroy(t)
	})
}

func TestAccEncryption_badRecipients(t *testing.T) {
	t.Parallel()
	onEachPlatform(t, func(t *testing.T, s *target) {
		user := s.addUser(t, testUser{login: "svc-bad"})
		step := func(recipients, want string) resource.TestStep {
			return resource.TestStep{
				Config: s.provider() + tokenConfig(fmt.Sprintf(
					"user_id = %q\nname_prefix = \"r-\"\nexpires_in = \"90d\"\nencrypt_to = %s", user.id, recipients)),
				ExpectError: regexp.MustCompile(want),
			}
		}

		s.run(
			t,
			step(`[]`, `no\s+recipient`),
			step(`[null]`, `(?i)null`),
			step(`["alice"]`, `begins with\s+none of`),
			step(`["AGE-SECRET-KEY-1QQQQ"]`, `private key`),
		)
	})
}
