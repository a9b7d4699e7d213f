//go:build unix

package repository

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// TestAccMirror_isInstalledByInit tests that `terraform init` installs the provider from the mirror
// that `make mirror` builds, with the version constraint of a module.
func TestAccMirror_isInstalledByInit(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	module := filepath.Join(folder, "module")
	providertest.Must(t, os.Mkdir(module, 0o700))
	providertest.Must(t, os.WriteFile(filepath.Join(folder, "main.tf"), []byte("module \"token\" {\n  source = \"./module\"\n}\n"), 0o600))
	providertest.Must(t, os.WriteFile(filepath.Join(module, "main.tf"), []byte(`
terraform {
  required_providers {
    opsaccess = {
      source  = "opsaccess/opsaccess"
      version = "~> 1.2"
    }
  }
}

resource "opsaccess_personal_access_token" "test" {
  username    = "svc-deploy"
  name_prefix = "deploy-"
}
`), 0o600))

	run := func(environment, program string, arguments ...string) string {
		t.Helper()

		command := exec.CommandContext(t.Context(), program, arguments...) //nolint:gosec // The test chooses the program.
		command.Dir = folder
		command.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", environment)

		said, err := command.Output()
		if err != nil {
			t.Fatalf("%s %q: %v: %s", program, arguments, err, said)
		}

		return string(said)
	}

	printed := run("", filepath.Join(providertest.Repository(), "scripts", "mirror.sh"), "1.2.3", filepath.Join(folder, "mirror"))

	setting, ok := strings.CutPrefix(strings.TrimSpace(printed), "export ")
	if !ok {
		t.Fatalf("%q sets no variable", printed)
	}

	run(setting, providertest.CLIPath(t), "init")
	run(setting, providertest.CLIPath(t), "validate")
}
