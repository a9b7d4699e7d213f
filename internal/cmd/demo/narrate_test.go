package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatIsGuardedIsMaskedAndReported(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		say     func(*narrator)
		printed string
		leaks   []string
	}{
		"nothing secret was said": {
			say:     func(n *narrator) { n.note("apply with ***") },
			printed: "apply with ***\n",
		},
		"a password in a note": {
			say:     func(n *narrator) { n.note("password=%s.", "open.sesame") },
			printed: "password=***.\n",
			leaks:   []string{"the password, 1 times"},
		},
		"a word that only looks like the password": {
			say:     func(n *narrator) { n.note("openXsesame") },
			printed: "openXsesame\n",
		},
		"secrets by their beginning, to the last character": {
			say:     func(n *narrator) { n.quote(`token = "SEC-a_b-C.9"`, "SEC-, cut off") },
			printed: "    | token = \"***\"\n    | ***, cut off\n",
			leaks:   []string{"a token, 2 times"},
		},
		"a secret in a command line": {
			say:     func(n *narrator) { n.command("PASSWORD=open.sesame terraform plan") },
			printed: "    $ PASSWORD=*** terraform plan\n",
			leaks:   []string{"the password, 1 times"},
		},
		"a secret that the CLI said and that was not printed": {
			say:   func(n *narrator) { n.hear(outcome{stdout: "fine\n", stderr: "SEC-1\n"}) },
			leaks: []string{"a token, 1 times"},
		},
		"a secret that was said before it was known": {
			say: func(n *narrator) {
				n.note("late")
				n.guard("a late one", "late")
			},
			printed: "late\n",
			leaks:   []string{"a late one, 1 times"},
		},
		"an empty secret, which would be everywhere": {
			say: func(n *narrator) {
				n.guard("none", "")
				n.note("text")
			},
			printed: "text\n",
		},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var out strings.Builder

			story := &narrator{out: &out}
			story.guard("the password", "open.sesame")
			story.guardPrefix("a token", "SEC-")
			test.say(story)

			if diff := cmp.Diff(test.printed, out.String()); diff != "" {
				t.Errorf("printed (-want +got):\n%s", diff)
			}

			if diff := cmp.Diff(test.leaks, story.leaks()); diff != "" {
				t.Errorf("leaks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheFirstStepThatFailsEndsTheChapter(t *testing.T) {
	t.Parallel()

	var (
		out     strings.Builder
		reached bool
	)

	story := &narrator{out: &out}
	story.guardPrefix("a token", "SEC-")

	err := story.tell(t.Context(), chapter{title: "Title", steps: []step{
		{"Passes.", func(context.Context) error { return expect(story, "one is one", 1, 1) }},
		{"Fails.", func(context.Context) error {
			story.hear(outcome{command: "tofu plan", code: 1, stdout: "said SEC-1\n", stderr: "and that\n"})

			return expect(story, "two is two", 2, 3)
		}},
		{"Is not reached.", func(context.Context) error {
			reached = true

			return nil
		}},
	}})

	var failed *mismatch
	if !errors.As(err, &failed) || reached {
		t.Fatalf("the error is %v, and the step after it was reached: %t", err, reached)
	}

	story.failed(err)

	const want = `
Title
=====

 1. Passes.
    ✓ one is one

 2. Fails.

FAILED: two is two
  expected: 2
  actual:   3
a secret was printed, or said by the CLI: a token, 1 times

The last output of a CLI, from ` + "`tofu plan`" + `, exit code 1:

said ***
and that

`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("printed (-want +got):\n%s", diff)
	}
}

func TestALeakEndsTheChapterAtItsStep(t *testing.T) {
	t.Parallel()

	var out strings.Builder

	story := &narrator{out: &out}
	story.guardPrefix("a token", "SEC-")

	err := story.tell(t.Context(), chapter{title: "Title", steps: []step{
		{"Says too much.", func(context.Context) error {
			story.hear(outcome{stdout: "SEC-1"})

			return nil
		}},
		{"Is not reached.", func(context.Context) error { return errors.New("was reached") }},
	}})

	const want = "a secret was printed, or said by the CLI: a token, 1 times"
	if err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %q", err, want)
	}
}

func TestExpectedTextMayBeBrokenIntoLines(t *testing.T) {
	t.Parallel()

	story := &narrator{out: &strings.Builder{}}

	if err := expectText(story, "what", "one two", []string{"zero one", "two three"}); err != nil {
		t.Errorf("the text was not found: %v", err)
	}

	if err := expectText(story, "what", "two one", []string{"one", "two"}); err == nil {
		t.Error("a text was found that is not there")
	}
}
