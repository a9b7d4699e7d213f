package providertest

import (
	"context"
	"path/filepath"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
)

// BuildPlugin builds the provider as it is released, with these flags of `go build`, into a
// folder of .cache, and returns that folder. Packages are tested at the same time, so each
// has a folder of its own.
func BuildPlugin(name string, flags ...string) (string, error) {
	folder := filepath.Join(Repository(), ".cache", name)

	// No test's context outlives the build, which serves all of them.
	return folder, clirun.Build(context.Background(), clirun.Module, filepath.Join(folder, clirun.Executable(clirun.Plugin)), flags...)
}
