package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// report measures everything and returns the report as Markdown.
func report(ctx context.Context, cliPath string, tokens []int, users int, progress io.Writer) (_ string, err error) {
	b, err := newBench(ctx, cliPath, users, progress)
	if err != nil {
		return "", err
	}

	defer func() { err = errors.Join(err, b.close()) }()

	version, err := b.cli.Version(ctx)
	if err != nil {
		return "", err
	}

	var text strings.Builder

	fmt.Fprintf(&text, "# Benchmarks\n\n`make bench` writes this page. Measured on %s with %s and %s on %s/%s, with %d cores "+
		"for the CLI, the provider and the sandbox servers together.\n\n",
		time.Now().UTC().Format(time.DateOnly), version, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	writeMethod(&text, users)

	floor, err := b.measure(ctx, subject{name: "Floor"}, b.floor, tokens)
	if err != nil {
		return "", err
	}

	for _, s := range subjects {
		samples, err := b.measure(ctx, s, b.opsaccess, tokens)
		if err != nil {
			return "", err
		}

		peer, err := b.measure(ctx, subject{s.name + ", peer", s.block, s.open}, b.floor, tokens)
		if err != nil {
			return "", err
		}

		writeTable(&text, s.name, tokens, samples, peer, floor)
	}

	return text.String(), nil
}

// writeTable writes the table of one platform.
func writeTable(text *strings.Builder, platform string, tokens []int, samples, peer, floor map[row]sample) {
	fmt.Fprintf(text, "\n## %s\n\n| Tokens | Run | Requests | peer | Logins | peer | Received | peer | Time | peer | ÷ floor "+
		"| CPU | ÷ floor | Memory | ÷ floor |\n| ---: | --- |%s\n", platform, strings.Repeat(" ---: |", columns))

	for _, count := range tokens {
		for _, operation := range operations {
			at := row{count, operation}
			taken, other, least := samples[at], peer[at], floor[at]

			fmt.Fprintf(text, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n",
				thousands(count), operation, thousands(taken.Requests), thousands(other.Requests),
				thousands(taken.Logins), thousands(other.Logins), size(taken.Sent), size(other.Sent),
				seconds(taken.Wall), seconds(other.Wall), ratio(taken.Wall, least.Wall),
				seconds(taken.Provider.CPU), ratio(taken.Provider.CPU, least.Provider.CPU),
				size(taken.Provider.Peak), ratio(taken.Provider.Peak, least.Provider.Peak))
		}
	}
}

// columns is the number of numeric columns of a table.
const columns = 13

// ratio writes a dash where there is nothing to compare with.
func ratio[T int64 | time.Duration](taken, least T) string {
	if least == 0 {
		return "–"
	}

	return fmt.Sprintf("%.2f", float64(taken)/float64(least))
}

func writeMethod(text *strings.Builder, users int) {
	fmt.Fprintf(text, "Each row is one run of the CLI with its default of ten operations at a time, for %d users of a sandbox "+
		"server in memory. The server's work is simulated. On Foreman a login occupies one of %d cores for %d ms, and a request in "+
		"a session for %d ms. On Universal Controller a request occupies one of %d cores for %d ms, which is an assumption, "+
		"because there are no recordings of a Universal Controller.\n\n",
		users, foremanCosts.Cores, foremanCosts.Login.Milliseconds(), foremanCosts.Session.Milliseconds(),
		controllerCosts.Cores, controllerCosts.Request.Milliseconds())

	text.WriteString("- **apply** creates all tokens, **plan** refreshes them and has no changes, and **destroy** refreshes and revokes them.\n" +
		"- **Logins** are the requests for which the server checked credentials. **Received** is the size of all response bodies.\n" +
		"- **CPU** is the CPU time of all provider processes in the run, and **memory** the largest resident memory of one of them.\n" +
		"- **peer** is the same run with a provider that knows only the server's API: it reads each token separately and logs in " +
		"with each request.\n" +
		"- **floor** is the same run with a provider that sends no requests and stores the plan in state. Peer and floor use the " +
		"plugin framework and have the schemas of this provider, so the floor is the cost of the framework and the CLI.\n\n" +
		"Tests limit the number of requests in a run: `internal/coalesce/requests_test.go` and " +
		"`internal/e2e/protocol/requests_test.go`. To measure the parts that need no server, run " +
		"`go test -run '^$' -bench . -benchmem ./internal/foreman ./internal/lifecycle`.\n")
}

// thousands writes a number with commas: "50,000".
func thousands(n int) string {
	text := strconv.Itoa(n)

	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}

	return text
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// size writes a number of bytes; a dash for 0, which means unknown.
func size(n int64) string {
	switch {
	case n == 0:
		return "–"
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	default:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
}
