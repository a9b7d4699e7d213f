package hostileserver

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
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
	// Times is how often it is called, all at once; 0 is once.
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

// Measure starts this test's program again and lets [Main] carry out the task.
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

// Main belongs into TestMain: it carries out the task of this process, if [Measure] gave it
// one, and runs the tests otherwise. It does not return.
func Main(tests interface{ Run() int }, call func(Task) (any, error)) {
	text, had := os.LookupEnv(taskVariable)
	if !had {
		os.Exit(tests.Run())
	}

	if err := carryOut(os.Stdout, text, call); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}

	os.Exit(0)
}

// Complaints says what is wrong with a report: the memory grew by more than most bytes, 0
// being [MaxGrowth], or a call ended without the error whose text holds what is wanted. Where
// nothing is wanted, no call should have failed.
func (r Report) Complaints(most int64, want string) []string {
	var all []string

	if r.Growth > cmp.Or(most, MaxGrowth) {
		all = append(all, fmt.Sprintf("the memory grew by %d MiB", r.Growth>>20))
	}

	for _, text := range r.Errors {
		if (text == "") != (want == "") || !strings.Contains(text, want) {
			all = append(all, fmt.Sprintf("the error is %.3000q, want %q", text, want))
		}
	}

	return all
}

// carryOut carries out a task and writes the report. What the calls return stays in memory
// until all have returned.
func carryOut(w io.Writer, text string, call func(Task) (any, error)) error {
	var task Task
	if err := json.Unmarshal([]byte(text), &task); err != nil {
		return err
	}

	results := make([]any, max(task.Times, 1))
	failures := make([]error, len(results))

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

	return json.NewEncoder(w).Encode(report)
}
