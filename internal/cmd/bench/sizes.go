package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/bench/usage"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
)

// weighings is how often a provider is started to measure its size: the least counts, as
// whatever else the machine does only adds to it.
const weighings = 5

// errNotTheProvider is that a CLI did not run what was built.
var errNotTheProvider = errors.New("the schemas came from another provider than the one that was built")

// size is what a provider takes before it has done anything.
type size struct {
	// Binary is the bytes of its file.
	Binary int64
	// Schema is how long the CLI takes to show the provider's schemas, from its own start.
	Schema time.Duration
	// Memory is the most that the provider had resident then, in bytes; 0 where the system
	// does not tell.
	Memory int64
}

// weigh measures the sizes of the provider and of the minimal one.
func (b *bench) weigh(ctx context.Context) (err error) {
	if b.results.provider, err = b.workshop.weigh(ctx, allOn); err != nil {
		return err
	}

	b.results.minimal, err = b.workshop.weigh(ctx, least)

	return err
}

// weigh measures one provider, with a configuration of one resource of its own.
func (w *workshop) weigh(ctx context.Context, v variant) (least size, err error) {
	platform := foremanPlatform()

	space, err := w.workspace(&platform, nil, load{1, 1})
	if err != nil {
		return size{}, err
	}

	if err := space.write("main.tf", configuration(space.platform, space.load, v)); err != nil {
		return size{}, err
	}

	file, err := os.Stat(w.program(v))
	if err != nil {
		return size{}, fmt.Errorf("weigh the provider: %w", err)
	}

	least.Binary = file.Size()

	for range weighings {
		taken, err := space.schemas(ctx, v)
		if err != nil {
			return size{}, err
		}

		if least.Schema == 0 || taken.Wall < least.Schema {
			least.Schema = taken.Wall
		}

		if least.Memory == 0 || taken.Provider.Peak < least.Memory {
			least.Memory = taken.Provider.Peak
		}
	}

	return least, nil
}

// schemas has the CLI show the provider's schemas.
func (w *workspace) schemas(ctx context.Context, v variant) (taken sample, err error) {
	folder, err := os.MkdirTemp(w.workshop.folder, "usage-")
	if err != nil {
		return sample{}, fmt.Errorf("make a folder for the meter: %w", err)
	}

	cli := clirun.CLI{Path: w.cli, Folder: w.folder, Env: w.environment(nil, v, folder)}
	begin := time.Now()
	done, err := cli.Run(ctx, "providers", "schema", "-json")
	taken.Wall = time.Since(begin)

	switch {
	case err != nil:
		return sample{}, fmt.Errorf("show the schemas: %w", err)
	case done.Code != 0:
		return sample{}, fmt.Errorf("show the schemas: exit code %d:\n%s", done.Code, tail(done.Stdout+done.Stderr))
	}

	if taken.Provider, err = usage.Read(folder); err == nil && taken.Provider.Processes == 0 {
		err = errNotTheProvider
	}

	return taken, err
}
