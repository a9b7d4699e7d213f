package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// The command's exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// shutdownTime is how long requests in flight may take to finish.
const shutdownTime = 2 * time.Second

// platform is a server that the command can start; each one has a separate file.
type platform interface {
	// name returns the platform's name in the command's flags and output.
	name() string
	// address returns where the server listens; empty means that it does not start.
	address() string
	// path returns what follows the address in the printed URL; it may be empty.
	path() string
	// exports returns the environment variables with which the provider logs in as the server's
	// administrator.
	exports(url string) []string
	// server creates the server.
	server(console sandbox.Options, faults []sandbox.Fault) (http.Handler, error)
	// replay sends the platform's recorded requests to a new server and reports whether all
	// responses match. A platform without recordings prints nothing.
	replay(ctx context.Context, out io.Writer) (bool, error)
}

// settings are the flags that apply to every platform.
type settings struct {
	costs  sandbox.Costs
	faults []sandbox.Fault
	replay bool
	caFile string
	// ahead is how far the servers' clocks are ahead of the machine's clock.
	ahead  time.Duration
	noDate bool
}

// console returns the options of every server's console.
func (s *settings) console() sandbox.Options {
	return sandbox.Options{Costs: s.costs, NoDate: s.noDate, Now: func() time.Time { return time.Now().Add(s.ahead) }}
}

// run is the whole command except for signal handling: it serves until ctx ends.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	flags.SetOutput(errOut)
	var set settings
	set.register(flags)
	platforms := []platform{newForeman(flags), newUniversalController(flags)}

	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitOK
		}
		return exitUsage
	}
	if flags.NArg() > 0 {
		return usage(flags, errOut, fmt.Sprintf("unexpected argument %q", flags.Arg(0)))
	}
	if set.replay {
		return replayAll(ctx, platforms, out, errOut)
	}
	var wanted []platform
	for _, p := range platforms {
		if p.address() != "" {
			wanted = append(wanted, p)
		}
	}
	if len(wanted) == 0 {
		return usage(flags, errOut, "no address: set -foreman, -universal-controller or both")
	}
	if err := serve(ctx, set, wanted, out, errOut); err != nil {
		_, _ = fmt.Fprintln(errOut, "sandbox:", err)
		return exitFailed
	}
	return exitOK
}

// serve starts the servers, prints their URLs for programs and instructions for people, and stops
// the servers when ctx ends.
func serve(ctx context.Context, set settings, platforms []platform, out, errOut io.Writer) (err error) {
	var started []*sandbox.Running
	defer func() {
		// The caller's context has ended by now.
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		for _, running := range started {
			if failed := running.Shutdown(end); failed != nil && !errors.Is(failed, context.DeadlineExceeded) {
				err = errors.Join(err, failed)
			}
		}
	}()
	var options []sandbox.StartOption
	if set.caFile != "" {
		options = append(options, sandbox.WithTLS())
	}
	var line, exports, authorities []string
	for _, p := range platforms {
		handler, err := p.server(set.console(), set.faults)
		if err != nil {
			return err
		}
		running, err := sandbox.Start(handler, p.address(), options...)
		if err != nil {
			return err
		}
		started = append(started, running)
		line = append(line, p.name()+" "+running.URL()+p.path())
		exports = append(exports, p.exports(running.URL()+p.path())...)
		authorities = append(authorities, string(running.CACertificate()))
	}
	if set.caFile != "" {
		if err := os.WriteFile(set.caFile, []byte(strings.Join(authorities, "")), 0o600); err != nil {
			return fmt.Errorf("write the certificate authority: %w", err)
		}
	}
	if _, err := fmt.Fprintln(out, strings.Join(line, " ")); err != nil {
		return fmt.Errorf("print the addresses: %w", err)
	}
	_, _ = fmt.Fprintf(errOut, "\nTo use the sandbox, run this in another terminal:\n\nexport %s\n\n"+
		"Press Ctrl-C to stop. All data is in memory and is lost then.\n", strings.Join(exports, " \\\n  "))
	<-ctx.Done()
	return nil
}

func replayAll(ctx context.Context, platforms []platform, out, errOut io.Writer) int {
	code := exitOK
	for _, p := range platforms {
		alike, err := p.replay(ctx, out)
		if err != nil {
			_, _ = fmt.Fprintf(errOut, "sandbox: replay %s: %v\n", p.name(), err)
		}
		if err != nil || !alike {
			code = exitFailed
		}
	}
	return code
}

func usage(flags *flag.FlagSet, errOut io.Writer, problem string) int {
	_, _ = fmt.Fprintln(errOut, "sandbox:", problem)
	flags.Usage()
	return exitUsage
}

func (s *settings) register(flags *flag.FlagSet) {
	flags.DurationVar(&s.costs.Login, "latency-login", 0, "how long the check of a password or a token takes")
	flags.DurationVar(&s.costs.Session, "latency-session", 0, "how long the lookup of a session takes")
	flags.DurationVar(&s.costs.Request, "latency-request", 0, "how long every request takes, in addition to a login or a session lookup")
	flags.IntVar(&s.costs.Cores, "cores", 0, "the number of simulated cores of each server, on which the latencies are spent; 0 means no limit")
	flags.Func("fault", "a fault to inject, given as "+sandbox.FaultSyntax+"; can be repeated", func(spec string) error {
		fault, err := sandbox.ParseFault(spec)
		if err == nil {
			s.faults = append(s.faults, fault)
		}
		return err
	})
	flags.BoolVar(&s.replay, "replay", false, "replay the recordings against new servers instead of serving")
	flags.DurationVar(&s.ahead, "clock-ahead", 0, "how far the servers' clocks are ahead of this machine's clock; a negative duration is behind")
	flags.BoolVar(&s.noDate, "no-date", false, "omit the Date header, as a Puma without a web server in front of it does")
	flags.StringVar(&s.caFile, "tls-ca", "", "serve HTTPS and write the certificate authority to this `file`")
}
