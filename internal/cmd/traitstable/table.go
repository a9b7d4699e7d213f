package main

import (
	"fmt"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// row is one difference: what it is about, and how a platform has it.
type row struct {
	about string
	of    func(pat.Traits) string
}

// rows are the differences that matter to whoever writes a configuration.
var rows = []row{
	{"`platform`", func(t pat.Traits) string { return code(t.Platform) }},
	{"a token's name, once it was revoked", func(t pat.Traits) string {
		return either(t.ReusableNames, "is free again", "is used up for its user, for ever")
	}},
	{"a token is addressed by", func(t pat.Traits) string { return either(t.TokenIDs, "its id, or its name", "its name") }},
	{"a token expires", func(t pat.Traits) string {
		return either(t.ExpiryIsDate, "on a date: `expires_at` is midnight in UTC", "at an instant, to the second")
	}},
	{"the longest name", func(t pat.Traits) string {
		return either(t.MaxNameLength > 0, fmt.Sprintf("has %d characters", t.MaxNameLength), "has no limit")
	}},
	{"reserved names", func(t pat.Traits) string { return list(t.ReservedNames) }},
	{"a user's id matches", func(t pat.Traits) string {
		if t.UserID == nil {
			return "anything"
		}

		return code(t.UserID.String())
	}},
}

// table returns the Markdown of all rows, a column for each platform.
func table(platforms []pat.Traits) string {
	var text strings.Builder

	line(&text, "", platforms, func(t pat.Traits) string { return t.DisplayName })
	line(&text, "---", platforms, func(pat.Traits) string { return "---" })

	for _, r := range rows {
		line(&text, r.about, platforms, r.of)
	}

	return text.String()
}

func line(text *strings.Builder, first string, platforms []pat.Traits, cell func(pat.Traits) string) {
	cells := []string{first}
	for _, t := range platforms {
		// In a cell even code has to hide what would end it.
		cells = append(cells, strings.ReplaceAll(cell(t), "|", `\|`))
	}

	text.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

func either(first bool, yes, no string) string {
	if first {
		return yes
	}

	return no
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}

	quoted := make([]string, 0, len(names))
	for _, name := range names {
		quoted = append(quoted, code(name))
	}

	return strings.Join(quoted, ", ")
}

func code(text string) string { return "`" + text + "`" }
