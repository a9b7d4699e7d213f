package providertest

import (
	"context"
	"path/filepath"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
)

// BuildPlugin builds the provider as it is released, with these flags of `go build`, and returns the
// folder of the binary. Test packages run in parallel, so each uses its own folder below .cache.
func BuildPlugin(name string, flags ...string) (string, error) {
	folder := filepath.Join(Repository(), ".cache", name)

	// The build is shared by all tests of a package, so it must not end with the context of one of
	// them.
	return folder, clirun.Build(context.Background(), clirun.Module, filepath.Join(folder, clirun.Executable(clirun.Plugin)), flags...)
}
