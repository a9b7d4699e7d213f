package foremanserver

import (
	"fmt"
	"strconv"
	"strings"
)

// parseValues parses the values of a search; it ignores blanks around the items of a list.
func parseValues(kind fieldKind, texts []string) ([]value, error) {
	var out []value
	for _, text := range texts {
		if kind != integerField {
			out = append(out, textValue(text))
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
		if err != nil {
			return nil, &databaseError{fmt.Sprintf("PG::NumericValueOutOfRange: ERROR:  value \"%s\" is out of range for type integer\n", text)}
		}
		out = append(out, integerValue(int(n)))
	}
	return out, nil
}

// splitList splits at commas and drops empty items at the end.
func splitList(text string) []string {
	items := strings.Split(text, ",")
	for len(items) > 0 && items[len(items)-1] == "" {
		items = items[:len(items)-1]
	}
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	return items
}

func satisfies(op string, order int) bool {
	switch op {
	case symEq:
		return order == 0
	case symNe:
		return order != 0
	case symGt:
		return order > 0
	case symGte:
		return order >= 0
	case symLt:
		return order < 0
	case symLte:
		return order <= 0
	}
	return false
}
