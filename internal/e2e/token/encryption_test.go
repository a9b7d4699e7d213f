package token

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
	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest/agekeys"
)

// An expired token is kept while its own expiry is asked for. Its secret is not, where others are
// to read the next one: encrypt_to promises that state has none in plain text.
func TestAccEncryption_recipientsOfAnExpiredToken(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-encrypted-late"})
		w := s.Workspace(t)
		_, key := agekeys.Native(t)
		expiry := s.Expiry(10 * providertest.Day).Truncate(time.Second).Format(time.RFC3339)
		config := func(run, encryptTo string) string {
			return s.AdminBlock() + providertest.TerraformData("expiry", expiry, run) + providertest.TokenConfig(fmt.Sprintf(
				"user_id = %q\nname_prefix = \"r-\"\nexpires_at = terraform_data.expiry.output\n%s", user.ID, encryptTo))
		}

		w.Write(t, config("1", ""))
		w.Apply(t, providertest.Generation(1), providertest.HasValue(providertest.Path("token"), knownvalue.NotNull()))
		s.Clock.Move(13 * providertest.Day)

		w.Write(t, config("2", fmt.Sprintf("encrypt_to = [%q]", key.Recipient)))
		w.Apply(t, providertest.Generation(1), providertest.HasValue(providertest.Path("token"), knownvalue.Null()))
		w.Unchanged(t)
	})
}

// encryptedTo returns a configuration of a token for the user, encrypted to these.
func encryptedTo(user providertest.Account, recipients ...string) string {
	quoted := make([]string, 0, len(recipients))
	for _, recipient := range recipients {
		quoted = append(quoted, fmt.Sprintf("%q", recipient))
	}

	return providertest.Rotating(user, "expires_in = \"90d\"\nencrypt_to = ["+strings.Join(quoted, ", ")+"]", providertest.Trigger(1)+"\noverlap = \"48h\"")
}

// sealedToken returns the encrypted secret in state.
func sealedToken(t *testing.T, w *providertest.Workspace) string {
	t.Helper()

	text, _ := providertest.Managed(t, w.State(t))["encrypted_token"].(string)

	return text
}

// The secret is in state in its encrypted form alone, whoever may read it changes with the
// recipients, and nothing else issues another token.
func TestAccEncryption_recipients(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-encrypted"})
		w := s.Workspace(t)

		_, alice := agekeys.Native(t)
		bob, carol := agekeys.Ed25519(t), agekeys.RSA(t)

		w.Write(t, s.AdminBlock()+encryptedTo(user, alice.Recipient, bob.Recipient))
		w.Apply(t, providertest.Generation(1), providertest.HasValue(providertest.Path("token"), knownvalue.Null()))

		first := agekeys.Decrypt(t, sealedToken(t, w), alice.Identity)
		s.WantAccepted(t, user, first)

		if again := agekeys.Decrypt(t, sealedToken(t, w), bob.Identity); again != first {
			t.Error("the second recipient reads another secret")
		}

		// Spelled otherwise, they are the same recipients.
		w.Write(t, s.AdminBlock()+encryptedTo(user, bob.Recipient+" bob@laptop", alice.Recipient))
		w.Apply(t, providertest.Generation(1)).Quiet(t)
		w.Unchanged(t).Quiet(t)

		w.Write(t, s.AdminBlock()+encryptedTo(user, carol.Recipient))
		w.Apply(t, providertest.Generation(2), providertest.IssueReason("changed")).Warns(t, "Other recipients need another token")
		w.Unchanged(t).Quiet(t)
		s.WantAccepted(t, user, first)

		second := agekeys.Decrypt(t, sealedToken(t, w), carol.Identity)
		s.WantAccepted(t, user, second)

		for _, secret := range []string{first, second} {
			if strings.Contains(w.Run(t, "state", "pull").Text, secret) {
				t.Error("the state has a secret in it")
			}
		}

		s.Clock.Move(49 * time.Hour)
		w.Apply(t, providertest.Generation(2), providertest.NoPredecessors())
		s.WantRefused(t, user, first)

		// Without recipients the next secret is in state as it is.
		w.Write(t, s.AdminBlock()+providertest.Rotating(user, "expires_in = \"90d\"", providertest.Trigger(1)+"\noverlap = \"48h\""))
		w.Apply(t, providertest.Generation(3), providertest.HasValue(providertest.Path("encrypted_token"), knownvalue.Null()))
		s.WantAccepted(t, user, w.Secret(t))

		w.Write(t, s.AdminBlock()+encryptedTo(user, alice.Recipient))
		w.Apply(t, providertest.Generation(4), providertest.HasValue(providertest.Path("token"), knownvalue.Null()))
		w.Destroy(t)
		s.WantNoneAlive(t)
	})
}

