package clirun

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

const (
	// Module is the provider's main package and the prefix of all other packages.
	Module = "github.com/opsaccess/terraform-provider-opsaccess"
	// Plugin is the file name, without the extension of [Executable], that a CLI expects in a
	// folder of dev_overrides.
	Plugin = "terraform-provider-opsaccess"
)

// Executable returns the file name of a program on this system.
func Executable(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}

	return name
}

// Build builds a program of this checkout into a file, like a release except for these additional
// flags of `go build`.
func Build(ctx context.Context, pkg, file string, flags ...string) error {
	args := append(append([]string{"build"}, flags...), "-o", file, pkg)

	output, err := exec.CommandContext(ctx, "go", args...).CombinedOutput() //nolint:gosec // The project defines all arguments.
	if err != nil {
		return fmt.Errorf("build %s: %w\n%s", filepath.Base(file), err, output)
	}

	return nil
}

// Configure writes a CLI configuration to a file. For its address in either registry, the provider
// is the [Plugin] in the folder, so that the CLI needs neither a registry nor init. The same
// applies to each of the other providers, which are in the same namespace.
func Configure(file, folder string, others ...string) error {
	_, name, _ := strings.Cut(provider.Address, "/")
	namespace, _, _ := strings.Cut(name, "/")

	names := []string{name}
	for _, other := range others {
		names = append(names, namespace+"/"+other)
	}

	var overrides strings.Builder

	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		for _, name := range names {
			fmt.Fprintf(&overrides, "    %q = %q\n", host+"/"+name, filepath.ToSlash(folder))
		}
	}

	text := "provider_installation {\n  dev_overrides {\n" + overrides.String() + "  }\n}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return fmt.Errorf("write the CLI's configuration: %w", err)
	}

	return nil
}
