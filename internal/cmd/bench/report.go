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

// report measures everything, and writes it as Markdown.
func report(ctx context.Context, cliPath string, tokens []int, progress io.Writer) (_ string, err error) {
	b, err := newBench(ctx, cliPath, progress)
	if err != nil {
		return "", err
	}

	defer func() { err = errors.Join(err, b.close()) }()

	version, err := b.cli.Version(ctx)
	if err != nil {
		return "", err
	}

	var text strings.Builder

	fmt.Fprintf(&text, "# Benchmarks\n\n`make bench` measures this anew. Measured on %s, with %s and %s on %s/%s, %d cores, "+
		"which the CLI, the provider and the sandbox servers shared.\n\n",
		time.Now().UTC().Format(time.DateOnly), version, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	writeMethod(&text)

	floor, err := b.measure(ctx, subject{name: "Floor"}, b.floor, tokens)
	if err != nil {
		return "", err
	}

	for _, s := range subjects {
		samples, err := b.measure(ctx, s, b.opsaccess, tokens)
		if err != nil {
			return "", err
		}

		fmt.Fprintf(&text, "\n## %s\n\n| Tokens | Run | Requests | Logins | Received | Time | floor | CPU | floor | CLI's CPU | floor | Memory | floor |\n"+
			"| ---: | --- |%s\n", s.name, strings.Repeat(" ---: |", 11))

		for _, count := range tokens {
			for _, operation := range operations {
				at := row{count, operation}
				taken, least := samples[at], floor[at]

				fmt.Fprintf(&text, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n",
					thousands(count), operation, thousands(taken.Requests), thousands(taken.Logins),
					mebibytes(taken.Sent), seconds(taken.Wall), seconds(least.Wall),
					seconds(taken.Provider.CPU), seconds(least.Provider.CPU), seconds(taken.CLI), seconds(least.CLI),
					mebibytes(taken.Provider.Peak), mebibytes(least.Provider.Peak))
			}
		}
	}

	return text.String(), nil
}

func writeMethod(text *strings.Builder) {
	fmt.Fprintf(text, "Each row is one run of the CLI, with its default of ten operations at a time, over %d users of a sandbox "+
		"server in memory. The server's work is simulated: on Foreman a login takes %d ms and a request in a session %d ms of "+
		"one of %d cores, and on Universal Controller a request takes %d ms of one of %d cores, which is an assumption: there "+
		"are no recordings of one.\n\n",
		userCount, foremanCosts.Login.Milliseconds(), foremanCosts.Session.Milliseconds(), foremanCosts.Cores,
		controllerCosts.Request.Milliseconds(), controllerCosts.Cores)

	text.WriteString("- **apply** creates all tokens; **plan** refreshes them and finds nothing to do; **destroy** refreshes and revokes them.\n" +
		"- **Logins** are the requests for which the server checked credentials. **Received** is the bodies of all responses.\n" +
		"- **CPU** is that of all processes of the provider in the run, **CLI's CPU** that of the CLI alone, **memory** the most that one " +
		"process of the provider had resident.\n" +
		"- **floor** is the same run with a provider that has the same schemas, keeps what is planned, and sends no request: " +
		"what the CLI and the plugin framework take by themselves.\n\n" +
		"How many requests a run may send is held by tests: `internal/coalesce/requests_test.go` and " +
		"`internal/e2e/protocol/requests_test.go`. What needs no server is measured by " +
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

// mebibytes writes a dash for 0, which is not known.
func mebibytes(n int64) string {
	if n == 0 {
		return "–"
	}

	return fmt.Sprintf("%.2f MiB", float64(n)/(1<<20))
}
