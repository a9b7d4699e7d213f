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

// The environment variables of the meter: the program to measure, and the file to append to.
const (
	programVariable = "OPSACCESS_BENCH_PROGRAM"
	usageVariable   = "OPSACCESS_BENCH_USAGE"
)

// usage is the resource usage of processes.
type usage struct {
	// Started is how many processes started, and Ended how many of them ended.
	Started int `json:"started"`
	Ended   int `json:"ended"`
	// CPU is the CPU time of the processes.
	CPU time.Duration `json:"cpu_ns"`
	// Peak is the largest resident memory of one process, in bytes; 0 where the system does not
	// report it.
	Peak int64 `json:"peak_bytes"`
}

// meter runs the program that the environment names, and records its resource usage. The CLI starts
// the meter in place of the provider, because the CLI does not report the usage of its plugins.
// meter returns the program's exit code.
func meter() (int, error) {
	// Ctrl-C reaches all processes, but a plugin must run until its CLI stops it.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)

	if err := record(usage{Started: 1}); err != nil {
		return 1, err
	}

	program := exec.Command(os.Getenv(programVariable), os.Args[1:]...) //nolint:gosec,noctx // The bench names the program, and its CLI stops it.
	// The CLI and the plugin communicate through these, so the meter must not stand in between.
	program.Stdin, program.Stdout, program.Stderr = os.Stdin, os.Stdout, os.Stderr

	var exit *exec.ExitError
	if err := program.Run(); err != nil && !errors.As(err, &exit) {
		return 1, err
	}

	state := program.ProcessState

	return state.ExitCode(), record(usage{Ended: 1, CPU: state.UserTime() + state.SystemTime(), Peak: peak(state)})
}

// record appends a line to the meter's file. Other meters write to the same file.
func record(u usage) error {
	line, err := json.Marshal(u)
	if err != nil {
		return fmt.Errorf("record the resource usage of a process: %w", err)
	}

	file, err := os.OpenFile(os.Getenv(usageVariable), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // The bench names the file.
	if err != nil {
		return fmt.Errorf("record the resource usage of a process: %w", err)
	}

	_, err = file.Write(append(line, '\n'))

	return errors.Join(err, file.Close())
}

// readUsage sums up a meter's file. It fails if no process started, or a process has not ended.
func readUsage(file string) (sum usage, err error) {
	text, err := os.ReadFile(file) //nolint:gosec // The bench named it.
	if err != nil {
		return usage{}, fmt.Errorf("the CLI did not run the built provider: %w", err)
	}

	for line := range bytes.Lines(text) {
		var one usage
		if err := json.Unmarshal(line, &one); err != nil {
			return usage{}, fmt.Errorf("read the resource usage of a process: %w", err)
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
