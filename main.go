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

	plugin := provider.NewPlugin(version)
	stopOnSignal(plugin)

	err := tf6server.Serve(provider.Address, plugin.Server, options...)
	stop(plugin)

	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// stop revokes what an interrupted run left open. What it logs is in the CLI's log, if it
// keeps one: nobody else listens any more.
func stop(plugin *provider.Plugin) {
	if err := plugin.Stop(); err != nil {
		fmt.Fprintf(os.Stderr, "tokens of ephemeral resources were not revoked: %v\n", err)
	}
}

// stopOnSignal has the process end as it would of these signals, after stop. Who stops a
// job or hangs up sends them to the CLI and to its plugins at once, and a CLI that is hung
// up tells its plugins nothing. The interrupt is for the CLI alone, which ends its plugins
// when what is under way is done.
func stopOnSignal(plugin *provider.Plugin) {
	signals := make(chan os.Signal, 1)

	for _, s := range []os.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // As by nohup.
			signal.Notify(signals, s)
		}
	}

	go func() {
		received := <-signals
		stop(plugin)

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
