package provider

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
)

// The exit codes of a plan with -detailed-exitcode; 1 is an error.
const (
	exitNoChanges = 0
	exitError     = 1
	exitChanges   = 2
)

// outcome is how a command ended and what it said of the configuration.
type outcome struct {
	code   int
	text   string
	says   []tfjson.Diagnostic
	stderr string
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

func (o outcome) errors() string { return o.texts(tfjson.DiagnosticSeverityError) }

func (o outcome) warnings() string { return o.texts(tfjson.DiagnosticSeverityWarning) }

func (o outcome) texts(severity tfjson.DiagnosticSeverity) string {
	var all []string

	for _, d := range o.says {
		if d.Severity == severity {
			all = append(all, d.Summary+": "+d.Detail)
		}
	}

	return strings.Join(all, "\n")
}

// warns fails the test unless there is a warning with each of these texts.
func (o outcome) warns(t *testing.T, texts ...string) {
	t.Helper()

	for _, text := range texts {
		if !strings.Contains(o.warnings(), text) {
			t.Errorf("no warning with %q; the warnings: %s", text, o.warnings())
		}
	}
}

// quiet fails the test if there is a warning.
func (o outcome) quiet(t *testing.T) {
	t.Helper()

	if o.warnings() != "" {
		t.Errorf("unexpected warnings: %s", o.warnings())
	}
}
