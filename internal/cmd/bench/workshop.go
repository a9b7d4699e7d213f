package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/bench/usage"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
)

const (
	// meterPackage is the program that runs in the provider's place.
	meterPackage = clirun.Module + "/internal/cmd/bench/meter"
	// minimalPackage is the provider that the framework's own part is measured with.
	minimalPackage = clirun.Module + "/internal/cmd/bench/minimal"
	// withoutCoalescing is the linker's flag that builds a provider that reads each token
	// on its own.
	withoutCoalescing = "-X " + clirun.Module + "/internal/provider/platform.coalescing=off"
)

// workshop is the CLI, the providers, and a folder that is gone in the end.
type workshop struct {
	// cli is the path of the CLI.
	cli string
	// version is what the CLI says of itself.
	version string
	folder  string
	// config is the CLI's configuration, in which the meter is the provider.
	config string
	// coalescing and plain are the paths of the provider, and of the one that reads each
	// token on its own; minimal is that of the least that a provider can be.
	coalescing, plain, minimal string
}

// variant is what is turned on in a provider, or the minimal one.
type variant struct{ coalescing, sessions, minimal bool }

// program is the path of the variant's.
func (w *workshop) program(v variant) string {
	switch {
	case v.minimal:
		return w.minimal
	case v.coalescing:
		return w.coalescing
	default:
		return w.plain
	}
}

// openWorkshop finds the CLI and builds the programs. The workshop must be closed.
func openWorkshop(ctx context.Context, cliPath string) (*workshop, error) {
	found, err := clirun.Find(cliPath)
	if err != nil {
		return nil, err
	}

	folder, err := os.MkdirTemp("", "opsaccess-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the bench: %w", err)
	}

	w := &workshop{
		cli: found, folder: folder, config: filepath.Join(folder, "cli.tfrc"),
		coalescing: filepath.Join(folder, clirun.Executable("coalescing")),
		plain:      filepath.Join(folder, clirun.Executable("plain")),
		minimal:    filepath.Join(folder, clirun.Executable("minimal")),
	}
	meter := filepath.Join(folder, clirun.Executable(clirun.Plugin))

	err = errors.Join(
		clirun.Build(ctx, meterPackage, meter, ""),
		clirun.Build(ctx, clirun.Module, w.coalescing, ""),
		clirun.Build(ctx, clirun.Module, w.plain, withoutCoalescing),
		clirun.Build(ctx, minimalPackage, w.minimal, ""),
		clirun.Configure(w.config, folder),
	)
	if err != nil {
		return nil, w.close(err)
	}

	c := clirun.CLI{Path: w.cli, Folder: folder, Env: clirun.Environment(folder, w.config)}
	if w.version, err = c.Version(ctx); err != nil {
		return nil, w.close(err)
	}

	return w, nil
}

// close removes what was written. Its error is added to err.
func (w *workshop) close(err error) error { return errors.Join(err, os.RemoveAll(w.folder)) }

// workspace returns a working directory with the configuration of a load. Without a
// platform its resources are the CLI's own terraform_data.
func (w *workshop) workspace(p *platform, s *site, l load) (*workspace, error) {
	folder, err := os.MkdirTemp(w.folder, "workspace-")
	if err != nil {
		return nil, fmt.Errorf("make the working directory: %w", err)
	}

	users := make([]string, l.users)
	for i := range users {
		users[i] = strconv.Itoa(i)
	}

	if s != nil {
		users = s.users
	}

	variables, err := json.Marshal(map[string]any{"users": users})
	if err != nil {
		return nil, fmt.Errorf("write the variables: %w", err)
	}

	space := &workspace{workshop: w, platform: p, site: s, load: l, folder: folder}

	return space, space.write("terraform.tfvars.json", string(variables))
}

// environment is that of a run: with the meter in the provider's place, which writes to a
// folder.
func (w *workshop) environment(s *site, v variant, usageFolder string) map[string]string {
	env := clirun.Environment(w.folder, w.config)
	env[usage.FolderVariable] = usageFolder
	env[usage.ProgramVariable] = w.program(v)

	if s != nil {
		maps.Copy(env, s.env)
	}

	return env
}

// configuration is as many resources as the load has tokens, in a block for each user:
// tokens of a platform; without one the minimal provider's, or the CLI's own.
func configuration(p *platform, l load, v variant) string {
	var text strings.Builder

	resource, arguments := "terraform_data", "  input = var.users[%d]\n"

	if p != nil || v.minimal {
		text.WriteString("terraform {\n  required_providers {\n    opsaccess = { source = \"opsaccess/opsaccess\" }\n  }\n}\n\n")
	}

	switch {
	case v.minimal:
		resource = "opsaccess_minimal"
	case p != nil:
		resource = "opsaccess_personal_access_token"
		arguments = "  user_id     = var.users[%d]\n  name_prefix = \"bench-\"\n  expires_in  = \"90d\"\n"

		fmt.Fprintf(&text, "provider \"opsaccess\" {\n  %s\n}\n\n", p.block(v.sessions))
	}

	text.WriteString("variable \"users\" {\n  type = list(string)\n}\n")

	for i := range l.users {
		fmt.Fprintf(&text, "\nresource %q \"user_%d\" {\n  count = %d\n\n", resource, i, l.tokens/l.users)
		fmt.Fprintf(&text, arguments, i)
		text.WriteString("}\n")
	}

	return text.String()
}
