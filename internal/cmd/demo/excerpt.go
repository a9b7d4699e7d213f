package main

import (
	"regexp"
	"strings"
)

// errorLines is how much of an error is shown.
const errorLines = 9

// verdict is a line that sums up what the CLI did, or would do.
var verdict = regexp.MustCompile(`^(Plan: |No changes\.|Apply complete!|Destroy complete!)`)

// verdicts returns the lines that sum up.
func verdicts(output string) []string { return matching(output, verdict) }

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

// firstError returns the summary of the first error and the beginning of its detail.
// Where it is in the configuration is left out.
func firstError(output string) []string {
	var found []string

	for line := range strings.Lines(output) {
		// With colours or without, the CLI draws a box around an error or does not.
		line = strings.TrimPrefix(strings.TrimRight(line, " \r\n"), "│")
		line, _ = strings.CutPrefix(line, " ")
		begins := strings.HasPrefix(line, "Error: ") || strings.HasPrefix(line, "Warning: ")

		switch {
		case len(found) == 0 && !strings.HasPrefix(line, "Error: "):
			continue
		case len(found) > 0 && (begins || line == "╵"):
			return found
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, " "):
			continue
		case len(found) == errorLines:
			return append(found, "...")
		}

		found = append(found, line)
	}

	return found
}
