package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

const (
	// module is the provider's main package.
	module = "github.com/opsaccess/terraform-provider-opsaccess"
	// program is the name that a CLI looks for in a folder of dev_overrides.
	program = "terraform-provider-opsaccess"
)

// stage is what all chapters play on: the CLI, the provider, and a folder that is gone
// in the end.
type stage struct {
	story *narrator
	// cli is the path of the CLI.
	cli string
	// folder holds all that the demo writes.
	folder string
	// config is the CLI's configuration, which names the provider that was built.
	config string
}

// newStage finds the CLI and builds the provider. The stage must be closed.
func newStage(ctx context.Context, story *narrator, cliPath string) (*stage, error) {
	found, err := exec.LookPath(cliPath)
	if err != nil {
		return nil, fmt.Errorf("find the CLI: %w", err)
	}

	if found, err = filepath.Abs(found); err != nil {
		return nil, fmt.Errorf("find the CLI: %w", err)
	}

	folder, err := os.MkdirTemp("", "opsaccess-demo-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the demo: %w", err)
	}

	s := &stage{story: story, cli: found, folder: folder, config: filepath.Join(folder, "cli.tfrc")}

	if err := errors.Join(s.build(ctx), s.configure(), s.nameCLI(ctx)); err != nil {
		return nil, errors.Join(err, s.close())
	}

	return s, nil
}

// workspace returns the CLI in a new working directory with these files in it.
func (s *stage) workspace(name string, files map[string]string, env map[string]string) (*cli, error) {
	folder := filepath.Join(s.folder, name)
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the working directory: %w", err)
	}

	for file, text := range files {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
			return nil, fmt.Errorf("write the configuration: %w", err)
		}
	}

	c := s.newCLI(folder)
	maps.Copy(c.env, env)

	return c, nil
}

func (s *stage) close() error {
	if err := os.RemoveAll(s.folder); err != nil {
		return fmt.Errorf("remove what the demo wrote: %w", err)
	}

	return nil
}

func (s *stage) newCLI(folder string) *cli {
	return &cli{
		story: s.story, path: s.cli, name: strings.TrimSuffix(filepath.Base(s.cli), ".exe"), folder: folder,
		env: hermetic(s.folder, s.config),
	}
}

// build builds the provider as a release would, and says how long it took.
func (s *stage) build(ctx context.Context) error {
	begin := time.Now()
	file := filepath.Join(s.folder, program)

	if runtime.GOOS == "windows" {
		file += ".exe"
	}

	output, err := exec.CommandContext(ctx, "go", "build", "-o", file, module).CombinedOutput() //nolint:gosec // All arguments are the demo's own.
	if err != nil {
		return fmt.Errorf("build the provider: %w\n%s", err, output)
	}

	s.story.note("provider  built from this checkout in %.1f s", time.Since(begin).Seconds())

	return nil
}

// configure writes the CLI's configuration: under either registry's address the
// provider is the one that was built, so that no registry is asked and no init needed.
func (s *stage) configure() error {
	_, name, _ := strings.Cut(provider.Address, "/")

	var overrides strings.Builder
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		fmt.Fprintf(&overrides, "    %q = %q\n", host+"/"+name, filepath.ToSlash(s.folder))
	}

	text := "provider_installation {\n  dev_overrides {\n" + overrides.String() + "  }\n}\n"
	if err := os.WriteFile(s.config, []byte(text), 0o600); err != nil {
		return fmt.Errorf("write the CLI's configuration: %w", err)
	}

	return nil
}

// nameCLI says which CLI it is.
func (s *stage) nameCLI(ctx context.Context) error {
	done, err := s.newCLI(s.folder).start(ctx, []string{"version"})

	switch {
	case err != nil:
		return err
	case done.code != 0:
		return fmt.Errorf("%s version: exit code %d: %s", s.cli, done.code, done.output())
	}

	version, _, _ := strings.Cut(done.stdout, "\n")
	s.story.note("CLI       %s, %s", version, s.cli)

	return nil
}
