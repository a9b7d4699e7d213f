package documents

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// traitRow is a row in the table of differences: its title, and the text for a platform.
type traitRow struct {
	about string
	cell  func(pat.Traits) string
}

// traitRows maps each field of pat.Traits to the row that describes it.
var traitRows = map[string]traitRow{
	"DisplayName": {"", func(of pat.Traits) string { return of.DisplayName }},
	"Platform":    {"`platform`", func(of pat.Traits) string { return "`" + of.Platform + "`" }},
	"ReusableNames": {"name of a revoked token", func(of pat.Traits) string {
		return map[bool]string{true: "can be reused", false: "can never be reused for the same user"}[of.ReusableNames]
	}},
	"TokenIDs": {"tokens are identified by", func(of pat.Traits) string {
		return map[bool]string{true: "ID or name", false: "name"}[of.TokenIDs]
	}},
	"ExpiryIsDate": {"tokens expire", func(of pat.Traits) string {
		return map[bool]string{
			true: "on a date: `expires_at` is midnight UTC", false: "at a time, to the second",
		}[of.ExpiryIsDate]
	}},
	"MaxNameLength": {"longest name", func(of pat.Traits) string {
		if of.MaxNameLength == 0 {
			return "no limit"
		}

		return fmt.Sprintf("%d characters", of.MaxNameLength)
	}},
	"ReservedNames": {"reserved names", func(of pat.Traits) string {
		if len(of.ReservedNames) == 0 {
			return "none"
		}

		return "`" + strings.Join(of.ReservedNames, "`, `") + "`"
	}},
	"UserID": {"format of a user's ID", func(of pat.Traits) string { return "`" + of.UserID.String() + "`" }},
}

// TestTraits_areInTheTableOfDifferences tests the table of differences, which is written by hand: it
// must have a column for each platform and a row for each field of pat.Traits, and agree with the
// drivers.
func TestTraits_areInTheTableOfDifferences(t *testing.T) {
	t.Parallel()

	_, section, _ := strings.Cut(projectText(t, "templates/index.md.tmpl"), "\n## How the platforms differ\n")
	section, _, _ = strings.Cut(section, "\n## ")

	columns := map[string]map[string]string{}
	rows := tableRows(section)
	if len(rows) == 0 {
		t.Fatal("found no table")
	}

	for i, name := range rows[0][1:] {
		columns[name] = map[string]string{}
		for _, row := range rows {
			columns[name][row[0]] = row[i+1]
		}
	}

	want := map[string]map[string]string{}

	for _, open := range providertest.Sandboxes() {
		traits := open(t).System.Traits()
		want[traits.DisplayName] = map[string]string{}

		for _, row := range traitRows {
			want[traits.DisplayName][row.about] = row.cell(traits)
		}
	}

	if diff := cmp.Diff(want, columns); diff != "" {
		t.Errorf("the table by platform and row (-drivers +page):\n%s", diff)
	}

	var fields []string
	for field := range reflect.TypeFor[pat.Traits]().Fields() {
		fields = append(fields, field.Name)
	}

	slices.Sort(fields)

	if diff := cmp.Diff(fields, slices.Sorted(maps.Keys(traitRows))); diff != "" {
		t.Errorf("the fields with a row (-pat.Traits +rows):\n%s", diff)
	}
}

// tableRows returns the cells of a page's table, without the separator line.
func tableRows(text string) [][]string {
	var rows [][]string

	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "|") && !strings.HasPrefix(line, "| ---") {
			rows = append(rows, strings.Split(line[2:len(line)-2], " | "))
		}
	}

	return rows
}
