package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVerdictsAreTheLinesThatSumUp(t *testing.T) {
	t.Parallel()

	const output = `data.x.y: Reading...

  # a_b.c will be created

Plan: 2 to add, 0 to change, 0 to destroy.
a_b.c: Creating...

Apply complete! Resources: 2 added, 0 changed, 0 destroyed.

Outputs:

plan = "Plan: none"
`

	want := []string{
		"Plan: 2 to add, 0 to change, 0 to destroy.",
		"Apply complete! Resources: 2 added, 0 changed, 0 destroyed.",
	}
	if diff := cmp.Diff(want, verdicts(output)); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}

func TestTheFirstErrorIsShownWithoutItsPlace(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		output string
		want   []string
	}{
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

			if diff := cmp.Diff(test.want, firstError(test.output)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}
