package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
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
	found, err := clirun.Find(cliPath)
	if err != nil {
		return nil, err
	}

	folder, err := os.MkdirTemp("", "opsaccess-demo-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the demo: %w", err)
	}

	s := &stage{story: story, cli: found, folder: folder, config: filepath.Join(folder, "cli.tfrc")}

	if err := errors.Join(s.build(ctx), clirun.Configure(s.config, s.folder), s.nameCLI(ctx)); err != nil {
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
		env: clirun.Environment(s.folder, s.config),
	}
}

// build builds the provider as a release would, and says how long it took.
func (s *stage) build(ctx context.Context) error {
	begin := time.Now()

	if err := clirun.Build(ctx, clirun.Module, filepath.Join(s.folder, clirun.Executable(clirun.Plugin)), ""); err != nil {
		return err
	}

	s.story.note("provider  built from this checkout in %.1f s", time.Since(begin).Seconds())

	return nil
}

// nameCLI says which CLI it is.
func (s *stage) nameCLI(ctx context.Context) error {
	c := s.newCLI(s.folder)

	version, err := clirun.CLI{Path: c.path, Folder: c.folder, Env: c.env}.Version(ctx)
	if err != nil {
		return err
	}

	s.story.note("CLI       %s, %s", version, s.cli)

	return nil
}
