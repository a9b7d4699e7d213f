package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// TestMain turns this program into the meter when a CLI starts it as the provider.
func TestMain(m *testing.M) {
	if os.Getenv(usageVariable) != "" {
		main()
	}

	os.Exit(m.Run())
}

func TestAccReportIsComplete(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "BENCHMARKS.md")

	var printed, progress strings.Builder

	args := []string{"-cli", cmp.Or(os.Getenv("OPSACCESS_CLI"), "terraform"), "-tokens", "2", "-users", "2", "-write", file}
	if code := run(t.Context(), args, &printed, &progress); code != exitOK {
		t.Fatalf("exit code %d:\n%s", code, progress.String())
	}

	written, err := os.ReadFile(file) //nolint:gosec // It is a file of this test.
	if err != nil {
		t.Fatal(err)
	}

	text := string(written)
	if text != printed.String() {
		t.Errorf("the file differs from the printed report:\n%s", text)
	}

	for _, tokens := range []int{2} {
		for _, operation := range operations {
			wantRows(t, text, fmt.Sprintf("| %d | %s | ", tokens, operation))
		}
	}

	for _, private := range []string{foremanserver.AdminPassword, os.TempDir(), "127.0.0.1", filepath.Dir(file)} {
		if strings.Contains(text, private) {
			t.Errorf("the report contains %q:\n%s", private, text)
		}
	}
}

// wantRows checks that each platform has a row that begins with head, and that none of its numbers
// is missing.
func wantRows(t *testing.T, text, head string) {
	t.Helper()

	var found int

	for line := range strings.Lines(text) {
		after, begins := strings.CutPrefix(strings.TrimSuffix(line, " |\n"), head)
		if !begins {
			continue
		}

		found++

		cells := strings.Split(after, " | ")
		if len(cells) != columns {
			t.Errorf("the row has %d numbers, want %d: %s", len(cells), columns, line)
		}

		for column, cell := range cells {
			unknown := column >= columns-2 && runtime.GOOS == "windows"
			if empty := cell == "–" || cell == "0" || cell == "0.00 s"; empty != unknown {
				t.Errorf("number %d is %q: %s", column+1, cell, line)
			}
		}
	}

	if found != len(subjects) {
		t.Errorf("%d rows begin with %q, want one for each platform:\n%s", found, head, text)
	}
}

func TestInvalidCommandLines(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		args []string
		code int
		want string
	}{
		"a missing CLI":   {args: []string{"-cli", "./nowhere"}, code: exitFailed, want: "bench: find the CLI"},
		"an argument":     {args: []string{"more"}, code: exitUsage, want: `unexpected argument "more"`},
		"zero tokens":     {args: []string{"-tokens", "10,0"}, code: exitUsage, want: `"0" is not a number of 1 or more`},
		"no users":        {args: []string{"-users", "0"}, code: exitUsage, want: `-users must be 1 or more`},
		"an unknown flag": {args: []string{"-more"}, code: exitUsage, want: "not defined"},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var said strings.Builder

			if code := run(t.Context(), test.args, io.Discard, &said); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}

			if !strings.Contains(said.String(), test.want) {
				t.Errorf("printed %q, want it to contain %q", said.String(), test.want)
			}
		})
	}
}

func TestUsageOfAllProcessesIsSummed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "usage")
	t.Setenv(usageVariable, file)

	if sum, err := readUsage(file); err == nil {
		t.Errorf("without a process the sum is %+v, want an error", sum)
	}

	for _, u := range []usage{
		{Started: 1}, {Started: 1}, {Ended: 1, CPU: time.Second, Peak: 30}, {Ended: 1, CPU: 2 * time.Second, Peak: 20},
	} {
		if err := record(u); err != nil {
			t.Fatal(err)
		}
	}

	want := usage{Ended: 2, Started: 2, CPU: 3 * time.Second, Peak: 30}
	if sum, err := readUsage(file); err != nil || sum != want {
		t.Errorf("the sum is %+v, %v, want %+v", sum, err, want)
	}

	if err := record(usage{Started: 1}); err != nil {
		t.Fatal(err)
	}

	if sum, err := readUsage(file); err == nil {
		t.Errorf("with a process that has not ended the sum is %+v, want an error", sum)
	}
}

func TestNumberFormats(t *testing.T) {
	t.Parallel()

	got := strings.Join([]string{
		thousands(0), thousands(999), thousands(1000), thousands(1234567), size(0), size(3 << 9), size(3 << 19),
		seconds(1500 * time.Millisecond),
	}, " ")
	if want := "0 999 1,000 1,234,567 – 1.5 KiB 1.5 MiB 1.50 s"; got != want {
		t.Errorf("numbers are %q, want %q", got, want)
	}
}
