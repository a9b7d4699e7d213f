//go:build unix

package process

import (
	"errors"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/testprogram"
)

// patience is how long a test waits for an expected event.
const patience = time.Minute

// TestMain turns this program into the plugin that uses the provider's tokens, if a CLI started it
// under that plugin's name.
func TestMain(m *testing.M) {
	if isPlugin(consumerPlugin) {
		if err := serveConsumer(); err != nil {
			log.Fatal(err)
		}

		return
	}

	os.Exit(m.Run())
}

// builtPlugin builds the provider once for all tests and returns its folder. If the tests use the race
// detector, so does the provider.
var builtPlugin = sync.OnceValues(func() (string, error) {
	var flags []string

	if testprogram.DetectsRaces() {
		flags = append(flags, "-race")
	}

	return providertest.BuildPlugin("process", flags...)
})

// run is a folder in which a real CLI runs. The provider, as it is released, and this program are
// plugins in their own processes.
type run struct{ folder, plugins, ready string }

func newRun(t *testing.T) *run {
	t.Helper()

	r := &run{folder: t.TempDir(), plugins: t.TempDir()}
	r.ready = filepath.Join(r.folder, "ready")

	self, err := os.Executable()
	providertest.Must(t, err)

	built, err := builtPlugin()
	providertest.Must(t, err)

	providertest.Must(t, os.Symlink(filepath.Join(built, clirun.Plugin), filepath.Join(r.plugins, clirun.Plugin)))
	providertest.Must(t, os.Symlink(self, filepath.Join(r.plugins, consumerPlugin)))
	providertest.Must(t, clirun.Configure(filepath.Join(r.folder, "cli.rc"), r.plugins, "consumer"))

	return r
}

func (r *run) file(t *testing.T, name, text string) {
	t.Helper()
	providertest.Must(t, os.WriteFile(filepath.Join(r.folder, name), []byte(text), 0o600))
}

// write writes the configuration.
func (r *run) write(t *testing.T, config string) {
	t.Helper()
	r.file(t, "main.tf", config)
}

// start starts a command in its own process group, which is killed at the end of the test. The command
// does not get the test's environment.
func (r *run) start(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()

	output, err := os.Create(filepath.Join(r.folder, "output"))
	providertest.Must(t, err)
	t.Cleanup(func() { _ = output.Close() })

	//nolint:gosec,noctx // The CLI is the caller's own choice, and is waited for.
	command := exec.Command(providertest.CLIPath(t), append(arguments, "-no-color")...)
	command.Dir, command.Stdout, command.Stderr = r.folder, output, output
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "HOME=" + r.folder,
		"TF_CLI_CONFIG_FILE=" + filepath.Join(r.folder, "cli.rc"), "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1",
		"GORACE=atexit_sleep_ms=0", // The race detector delays the exit of each plugin by a second.
		"TF_LOG=TRACE", "TF_LOG_PATH=" + filepath.Join(r.folder, "log"),
	}

	providertest.Must(t, command.Start())
	t.Cleanup(func() { _ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) })

	return command
}

// wait waits for the command and returns its exit code, -1 if a signal terminated it.
func (r *run) wait(t *testing.T, command *exec.Cmd) int {
	t.Helper()

	stuck := time.AfterFunc(patience, func() { _ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) })
	err := command.Wait()

	if !stuck.Stop() {
		t.Fatalf("%s did not end:\n%s", strings.Join(command.Args, " "), r.output(t))
	}

	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}

	return command.ProcessState.ExitCode()
}

// awaitConsumer waits until the consumer has logged in.
func (r *run) awaitConsumer(t *testing.T) {
	t.Helper()
	eventually(t, "the consumer is not ready", func() bool {
		_, err := os.Stat(r.ready)

		return err == nil
	})
}

// awaitInterrupted waits until the CLI reports that it was interrupted.
func (r *run) awaitInterrupted(t *testing.T) {
	t.Helper()
	eventually(t, "the CLI was not interrupted", func() bool { return strings.Contains(r.output(t), "Interrupt received") })
}

func (r *run) output(t *testing.T) string { return r.text(t, "output") }

func (r *run) log(t *testing.T) string { return r.text(t, "log") }

func (r *run) text(t *testing.T, name string) string {
	t.Helper()

	text, err := fs.ReadFile(os.DirFS(r.folder), name)
	providertest.Must(t, err)

	return string(text)
}

// holdsNo fails the test if a file of the run contains the text: the state, the output, or the log.
func (r *run) holdsNo(t *testing.T, secret string) {
	t.Helper()

	entries, err := os.ReadDir(r.folder)
	providertest.Must(t, err)

	for _, entry := range entries {
		if entry.Type().IsRegular() && strings.Contains(r.text(t, entry.Name()), secret) {
			t.Errorf("%s contains a secret", entry.Name())
		}
	}
}

// signalled is a signal and its recipients.
type signalled struct {
	signal syscall.Signal
	all    bool
}

// toCLI is a signal to the CLI only.
func toCLI(signal syscall.Signal) signalled { return signalled{signal: signal} }

// toAll is a signal to the CLI and its plugins, as a terminal or a job's runner sends it.
func toAll(signal syscall.Signal) signalled { return signalled{signal: signal, all: true} }

func (s signalled) send(t *testing.T, command *exec.Cmd) {
	t.Helper()

	pid := command.Process.Pid
	if s.all {
		pid = -pid
	}

	providertest.Must(t, syscall.Kill(pid, s.signal))
}

// eventually waits until the condition holds.
func eventually(t *testing.T, otherwise string, holds func() bool) {
	t.Helper()

	for end := time.Now().Add(patience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(otherwise)
		}
	}
}
