// Package providertest contains the helpers that the end-to-end tests share: sandboxed servers with
// accounts, faults and a clock that a test sets; a client of the plugin protocol, for tests that need
// no CLI; and workspaces in which a test runs commands of a real CLI.
//
// It uses the provider only through the exported names of package provider. Only tests import it.
package providertest

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// SecretFingerprint returns the `sha256` that state keeps of a token's secret.
func SecretFingerprint(secret pat.Secret) string {
	sum := sha256.Sum256([]byte(secret.Reveal()))

	return hex.EncodeToString(sum[:])
}

// Repository returns the root of the repository, from any working directory below it.
func Repository() string {
	start, err := os.Getwd()
	if err != nil {
		panic(err)
	}

	for folder := start; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}

		if folder == filepath.Dir(folder) {
			panic("providertest: no folder above " + start + " has a go.mod")
		}
	}
}

// Must fails the test if err is not nil.
func Must(t *testing.T, err error) {
	t.Helper()

	if err != nil {
		t.Fatal(err)
	}
}

// Unique returns a text that no earlier run has used: Foreman does not allow a token name to be reused.
func Unique() string { return lifecycle.NewSeries() }
