package main

import (
	"fmt"
	"os"
	"strings"
)

// The lines that mark the table's place in a file.
const (
	begin = "<!-- traits: written by `make docs` -->\n"
	end   = "<!-- traits: end -->\n"
)

// rewrite replaces what is between the marks of a file. A file that has it already is
// left alone.
func rewrite(file, table string) error {
	old, err := os.ReadFile(file) //nolint:gosec // The file is the caller's own choice.
	if err != nil {
		return err
	}

	text, err := between(string(old), table)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}

	if text == string(old) {
		return nil
	}

	return os.WriteFile(file, []byte(text), 0o600) //nolint:gosec // As above; its mode stays.
}

// between returns the text with the table between the marks.
func between(text, table string) (string, error) {
	before, rest, found := strings.Cut(text, begin)
	_, after, closed := strings.Cut(rest, end)

	if !found || !closed {
		return "", fmt.Errorf("it has no line %q with a line %q below", begin, end)
	}

	return before + begin + "\n" + table + "\n" + end + after, nil
}
