package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"time"
)

// The variables of the meter's environment: the program to measure, and the file to append
// to.
const (
	programVariable = "OPSACCESS_BENCH_PROGRAM"
	usageVariable   = "OPSACCESS_BENCH_USAGE"
)

// usage is what processes took.
type usage struct {
	// Started is how many began, Ended how many are over.
	Started int `json:"started"`
	Ended   int `json:"ended"`
	// CPU is the time that they spent on processors.
	CPU time.Duration `json:"cpu_ns"`
	// Peak is the most memory that one of them had resident, in bytes; 0 where the system does
	// not tell.
	Peak int64 `json:"peak_bytes"`
}

// meter runs the program that the environment names, and writes down what it took. The bench
// stands in for the provider where a CLI looks for it, as a CLI tells of a plugin nothing. It
// returns the program's exit code.
func meter() (int, error) {
	// A Ctrl-C reaches all processes; a plugin goes on until its CLI ends it.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)

	if err := record(usage{Started: 1}); err != nil {
		return 1, err
	}

	program := exec.Command(os.Getenv(programVariable), os.Args[1:]...) //nolint:gosec,noctx // The bench names the program; its CLI ends it.
	// The CLI and the plugin speak through these; nothing may stand between.
	program.Stdin, program.Stdout, program.Stderr = os.Stdin, os.Stdout, os.Stderr

	var exit *exec.ExitError
	if err := program.Run(); err != nil && !errors.As(err, &exit) {
		return 1, err
	}

	state := program.ProcessState

	return state.ExitCode(), record(usage{Ended: 1, CPU: state.UserTime() + state.SystemTime(), Peak: peak(state)})
}

// record appends a line to the meter's file. Other meters write to it as well.
func record(u usage) error {
	line, err := json.Marshal(u)
	if err != nil {
		return fmt.Errorf("note what a process took: %w", err)
	}

	file, err := os.OpenFile(os.Getenv(usageVariable), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // The bench names the file.
	if err != nil {
		return fmt.Errorf("note what a process took: %w", err)
	}

	_, err = file.Write(append(line, '\n'))

	return errors.Join(err, file.Close())
}

// readUsage sums up a meter's file. It fails unless some process began, and each of them
// ended.
func readUsage(file string) (sum usage, err error) {
	text, err := os.ReadFile(file) //nolint:gosec // The bench named it.
	if err != nil {
		return usage{}, fmt.Errorf("the CLI did not run the provider that was built: %w", err)
	}

	for line := range bytes.Lines(text) {
		var one usage
		if err := json.Unmarshal(line, &one); err != nil {
			return usage{}, fmt.Errorf("read what a process took: %w", err)
		}

		sum.Ended += one.Ended
		sum.Started += one.Started
		sum.CPU += one.CPU
		sum.Peak = max(sum.Peak, one.Peak)
	}

	if sum.Ended != sum.Started {
		return usage{}, fmt.Errorf("%d of %d processes of the provider did not end", sum.Started-sum.Ended, sum.Started)
	}

	return sum, nil
}
