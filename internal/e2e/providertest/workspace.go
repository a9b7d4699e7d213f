package providertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-version"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

// SavedPlan is the name of the file in which [Workspace.Plan] saves the plan.
const SavedPlan = "saved.tfplan"

// Workspace is a folder in which a test runs single commands of a real CLI. Unlike test steps, this
// covers warnings, exit codes, saved plans and flags. Each command uses a new provider in this process,
// so that it can have the target's clock, which a provider in its own process could not.
type Workspace struct {
	On     *Target
	Folder string
	// Beside holds other providers for the CLI, by namespace and type.
	Beside map[string]func() tfprotov6.ProviderServer
}

// Workspace returns an empty folder for this server.
func (s *Target) Workspace(t *testing.T) *Workspace {
	t.Helper()

	w := &Workspace{On: s, Folder: t.TempDir()}
	w.File(t, "versions.tf", `
terraform {
  required_providers {
    opsaccess = { source = "opsaccess/opsaccess" }
  }
}
`)

	return w
}

// File writes a file into the folder.
func (w *Workspace) File(t *testing.T, name, text string) {
	t.Helper()
	Must(t, os.WriteFile(filepath.Join(w.Folder, name), []byte(text), 0o600))
}

// Write replaces the configuration.
func (w *Workspace) Write(t *testing.T, config string) {
	t.Helper()
	w.File(t, "main.tf", config)
}

// Run runs a command of the CLI and returns its outcome.
func (w *Workspace) Run(t *testing.T, arguments ...string) Outcome {
	t.Helper()

	return w.Start(t, CLIPath(t), arguments...)
}

// Start runs a program that is the CLI or starts it.
func (w *Workspace) Start(t *testing.T, path string, arguments ...string) Outcome {
	t.Helper()

	var stdout, stderr bytes.Buffer

	command := exec.CommandContext(t.Context(), path, arguments...) //nolint:gosec // The caller chooses the program.
	command.Dir, command.Stdout, command.Stderr = w.Folder, &stdout, &stderr
	command.Env = append(
		os.Environ(), "TF_CLI_CONFIG_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0",
		"TF_REATTACH_PROVIDERS="+w.serve(t),
	)

	err := command.Run()
	done := Outcome{Text: stdout.String(), Stderr: stderr.String(), Says: diagnosticsOf(stdout.Bytes())}

	var exit *exec.ExitError

	switch {
	case errors.As(err, &exit):
		done.Code = exit.ExitCode()
	case err != nil:
		t.Fatalf("%s %s: %v", path, strings.Join(arguments, " "), err)
	}

	return done
}

// serve starts the provider and those in Beside until the end of the test. It returns the value of
// TF_REATTACH_PROVIDERS, by which a CLI finds them.
func (w *Workspace) serve(t *testing.T) string {
	t.Helper()

	servers := map[string]any{}
	add := func(name string, provider func() tfprotov6.ProviderServer) {
		server := attached(t, name, provider)
		servers["registry.terraform.io/"+name], servers["registry.opentofu.org/"+name] = server, server
	}

	add("opsaccess/opsaccess", func() tfprotov6.ProviderServer {
		return NewProtocolServer(provider.Surroundings{Runner: pat.Runner{Now: w.On.Now}})
	})

	for name, provider := range w.Beside {
		add(name, provider)
	}

	text, err := json.Marshal(servers)
	Must(t, err)

	return string(text)
}

// attached starts one provider until the end of the test and returns its entry for
// TF_REATTACH_PROVIDERS.
func attached(t *testing.T, name string, provider func() tfprotov6.ProviderServer) map[string]any {
	t.Helper()

	ctx, cancel := context.WithCancel(t.Context())
	attach, closed := make(chan *plugin.ReattachConfig, 1), make(chan struct{})
	failed := make(chan error, 1)

	go func() {
		failed <- tf6server.Serve("registry.terraform.io/"+name, provider,
			tf6server.WithDebug(ctx, attach, closed), tf6server.WithGoPluginLogger(hclog.NewNullLogger()),
			tf6server.WithLoggingSink(t))
	}()

	t.Cleanup(func() {
		cancel()
		<-closed
	})

	select {
	case config := <-attach:
		return map[string]any{
			"Protocol": config.Protocol, "ProtocolVersion": config.ProtocolVersion, "Pid": config.Pid, "Test": true,
			"Addr": map[string]string{"Network": config.Addr.Network(), "String": config.Addr.String()},
		}
	case err := <-failed:
		t.Fatalf("serving the provider: %v", err)
	}

	return nil
}

// Plan creates and saves a plan, and returns its content. It fails the test on an error.
func (w *Workspace) Plan(t *testing.T, arguments ...string) (Outcome, *tfjson.Plan) {
	t.Helper()

	done := w.Run(t, append([]string{"plan", "-json", "-detailed-exitcode", "-out=" + SavedPlan}, arguments...)...)
	if done.Code == ExitError {
		t.Fatalf("plan: %s%s", done.Errors(), done.Stderr)
	}

	return done, w.Shown(t)
}

