// Command terraform-provider-opsaccess is the provider's plugin, which Terraform and OpenTofu
// start.
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

// version is set to the tag's version by the release build.
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

// stoppable is a plugin that revokes the tokens of open ephemeral resources before its process
// ends.
type stoppable struct {
	*provider.Plugin

	// stderr is the stream that the CLI copies to its log, if it keeps one. The protocol library
	// replaces os.Stderr with a pipe that is no longer read at the end.
	stderr io.Writer
}

// stop revokes the tokens that an interrupted run left open.
func (p *stoppable) stop() {
	if err := p.Stop(); err != nil {
		_, _ = fmt.Fprintf(p.stderr, "tokens of ephemeral resources were not revoked: %v\n", err)
	}
}

// stopOnSignal calls stop when one of these signals arrives, and then ends the process as the
// signal would. Cancelling a job or closing a terminal sends them to the CLI and its plugins at the
// same time, and a CLI that receives a SIGHUP does not notify its plugins. An interrupt is left to
// the CLI, which stops its plugins after the operations in progress.
func (p *stoppable) stopOnSignal() {
	signals := make(chan os.Signal, 1)

	for _, s := range []os.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // For example by nohup.
			signal.Notify(signals, s)
		}
	}

	go func() {
		received := <-signals
		p.stop()

		code := 1
		if number, ok := received.(syscall.Signal); ok {
			code = 128 + int(number) // The exit code that a shell reports for a process that a signal ended.
		}

		os.Exit(code)
	}()
}

// quiet disables the standard logger. net/http logs what a server sends after the end of its
// response, which may contain the rest of a secret and would end up in Terraform's log.
func quiet() { log.SetOutput(io.Discard) }

// collectSeldom makes the garbage collector run when the heap has grown to five times the live
// memory, instead of twice. Nearly everything that a plan allocates is garbage immediately, and
// garbage collection took a quarter of its time. Beyond half a gibibyte the collector runs as often
// as necessary. GOGC and GOMEMLIMIT in the environment take precedence.
func collectSeldom() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}

	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(512 << 20)
	}
}

// logged reports whether the environment enables any log.
func logged(environment []string) bool {
	for _, variable := range environment {
		if name, value, _ := strings.Cut(variable, "="); value != "" && strings.HasPrefix(name, "TF_LOG") {
			return true
		}
	}

	return false
}

// silence disables logs that the CLI would discard. By default a plugin logs everything and its CLI
// decides what to show, which takes a third of a plan's time.
func silence() {
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER"} {
		if err := os.Setenv(name, "OFF"); err != nil {
			fmt.Fprintln(os.Stderr, err) // A slower plan is better than none.
		}
	}
}
