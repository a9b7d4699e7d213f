package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// report writes the results as Markdown. The command is the one that made them.
func (b *bench) report(command string, made time.Time) string {
	var text strings.Builder

	text.WriteString("# Benchmarks\n\n")
	fmt.Fprintf(&text, "Made by `%s` on %s, with %s and %s on %s/%s, %d cores, which the CLI, the provider and the "+
		"sandbox servers shared. `make bench` writes this file anew.\n\n",
		command, made.UTC().Format(time.DateOnly), b.workshop.version, runtime.Version(),
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU())

	b.writeMethod(&text)

	text.WriteString("\n## Targets\n\n")

	if b.scale.largest() != fullScale().largest() {
		fmt.Fprintf(&text, "A short run: the targets are meant for %s.\n\n", fullScale().largest())
	}

	rows := [][]string{{"What", "Target", "Measured", ""}}
	for _, t := range b.targets() {
		rows = append(rows, []string{t.what, t.limit, t.measured, t.verdict()})
	}

	table(&text, len(rows[0]), rows)
	b.writeShares(&text)

	for _, p := range b.platforms {
		fmt.Fprintf(&text, "\n## %s\n\n", p.name)
		table(&text, 3, b.rows(p))
	}

	b.writeMicro(&text)

	return text.String()
}

// writeShares says who takes the time of a plan of the largest load.
func (b *bench) writeShares(text *strings.Builder) {
	l := b.scale.largest()

	fmt.Fprintf(text, "\nWho takes the time of a plan of %s, in CPU time on %d cores:\n\n", l, runtime.NumCPU())

	rows := [][]string{{"", "CLI", "Provider", "Time"}}
	share := func(name string, s sample) {
		rows = append(rows, []string{name, seconds(s.CLI), seconds(s.Provider.CPU), seconds(s.Wall)})
	}

	share("Floor", b.results.floor(l, plan))
	share("Minimal provider", b.results.least(l, plan))

	for _, p := range b.platforms {
		share(p.name, b.results.on(p.name, l, plan))
	}

	table(text, 1, rows)
	text.WriteString("\nBoth grow with the schema: the CLI converts and compares each attribute of each resource, and the " +
		"plugin framework copies the map of attributes at each step of each path, several times for each attribute. " +
		"`terraform_data` has 4 attributes and is built into the CLI; this resource has 21, four of them with attributes " +
		"of their own.\n")
}

func (b *bench) writeMethod(text *strings.Builder) {
	f, c := b.scale.foreman, b.scale.controller

	fmt.Fprintf(text, "Each row is one run of the CLI, with its default of ten operations at a time, against a "+
		"sandbox server in memory. Its work is simulated: on Foreman %s, and on Universal Controller %s, "+
		"which is an assumption: there are no recordings of one.\n\n",
		costs(f, []string{"a login", "a request on a session"}, []time.Duration{f.Login, f.Session}),
		costs(c, []string{"a request"}, []time.Duration{c.Request}))

	text.WriteString("- **plan** is one of what is there already: it refreshes everything and finds nothing to do. " +
		"**apply** creates everything, with a `name_prefix`; **destroy** refreshes and revokes everything.\n" +
		"- **Logins** are the requests for which the server checked a password. **Received** is the bodies of all answers.\n" +
		"- **CPU** is that of all the provider's processes of the run, **CLI** that of the CLI alone, **memory** the most " +
		"that a provider's process had resident.\n" +
		"- **Floor** is the same command for as many `terraform_data`, which need no server.\n" +
		"- **Minimal** is the same command for as many resources of the least that a provider made with the plugin " +
		"framework can be: it remembers one argument and asks nobody.\n" +
		"- **All off** is a provider that reads each token on its own and, on Foreman, logs in with each request. " +
		"It takes so long that the most tokens were only planned, and only over the most users.\n")
}

// costs says what a server's work takes.
func costs(of sandbox.Costs, what []string, times []time.Duration) string {
	parts := make([]string, 0, len(what))
	for i := range what {
		parts = append(parts, fmt.Sprintf("%s takes %d ms", what[i], times[i].Milliseconds()))
	}

	return fmt.Sprintf("%s of one of %d cores", strings.Join(parts, " and "), of.Cores)
}

// rows is the table of a platform.
func (b *bench) rows(p platform) [][]string {
	rows := [][]string{{
		"Tokens", "Users", "Run", "Requests", "Logins", "Received", "Time", "Floor", "Minimal", "CPU", "CLI", "Memory",
		"All off: requests", "logins", "time",
	}}

	for _, l := range b.scale.loads() {
		for _, o := range operations {
			s := b.results.on(p.name, l, o)
			row := []string{
				thousands(l.tokens), thousands(l.users), string(o),
				thousands(s.Requests), thousands(s.Logins), kibibytes(s.Sent),
				seconds(s.Wall), seconds(b.results.floor(l, o).Wall), seconds(b.results.least(l, o).Wall),
				seconds(s.Provider.CPU), seconds(s.CLI), mebibytes(s.Provider.Peak),
			}

			if off, measured := b.results.off(p.name, l, o); measured {
				row = append(row, thousands(off.Requests), thousands(off.Logins), seconds(off.Wall))
			} else {
				row = append(row, "–", "–", "–")
			}

			rows = append(rows, row)
		}
	}

	return rows
}
