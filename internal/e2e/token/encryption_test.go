package token

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/agekeys"
)

// encryptedTo returns a configuration of a user's token, encrypted to these recipients.
func encryptedTo(user providertest.Account, recipients ...string) string {
	quoted := make([]string, 0, len(recipients))
	for _, recipient := range recipients {
		quoted = append(quoted, fmt.Sprintf("%q", recipient))
	}

	return providertest.Rotating(user, "expires_in = \"90d\"\nencrypt_to = ["+strings.Join(quoted, ", ")+"]", providertest.Trigger(1)+"\noverlap = \"48h\"")
}

// TestAccEncryption_pipeline decrypts a token in the way that the documentation describes.
func TestAccEncryption_pipeline(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	user := s.AddUser(t, providertest.User{Login: "svc-pipeline"})
	w := s.Workspace(t)
	identity, alice := agekeys.Native(t)

	w.Write(t, s.AdminBlock()+encryptedTo(user, alice.Recipient)+fmt.Sprintf(
		"\noutput \"token\" {\n value = %s.encrypted_token\n}\n", providertest.TokenAddress))
	w.Apply(t)

	key := filepath.Join(t.TempDir(), "key.txt")
	providertest.Must(t, os.WriteFile(key, []byte(identity.String()+"\n"), 0o600))

	decrypt := exec.CommandContext(t.Context(), "go", "tool", "-modfile="+filepath.Join(providertest.Repository(), "tools", "go.mod"), "age", "-d", "-i", key) //nolint:gosec // The test chooses the arguments.
	decrypt.Stdin = strings.NewReader(w.Run(t, "output", "-raw", "token").Text)

	var plain, said bytes.Buffer
	decrypt.Stdout, decrypt.Stderr = &plain, &said

	if err := decrypt.Run(); err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}

	s.WantAccepted(t, user, plain.String())
	w.Destroy(t)
}
