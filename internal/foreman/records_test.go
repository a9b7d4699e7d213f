package foreman

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// samples are values for the masks in the recordings.
var samples = map[string]any{ //nolint:gosec // The values are made up.
	"<time utc>":    "2026-11-21 16:50:10 UTC",
	"<time offset>": "2026-11-21 18:50:10 +0200",
	"<time iso-ms>": "2026-11-21T16:50:10.426Z",
	"<token_value>": "qyMVCJ9cvcz-abyHm3xU-w",
	"<token_hash>":  "$2a$09$1b64",
	"<count>":       7,
}

// sampleTime is the time of all samples, to the second.
var sampleTime = time.Date(2026, 11, 21, 16, 50, 10, 0, time.UTC)

// ignored are the keys that Foreman sends and that the driver ignores on purpose.
var ignored = map[string][]string{
	"token":    {"updated_at"},
	"user":     {"auth_source_internal", "cached_usergroups", "mail_notifications"}, // UnmarshalJSON reads the first.
	"envelope": {"page", "per_page", "search", "sort", "can_create", "can_edit"},
}

var variable = regexp.MustCompile(`\{\{[^{}]+\}\}`)

// filled replaces masks and variables by sample values.
func filled(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, element := range value {
			value[key] = filled(element)
		}
	case []any:
		for i, element := range value {
			value[i] = filled(element)
		}
	case string:
		if sample, ok := samples[value]; ok {
			return sample
		}

		if variable.FindString(value) == value && value != "" {
			return 7
		}

		return variable.ReplaceAllString(value, "7")
	}

	return value
}

func TestRecordsKnowEachKeyOfTheRecordings(t *testing.T) {
	t.Parallel()

	recordings, err := foremanserver.Recordings()
	if err != nil {
		t.Fatal(err)
	}

	count := map[string]int{}

	for _, recording := range recordings {
		for _, step := range recording.Steps {
			var body map[string]any
			if step.Response.Status >= 300 || json.Unmarshal(step.Response.JSON, &body) != nil {
				continue
			}

			where := recording.Scenario + ": " + step.Label
			body, _ = filled(body).(map[string]any)

			count[checkBody(t, where, step.Request.Path, body)]++
		}
	}

	for _, kind := range []string{"a token", "a list of tokens", "a new token", "a user", "a list of users"} {
		if count[kind] == 0 {
			t.Errorf("no recording contains %s", kind)
		}
	}
}

// checkBody decodes a response as the driver does, and returns its kind.
func checkBody(t *testing.T, where, path string, body map[string]any) string {
	t.Helper()

	path, _, _ = strings.Cut(path, "?")
	tokens := strings.HasSuffix(path, "/personal_access_tokens")

	switch {
	case body["results"] != nil && tokens:
		checkList[tokenRecord](t, where, "token", body)

		return "a list of tokens"
	case body["results"] != nil && strings.HasSuffix(path, "/users"):
		checkList[userRecord](t, where, "user", body)

		return "a list of users"
	case body["token_value"] != nil:
		checkRecord[tokenRecord](t, where, "token", body)

		return "a new token"
	case body["revoked?"] != nil:
		checkRecord[tokenRecord](t, where, "token", body)

		return "a token"
	case body["login"] != nil && body["effective_admin"] != nil:
		checkRecord[userRecord](t, where, "user", body)

		return "a user"
	default:
		return "something else"
	}
}

// checkList checks the envelope and each row.
func checkList[Row row](t *testing.T, where, kind string, body map[string]any) {
	t.Helper()

	var page envelope[Row]
	decode(t, where, body, &page)
	checkKeys(t, where, "envelope", body, reflect.TypeFor[envelope[Row]]())

	rows, _ := body["results"].([]any)
	if len(page.Results) != len(rows) {
		t.Errorf("%s: %d rows, want %d", where, len(page.Results), len(rows))
	}

	for i, row := range rows {
		fields, _ := row.(map[string]any)
		checkRecord[Row](t, fmt.Sprintf("%s: row %d", where, i), kind, fields)
	}
}

// checkRecord decodes one object and compares each of its values.
func checkRecord[Record any](t *testing.T, where, kind string, body map[string]any) {
	t.Helper()

	var record Record
	decode(t, where, body, &record)
	checkKeys(t, where, kind, body, reflect.TypeFor[Record]())

	value := reflect.ValueOf(record)

	for i := range value.NumField() {
		key, _, _ := strings.Cut(value.Type().Field(i).Tag.Get("json"), ",")
		if sent, ok := body[key]; ok {
			checkValue(t, where+": "+key, sent, value.Field(i))
		}
	}
}

// checkValue compares a value in the response with the decoded one.
func checkValue(t *testing.T, where string, sent any, got reflect.Value) {
	t.Helper()

	if sent == nil {
		if !got.IsZero() {
			t.Errorf("%s is null, but %v was decoded", where, got)
		}

		return
	}

	if read, ok := reflect.TypeAssert[timestamp](got); ok {
		if !read.Truncate(time.Second).Equal(sampleTime) && !strings.HasPrefix(fmt.Sprint(sent), read.Format("2006-01-02")) {
			t.Errorf("%s: %v was decoded from %v", where, read, sent)
		}

		return
	}

	if kind := got.Kind(); kind == reflect.Slice || kind == reflect.Pointer {
		if list, ok := sent.([]any); ok && len(list) != got.Len() {
			t.Errorf("%s: %d elements, want %d", where, got.Len(), len(list))
		}

		return
	}

	if read := fmt.Sprint(got.Interface()); read != fmt.Sprint(sent) {
		t.Errorf("%s: %s was decoded from %v", where, read, sent)
	}
}

// checkKeys fails the test for each key that is neither decoded nor ignored on purpose.
func checkKeys(t *testing.T, where, kind string, body map[string]any, record reflect.Type) {
	t.Helper()

	known := ignored[kind]

	for field := range record.Fields() {
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		known = append(slices.Clip(known), key)
	}

	for key := range body {
		if !slices.Contains(known, key) {
			t.Errorf("%s: Foreman sends %q, which the driver does not know", where, key)
		}
	}
}

func decode(t *testing.T, where string, body any, out any) {
	t.Helper()

	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}

	if err := json.Unmarshal(text, out); err != nil {
		t.Errorf("%s: %v", where, err)
	}
}
