// Command terraform-provider-opsaccess is the provider's plugin; Terraform and
// OpenTofu start it.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

// version is set by the release build from the tag.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "wait for a debugger, and print how Terraform attaches to this process")
	flag.Parse()

	var options []tf6server.ServeOpt

	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	} else if !logged(os.Environ()) {
		silence()
	}

	quiet()
	collectSeldom()

	plugin := &stoppable{Plugin: provider.NewPlugin(version), stderr: os.Stderr}
	plugin.stopOnSignal()

	err := tf6server.Serve(provider.Address, plugin.Server, options...)
	plugin.stop()

	if err != nil {
		_, _ = fmt.Fprintln(plugin.stderr, err)
		os.Exit(1)
	}
}

// stoppable is a plugin that does not end before it has revoked what is open.
type stoppable struct {
	*provider.Plugin

	// stderr is what the CLI reads into its log, if it keeps one. The protocol library
	// replaces os.Stderr by something that nobody reads any more at the end.
	stderr io.Writer
}

// stop revokes what an interrupted run left open.
func (p *stoppable) stop() {
	if err := p.Stop(); err != nil {
		_, _ = fmt.Fprintf(p.stderr, "tokens of ephemeral resources were not revoked: %v\n", err)
	}
}

// stopOnSignal has the process end as it would of these signals, after stop. Who stops a
// job or hangs up sends them to the CLI and to its plugins at once, and a CLI that is hung
// up tells its plugins nothing. The interrupt is for the CLI alone, which ends its plugins
// when what is under way is done.
func (p *stoppable) stopOnSignal() {
	signals := make(chan os.Signal, 1)

	for _, s := range []os.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // As by nohup.
			signal.Notify(signals, s)
		}
	}

	go func() {
		received := <-signals
		p.stop()

		code := 1
		if number, ok := received.(syscall.Signal); ok {
			code = 128 + int(number) // What a shell shows of a process that a signal ended.
		}

		os.Exit(code)
	}()
}

// quiet turns the standard logger off. net/http writes what a server sends behind the end of
// its answer into it, which would end up in Terraform's log: it may be the rest of a secret.
func quiet() { log.SetOutput(io.Discard) }

// collectSeldom has the garbage collector run when the heap is five times what was live, not twice:
// nearly all that a plan allocates is garbage at once, and a quarter of its time went into looking for
// it. Beyond half a gibibyte it runs as often as it must. GOGC and GOMEMLIMIT of the environment win.
func collectSeldom() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}

	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(512 << 20)
	}
}

// logged says whether the environment asks for a log of anything.
func logged(environment []string) bool {
	for _, variable := range environment {
		if name, value, _ := strings.Cut(variable, "="); value != "" && strings.HasPrefix(name, "TF_LOG") {
			return true
		}
	}

	return false
}

// silence spares the log that a CLI would throw away: unless told otherwise, plugins log
// everything, and leave it to their CLI what is shown. That takes a third of a plan.
func silence() {
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER"} {
		if err := os.Setenv(name, "OFF"); err != nil {
			fmt.Fprintln(os.Stderr, err) // A slower plan is no reason to have none.
		}
	}
}
