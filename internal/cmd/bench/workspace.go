package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/bench/usage"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
)

// operation is a command of the CLI.
type operation string

// The operations, in the order of a cycle: a plan is one of what is there already, so it
// refreshes everything and finds nothing to do.
const (
	apply   operation = "apply"
	plan    operation = "plan"
	destroy operation = "destroy"
)

var operations = []operation{apply, plan, destroy}

// arguments are the command's. A plan that is not empty has another exit code than 0.
func (o operation) arguments() []string {
	if o == plan {
		return []string{string(o), "-detailed-exitcode"}
	}

	return []string{string(o), "-auto-approve"}
}

// sample is what one run of the CLI took.
type sample struct {
	// Requests is what the server saw, Logins how many of them were a check of credentials.
	Requests, Logins int
	// Sent is the bytes of the bodies that the server sent.
	Sent int64
	// Wall is how long the CLI ran.
	Wall time.Duration
	// CLI is the time that the CLI itself spent on processors.
	CLI time.Duration
	// Provider is what the provider's processes took.
	Provider usage.Sum
}

// workspace is a working directory of the CLI, for a load on a site. Platform and site are
// nil for the floor.
type workspace struct {
	*workshop

	platform *platform
	site     *site
	load     load
	folder   string
}

// measure runs an operation and checks that it did what it should.
func (w *workspace) measure(ctx context.Context, o operation, v variant) (sample, error) {
	if err := w.write("main.tf", configuration(w.platform, w.load, v)); err != nil {
		return sample{}, err
	}

	usageFolder, err := os.MkdirTemp(w.workshop.folder, "usage-")
	if err != nil {
		return sample{}, fmt.Errorf("make a folder for the meter: %w", err)
	}

	cli := clirun.CLI{Path: w.cli, Folder: w.folder, Env: w.environment(w.site, v, usageFolder)}

	if w.site != nil {
		w.site.reset()
	}

	begin := time.Now()
	done, err := cli.Run(ctx, o.arguments()...)
	taken := sample{Wall: time.Since(begin)}

	switch {
	case err != nil:
		return sample{}, fmt.Errorf("run %s: %w", o, err)
	case done.Code != 0:
		return sample{}, fmt.Errorf("%s of %s: exit code %d:\n%s", o, w.load, done.Code, tail(done.Stdout+done.Stderr))
	}

	if taken.Provider, err = usage.Read(usageFolder); err != nil {
		return taken, err
	}

	taken.CLI = done.CPU - taken.Provider.CPU

	if provided := w.site != nil || v.minimal; provided != (taken.Provider.Processes > 0) {
		return sample{}, fmt.Errorf("%s of %s ran another provider than the one that was built", o, w.load)
	}

	if w.site == nil {
		return taken, nil
	}

	taken.Requests = w.site.console.Count(nil)
	taken.Logins = w.site.console.Count(isLogin)
	taken.Sent = w.site.sent.Load()

	want := w.load.tokens
	if o == destroy {
		want = 0
	}

	return taken, w.site.expectAlive(want)
}

func (w *workspace) write(name, text string) error {
	if err := os.WriteFile(filepath.Join(w.folder, name), []byte(text), 0o600); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}

	return nil
}

// tail is the end of a long output, which is where the CLI reports errors.
func tail(text string) string {
	const most = 4 << 10

	return text[max(0, len(text)-most):]
}
