package systemtest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/testprogram"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/hostileserver"
)

// MaxGrowth is how much a process's memory may grow, in bytes, whatever a server sends.
const MaxGrowth = 256 << 20

// usualSize is the size of a response that is large enough to reveal a missing limit: decoding all of
// it takes more memory than [MaxGrowth].
const usualSize = 4 << 20

// taskVariable tells a process of the test program to carry out a task.
const taskVariable = "OPSACCESS_TEST_MEMORY_TASK"

// MemoryTest is a large response, and a limit for the memory of a process that reads it.
type MemoryTest struct {
	// Status is the HTTP status; 0 is 200.
	Status int
	// Large is the response; its default size is 4 MiB. PAGE in its rows is replaced by the request's
	// "page" parameter, padded with zeros.
	Large hostileserver.Large
	// Users requests users instead of tokens.
	Users bool
	// Times is how many requests the process makes concurrently; 0 is one.
	Times int
	// Most is how much the memory may grow, in bytes; 0 is [MaxGrowth].
	Most int64
	// Want is a part of the error's text; empty if no error is expected.
	Want string
}

// RunMemory starts a new process for each test, which reads the response. TestMain must call [Main].
func RunMemory(t *testing.T, tests map[string]MemoryTest) {
	t.Helper()

	program, err := testprogram.WithoutRaceDetector(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			server := httptest.NewServer(http.HandlerFunc(test.serve))
			t.Cleanup(server.Close)

			got, err := measure(t.Context(), program, task{URL: server.URL, Users: test.Users, Times: test.Times})
			if err != nil {
				t.Fatal(err)
			}

			t.Logf("the memory grew by %d MiB", got.Growth>>20)

			if got.Growth > cmp.Or(test.Most, MaxGrowth) {
				t.Errorf("the memory grew by %d MiB", got.Growth>>20)
			}

			for _, text := range got.Errors {
				if (text == "") != (test.Want == "") || !strings.Contains(text, test.Want) {
					t.Errorf("the error is %.3000q, want %q", text, test.Want)
				}
			}
		})
	}
}

// serve writes the response. Its content type is XML if it begins like XML, and JSON otherwise.
func (m MemoryTest) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", hostileserver.JSON)

	if strings.HasPrefix(m.Large.Head, "<") {
		w.Header().Set("Content-Type", hostileserver.XML)
	}

	w.WriteHeader(max(m.Status, http.StatusOK))

	large := m.Large
	large.Size = cmp.Or(large.Size, usualSize)
	large.Row = strings.ReplaceAll(large.Row, "PAGE", fmt.Sprintf("%05s", r.URL.Query().Get("page")))
	_, _ = large.WriteTo(w)
}

// Main must be called by TestMain. In a process that [RunMemory] has started, it carries out the task,
// which requests the tokens of the user or these users; in any other, it runs the tests. open returns a
// System with a request timeout of five minutes. Main does not return.
func Main(tests interface{ Run() int }, userID string, users pat.UserQuery, open func(url string) (pat.System, error)) {
	text, had := os.LookupEnv(taskVariable)
	if !had {
		os.Exit(tests.Run())
	}

	if err := carryOut(os.Stdout, text, userID, users, open); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}

	os.Exit(0)
}

// task describes what a new process does, so that its memory can be measured.
type task struct {
	URL   string `json:"url"`
	Users bool   `json:"users"`
	Times int    `json:"times"`
}

// report is the result of a task.
type report struct {
	// Growth is by how many bytes the memory that Go obtained from the system grew. That memory never
	// shrinks, so this is the peak, and at least the growth of the resident memory.
	Growth int64 `json:"growth"`
	// Errors holds the texts of the errors; empty where a request succeeded.
	Errors []string `json:"errors"`
}

// measure starts this test program in a new process, in which [Main] carries out the task.
func measure(ctx context.Context, program string, task task) (report, error) {
	text, err := json.Marshal(task)
	if err != nil {
		return report{}, err
	}

	child := exec.CommandContext(ctx, program)
	// The limits must hold in a provider, which runs with Go's default.
	child.Env = append(os.Environ(), taskVariable+"="+string(text), "GOGC=100")

	output, err := child.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return report{}, fmt.Errorf("%w: %s", err, failed.Stderr)
	}

	if err != nil {
		return report{}, err
	}

	var got report

	return got, json.Unmarshal(output, &got)
}

// carryOut carries out a task and writes the report. It keeps the results of all calls in memory until
// the last call has returned.
func carryOut(w io.Writer, text, userID string, users pat.UserQuery, open func(url string) (pat.System, error)) error {
	var task task
	if err := json.Unmarshal([]byte(text), &task); err != nil {
		return err
	}

	system, err := open(task.URL)
	if err != nil {
		return err
	}

	results := make([]any, max(task.Times, 1))
	failures := make([]error, len(results))
	ctx := context.Background()

	var (
		all           sync.WaitGroup
		before, after runtime.MemStats
		got           report
	)

	runtime.ReadMemStats(&before)

	for i := range results {
		all.Go(func() {
			if task.Users {
				results[i], failures[i] = system.Users(ctx, users)
			} else {
				results[i], failures[i] = system.Tokens(ctx, userID, pat.TokenQuery{})
			}
		})
	}

	all.Wait()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(results)

	got.Growth = int64(after.Sys) - int64(before.Sys) //nolint:gosec // No machine has this much memory.

	for _, failure := range failures {
		text := ""
		if failure != nil {
			text = failure.Error()
		}

		got.Errors = append(got.Errors, text)
	}

	return json.NewEncoder(w).Encode(got)
}
