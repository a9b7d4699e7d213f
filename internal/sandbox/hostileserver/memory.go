package hostileserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
)

// MaxGrowth is by how many bytes the memory of a client may grow, whatever a server sends.
const MaxGrowth = 256 << 20

// taskVariable makes a process of a test one that carries out a task.
const taskVariable = "OPSACCESS_TEST_MEMORY_TASK"

// Task is what a process of its own does, so that its memory can be measured.
type Task struct {
	// URL is that of a server in another process.
	URL string `json:"url"`
	// Call is the name of what is called there.
	Call string `json:"call"`
	// Times is how often it is called, all at once.
	Times int `json:"times"`
}

// Report is what came of a task.
type Report struct {
	// Growth is by how many bytes the memory that Go has from the system grew. That never
	// shrinks, so this is the most that was in use, and no less than what was added to the
	// resident memory. The race detector's own memory is not in it.
	Growth int64 `json:"growth"`
	// Errors are the texts of the errors; empty where there was none.
	Errors []string `json:"errors"`
}

// Measure starts this test's program again and lets [CarryOut] carry out the task.
func Measure(ctx context.Context, task Task) (Report, error) {
	text, err := json.Marshal(task)
	if err != nil {
		return Report{}, err
	}

	program, err := os.Executable()
	if err != nil {
		return Report{}, err
	}

	child := exec.CommandContext(ctx, program) //nolint:gosec // It is this very program.
	child.Env = append(os.Environ(), taskVariable+"="+string(text))

	output, err := child.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return Report{}, fmt.Errorf("%w: %s", err, failed.Stderr)
	}
	if err != nil {
		return Report{}, err
	}

	var report Report

	return report, json.Unmarshal(output, &report)
}

// CarryOut carries out the task of this process, if it has one, and writes the report. It
// belongs into TestMain. What the calls return stays in memory until all have returned.
func CarryOut(w io.Writer, call func(Task) (any, error)) (had bool, err error) {
	text, had := os.LookupEnv(taskVariable)
	if !had {
		return false, nil
	}

	var task Task
	if err := json.Unmarshal([]byte(text), &task); err != nil {
		return true, err
	}

	results := make([]any, task.Times)
	failures := make([]error, task.Times)

	var (
		all           sync.WaitGroup
		before, after runtime.MemStats
		report        Report
	)

	runtime.ReadMemStats(&before)

	for i := range results {
		all.Go(func() { results[i], failures[i] = call(task) })
	}

	all.Wait()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(results)

	report.Growth = int64(after.Sys) - int64(before.Sys) //nolint:gosec // No machine has so much.
	for _, failure := range failures {
		text := ""
		if failure != nil {
			text = failure.Error()
		}
		report.Errors = append(report.Errors, text)
	}

	return true, json.NewEncoder(w).Encode(report)
}
