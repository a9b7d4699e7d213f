package providertest

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
)

// BuildPlugin builds the provider as it is released, with these flags of `go build`, into a
// folder of .cache, and returns that folder. Packages are tested at the same time, so each
// has a folder of its own.
func BuildPlugin(name string, flags ...string) (string, error) {
	folder := filepath.Join(Repository(), ".cache", name)

	file := filepath.Join(folder, "terraform-provider-opsaccess")
	if runtime.GOOS == "windows" {
		file += ".exe"
	}

	build := exec.Command("go", append(append([]string{"build"}, flags...), "-o", file, ".")...) //nolint:gosec,noctx // The project's own package; no test's context outlives the build.
	build.Dir = Repository()

	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, output)
	}

	return folder, nil
}
