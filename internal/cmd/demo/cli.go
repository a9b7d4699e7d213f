package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
)

// The exit codes of `plan -detailed-exitcode`.
const (
	exitNoChanges = 0
	exitError     = 1
	exitChanges   = 2
)

// cli is a Terraform or OpenTofu in one working directory and with an environment of
// its own: nothing of the caller's reaches it but what has to.
type cli struct {
	story *narrator
	// path is absolute; name is what a person would type.
	path, name string
	folder     string
	env        map[string]string
	// shown is the part of env that a person would have to type.
	shown []string
}

// outcome is what a run of the CLI came to.
type outcome struct {
	command        string
	code           int
	stdout, stderr string
}

func (o outcome) output() string { return o.stdout + o.stderr }

// with returns the same CLI with another environment variable, typed before the command.
func (c *cli) with(variable, value string) *cli { return c.withShown(variable, value, value) }

// withSecret is [cli.with] for a value that must not be seen.
func (c *cli) withSecret(variable, value string) *cli { return c.withShown(variable, value, mask) }

// run runs a command and prints its line. What it said is heard, not printed. An error
// is one of running it at all; how it ended is in the outcome.
func (c *cli) run(ctx context.Context, args ...string) (outcome, error) {
	c.story.command(c.line(args))

	done, err := c.start(ctx, args)
	c.story.hear(done)

	return done, err
}

// read runs a command that prints JSON, and decodes it. Its output is not heard, as it
// is where secrets belong.
func (c *cli) read(ctx context.Context, into any, args ...string) error {
	done, err := c.start(ctx, args)

	switch {
	case err != nil:
		return err
	case done.code != 0:
		return fmt.Errorf("%s: exit code %d: %s", c.line(args), done.code, done.stderr)
	}

	if err := json.Unmarshal([]byte(done.stdout), into); err != nil {
		return fmt.Errorf("%s: the output is no such JSON: %w", c.line(args), err)
	}

	return nil
}

func (c *cli) withShown(variable, value, shown string) *cli {
	other := *c
	other.env = maps.Clone(c.env)
	other.env[variable] = value
	other.shown = append(slices.Clone(c.shown), variable+"="+shown)

	return &other
}

func (c *cli) start(ctx context.Context, args []string) (outcome, error) {
	ran, err := clirun.CLI{Path: c.path, Folder: c.folder, Env: c.env}.Run(ctx, args...)
	done := outcome{command: c.line(args), code: ran.Code, stdout: ran.Stdout, stderr: ran.Stderr}

	if err != nil {
		return done, fmt.Errorf("run %s: %w", done.command, err)
	}

	return done, nil
}

// line is the command as a person would type it.
func (c *cli) line(args []string) string {
	return strings.Join(slices.Concat(c.shown, []string{c.name}, args), " ")
}
