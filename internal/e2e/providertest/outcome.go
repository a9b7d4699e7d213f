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

// Exit codes of `plan -detailed-exitcode`; 1 is an error.
const (
	ExitNoChanges = 0
	ExitError     = 1
	ExitChanges   = 2
)

// Outcome is the result of a command: its exit code, its output and its diagnostics.
type Outcome struct {
	Code   int
	Text   string
	Says   []tfjson.Diagnostic
	Stderr string
}

// diagnosticsOf returns the diagnostics in a command's JSON output.
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

// changesOf returns the lines of a plan's output that announce changes.
func changesOf(output string) string {
	var changes []string

	for line := range strings.Lines(output) {
		if strings.Contains(line, `"type":"planned_change"`) || strings.Contains(line, `"type":"resource_drift"`) {
			changes = append(changes, line)
		}
	}

	return strings.Join(changes, "")
}

// Errors returns the text of the errors that the command printed.
func (o Outcome) Errors() string { return o.texts(tfjson.DiagnosticSeverityError) }

// Warnings returns the text of the warnings that the command printed.
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

// Warns fails the test unless each of these texts is in a warning.
func (o Outcome) Warns(t *testing.T, texts ...string) {
	t.Helper()

	for _, text := range texts {
		if !strings.Contains(o.Warnings(), text) {
			t.Errorf("no warning with %q; the warnings: %s", text, o.Warnings())
		}
	}
}

// Quiet fails the test if the command printed a warning.
func (o Outcome) Quiet(t *testing.T) {
	t.Helper()

	if o.Warnings() != "" {
		t.Errorf("unexpected warnings: %s", o.Warnings())
	}
}

// DisplayName matches the name of a result in the output of `query -json`.
var DisplayName = regexp.MustCompile(`"display_name":"([^"]+)"`)

// Warned counts the warnings with this summary.
func (o Outcome) Warned(summary string) int {
	var count int

	for _, d := range o.Says {
		if d.Severity == tfjson.DiagnosticSeverityWarning && d.Summary == summary {
			count++
		}
	}

	return count
}
