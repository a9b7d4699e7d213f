// Command bench measures what the provider costs, through a real Terraform or OpenTofu
// against the sandbox servers with simulated latencies:
//
//	go run ./internal/cmd/bench -cli terraform -write BENCHMARKS.md
//
// It prints tables in Markdown: requests, logins, time, processor and memory of plan, apply
// and destroy, beside the CLI's own floor and beside a provider without its optimizations.
// A target that is not met is no failure of the command; a run of the CLI that does not do
// what it should is. With -quick it leaves out the most tokens and the fewest users.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
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

// options are what the command line says.
type options struct {
	cli, file     string
	quick         bool
	tokens, users numbers
	scale         scale
}

// numbers is a flag of whole numbers, in ascending order.
type numbers []int

// String is what Set reads.
func (n *numbers) String() string {
	texts := make([]string, 0, len(*n))
	for _, number := range *n {
		texts = append(texts, strconv.Itoa(number))
	}

	return strings.Join(texts, ",")
}

// Set reads numbers with commas between them.
func (n *numbers) Set(text string) error {
	*n = nil

	for field := range strings.SplitSeq(text, ",") {
		number, err := strconv.Atoi(field)
		if err != nil || number < 1 {
			return fmt.Errorf("%q is no number of 1 or more", field)
		}

		*n = append(*n, number)
	}

	slices.Sort(*n)

	return nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)

	stop()
	os.Exit(code)
}

// run is the whole command but for signals.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	var o options

	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.StringVar(&o.cli, "cli", "terraform", "the `path` of Terraform or OpenTofu, 1.11 or later")
	flags.StringVar(&o.file, "write", "", "the `file` to write besides, such as BENCHMARKS.md")
	flags.Var(&o.tokens, "tokens", "the `numbers` of tokens, such as 10,1000; default is all that the targets are about")
	flags.Var(&o.users, "users", "the `numbers` of users that the tokens are spread over, such as 1,10")
	flags.BoolVar(&o.quick, "quick", false, "leave out the most tokens and the fewest users")

	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case flags.NArg() > 0:
		_, _ = fmt.Fprintf(errOut, "bench: unexpected argument %q\n", flags.Arg(0))

		return exitUsage
	}

	o.scale = fullScale()
	if o.quick {
		o.scale = quickScale()
	}

	if len(o.tokens) > 0 {
		o.scale.tokens = o.tokens
	}

	if len(o.users) > 0 {
		o.scale.users = o.users
	}

	if err := o.execute(ctx, out, errOut); err != nil {
		_, _ = fmt.Fprintln(errOut, "bench:", err)

		return exitFailed
	}

	return exitOK
}

// execute measures and reports.
func (o options) execute(ctx context.Context, out, progress io.Writer) (err error) {
	w, err := openWorkshop(ctx, o.cli)
	if err != nil {
		return err
	}

	defer func() { err = w.close(err) }()

	b := &bench{
		scale: o.scale, workshop: w, progress: progress,
		platforms: []platform{foremanPlatform(), controllerPlatform()},
	}

	begin := time.Now()
	if err := b.measure(ctx); err != nil {
		return err
	}

	_, _ = fmt.Fprintf(progress, "Measured in %.0f seconds.\n\n", time.Since(begin).Seconds())

	text := b.report(o.command(), begin)
	if _, err := io.WriteString(out, text); err != nil {
		return fmt.Errorf("print the report: %w", err)
	}

	if o.file == "" {
		return nil
	}

	if err := os.WriteFile(o.file, []byte(text), 0o644); err != nil { //nolint:gosec // A document of the project, for everybody to read.
		return fmt.Errorf("write the report: %w", err)
	}

	return nil
}

// command is what a person would type elsewhere to get the same.
func (o options) command() string {
	words := []string{"go run ./internal/cmd/bench -cli", strings.TrimSuffix(filepath.Base(o.cli), ".exe")}
	if o.quick {
		words = append(words, "-quick")
	}

	if len(o.tokens) > 0 {
		words = append(words, "-tokens", o.tokens.String())
	}

	if len(o.users) > 0 {
		words = append(words, "-users", o.users.String())
	}

	if o.file != "" {
		words = append(words, "-write", filepath.Base(o.file))
	}

	return strings.Join(words, " ")
}
