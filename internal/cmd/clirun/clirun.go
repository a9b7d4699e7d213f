// Package clirun runs Terraform or OpenTofu with the provider of this checkout: it builds the
// provider, configures the CLI to use it without a registry, and isolates the CLI from the caller's
// files and environment.
package clirun

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// interruptTime is how long the CLI may take to stop after an interrupt.
const interruptTime = 5 * time.Second

// CLI is a Terraform or OpenTofu with a working directory and an isolated environment: it gets only
// the variables in Env.
type CLI struct {
	// Path is the absolute path of the program; see [Find].
	Path string
	// Folder is the working directory.
	Folder string
	// Env is the whole environment; see [Environment].
	Env map[string]string
}

// Outcome is the result of a run of the CLI.
type Outcome struct {
	// Code is the exit code.
	Code int
	// Stdout and Stderr are the complete output.
	Stdout, Stderr string
	// CPU is the CPU time of the CLI and of the plugins that it waited for.
	CPU time.Duration
}

// New returns a CLI in a new folder, which the caller must remove. For the provider's address in
// either registry, it uses the provider that [Build] writes to that folder as [Plugin].
func New(path, prefix string) (CLI, error) {
	found, err := Find(path)
	if err != nil {
		return CLI{}, err
	}

	folder, err := os.MkdirTemp("", prefix)
	if err != nil {
		return CLI{}, fmt.Errorf("make a folder for the CLI: %w", err)
	}

	config := filepath.Join(folder, "cli.tfrc")
	if err := Configure(config, folder); err != nil {
		return CLI{}, errors.Join(err, os.RemoveAll(folder))
	}

	return CLI{Path: found, Folder: folder, Env: Environment(folder, config)}, nil
}

// Name returns the name that a person would type for the CLI.
func (c CLI) Name() string { return strings.TrimSuffix(filepath.Base(c.Path), ".exe") }

// In returns the same CLI in another folder, with additional environment variables.
func (c CLI) In(folder string, env map[string]string) CLI {
	c.Folder = folder
	c.Env = maps.Clone(c.Env)
	maps.Copy(c.Env, env)

	return c
}

// Find returns the absolute path of a program, searching the PATH as a shell does.
func Find(path string) (string, error) {
	found, err := exec.LookPath(path)
	if err != nil {
		return "", fmt.Errorf("find the CLI: %w", err)
	}

	if found, err = filepath.Abs(found); err != nil {
		return "", fmt.Errorf("find the CLI: %w", err)
	}

	return found, nil
}

// Environment returns the environment of an isolated CLI: a home and a CLI configuration that are
// not the caller's, and settings that disable prompts and the version check.
func Environment(home, config string) map[string]string {
	env := map[string]string{
		"HOME":               home,
		"TF_CLI_CONFIG_FILE": config,
		"TF_CLI_ARGS":        "-no-color",
		"TF_IN_AUTOMATION":   "1",
		"TF_INPUT":           "0",
		"CHECKPOINT_DISABLE": "1",
	}

	// Variables that programs need to run at all; the last two are for Windows.
	for _, name := range []string{"PATH", "TMPDIR", "SYSTEMROOT", "TEMP"} {
		if value, ok := os.LookupEnv(name); ok {
			env[name] = value
		}
	}

	return env
}

// Run runs a command. When ctx ends, the CLI is interrupted as by Ctrl-C. Run returns an error only
// if the CLI cannot be run; the exit code is in the outcome.
func (c CLI) Run(ctx context.Context, args ...string) (Outcome, error) {
	var stdout, stderr bytes.Buffer

	command := exec.CommandContext(ctx, c.Path, args...) //nolint:gosec // The caller chooses the CLI.
	command.Dir = c.Folder
	command.Env = c.environ()
	command.Stdout, command.Stderr = &stdout, &stderr
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = interruptTime

	err := command.Run()
	done := Outcome{Stdout: stdout.String(), Stderr: stderr.String()}

	if state := command.ProcessState; state != nil {
		done.CPU = state.UserTime() + state.SystemTime()
	}

	var exit *exec.ExitError

	switch {
	case ctx.Err() != nil:
		return done, ctx.Err()
	case errors.As(err, &exit):
		done.Code = exit.ExitCode()
	case err != nil:
		return done, err
	}

	return done, nil
}

// Version returns the first line of the CLI's version output, such as "Terraform v1.11.4".
func (c CLI) Version(ctx context.Context) (string, error) {
	done, err := c.Run(ctx, "version")

	switch {
	case err != nil:
		return "", fmt.Errorf("run %s version: %w", c.Path, err)
	case done.Code != 0:
		return "", fmt.Errorf("%s version: exit code %d: %s", c.Path, done.Code, done.Stdout+done.Stderr)
	}

	version, _, _ := strings.Cut(done.Stdout, "\n")

	return version, nil
}

func (c CLI) environ() []string {
	all := make([]string, 0, len(c.Env))
	for _, name := range slices.Sorted(maps.Keys(c.Env)) {
		all = append(all, name+"="+c.Env[name])
	}

	return all
}
