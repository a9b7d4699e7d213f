// Command demo shows what the provider is for, end to end: it builds the provider,
// starts a sandbox server of each platform, and has Terraform or OpenTofu issue, read,
// import and revoke tokens on them over HTTP:
//
//	go run ./internal/cmd/demo -cli terraform
//
// Each step proves by an assertion what it says; the first that fails ends the demo with
// exit code 1. With KEEP=1 in the environment the servers stay up afterwards, until an
// interrupt.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// The command's exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	keep := os.Getenv("KEEP")
	code := run(ctx, os.Args[1:], keep != "" && keep != "0", os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole command but for signals and the environment.
func run(ctx context.Context, args []string, keep bool, out, errOut io.Writer) int {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(errOut)
	cliPath := flags.String("cli", "terraform", "the `path` of Terraform or OpenTofu, 1.11 or later")

	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case flags.NArg() > 0:
		_, _ = fmt.Fprintf(errOut, "demo: unexpected argument %q\n", flags.Arg(0))

		return exitUsage
	}

	story := &narrator{out: out}

	switch err := play(ctx, story, *cliPath, keep); {
	case err != nil && ctx.Err() != nil:
		story.note("\nInterrupted: the servers are down, and what the demo wrote is gone.")

		return exitFailed
	case err != nil:
		story.failed(err)

		return exitFailed
	}

	return exitOK
}

// play sets the stage and tells the chapters in their order.
func play(ctx context.Context, story *narrator, cliPath string, keep bool) (err error) {
	begin := time.Now()

	s, err := newStage(ctx, story, cliPath)
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, s.close()) }()

	var chapters []chapter

	for _, open := range []func(*stage) (chapter, error){foremanChapter, controllerChapter} {
		c, failed := open(s)
		if failed != nil {
			return failed
		}

		defer func() { err = errors.Join(err, c.close()) }()

		chapters = append(chapters, c)
	}

	var summaries []string

	for _, c := range chapters {
		opened := time.Now()

		if err := story.tell(ctx, c); err != nil {
			return err
		}

		summaries = append(summaries, c.summary(time.Since(opened)))
	}

	if err := story.checkLeaks(); err != nil {
		return err
	}

	story.note("\nNo secret was printed, and none is in anything that the CLI said.")

	story.note("All %d steps passed in %.0f seconds. %s",
		story.steps, time.Since(begin).Seconds(), strings.Join(summaries, " "))

	if keep {
		stay(ctx, story.out, s, chapters)
	}

	return nil
}

// stay leaves everything up until an interrupt. The exports hold a password, which is
// printed here and nowhere else.
func stay(ctx context.Context, out io.Writer, s *stage, chapters []chapter) {
	var text strings.Builder

	for _, c := range chapters {
		fmt.Fprintf(&text, "\nGo on by hand, in another terminal (%s):\n\n", c.title)

		for _, export := range append(c.exports, variable{"TF_CLI_CONFIG_FILE", s.config}) {
			fmt.Fprintf(&text, "  export %s='%s'\n", export.name, export.value)
		}

		fmt.Fprintf(&text, "  cd '%s'\n", c.folder)
	}

	text.WriteString("\nCtrl-C ends the servers and removes what the demo wrote.\n")

	_, _ = io.WriteString(out, text.String())

	<-ctx.Done()
}
