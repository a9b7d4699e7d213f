package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
)

// mask stands for a secret in what is printed.
const mask = "***"

// narrator prints the demo. It masks what it prints, and remembers what it was given
// unmasked, so that [narrator.leaks] finds what must not have been there.
type narrator struct {
	out     io.Writer
	guarded []guarded
	heard   strings.Builder
	// last is the last output of a CLI, for the report of a failure.
	last  outcome
	steps int
}

// guarded is a text that nobody may see.
type guarded struct {
	label   string
	pattern *regexp.Regexp
}

// chapter is what the demo shows of one platform.
type chapter struct {
	title string
	// intro follows the title; empty for nothing.
	intro string
	steps []step
	// summary counts what the server saw, in this time.
	summary func(took time.Duration) string
	// exports are what a shell needs to go on by hand.
	exports []variable
	// folder is where to go on by hand.
	folder string
	close  func() error
}

// step is one thing that the demo shows, and proves by an assertion.
type step struct {
	says string
	do   func(context.Context) error
}

// mismatch is an assertion that failed.
type mismatch struct {
	what       string
	want, have any
}

func (m *mismatch) Error() string {
	return fmt.Sprintf("%s\n  expected: %v\n  actual:   %v", m.what, m.want, m.have)
}

// guard hides a secret from now on; an empty one is none. A leak is reported under its
// label.
func (n *narrator) guard(label, secret string) {
	if secret == "" {
		return
	}

	n.guarded = append(n.guarded, guarded{label, regexp.MustCompile(regexp.QuoteMeta(secret))})
}

// guardPrefix hides every word that begins like this.
func (n *narrator) guardPrefix(label, prefix string) {
	n.guarded = append(n.guarded, guarded{label, regexp.MustCompile(regexp.QuoteMeta(prefix) + `[\w.-]*`)})
}

// title prints a heading.
func (n *narrator) title(text string) { n.print("\n%s\n%s\n", text, strings.Repeat("=", len(text))) }

// note prints a line of its own.
func (n *narrator) note(format string, args ...any) { n.print(format+"\n", args...) }

// fact prints what was asserted and found true.
func (n *narrator) fact(format string, args ...any) { n.print("    ✓ "+format+"\n", args...) }

// command prints a command line as a person would type it.
func (n *narrator) command(line string) { n.print("    $ %s\n", line) }

// quote prints lines that somebody else said.
func (n *narrator) quote(lines ...string) {
	for _, line := range lines {
		n.print("    | %s\n", line)
	}
}

// hear remembers an output that need not be printed: no secret may be in it either.
func (n *narrator) hear(o outcome) {
	n.last = o
	n.heard.WriteString(o.output())
}

// tell carries out the steps of a chapter, and ends at the first that fails. After each
// nothing secret may have been heard.
func (n *narrator) tell(ctx context.Context, c chapter) error {
	n.title(c.title)

	if c.intro != "" {
		n.note("\n%s", c.intro)
	}

	for _, s := range c.steps {
		n.steps++
		n.print("\n%2d. %s\n", n.steps, s.says)

		if err := errors.Join(s.do(ctx), n.checkLeaks()); err != nil {
			return err
		}
	}

	return nil
}

// failed prints why the demo ends early, and the output that showed it.
func (n *narrator) failed(err error) {
	n.note("\nFAILED: %v", err)

	if n.last.command != "" {
		n.note("\nThe last output of a CLI, from `%s`, exit code %d:\n\n%s", n.last.command, n.last.code, n.last.output())
	}
}

// checkLeaks is an error if a secret was heard.
func (n *narrator) checkLeaks() error {
	if leaks := n.leaks(); len(leaks) > 0 {
		return fmt.Errorf("a secret was printed, or said by the CLI: %s", strings.Join(leaks, "; "))
	}

	return nil
}

// leaks names the secrets that were heard.
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

	// Where nothing can be printed, there is nobody to be told.
	_, _ = io.WriteString(n.out, text)
}

// expect compares two values, and prints as a fact what was to be shown.
func expect[T comparable](n *narrator, what string, want, have T) error {
	if want != have {
		return &mismatch{what, want, have}
	}

	n.fact("%s", what)

	return nil
}

// expectText wants a text somewhere in what was said.
func expectText(n *narrator, what, want string, said []string) error {
	// The CLI breaks its lines anywhere between two words.
	if have := strings.Join(said, " "); !strings.Contains(have, want) {
		return &mismatch{what, want, have}
	}

	n.fact("%s", what)

	return nil
}
