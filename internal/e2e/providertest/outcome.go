package providertest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
)

// The exit codes of a plan with -detailed-exitcode; 1 is an error.
const (
	ExitNoChanges = 0
	ExitError     = 1
	ExitChanges   = 2
)

// Outcome is how a command ended and what it said of the configuration.
type Outcome struct {
	Code   int
	Text   string
	Says   []tfjson.Diagnostic
	Stderr string
}

// diagnosticsOf returns the diagnostics among the lines of JSON that a command wrote.
func diagnosticsOf(output []byte) []tfjson.Diagnostic {
	var all []tfjson.Diagnostic

	for lines := bufio.NewScanner(bytes.NewReader(output)); lines.Scan(); {
		var line struct {
			Diagnostic *tfjson.Diagnostic `json:"diagnostic"`
		}

		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Diagnostic != nil {
			all = append(all, *line.Diagnostic)
		}
	}

	return all
}

// changesOf returns the lines of a plan that announce changes.
func changesOf(output string) string {
	var changes []string

	for line := range strings.Lines(output) {
		if strings.Contains(line, `"type":"planned_change"`) || strings.Contains(line, `"type":"resource_drift"`) {
			changes = append(changes, line)
		}
	}

	return strings.Join(changes, "")
}

// Errors returns the errors that the command printed.
func (o Outcome) Errors() string { return o.texts(tfjson.DiagnosticSeverityError) }

// Warnings returns the warnings that the command printed.
func (o Outcome) Warnings() string { return o.texts(tfjson.DiagnosticSeverityWarning) }

func (o Outcome) texts(severity tfjson.DiagnosticSeverity) string {
	var all []string

	for _, d := range o.Says {
		if d.Severity == severity {
			all = append(all, d.Summary+": "+d.Detail)
		}
	}

	return strings.Join(all, "\n")
}

// Warns fails the test unless there is a warning with each of these texts.
func (o Outcome) Warns(t *testing.T, texts ...string) {
	t.Helper()

	for _, text := range texts {
		if !strings.Contains(o.Warnings(), text) {
			t.Errorf("no warning with %q; the warnings: %s", text, o.Warnings())
		}
	}
}

// Quiet fails the test if there is a warning.
func (o Outcome) Quiet(t *testing.T) {
	t.Helper()

	if o.Warnings() != "" {
		t.Errorf("unexpected warnings: %s", o.Warnings())
	}
}

// DisplayName matches the name of a result in what `query -json` prints.
var DisplayName = regexp.MustCompile(`"display_name":"([^"]+)"`)

// Warned counts the warnings of a summary.
func (o Outcome) Warned(summary string) int {
	var count int

	for _, d := range o.Says {
		if d.Severity == tfjson.DiagnosticSeverityWarning && d.Summary == summary {
			count++
		}
	}

	return count
}
