// Package providertest is what the tests of the provider as a whole share: sandboxed servers
// whose clock a test moves, with accounts and faults; a client of the plugin protocol, for
// tests that need no CLI; and folders in which a test runs commands of a real CLI.
//
// It knows the provider as a plugin, by what package provider exports. Only tests import it.
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

// SecretFingerprint is what state keeps of a token's secret, as `sha256`.
func SecretFingerprint(secret pat.Secret) string {
	sum := sha256.Sum256([]byte(secret.Reveal()))

	return hex.EncodeToString(sum[:])
}

// Repository returns the root of the repository, wherever below it the test runs.
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

// Must fails the test if there is an error.
func Must(t *testing.T, err error) {
	t.Helper()

	if err != nil {
		t.Fatal(err)
	}
}

// Unique returns a text that no earlier run used: Foreman never frees a name.
func Unique() string { return lifecycle.NewSeries() }
