// Command sandbox runs the sandbox servers on this machine until it is interrupted:
//
//	go run ./internal/cmd/sandbox -foreman 127.0.0.1:3939
//
// It prints one line with the servers' names and URLs when all of them are listening. With -replay
// it checks instead that its servers respond to recorded requests as the real ones did. Nothing is
// stored; every start begins with empty servers.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
