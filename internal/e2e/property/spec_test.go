package property

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// The rules for the arguments, written independently of the provider's own, so that the tests can tell
// which result is right.

var (
	specDuration = regexp.MustCompile(`^([0-9]+[wdhms])+$`)
	specPart     = regexp.MustCompile(`([0-9]+)([wdhms])`)
	specSeries   = regexp.MustCompile(`^[a-z2-7]{6}$`)
)

// faults holds the arguments that an error should name. It is empty if there should be no error.
type faults map[string]bool

func (f faults) blame(arguments ...string) {
	for _, argument := range arguments {
		f[argument] = true
	}
}

func (f faults) String() string { return strings.Join(slices.Sorted(maps.Keys(f)), ", ") }

// hours parses a duration and reports whether it is valid. Only an overlap may be zero.
func hours(v any, zero bool) (time.Duration, bool) {
	text, _ := v.(string)
	if !specDuration.MatchString(text) {
		return 0, false
	}

	var seconds float64

	for _, part := range specPart.FindAllStringSubmatch(text, -1) {
		number, _ := strconv.ParseFloat(part[1], 64)
		seconds += number * map[string]float64{"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}[part[2]]
	}

	if seconds > 36525*86400 || seconds == 0 && !zero {
		return 0, false
	}

	return time.Duration(seconds) * time.Second, true
}

// readInstant parses a time. It returns false unless the time has whole seconds and is within the years
// 1 to 9999 in UTC.
func readInstant(v any) (time.Time, bool) {
	text, _ := v.(string)
	at, err := time.Parse(time.RFC3339, text)

	return at, err == nil && at.Nanosecond() == 0 && at.UTC().Year() >= 1 && at.UTC().Year() <= 9999
}

// isPlain reports whether a server returns a text exactly as it was sent.
func isPlain(v any) bool {
	text, _ := v.(string)

	return text != "" && strings.TrimSpace(text) == text && !strings.ContainsFunc(text, unicode.IsControl)
}

// userFaults returns the invalid ones among the two arguments that name a user.
func (w *world) userFaults(c map[string]any, needed bool) faults {
	f := faults{}
	username, id := c["username"], c["user_id"]

	if username == nil && id == nil && needed {
		f.blame("username", "user_id")
	}

	if username != nil && !isPlain(username) {
		f.blame("username")
	}

	if text, _ := id.(string); id != nil && (!isPlain(id) || !w.s.System.Traits().UserID.MatchString(text)) {
		f.blame("user_id")
	}

	return f
}

// tokenFaults returns the arguments of the resource that are invalid on every server and in every
// state: single has those with an invalid value, together those that cannot be combined.
func (w *world) tokenFaults(c map[string]any) (single, together faults) {
	single, together = w.userFaults(c, false), faults{}
	traits := w.s.System.Traits()
	name, prefix, series := c["name"], c["name_prefix"], c["series"]
	text, _ := name.(string)
	begin, _ := prefix.(string)

	if c["username"] == nil && c["user_id"] == nil {
		together.blame("username", "user_id")
	}

	if name != nil && (!isPlain(name) || text == "registry" && traits.Platform == "foreman" ||
		traits.MaxNameLength > 0 && len([]rune(text)) > traits.MaxNameLength) {
		single.blame("name")
	}

	if prefix != nil && (!isPlain(prefix) || traits.MaxNameLength > 0 && len([]rune(begin))+13 > traits.MaxNameLength) {
		single.blame("name_prefix")
	}

	if (name == nil) == (prefix == nil) {
		together.blame("name", "name_prefix")
	}

	if text, _ := series.(string); series != nil && !specSeries.MatchString(text) {
		single.blame("series")
	}

	if series != nil && name != nil {
		together.blame("series", "name")
	}

	if _, ok := hours(c["expires_in"], false); c["expires_in"] != nil && !ok {
		single.blame("expires_in")
	}

	if at, ok := readInstant(c["expires_at"]); c["expires_at"] != nil {
		if !ok || traits.ExpiryIsDate && !at.UTC().Truncate(providertest.Day).Equal(at.UTC()) && c["expires_in"] == nil {
			single.blame("expires_at")
		}

		if c["expires_in"] != nil {
			together.blame("expires_at", "expires_in")
		}
	}

	if recipients, ok := c["encrypt_to"].([]any); ok {
		if len(recipients) == 0 {
			single.blame("encrypt_to")
		}

		for _, recipient := range recipients {
			if key, _ := recipient.(string); !slices.Contains(w.keys[:], key) {
				single.blame("encrypt_to")
			}
		}
	}

	w.policyFaults(c, single, together)

	return single, together
}

// policyFaults adds the invalid arguments of the rotation object.
func (w *world) policyFaults(c map[string]any, single, together faults) {
	rotation, ok := c["rotation"].(map[string]any)
	if !ok {
		return
	}

	if c["name"] != nil {
		together.blame("rotation", "name")
	}

	lengths, empty := map[string]time.Duration{}, rotation["triggers"] == nil

	for _, argument := range []string{"before_expiry", "max_age", "overlap", "hold_if_used_within"} {
		if rotation[argument] == nil {
			continue
		}

		empty = false

		if length, ok := hours(rotation[argument], argument == "overlap"); ok {
			lengths[argument] = length
		} else {
			single.blame(argument)
		}
	}

	if empty {
		single.blame("rotation")
	}

	expiresIn, relative := hours(c["expires_in"], false)
	life := expiresIn

	if w.s.System.Traits().ExpiryIsDate {
		life -= providertest.Day
	}

	before, early := lengths["before_expiry"]
	age, aging := lengths["max_age"]

	if early && (c["expires_in"] == nil || relative && before >= life) {
		together.blame("before_expiry", "expires_in")
	}

	if aging && relative && age >= expiresIn {
		together.blame("max_age", "expires_in")
	}

	if early && lengths["overlap"] > before {
		together.blame("overlap", "before_expiry")
	}
}
