// Command meter stands in for the provider where a CLI looks for it: it runs the program
// that its environment names, and writes down what that took of processors and memory.
// The bench builds it; it is of no use without.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/bench/usage"
)

func main() {
	// A Ctrl-C reaches all processes; a plugin goes on until its CLI ends it, and so does
	// the meter.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)

	code, err := run()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "meter:", err)
	}

	os.Exit(code)
}

// run returns the program's exit code; 1 if it could not be measured.
func run() (int, error) {
	open, err := usage.Begin(os.Getenv(usage.FolderVariable))
	if err != nil {
		return 1, err
	}

	program := exec.Command(os.Getenv(usage.ProgramVariable), os.Args[1:]...) //nolint:gosec,noctx // The bench names the program; its CLI ends it.
	// The CLI and the plugin speak through these; nothing may stand between.
	program.Stdin, program.Stdout, program.Stderr = os.Stdin, os.Stdout, os.Stderr

	var exit *exec.ExitError
	if err := program.Run(); err != nil && !errors.As(err, &exit) {
		return 1, err
	}

	state := program.ProcessState
	record := usage.Record{CPU: state.UserTime() + state.SystemTime(), Peak: peak(state)}

	return state.ExitCode(), open.End(record)
}
