// Package usage is how the meter tells the bench what a process took: one file for each
// process, in a folder that the environment names.
package usage

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The variables of the meter's environment.
const (
	// ProgramVariable holds the path of the program to measure.
	ProgramVariable = "OPSACCESS_BENCH_PROGRAM"
	// FolderVariable holds the folder that the files go to.
	FolderVariable = "OPSACCESS_BENCH_USAGE"
)

const (
	running = ".running"
	ended   = ".json"
)

// ErrUnfinished is that a process has not told what it took: it runs, or its meter was
// killed.
var ErrUnfinished = errors.New("a measured process did not end")

// Record is what one process took.
type Record struct {
	// CPU is the time that it spent on processors, the system's part included.
	CPU time.Duration `json:"cpu_ns"`
	// Peak is the most memory that was resident, in bytes; 0 where the system does not tell.
	Peak int64 `json:"peak_bytes"`
}

// Sum is what several processes took.
type Sum struct {
	// Processes is how many they are.
	Processes int
	// CPU is that of all of them, Peak that of the largest; see [Record].
	CPU  time.Duration
	Peak int64
}

// Open is the file of a process that has not ended.
type Open struct{ path string }

// Begin makes the file of a process that is about to start.
func Begin(folder string) (Open, error) {
	file, err := os.CreateTemp(folder, "*"+running)
	if err != nil {
		return Open{}, fmt.Errorf("note that a process starts: %w", err)
	}

	return Open{path: file.Name()}, file.Close()
}

// End writes what the process took.
func (o Open) End(r Record) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("note what a process took: %w", err)
	}

	if err := os.WriteFile(o.path, text, 0o600); err != nil {
		return fmt.Errorf("note what a process took: %w", err)
	}

	return os.Rename(o.path, strings.TrimSuffix(o.path, running)+ended)
}

// Read sums up the files of a folder. It fails with [ErrUnfinished] unless all of the
// processes have ended.
func Read(folder string) (Sum, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return Sum{}, fmt.Errorf("read what the processes took: %w", err)
	}

	var sum Sum

	for _, entry := range entries {
		if filepath.Ext(entry.Name()) != ended {
			return Sum{}, ErrUnfinished
		}

		text, err := os.ReadFile(filepath.Join(folder, entry.Name())) //nolint:gosec // The bench made the folder.
		if err != nil {
			return Sum{}, fmt.Errorf("read what a process took: %w", err)
		}

		var record Record
		if err := json.Unmarshal(text, &record); err != nil {
			return Sum{}, fmt.Errorf("read what a process took: %w", err)
		}

		sum.Processes++
		sum.CPU += record.CPU
		sum.Peak = max(sum.Peak, record.Peak)
	}

	return sum, nil
}
