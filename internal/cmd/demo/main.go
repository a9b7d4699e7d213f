// Command demo shows the provider's main job end to end: it builds the provider, starts a sandbox
// server of each platform, and has Terraform or OpenTofu issue, read, import and revoke tokens on
// them over HTTP:
//
//	go run ./internal/cmd/demo -cli terraform
//
// Each step checks what it claims; the first check that fails ends the demo with exit code 1. With
// KEEP=1 in the environment, the servers keep running afterwards until an interrupt. foreman.go and
// controller.go define the steps, and steps.go implements them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/cmd/clirun"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
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

// run is the whole command except for signal handling and the environment.
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
		story.note("\nInterrupted. The servers are stopped and the demo's files are removed.")

		return exitFailed
	case err != nil:
		story.failed(err)

		return exitFailed
	}

	return exitOK
}

// play prepares the stage and runs the chapters in their order.
func play(ctx context.Context, story *narrator, cliPath string, keep bool) (err error) {
	begin := time.Now()

	s, err := newStage(ctx, story, cliPath)
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, s.close()) }()

	var (
		chapters  []*tour
		summaries []string
	)

	for _, open := range []func(*stage) (platform, error){newForeman, newController} {
		p, err := open(s)
		if err != nil {
			return err
		}

		t, err := newTour(s, p)
		if err != nil {
			return err
		}

		chapters = append(chapters, t)
	}

	for _, t := range chapters {
		opened := time.Now()

		if err := t.tell(ctx); err != nil {
			return err
		}

		summaries = append(summaries, t.summary(time.Since(opened)))
	}

	if err := story.checkLeaks(); err != nil {
		return err
	}

	story.note("\nNo secret was printed, and no output of the CLI contained one.")
	story.note("All %d steps passed in %.0f seconds. %s",
		story.steps, time.Since(begin).Seconds(), strings.Join(summaries, " "))

	if keep {
		stay(ctx, s, chapters)
	}

	return nil
}

// summary counts what the server received, including the demo's own requests.
func (t *tour) summary(took time.Duration) string {
	logins := t.console.Count(func(r sandbox.Request) bool {
		return r.Auth == sandbox.AuthPassword || r.Auth == sandbox.AuthToken || isRefused(r)
	})

	return fmt.Sprintf("%s received %d requests and %d login attempts in %.1f seconds; %d tokens are active.",
		strings.TrimPrefix(t.title, "Tokens on "), t.console.Count(nil), logins, took.Seconds(), t.live(""))
}

// stay keeps the servers running until an interrupt. The printed exports contain a password, which
// the demo prints nowhere else.
func stay(ctx context.Context, s *stage, chapters []*tour) {
	var text strings.Builder

	for _, t := range chapters {
		fmt.Fprintf(&text, "\nTo continue by hand, run this in another terminal (%s):\n\n", t.title)

		for _, export := range append(t.exports(), variable{"TF_CLI_CONFIG_FILE", s.cli.Env["TF_CLI_CONFIG_FILE"]}) {
			fmt.Fprintf(&text, "  export %s='%s'\n", export.name, export.value)
		}

		fmt.Fprintf(&text, "  cd '%s'\n", t.cli.Folder)
	}

	text.WriteString("\nPress Ctrl-C to stop the servers and to remove the demo's files.\n")

	_, _ = io.WriteString(s.story.out, text.String())

	<-ctx.Done()
}

// stage is what all chapters share: the CLI with the provider, and the servers.
type stage struct {
	story *narrator
	// cli works in the folder that contains all files of the demo.
	cli     clirun.CLI
	servers []*sandbox.Running
}

// newStage finds the CLI and builds the provider. The caller must close the stage.
func newStage(ctx context.Context, story *narrator, cliPath string) (*stage, error) {
	begin := time.Now()

	cli, err := clirun.New(cliPath, "opsaccess-demo-")
	if err != nil {
		return nil, err
	}

	s := &stage{story: story, cli: cli}

	if err := clirun.Build(ctx, clirun.Module, filepath.Join(cli.Folder, clirun.Executable(clirun.Plugin))); err != nil {
		return nil, errors.Join(err, s.close())
	}

	story.note("Provider  built from this checkout in %.1f s", time.Since(begin).Seconds())

	version, err := cli.Version(ctx)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}

	story.note("CLI       %s at %s", version, cli.Path)

	return s, nil
}

// serve starts a server and returns its URL.
func (s *stage) serve(server http.Handler) (string, error) {
	running, err := sandbox.Start(server, "127.0.0.1:0")
	if err != nil {
		return "", err
	}

	s.servers = append(s.servers, running)

	return running.URL(), nil
}

// close stops the servers and removes the demo's files.
func (s *stage) close() (err error) {
	for _, running := range s.servers {
		err = errors.Join(err, running.Close())
	}

	return errors.Join(err, os.RemoveAll(s.cli.Folder))
}
