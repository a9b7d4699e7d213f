package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

func TestAccDemoPassesKeepsRunningAndCleansUp(t *testing.T) {
	t.Parallel()

	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()

	out := &watcher{mark: "Ctrl-C", seen: interrupt}

	code := run(ctx, []string{"-cli", cmp.Or(os.Getenv("OPSACCESS_CLI"), "terraform")}, true, out, out)
	if code != exitOK {
		t.Fatalf("exit code %d, want 0:\n%s", code, out.text.String())
	}

	told, byHand, _ := strings.Cut(out.text.String(), "To continue by hand")

	for _, want := range []string{
		"269 of 269 recorded exchanges", "steps passed",
		"Foreman received ", "Universal Controller received ", "samples in the",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("the demo did not print %q:\n%s", want, told)
		}
	}

	if count := strings.Count(told, "; 0 tokens are active."); count != 2 {
		t.Errorf("the summaries of %d servers report no active tokens, want 2:\n%s", count, told)
	}

	for _, secret := range []string{
		foremanserver.SecretPrefix, foremanserver.AdminPassword, controllerserver.SecretPrefix,
	} {
		if strings.Contains(told, secret) {
			t.Errorf("%q was printed before the exports", secret)
		}
	}

	for _, variable := range []string{
		"FOREMAN_SERVER_URL", "FOREMAN_USERNAME", "FOREMAN_PASSWORD",
		"STONEBRANCH_BASE_URL", "STONEBRANCH_USERNAME", "STONEBRANCH_PASSWORD",
	} {
		if !strings.Contains(byHand, "export "+variable+"='") {
			t.Errorf("%s is not among the exports:\n%s", variable, byHand)
		}
	}

	folders := regexp.MustCompile(`cd '(.+)'`).FindAllStringSubmatch(byHand, -1)
	if len(folders) != 2 {
		t.Fatalf("the demo printed %d folders to continue in, want 2:\n%s", len(folders), byHand)
	}

	for _, folder := range folders {
		if _, err := os.Stat(folder[1]); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s was left behind: %v", folder[1], err)
		}
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		args []string
		code int
		want string
	}{
		"a missing CLI":   {args: []string{"-cli", "./nowhere"}, code: exitFailed, want: "FAILED: find the CLI"},
		"an argument":     {args: []string{"more"}, code: exitUsage, want: `unexpected argument "more"`},
		"an unknown flag": {args: []string{"-more"}, code: exitUsage, want: "not defined"},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var out strings.Builder

			if code := run(t.Context(), test.args, false, &out, &out); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}

			if !strings.Contains(out.String(), test.want) {
				t.Errorf("printed %q, want it to contain %q", out.String(), test.want)
			}
		})
	}
}

// watcher stores what is written, and calls seen when the text contains mark.
type watcher struct {
	text strings.Builder
	mark string
	seen func()
}

func (w *watcher) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.mark) {
		w.seen()
	}

	return w.text.Write(p)
}