// As the documentation has it.
func TestAccEncryption_pipeline(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-pipeline"})
		w := s.Workspace(t)
		identity, alice := agekeys.Native(t)

		w.Write(t, s.AdminBlock()+encryptedTo(user, alice.Recipient)+fmt.Sprintf(
			"\noutput \"token\" {\n value = %s.encrypted_token\n}\n", providertest.TokenAddress))
		w.Apply(t)

		key := filepath.Join(t.TempDir(), "key.txt")
		providertest.Must(t, os.WriteFile(key, []byte(identity.String()+"\n"), 0o600))

		decrypt := exec.CommandContext(t.Context(), "go", "tool", "-modfile="+filepath.Join(providertest.Repository(), "tools", "go.mod"), "age", "-d", "-i", key) //nolint:gosec // The test's own arguments.
		decrypt.Stdin = strings.NewReader(w.Run(t, "output", "-raw", "token").Text)

		var plain, said bytes.Buffer
		decrypt.Stdout, decrypt.Stderr = &plain, &said

		if err := decrypt.Run(); err != nil {
			t.Fatalf("%v: %s", err, said.String())
		}

		s.WantAccepted(t, user, plain.String())
		w.Destroy(t)
	})
}

func TestAccEncryption_anImportedTokenIsLeftAlone(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-imported"})
		issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "r-by-hand"})
		providertest.Must(t, err)

		w := s.Workspace(t)
		_, alice := agekeys.Native(t)

		w.Write(t, s.AdminBlock()+encryptedTo(user, alice.Recipient)+providertest.ImportBlock(user.ID+"/"+issued.ID))
		w.Apply(t, providertest.Generation(0), providertest.HasValue(providertest.Path("encrypted_token"), knownvalue.Null()))
		w.Unchanged(t)

		w.Write(t, s.AdminBlock()+strings.Replace(encryptedTo(user, alice.Recipient), providertest.Trigger(1), providertest.Trigger(2), 1))
		w.Apply(t, providertest.Generation(1), providertest.HasValue(providertest.Path("token"), knownvalue.Null()))
		s.WantAccepted(t, user, agekeys.Decrypt(t, sealedToken(t, w), alice.Identity))
		w.Destroy(t)
	})
}

// Who may read the secret can come from another resource.
func TestAccEncryption_recipientsNotKnownYet(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-unknown"})
		w := s.Workspace(t)
		_, alice := agekeys.Native(t)

		config := func(n int, recipients string) string {
			return s.AdminBlock() + fmt.Sprintf("resource \"terraform_data\" \"key\" {\n input = %q\n triggers_replace = %d\n}\n", alice.Recipient, n) +
				providertest.Rotating(user, "expires_in = \"90d\"\nencrypt_to = "+recipients, "max_age = \"60d\"")
		}

		const later = "[terraform_data.key.output]"

		w.Write(t, config(1, later))
		w.Apply(t, providertest.Generation(1), providertest.HasValue(providertest.Path("token"), knownvalue.Null()))

		sealed := sealedToken(t, w)

		w.Write(t, config(2, later))
		w.Apply(t, providertest.Generation(1))

		if sealedToken(t, w) != sealed {
			t.Error("the secret was encrypted anew, and the recipients turned out to be the same")
		}

		w.Destroy(t)
	})
}

func TestAccEncryption_badRecipients(t *testing.T) {
	t.Parallel()
	providertest.OnEachPlatform(t, func(t *testing.T, s *providertest.Target) {
		user := s.AddUser(t, providertest.User{Login: "svc-bad"})
		step := func(recipients, want string) resource.TestStep {
			return resource.TestStep{
				Config: s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf(
					"user_id = %q\nname_prefix = \"r-\"\nexpires_in = \"90d\"\nencrypt_to = %s", user.ID, recipients)),
				ExpectError: regexp.MustCompile(want),
			}
		}

		s.Run(
			t,
			step(`[]`, `no\s+recipient`),
			step(`[null]`, `(?i)null`),
			step(`["alice"]`, `begins with\s+none of`),
			step(`["AGE-SECRET-KEY-1QQQQ"]`, `private key`),
		)
	})
}
