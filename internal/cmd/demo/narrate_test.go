package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSecretsAreMaskedAndReported(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		say     func(*narrator)
		printed string
		leaks   []string
	}{
		"no secret": {
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
		"secrets with a prefix, to the last character": {
			say:     func(n *narrator) { n.quote(`token = "SEC-a_b-C.9"`, "SEC-, cut off") },
			printed: "    | token = \"***\"\n    | ***, cut off\n",
			leaks:   []string{"a token, 2 times"},
		},
		"a secret in a command line": {
			say:     func(n *narrator) { n.command("PASSWORD=open.sesame terraform plan") },
			printed: "    $ PASSWORD=*** terraform plan\n",
			leaks:   []string{"the password, 1 times"},
		},
		"a secret in output of the CLI that is not printed": {
			say:   func(n *narrator) { n.hear("tofu plan", 0, "fine\nSEC-1\n") },
			leaks: []string{"a token, 1 times"},
		},
		"a secret that was printed before it was guarded": {
			say: func(n *narrator) {
				n.note("late")
				n.guard("a late one", "late")
			},
			printed: "late\n",
			leaks:   []string{"a late one, 1 times"},
		},
		"an empty secret, which would match everywhere": {
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

func TestFirstFailedCheckEndsTheChapter(t *testing.T) {
	t.Parallel()

	var out strings.Builder

	story := &narrator{out: &out}
	story.guardPrefix("a token", "SEC-")

	chapter := &tour{story: story, platform: platform{title: "Title", steps: []step{
		{"Passes.", []action{isTrue(true)}},
		{"Fails.", []action{
			func(_ context.Context, t *tour) {
				t.story.hear("tofu plan", 1, "said SEC-1\nand that\n")
				expect(t.story, "two is two", 2, 3)
				expect(t.story, "no further comparison", 2, 2)
			},
			isTrue(true),
		}},
		{"Is not reached.", []action{isTrue(true)}},
	}}}

	err := chapter.tell(t.Context())
	if err == nil {
		t.Fatal("want an error")
	}

	story.failed(err)

	const want = `
Title
=====

 1. Passes.
    ✓ it is true

 2. Fails.

FAILED: two is two
  expected: 2
  actual:   3
a secret was printed, or is in the output of the CLI: a token, 1 times

The last output of the CLI, from ` + "`tofu plan`" + `, exit code 1:

said ***
and that

`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("printed (-want +got):\n%s", diff)
	}
}

func TestLeakEndsTheChapterAtItsStep(t *testing.T) {
	t.Parallel()

	story := &narrator{out: io.Discard}
	story.guardPrefix("a token", "SEC-")

	chapter := &tour{story: story, platform: platform{steps: []step{
		{"Says too much.", []action{func(_ context.Context, t *tour) { t.story.hear("tofu plan", 0, "SEC-1") }}},
		{"Is not reached.", []action{isTrue(false)}},
	}}}

	const want = "a secret was printed, or is in the output of the CLI: a token, 1 times"
	if err := chapter.tell(t.Context()); err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %q", err, want)
	}
}

func isTrue(is bool) action {
	return func(_ context.Context, t *tour) { expect(t.story, "it is true", true, is) }
}

func TestExpectedTextMaySpanLines(t *testing.T) {
	t.Parallel()

	story := &narrator{out: io.Discard}

	if expectText(story, "what", "one two", []string{"zero one", "two three"}); story.err != nil {
		t.Errorf("the text was not found: %v", story.err)
	}

	if expectText(story, "what", "two one", []string{"one", "two"}); story.err == nil {
		t.Error("a text was found that does not exist")
	}
}

func TestErrorIsPrintedWithoutItsLocation(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		output string
		says   string
		want   []string
	}{
		"one of several, over two lines": {
			output: "Error: Could not do it\n\nNo.\n\nError: Another\n\nThe server\nsaid no.\n\nError: Third\n", says: "The server said",
			want: []string{"Error: Another", "The server", "said no."},
		},
		"none of several": {output: "Error: One\n\nNo.\n\nError: Another\n", says: "yes", want: []string{"Error: One", "No."}},
		"one of several boxes": {
			output: "╷\n│ Error: One\n│ \n│ No.\n╵\n╷\n│ Error: Another\n│ \n│ Yes.\n╵\nnot this\n", says: "Yes",
			want: []string{"Error: Another", "Yes."},
		},
		"no error": {output: "\nWarning: Something\n\nis odd\n"},
		"a plain error after a warning, before another error": {
			output: "\nWarning: Odd\n\nnot this\n\nError: Could not do it\n\n  with a_b.c,\n  on main.tf line 6:\n   6: x {\n\n" +
				"The server\nsaid no.\n\nError: Another\n\nnot this\n",
			want: []string{"Error: Could not do it", "The server", "said no."},
		},
		"a boxed error": {
			output: "╷\n│ Warning: Odd\n│ \n│ not this\n╵\n╷\n│ Error: Could not do it\n│ \n│   with a_b.c,\n│    6: x {\n│ \n" +
				"│ The server said no.\n╵\nnot this\n",
			want: []string{"Error: Could not do it", "The server said no."},
		},
		"a long error": {
			output: "Error: Long\n" + strings.Repeat("more\n", 20),
			want: []string{
				"Error: Long", "more", "more", "more", "more", "more", "more", "more", "more", "...",
			},
		},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if diff := cmp.Diff(test.want, errorThat(test.says, test.output)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}
