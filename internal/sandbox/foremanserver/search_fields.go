package foremanserver

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// fieldKind is the type of a field's column.
type fieldKind int

const (
	textField fieldKind = iota
	integerField
	boolField
	timeField
)

// String returns the type's name in the server's messages.
func (k fieldKind) String() string {
	switch k {
	case textField:
		return "string"
	case integerField:
		return "integer"
	case boolField:
		return "boolean"
	case timeField:
		return "datetime"
	}
	return "unknown"
}

// value is the value of a column. The zero value is NULL.
type value struct {
	set     bool
	text    string
	integer int64
	boolean bool
	instant time.Time
}

// field is a searchable field of a row.
type field[T any] struct {
	kind fieldKind
	// explicit fields are searched only when the search names them.
	explicit bool
	// many fields have any number of values, in a separate table.
	many   bool
	values func(T) []value
}

func textValue(s string) value { return value{set: true, text: s} }

func optionalText(s *string) value {
	if s == nil {
		return value{}
	}
	return textValue(*s)
}

func integerValue(n int) value { return value{set: true, integer: int64(n)} }

func boolValue(b bool) value { return value{set: true, boolean: b} }

func timeValue(t time.Time) value { return value{set: !t.IsZero(), instant: t} }

func one[T any](get func(T) value) func(T) []value {
	return func(row T) []value { return []value{get(row)} }
}

// tokenFields are the fields by which tokens can be searched and ordered.
var tokenFields = map[string]field[*token]{
	"id":      {kind: integerField, explicit: true, values: one(func(t *token) value { return integerValue(t.id) })},
	"name":    {kind: textField, values: one(func(t *token) value { return textValue(t.name) })},
	"user_id": {kind: integerField, explicit: true, values: one(func(t *token) value { return integerValue(t.userID) })},
}

// userFields are the fields by which users can be searched and ordered. The names of roles,
// organizations and locations come from the store.
func (s *Server) userFields() map[string]field[*user] {
	text := func(get func(*user) value) field[*user] { return field[*user]{values: one(get)} }
	taxonomies := func(ids func(*user) []int, kind string) func(*user) []value {
		return func(u *user) []value {
			var out []value
			for _, id := range ids(u) {
				if t := s.taxonomies[id]; t != nil && t.kind == kind {
					out = append(out, textValue(t.name))
				}
			}
			return out
		}
	}
	ids := func(get func(*user) []int) func(*user) []value {
		return func(u *user) []value {
			var out []value
			for _, id := range get(u) {
				out = append(out, integerValue(id))
			}
			return out
		}
	}
	organizations := func(u *user) []int { return u.organizationIDs }
	locations := func(u *user) []int { return u.locationIDs }
	none := func(*user) []value { return nil }
	return map[string]field[*user]{
		"id":               {kind: integerField, explicit: true, values: one(func(u *user) value { return integerValue(u.id) })},
		"login":            text(func(u *user) value { return textValue(u.login) }),
		"firstname":        text(func(u *user) value { return optionalText(u.firstname) }),
		"lastname":         text(func(u *user) value { return optionalText(u.lastname) }),
		"mail":             text(func(u *user) value { return optionalText(u.mail) }),
		"description":      text(func(u *user) value { return optionalText(u.description) }),
		"admin":            {kind: boolField, values: one(func(u *user) value { return boolValue(u.admin) })},
		"disabled":         {kind: boolField, values: one(func(u *user) value { return boolValue(u.disabled) })},
		"last_login_on":    {kind: timeField, explicit: true, values: one(func(u *user) value { return timeValue(u.lastLogin) })},
		"role":             {many: true, values: func(u *user) []value { return u.roleNames() }},
		"role_id":          {kind: integerField, explicit: true, many: true, values: func(u *user) []value { return u.roleIDs() }},
		"usergroup":        {many: true, values: none},
		"auth_source":      text(func(*user) value { return textValue(authSourceName) }),
		"auth_source_type": text(func(*user) value { return textValue(authSourceType) }),
		"organization":     {many: true, values: taxonomies(organizations, kindOrganization)},
		"organization_id":  {kind: integerField, explicit: true, many: true, values: ids(organizations)},
		"location":         {many: true, values: taxonomies(locations, kindLocation)},
		"location_id":      {kind: integerField, explicit: true, many: true, values: ids(locations)},
	}
}

// compareValues orders two values of a kind; NULL is smaller than any value. Text is compared byte
// by byte, as in a database with the C collation.
func compareValues(kind fieldKind, a, b value) int {
	if !a.set || !b.set {
		return cmp.Compare(boolRank(a.set), boolRank(b.set))
	}
	switch kind {
	case textField:
		return strings.Compare(a.text, b.text)
	case integerField:
		return cmp.Compare(a.integer, b.integer)
	case boolField:
		return cmp.Compare(boolRank(a.boolean), boolRank(b.boolean))
	case timeField:
		return a.instant.Compare(b.instant)
	}
	return 0
}

// sortRows orders rows by a field; the sort is stable.
func sortRows[T any](rows []T, f field[T], descending bool) {
	slices.SortStableFunc(rows, func(a, b T) int {
		if descending {
			a, b = b, a
		}
		x, y := f.values(a), f.values(b)
		switch {
		case len(x) == 0 || len(y) == 0:
			// PostgreSQL sorts NULL last, and first in descending order.
			return min(len(y), 1) - min(len(x), 1)
		default:
			return compareValues(f.kind, x[0], y[0])
		}
	})
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}
