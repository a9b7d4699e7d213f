package provider

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
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

// savedPlan is the file that workspace.plan writes.
const savedPlan = "saved.tfplan"

// workspace is a folder in which a test types commands of a real CLI by itself: for
// warnings, exit codes, saved plans and flags, none of which test steps know. Every
// command has a provider of its own in this process, with the target's clock: no
// environment variable could move that of a built provider.
type workspace struct {
	on     *target
	folder string
	// beside are other providers that the CLI finds, by namespace and type.
	beside map[string]func() tfprotov6.ProviderServer
}

func (s *target) workspace(t *testing.T) *workspace {
	t.Helper()

	w := &workspace{on: s, folder: t.TempDir()}
	w.file(t, "versions.tf", `
terraform {
  required_providers {
    opsaccess = { source = "opsaccess/opsaccess" }
  }
}
`)

	return w
}

// file writes a file of the folder.
func (w *workspace) file(t *testing.T, name, text string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(w.folder, name), []byte(text), 0o600))
}

// write replaces the configuration.
func (w *workspace) write(t *testing.T, config string) {
	t.Helper()
	w.file(t, "main.tf", config)
}

// run runs a command and returns how it ended.
func (w *workspace) run(t *testing.T, arguments ...string) outcome {
	t.Helper()

	return w.start(t, guideCLI(t), arguments...)
}

// start runs a program that is the CLI, or runs it.
func (w *workspace) start(t *testing.T, path string, arguments ...string) outcome {
	t.Helper()

	var stdout, stderr bytes.Buffer

	command := exec.CommandContext(t.Context(), path, arguments...) //nolint:gosec // The program is the caller's own choice.
	command.Dir, command.Stdout, command.Stderr = w.folder, &stdout, &stderr
	command.Env = append(
		os.Environ(), "TF_CLI_CONFIG_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0",
		"TF_REATTACH_PROVIDERS="+w.serve(t),
	)

	err := command.Run()
	done := outcome{text: stdout.String(), stderr: stderr.String(), says: diagnosticsOf(stdout.Bytes())}

	var exit *exec.ExitError

	switch {
	case errors.As(err, &exit):
		done.code = exit.ExitCode()
	case err != nil:
		t.Fatalf("%s %s: %v", path, strings.Join(arguments, " "), err)
	}

	return done
}

// serve serves a provider, and those beside it, until the test is over, and returns what
// lets a CLI find them.
func (w *workspace) serve(t *testing.T) string {
	t.Helper()

	servers := map[string]any{}
	add := func(name string, provider func() tfprotov6.ProviderServer) {
		server := attached(t, name, provider)
		servers["registry.terraform.io/"+name], servers["registry.opentofu.org/"+name] = server, server
	}

	add("opsaccess/opsaccess", func() tfprotov6.ProviderServer {
		return newProtocolServer(Surroundings{Now: w.on.now})
	})

	for name, provider := range w.beside {
		add(name, provider)
	}

	text, err := json.Marshal(servers)
	must(t, err)

	return string(text)
}

// attached serves one provider until the test is over, and returns where.
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

// plan makes a plan, saves it, and returns what is in it. It fails the test if there is
// an error.
func (w *workspace) plan(t *testing.T, arguments ...string) (outcome, *tfjson.Plan) {
	t.Helper()

	done := w.run(t, append([]string{"plan", "-json", "-detailed-exitcode", "-out=" + savedPlan}, arguments...)...)
	if done.code == exitError {
		t.Fatalf("plan: %s%s", done.errors(), done.stderr)
	}

	return done, w.shown(t)
}

// shown returns what is in the saved plan.
func (w *workspace) shown(t *testing.T) *tfjson.Plan {
	t.Helper()

	var plan tfjson.Plan

	must(t, json.Unmarshal([]byte(w.run(t, "show", "-json", savedPlan).text), &plan))

	return &plan
}

// planned makes a plan and carries out checks of it.
func (w *workspace) planned(t *testing.T, checks ...plancheck.PlanCheck) outcome {
	t.Helper()

	done, plan := w.plan(t)

	for _, check := range checks {
		var response plancheck.CheckPlanResponse

		check.CheckPlan(t.Context(), plancheck.CheckPlanRequest{Plan: plan}, &response)

		if response.Error != nil {
			t.Errorf("the plan: %v", response.Error)
		}
	}

	return done
}

// unchanged makes a plan and fails the test if it is not empty.
func (w *workspace) unchanged(t *testing.T, arguments ...string) outcome {
	t.Helper()

	done := w.run(t, append([]string{"plan", "-json", "-detailed-exitcode"}, arguments...)...)
	if done.code != exitNoChanges {
		t.Fatalf("the plan has changes or errors (exit code %d): %s\n%s", done.code, done.errors(), changesOf(done.text))
	}

	return done
}

// apply applies the configuration and carries out checks of the state that comes of it.
func (w *workspace) apply(t *testing.T, checks ...statecheck.StateCheck) outcome {
	t.Helper()

	return w.applyWith(t, nil, checks...)
}

// applyWith is apply with more arguments of the command.
func (w *workspace) applyWith(t *testing.T, arguments []string, checks ...statecheck.StateCheck) outcome {
	t.Helper()

	done := w.run(t, append([]string{"apply", "-json", "-auto-approve"}, arguments...)...)
	if done.code != 0 {
		t.Fatalf("apply: %s%s", done.errors(), done.stderr)
	}

	w.check(t, checks...)

	return done
}

// refused runs a command and fails the test unless it fails with an error of these words.
func (w *workspace) refused(t *testing.T, text string, arguments ...string) {
	t.Helper()

	done := w.run(t, append(arguments[:1:1], append([]string{"-json"}, arguments[1:]...)...)...)
	if all := done.errors(); done.code != exitError || !strings.Contains(all, text) {
		t.Errorf("%s ended with %d, want an error with %q; its errors: %s", arguments[0], done.code, text, all)
	}
}

// destroy destroys everything.
func (w *workspace) destroy(t *testing.T) {
	t.Helper()
	w.applyWith(t, []string{"-destroy"})
}

// check carries out checks of the state.
func (w *workspace) check(t *testing.T, checks ...statecheck.StateCheck) {
	t.Helper()

	if len(checks) == 0 {
		return
	}

	state := w.state(t)

	for _, check := range checks {
		var response statecheck.CheckStateResponse

		check.CheckState(t.Context(), statecheck.CheckStateRequest{State: state}, &response)

		if response.Error != nil {
			t.Errorf("the state: %v", response.Error)
		}
	}
}

func (w *workspace) state(t *testing.T) *tfjson.State {
	t.Helper()

	shown := w.run(t, "show", "-json")

	var state tfjson.State

	state.UseJSONNumber(true)
	must(t, json.Unmarshal([]byte(shown.text), &state))

	return &state
}
