// Command bench measures the cost of the provider, with a real Terraform or OpenTofu against the
// sandbox servers with simulated latencies:
//
//	go run ./internal/cmd/bench -cli terraform -write BENCHMARKS.md
//
// It prints tables in Markdown with the requests, logins, time, CPU time and memory of apply, plan
// and destroy, next to those of two providers with the same schemas: one that sends no requests,
// and one that sends separate requests for each token. A run of the CLI with an unexpected result
// is a failure.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

// The command's exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	if os.Getenv(usageVariable) != "" {
		code, err := meter()
		if err != nil {
			_, _ = fmt.Fprintln(os.Stderr, "meter:", err)
		}

		os.Exit(code)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)

	stop()
	os.Exit(code)
}

// run is the whole command except for signal handling.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(errOut)

	tokens := []int{10, 100, 1000}
	cliPath := flags.String("cli", "terraform", "the `path` of Terraform or OpenTofu, 1.11 or later")
	users := flags.Int("users", 10, "the `number` of users that the tokens are spread over")
	file := flags.String("write", "", "also write the report to this `file`, such as BENCHMARKS.md")
	flags.Func("tokens", "the `numbers` of tokens to measure, such as 10,1000; default 10,100,1000", func(text string) error {
		tokens = nil

		for field := range strings.SplitSeq(text, ",") {
			number, err := strconv.Atoi(field)
			if err != nil || number < 1 {
				return fmt.Errorf("%q is not a number of 1 or more", field)
			}

			tokens = append(tokens, number)
		}

		return nil
	})

	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case flags.NArg() > 0:
		_, _ = fmt.Fprintf(errOut, "bench: unexpected argument %q\n", flags.Arg(0))

		return exitUsage
	case *users < 1:
		_, _ = fmt.Fprintln(errOut, "bench: -users must be 1 or more")

		return exitUsage
	}

	text, err := report(ctx, *cliPath, tokens, *users, errOut)
	if err == nil {
		_, err = io.WriteString(out, text)
	}

	if err == nil && *file != "" {
		err = os.WriteFile(*file, []byte(text), 0o644) //nolint:gosec // It is a document of the project and not secret.
	}

	if err != nil {
		_, _ = fmt.Fprintln(errOut, "bench:", err)

		return exitFailed
	}

	return exitOK
}
