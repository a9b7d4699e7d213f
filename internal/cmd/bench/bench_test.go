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

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

func TestAccTheReportIsComplete(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "BENCHMARKS.md")
	o := options{
		cli: cmp.Or(os.Getenv("OPSACCESS_CLI"), "terraform"), file: file,
		scale: scale{tokens: []int{2, 4}, users: []int{2}, revoked: 50, kept: 3},
	}

	var printed, progress strings.Builder
	if err := o.execute(t.Context(), &printed, &progress); err != nil {
		t.Fatalf("%v\n%s", err, progress.String())
	}

	written, err := os.ReadFile(file) //nolint:gosec // A file of the test.
	if err != nil {
		t.Fatal(err)
	}

	text := string(written)
	if text != printed.String() {
		t.Errorf("what was written is not what was printed:\n%s", text)
	}

	wantRows(t, text)

	if count := strings.Count(text, " met |") + strings.Count(text, "not met** |"); count != 13 {
		t.Errorf("%d targets have a verdict, want 13:\n%s", count, text)
	}

	for _, private := range []string{foremanserver.AdminPassword, os.TempDir(), "127.0.0.1", filepath.Dir(file)} {
		if strings.Contains(text, private) {
			t.Errorf("the report has %q in it:\n%s", private, text)
		}
	}
}

// wantRows checks that each platform's table has all rows, and that nothing in them is
// missing but what is left out on purpose.
func wantRows(t *testing.T, text string) {
	t.Helper()

	_, tables, _ := strings.Cut(text, "\n## Foreman\n")

	for _, load := range []string{"2 | 2", "4 | 2"} {
		for _, o := range operations {
			head := fmt.Sprintf("| %s | %s | ", load, o)

			lines := linesWith(tables, head)
			if len(lines) != 2 {
				t.Errorf("%d rows begin with %q, want one for each platform:\n%s", len(lines), head, text)
			}

			for _, line := range lines {
				cells := strings.Split(strings.Trim(line, "| \n"), " | ")[3:]
				if len(cells) != 12 {
					t.Errorf("the row has %d numbers, want 12: %s", len(cells), line)

					continue
				}

				leftOut := load == "4 | 2" && o != plan

				for column, cell := range cells {
					unknown := column >= 9 && leftOut || column == 8 && runtime.GOOS == "windows"
					if empty := strings.HasPrefix(cell, "–") || cell == "0" || cell == "0.0 KiB"; empty != unknown {
						t.Errorf("number %d is %q: %s", column+1, cell, line)
					}
				}
			}
		}
	}
}

func linesWith(text, head string) []string {
	var found []string

	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, head) {
			found = append(found, line)
		}
	}

	return found
}

func TestTheBenchFails(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		args []string
		code int
		want string
	}{
		"a CLI that is not there": {args: []string{"-cli", "./nowhere"}, code: exitFailed, want: "bench: find the CLI"},
		"an argument":             {args: []string{"more"}, code: exitUsage, want: `unexpected argument "more"`},
		"a number of none":        {args: []string{"-tokens", "10,0"}, code: exitUsage, want: `"0" is no number of 1 or more`},
		"an unknown flag":         {args: []string{"-more"}, code: exitUsage, want: "not defined"},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var said strings.Builder

			if code := run(t.Context(), test.args, io.Discard, &said); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}

			if !strings.Contains(said.String(), test.want) {
				t.Errorf("said %q, want something with %q", said.String(), test.want)
			}
		})
	}
}

func TestTheCommandNamesNoFolder(t *testing.T) {
	t.Parallel()

	o := options{cli: filepath.Join("some", "where", "tofu"), file: filepath.Join("else", "where.md"), quick: true, tokens: numbers{10, 1000}, users: numbers{10}}

	want := "go run ./internal/cmd/bench -cli tofu -quick -tokens 10,1000 -users 10 -write where.md"
	if got := o.command(); got != want {
		t.Errorf("command is %q, want %q", got, want)
	}
}
