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

// MaxGrowth is by how many bytes the memory of a process may grow, whatever a server sends.
const MaxGrowth = 256 << 20

// usualSize is how large a response is that shows a missing bound: decoded without, it takes
// more memory than is allowed.
const usualSize = 4 << 20

// taskVariable makes a process of a test one that carries out a task.
const taskVariable = "OPSACCESS_TEST_MEMORY_TASK"

// MemoryTest is a large response, and what a process that reads it may take of memory.
type MemoryTest struct {
	// Status is the HTTP status; 0 is 200.
	Status int
	// Large is the response, of 4 MiB where it does not say otherwise. PAGE in its rows is the
	// request's parameter "page", with zeros before it.
	Large hostileserver.Large
	// Users asks for users, and not for tokens.
	Users bool
	// Times is how often the process asks, all at once; 0 is once.
	Times int
	// Most is by how many bytes the memory may grow; 0 is [MaxGrowth].
	Most int64
	// Want is in the text of the error; empty is no error.
	Want string
}

// RunMemory lets a process of its own read each of the responses. The test's TestMain must
// call [Main].
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

// serve writes the response, as XML where it begins as such.
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

// Main belongs into TestMain: it carries out the task of this process, if [RunMemory] gave it
// one, to ask for the tokens of a user or for these users, and runs the tests otherwise. Open
// returns a System that has five minutes for a request. Main does not return.
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

// task is what a process of its own does, so that its memory can be measured.
type task struct {
	URL   string `json:"url"`
	Users bool   `json:"users"`
	Times int    `json:"times"`
}

// report is what came of a task.
type report struct {
	// Growth is by how many bytes the memory that Go has from the system grew. That never
	// shrinks, so this is the most that was in use, and no less than what was added to the
	// resident memory.
	Growth int64 `json:"growth"`
	// Errors are the texts of the errors; empty where there was none.
	Errors []string `json:"errors"`
}

// measure starts the program of this test again and lets [Main] carry out the task.
func measure(ctx context.Context, program string, task task) (report, error) {
	text, err := json.Marshal(task)
	if err != nil {
		return report{}, err
	}

	child := exec.CommandContext(ctx, program)
	// The bounds are those of a provider, which runs with Go's default.
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

// carryOut carries out a task and writes the report. What the calls return stays in memory
// until all have returned.
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

	got.Growth = int64(after.Sys) - int64(before.Sys) //nolint:gosec // No machine has so much.

	for _, failure := range failures {
		text := ""
		if failure != nil {
			text = failure.Error()
		}

		got.Errors = append(got.Errors, text)
	}

	return json.NewEncoder(w).Encode(got)
}