// Shown returns the content of the saved plan.
func (w *Workspace) Shown(t *testing.T) *tfjson.Plan {
	t.Helper()

	var plan tfjson.Plan

	Must(t, json.Unmarshal([]byte(w.Run(t, "show", "-json", SavedPlan).Text), &plan))

	return &plan
}

// Planned creates a plan and runs checks on it.
func (w *Workspace) Planned(t *testing.T, checks ...plancheck.PlanCheck) Outcome {
	t.Helper()

	done, plan := w.Plan(t)

	for _, check := range checks {
		var response plancheck.CheckPlanResponse

		check.CheckPlan(t.Context(), plancheck.CheckPlanRequest{Plan: plan}, &response)

		if response.Error != nil {
			t.Errorf("checking the plan: %v", response.Error)
		}
	}

	return done
}

// Unchanged creates a plan and fails the test if the plan is not empty.
func (w *Workspace) Unchanged(t *testing.T, arguments ...string) Outcome {
	t.Helper()

	done := w.Run(t, append([]string{"plan", "-json", "-detailed-exitcode"}, arguments...)...)
	if done.Code != ExitNoChanges {
		t.Fatalf("the plan has changes or errors (exit code %d): %s\n%s", done.Code, done.Errors(), changesOf(done.Text))
	}

	return done
}

// Apply applies the configuration and runs checks on the new state.
func (w *Workspace) Apply(t *testing.T, checks ...statecheck.StateCheck) Outcome {
	t.Helper()

	return w.ApplyWith(t, nil, checks...)
}

// ApplyWith is [Workspace.Apply] with additional command-line arguments.
func (w *Workspace) ApplyWith(t *testing.T, arguments []string, checks ...statecheck.StateCheck) Outcome {
	t.Helper()

	done := w.Run(t, append([]string{"apply", "-json", "-auto-approve"}, arguments...)...)
	if done.Code != 0 {
		t.Fatalf("apply: %s%s", done.Errors(), done.Stderr)
	}

	w.Check(t, checks...)

	return done
}

// Refused runs a command and fails the test unless it fails with an error that contains the text.
func (w *Workspace) Refused(t *testing.T, text string, arguments ...string) {
	t.Helper()

	done := w.Run(t, append(arguments[:1:1], append([]string{"-json"}, arguments[1:]...)...)...)
	if all := done.Errors(); done.Code != ExitError || !strings.Contains(all, text) {
		t.Errorf("%s ended with exit code %d, want an error with %q; its errors: %s", arguments[0], done.Code, text, all)
	}
}

// Destroy destroys all resources.
func (w *Workspace) Destroy(t *testing.T) {
	t.Helper()
	w.ApplyWith(t, []string{"-destroy"})
}

// Check runs checks on the state.
func (w *Workspace) Check(t *testing.T, checks ...statecheck.StateCheck) {
	t.Helper()

	if len(checks) == 0 {
		return
	}

	state := w.State(t)

	for _, check := range checks {
		var response statecheck.CheckStateResponse

		check.CheckState(t.Context(), statecheck.CheckStateRequest{State: state}, &response)

		if response.Error != nil {
			t.Errorf("checking the state: %v", response.Error)
		}
	}
}

// State returns the state as the CLI shows it.
func (w *Workspace) State(t *testing.T) *tfjson.State {
	t.Helper()

	shown := w.Run(t, "show", "-json")

	var state tfjson.State

	state.UseJSONNumber(true)
	Must(t, json.Unmarshal([]byte(shown.Text), &state))

	return &state
}

// CLIPath returns the path of the CLI under test.
func CLIPath(t *testing.T) string {
	t.Helper()

	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}

	path, err := exec.LookPath("terraform")
	Must(t, err)

	return path
}

// CLIVersion returns the name and version that the CLI prints, such as `Terraform v1.11.4`.
func CLIVersion(t *testing.T) (string, *version.Version) {
	t.Helper()

	output, err := exec.CommandContext(t.Context(), CLIPath(t), "version").Output() //nolint:gosec // The developer chooses the CLI.
	Must(t, err)

	line, _, _ := strings.Cut(string(output), "\n")
	name, number, _ := strings.Cut(line, " ")

	at, err := version.NewVersion(number)
	Must(t, err)

	return name, at
}

// The tests below need list resources and actions, which Terraform has since 1.14 and OpenTofu does not
// have. The protocol tests cover the same with every CLI.

// Since skips the test if the CLI is older than the minimum version.
func (w *Workspace) Since(t *testing.T, minimum *version.Version) {
	t.Helper()

	var cli struct {
		Version *version.Version `json:"terraform_version"`
	}

	Must(t, json.Unmarshal([]byte(w.Run(t, "version", "-json").Text), &cli))

	var response tfversion.CheckTerraformVersionResponse

	tfversion.SkipBelow(minimum).CheckTerraformVersion(
		t.Context(), tfversion.CheckTerraformVersionRequest{TerraformVersion: cli.Version}, &response)

	if response.Skip != "" {
		t.Skip(response.Skip)
	}
}
