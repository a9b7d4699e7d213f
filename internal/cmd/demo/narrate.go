package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"
)

// mask replaces a secret in the printed text.
const mask = "***"

// narrator prints the demo. It masks the secrets in what it prints, and stores the unmasked text,
// in which [narrator.leaks] searches for secrets.
type narrator struct {
	out     io.Writer
	guarded []guarded
	heard   strings.Builder
	// last is the last command of a CLI with its exit code and output, for the report of a failure.
	last  string
	steps int
	// err is the first check that failed. The demo ends after the action that caused it.
	err error
}

// guarded is a secret that must not be printed.
type guarded struct {
	label   string
	pattern *regexp.Regexp
}

// guard masks a secret from now on; an empty one is ignored. A leak is reported under the label.
func (n *narrator) guard(label, secret string) {
	if secret != "" {
		n.guarded = append(n.guarded, guarded{label, regexp.MustCompile(regexp.QuoteMeta(secret))})
	}
}

// guardPrefix masks every word that begins with prefix.
func (n *narrator) guardPrefix(label, prefix string) {
	n.guarded = append(n.guarded, guarded{label, regexp.MustCompile(regexp.QuoteMeta(prefix) + `[\w.-]*`)})
}

// note prints a line.
func (n *narrator) note(format string, args ...any) { n.print(format+"\n", args...) }

// step prints the heading of a step.
func (n *narrator) step(says string) {
	n.steps++
	n.print("\n%2d. %s\n", n.steps, says)
}

// command prints a command line as a person would type it.
func (n *narrator) command(line string) { n.print("    $ %s\n", line) }

// quote prints lines of a CLI's output.
func (n *narrator) quote(lines ...string) {
	for _, line := range lines {
		n.print("    | %s\n", line)
	}
}

// hear stores output that is not printed but must not contain a secret either.
func (n *narrator) hear(command string, code int, output string) {
	n.last = fmt.Sprintf("`%s`, exit code %d:\n\n%s", command, code, output)
	n.heard.WriteString(output)
}

// fail records an error. Only the first one counts, because later errors may follow from it.
func (n *narrator) fail(err error) {
	if n.err == nil {
		n.err = err
	}
}

// failed prints why the demo ends early, and the output of the last command.
func (n *narrator) failed(err error) {
	n.note("\nFAILED: %v", err)

	if n.last != "" {
		n.note("\nThe last output of the CLI, from %s", n.last)
	}
}

// checkLeaks returns an error if the printed text or the output contains a secret.
func (n *narrator) checkLeaks() error {
	if leaks := n.leaks(); len(leaks) > 0 {
		return fmt.Errorf("a secret was printed, or is in the output of the CLI: %s", strings.Join(leaks, "; "))
	}

	return nil
}

// leaks returns the labels of the secrets in the stored text, with their counts.
func (n *narrator) leaks() []string {
	var found []string

	for _, g := range n.guarded {
		if count := len(g.pattern.FindAllStringIndex(n.heard.String(), -1)); count > 0 {
			found = append(found, fmt.Sprintf("%s, %d times", g.label, count))
		}
	}

	return found
}

func (n *narrator) print(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	n.heard.WriteString(text)

	for _, g := range n.guarded {
		text = g.pattern.ReplaceAllLiteralString(text, mask)
	}

	// Nothing can report an error of the output itself.
	_, _ = io.WriteString(n.out, text)
}

// expect compares two values and prints the check. After a failure it does nothing.
func expect[T comparable](n *narrator, what string, want, have T) {
	switch {
	case n.err != nil:
	case want != have:
		n.fail(fmt.Errorf("%s\n  expected: %v\n  actual:   %v", what, want, have))
	default:
		n.print("    ✓ %s\n", what)
	}
}

// expectText checks that the lines contain a text.
func expectText(n *narrator, what, want string, said []string) {
	// The CLI may break a line between any two words.
	have := strings.Join(said, " ")
	if strings.Contains(have, want) {
		have = want
	}

	expect(n, what, want, have)
}

// verdict matches the line that summarizes what the CLI did or would do.
var verdict = regexp.MustCompile(`^(Plan: |No changes\.|Apply complete!|Destroy complete!)`)

// matching returns the lines that match, without their indentation.
func matching(output string, pattern *regexp.Regexp) []string {
	var found []string

	for line := range strings.Lines(output) {
		if line = strings.TrimSpace(line); pattern.MatchString(line) {
			found = append(found, line)
		}
	}

	return found
}

// errorThat returns the summary and the beginning of the detail of the first error that contains
// this text, or of the first error if none does. It omits the location in the configuration.
func errorThat(says, output string) []string {
	const most = 9

	var first, found []string

	for line := range strings.Lines(output) {
		// With colours, the CLI draws a box around an error; without them, it may not.
		line = strings.TrimPrefix(strings.TrimRight(line, " \r\n"), "│")
		line, _ = strings.CutPrefix(line, " ")
		begins := strings.HasPrefix(line, "Error: ") || strings.HasPrefix(line, "Warning: ")

		switch {
		case len(found) == 0 && !strings.HasPrefix(line, "Error: "):
			continue
		case len(found) > 0 && (begins || line == "╵"):
			if first == nil {
				first = found
			}

			if strings.Contains(strings.Join(found, " "), says) {
				return found
			}

			found = nil
			if !strings.HasPrefix(line, "Error: ") {
				continue
			}
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, " "):
			continue
		case len(found) == most:
			found = append(found, "...")

			continue
		case len(found) > most:
			continue
		}

		found = append(found, line)
	}

	if first != nil && !strings.Contains(strings.Join(found, " "), says) {
		return first
	}

	return found
}
