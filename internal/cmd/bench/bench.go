package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
)

// operations are measured in this order. The plan follows the apply, so it refreshes all tokens and
// finds no changes.
var operations = []string{"apply", "plan", "destroy"}

// sample is the measurement of one run of the CLI.
type sample struct {
	// Requests is how many requests the server received, Logins how many of them made it check
	// credentials, and Sent the size of all response bodies in bytes.
	Requests, Logins int
	Sent             int64
	// Wall is how long the CLI ran, and CLI the CPU time of the CLI itself.
	Wall, CLI time.Duration
	// Provider is the resource usage of the provider's processes.
	Provider usage
}

// bench holds the CLI and the programs to measure.
type bench struct {
	cli              clirun.CLI
	opsaccess, floor string
	// users is the number of users that the tokens are spread over.
	users int
	// progress receives one line for each run of the CLI.
	progress io.Writer
}

// row identifies a row of the report: a number of tokens and an operation.
type row struct {
	tokens    int
	operation string
}

// newBench builds the programs. The caller must close the bench.
func newBench(ctx context.Context, cliPath string, users int, progress io.Writer) (*bench, error) {
	cli, err := clirun.New(cliPath, "opsaccess-bench-")
	if err != nil {
		return nil, err
	}

	b := &bench{
		cli: cli, users: users, progress: progress,
		opsaccess: filepath.Join(cli.Folder, clirun.Executable("opsaccess")),
		floor:     filepath.Join(cli.Folder, clirun.Executable("floor")),
	}

	err = errors.Join(
		clirun.Build(ctx, clirun.Module, b.opsaccess),
		clirun.Build(ctx, clirun.Module+"/internal/cmd/bench/floor", b.floor),
		copySelf(filepath.Join(cli.Folder, clirun.Executable(clirun.Plugin))),
	)
	if err != nil {
		return nil, errors.Join(err, b.close())
	}

	return b, nil
}

// copySelf writes this program to a file. Under the plugin's name it acts as the meter.
func copySelf(file string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the bench: %w", err)
	}

	program, err := os.ReadFile(self) //nolint:gosec // It is this program.
	if err != nil {
		return fmt.Errorf("read the bench: %w", err)
	}

	return os.WriteFile(file, program, 0o700) //nolint:gosec // It is a program.
}

func (b *bench) close() error { return os.RemoveAll(b.cli.Folder) }

// measure runs a cycle for each number of tokens. The floor is measured without a server.
func (b *bench) measure(ctx context.Context, of subject, program string, tokens []int) (map[row]sample, error) {
	samples := map[row]sample{}

	for _, count := range tokens {
		if err := b.cycle(ctx, of, program, count, samples); err != nil {
			return nil, fmt.Errorf("%s, %d tokens: %w", of.name, count, err)
		}
	}

	return samples, nil
}

// cycle measures all operations on a new server.
func (b *bench) cycle(ctx context.Context, of subject, program string, tokens int, samples map[row]sample) (err error) {
	s := &site{users: make([]string, b.users)}

	if of.open != nil {
		if s, err = of.open(b.users); err != nil {
			return err
		}

		defer func() { err = errors.Join(err, s.running.Close()) }()
	}

	folder, err := os.MkdirTemp(b.cli.Folder, "workspace-")
	if err != nil {
		return fmt.Errorf("make the working directory: %w", err)
	}

	if err := os.WriteFile(filepath.Join(folder, "main.tf"), []byte(configuration(of, s.users, tokens)), 0o600); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}

	for _, operation := range operations {
		env := map[string]string{programVariable: program, usageVariable: filepath.Join(folder, operation+".usage")}
		maps.Copy(env, s.env)

		taken, err := s.run(ctx, b.cli.In(folder, env), operation)
		if err != nil {
			return fmt.Errorf("%s: %w", operation, err)
		}

		left := tokens
		if operation == "destroy" {
			left = 0
		}

		if s.live != nil && s.live("") != left {
			return fmt.Errorf("%s: %d tokens are in effect on the server, want %d", operation, s.live(""), left)
		}

		samples[row{tokens, operation}] = taken
		_, _ = fmt.Fprintf(b.progress, "%-22s %6d tokens %-8s %6d requests %8.2f s\n",
			of.name, tokens, operation, taken.Requests, taken.Wall.Seconds())
	}

	return nil
}

// run measures one operation. The operation must succeed, and a plan must have no changes.
func (s *site) run(ctx context.Context, cli clirun.CLI, operation string) (taken sample, err error) {
	argument := "-auto-approve"
	if operation == "plan" {
		argument = "-detailed-exitcode"
	}

	if s.console != nil {
		s.reset()
	}

	begin := time.Now()
	done, err := cli.Run(ctx, operation, argument)
	taken.Wall = time.Since(begin)

	switch {
	case err != nil:
		return sample{}, err
	case done.Code != 0:
		const most = 4 << 10 // The CLI reports errors at the end.

		said := done.Stdout + done.Stderr

		return sample{}, fmt.Errorf("exit code %d:\n%s", done.Code, said[max(0, len(said)-most):])
	}

	if taken.Provider, err = readUsage(cli.Env[usageVariable]); err != nil {
		return sample{}, err
	}

	taken.CLI = done.CPU - taken.Provider.CPU

	if s.console != nil {
		taken.Requests, taken.Logins, taken.Sent = s.console.Count(nil), s.console.Count(isLogin), s.sent.Load()
	}

	return taken, nil
}

// configuration returns a configuration with one resource block for each user. The floor has no
// server and no user ids, so its resources have the user id 1.
func configuration(of subject, users []string, tokens int) string {
	var text strings.Builder

	text.WriteString("terraform {\n  required_providers {\n    opsaccess = { source = \"opsaccess/opsaccess\" }\n  }\n}\n")

	if of.block != "" {
		fmt.Fprintf(&text, "\nprovider \"opsaccess\" {\n  %s = {}\n}\n", of.block)
	}

	for i, id := range users {
		if id == "" {
			id = "1"
		}

		fmt.Fprintf(&text, "\nresource \"opsaccess_personal_access_token\" \"user_%d\" {\n  count       = %d\n"+
			"  user_id     = %q\n  name_prefix = \"bench-\"\n  expires_in  = \"90d\"\n}\n",
			i, tokens/len(users)+min(1, max(0, tokens%len(users)-i)), id)
	}

	return text.String()
}
