package lifecycle

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// unknowable replaces a value that is known only after apply.
const unknowable = "?"

// configuration has all arguments of the resource as a user writes them: empty means not set.
// Triggers are written a=1 b=null, and {} for an empty map.
type configuration struct {
	username, userID          string
	name, namePrefix, series  string
	expiresIn, expiresAt      string
	beforeExpiry, maxAge      string
	triggers                  string
	overlap, holdIfUsedWithin string
	reissueWhenInvalid        string
	encryptTo                 string
}

// arguments returns the arguments of a decision, as the resource reads them from its model. The
// owner, the series and the lifetime of the next token are not part of it.
func (c configuration) arguments(t testing.TB) Arguments {
	t.Helper()

	arguments := Arguments{
		Name: text(c.name), NamePrefix: text(c.namePrefix),
		ExpiresIn: span(t, c.expiresIn),
		Policy:    c.policy(t), Triggers: c.triggerValues(),
		Recipients:         text(c.encryptTo),
		ReissueWhenInvalid: flag(c.reissueWhenInvalid),
	}

	if at := text(c.expiresAt); at.Set {
		arguments.ExpiresAt = set(c.lifetime(t).At.V)
	} else {
		arguments.ExpiresAt.Unknown = at.Unknown
	}

	return arguments
}

// policy returns the part that depends on the clock.
func (c configuration) policy(t testing.TB) Policy {
	t.Helper()

	return Policy{
		BeforeExpiry: span(t, c.beforeExpiry), MaxAge: span(t, c.maxAge),
		Overlap: span(t, c.overlap), HoldIfUsedWithin: span(t, c.holdIfUsedWithin),
	}
}

// lifetime returns the lifetime of the next token, if it is known.
func (c configuration) lifetime(t testing.TB) Lifetime {
	t.Helper()

	in := span(t, c.expiresIn)
	lifetime := Lifetime{In: pat.Option[time.Duration]{V: in.V, Set: in.Set}}

	if at := text(c.expiresAt); at.Set {
		parsed, err := time.Parse(time.RFC3339, at.V)
		if err != nil {
			t.Fatal(err)
		}

		lifetime.At = pat.Some(parsed)
	}

	return lifetime
}

// triggerValues parses the map.
func (c configuration) triggerValues() Triggers {
	if c.triggers == "" || c.triggers == unknowable {
		return Triggers{Unknown: c.triggers == unknowable}
	}

	values := map[string]Value[string]{}

	for pair := range strings.FieldsSeq(strings.Trim(c.triggers, "{}")) {
		key, value, _ := strings.Cut(pair, "=")

		switch value {
		case "null":
			values[key] = Value[string]{}
		case unknowable:
			values[key] = Value[string]{Unknown: true}
		default:
			values[key] = set(value)
		}
	}

	return Triggers{Values: values}
}

// text parses an argument that is a text.
func text(value string) Value[string] {
	return Value[string]{
		V: strings.TrimSuffix(value, unknowable), Set: value != "" && value != unknowable, Unknown: value == unknowable,
	}
}

// choices are the values that a history uses for the arguments.
func choices(start time.Time) map[string][]string {
	midnight := start.Truncate(Day)
	at := func(days int) string { return midnight.AddDate(0, 0, days).Format(time.RFC3339) }

	return map[string][]string{
		"name":                 {"", "ci", "ci-abc234-1", "x"},
		"name_prefix":          {"ci-", "cd-", ""},
		"expires_in":           {"", "15m", "2d", "30d", "90d"},
		"expires_at":           {"", at(3), at(20), at(60)},
		"before_expiry":        {"", "10m", "12h", "7d", "14d"},
		"max_age":              {"", "10m", "1d", "20d"},
		"triggers":             {"", "{}", "a=1", "a=2", "a=", "a=null", "a=1 b=1"},
		"overlap":              {"", "0s", "10m", "12h", "3d", "10d"},
		"hold_if_used_within":  {"", "1h", "1d", "2d"},
		"reissue_when_invalid": {"", "true", "false"},
	}
}

// argument returns the argument of that name.
func argument(c *configuration, name string) *string {
	switch name {
	case "name":
		return &c.name
	case "name_prefix":
		return &c.namePrefix
	case "expires_in":
		return &c.expiresIn
	case "expires_at":
		return &c.expiresAt
	case "before_expiry":
		return &c.beforeExpiry
	case "max_age":
		return &c.maxAge
	case "triggers":
		return &c.triggers
	case "overlap":
		return &c.overlap
	case "hold_if_used_within":
		return &c.holdIfUsedWithin
	default:
		return &c.reissueWhenInvalid
	}
}

// possible reports whether the resource accepts the configuration. A name together with a rotation is
// possible with ignore_changes, and so it is in these histories.
func (c configuration) possible(t testing.TB, traits pat.Traits) bool {
	t.Helper()

	if c.name == "" && c.namePrefix == "" || c.name != "" && c.namePrefix != "" {
		return false
	}

	if !c.rotates() {
		return true
	}

	_, err := c.policy(t).Check(span(t, c.expiresIn), c.triggers != "", traits)

	return err == nil
}

// rotates reports whether there is a rotation object.
func (c configuration) rotates() bool {
	return c.beforeExpiry+c.maxAge+c.triggers+c.overlap+c.holdIfUsedWithin != ""
}

// obscured returns the configuration as a plan may get it before all of it is known.
func (c configuration) obscured(t *rapid.T, names []string) configuration {
	obscured := c

	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 3, rapid.ID).Draw(t, "not known in the plan") {
		argument := argument(&obscured, name)

		if pair, value, ok := strings.Cut(*argument, "="); name == "triggers" && ok && !strings.Contains(value, "=") &&
			rapid.Bool().Draw(t, "only the value") {
			*argument = pair + "=" + unknowable
		} else {
			*argument = unknowable
		}
	}

	return obscured
}

// flag parses an argument that is true or false.
func flag(argument string) Value[bool] {
	word := text(argument)

	return Value[bool]{V: word.V == "true", Set: word.Set, Unknown: word.Unknown}
}
