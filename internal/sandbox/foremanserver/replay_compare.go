package foremanserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// masks are the placeholders in a recording for values that differ between two runs.
var masks = map[string]*regexp.Regexp{
	"<time utc>":    regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$`),
	"<time offset>": regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}$`),
	"<time iso-ms>": regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$`),
	"<token_value>": regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`),
	"<token_hash>":  regexp.MustCompile(`(?s)^.+$`),
}

const (
	// countMask stands for any integer.
	countMask = "<count>"
	// whereMask at the end of a text stands for an SQL condition or nothing.
	whereMask = " <where>"
)

// looseStarts are the beginnings of texts whose rest is not compared, because it is the wording of
// a library or the database.
var looseStarts = []string{"There was a problem in the JSON", "PG::"}

// member is one key of a JSON object; the order of the keys is compared too.
type member struct {
	key   string
	value any
}

// difference describes how a response differs from its recording.
func (p *replayer) difference(want RecordedResponse, have answered) string {
	if want.Status != have.status {
		return fmt.Sprintf("status: want %d, have %d", want.Status, have.status)
	}
	if contentType := have.header.Get("Content-Type"); want.ContentType != contentType {
		return fmt.Sprintf("content type: want %q, have %q", want.ContentType, contentType)
	}
	for _, name := range []string{"Foreman_version", "Foreman_api_version"} {
		if got := have.header.Get(name) != ""; got != want.HasVersionHeaders {
			return fmt.Sprintf("header %s: want %t, have %t", name, want.HasVersionHeaders, got)
		}
	}
	switch {
	case want.HTML:
		return ""
	case want.Text != nil:
		if *want.Text != string(have.body) {
			return fmt.Sprintf("body: want %q, have %q", *want.Text, have.body)
		}
		return ""
	}
	wanted, err := decodeOrdered(want.JSON)
	if err != nil {
		return "recording: " + err.Error()
	}
	got, err := decodeOrdered(have.body)
	if err != nil {
		return "body: " + err.Error()
	}
	return p.compare("body", wanted, got)
}

// compare describes where two values differ; empty when they do not.
func (p *replayer) compare(at string, want, have any) string {
	switch want := want.(type) {
	case []member:
		return p.compareObjects(at, want, have)
	case []any:
		list, ok := have.([]any)
		if !ok || len(list) != len(want) {
			return fmt.Sprintf("%s: want a list of %d, have %v", at, len(want), have)
		}
		for i := range want {
			if d := p.compare(at+"["+strconv.Itoa(i)+"]", want[i], list[i]); d != "" {
				return d
			}
		}
		return ""
	case string:
		return p.compareText(at, want, have)
	default:
		if want != have {
			return fmt.Sprintf("%s: want %v, have %v", at, want, have)
		}
		return ""
	}
}

func (p *replayer) compareObjects(at string, want []member, have any) string {
	object, ok := have.([]member)
	if !ok {
		return fmt.Sprintf("%s: want an object, have %v", at, have)
	}
	if w, h := keysOf(want), keysOf(object); w != h {
		return fmt.Sprintf("%s: want the keys %s, have %s", at, w, h)
	}
	for i := range want {
		if d := p.compare(at+"."+want[i].key, want[i].value, object[i].value); d != "" {
			return d
		}
	}
	return ""
}

func (p *replayer) compareText(at, want string, have any) string {
	differs := fmt.Sprintf("%s: want %q, have %#v", at, want, have)
	if want == countMask {
		if number, ok := have.(json.Number); !ok || strings.ContainsAny(number.String(), ".eE") {
			return differs
		}
		return ""
	}
	// A text that consists of one variable stands for the variable's value, which may be a number
	// or a text.
	if name := variableName.FindStringSubmatch(want); name != nil && name[0] == want {
		if p.variables[name[1]] != have {
			return differs
		}
		return ""
	}
	text, ok := have.(string)
	if !ok {
		return differs
	}
	if mask, ok := masks[want]; ok {
		if !mask.MatchString(text) {
			return differs
		}
		return ""
	}
	for _, start := range looseStarts {
		if strings.HasPrefix(want, start) && strings.HasPrefix(text, start) {
			return ""
		}
	}
	wanted := p.filled(want)
	if start, ok := strings.CutSuffix(wanted, whereMask); ok {
		wanted = start
		if rest, found := strings.CutPrefix(text, start+" [WHERE "); found && strings.HasSuffix(rest, "]") {
			return ""
		}
	}
	if wanted != text {
		return differs
	}
	return ""
}

func keysOf(object []member) string {
	var keys []string
	for _, m := range object {
		keys = append(keys, m.key)
	}
	return strings.Join(keys, ", ")
}

// decodeOrdered reads JSON, with objects as lists of members.
func decodeOrdered(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decodeValue(decoder)
}

func decodeValue(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	opening, ok := token.(json.Delim)
	if !ok {
		return token, nil
	}
	object, list := []member{}, []any{}
	for decoder.More() {
		var key string
		if opening == '{' {
			token, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			key, _ = token.(string)
		}
		value, err := decodeValue(decoder)
		if err != nil {
			return nil, err
		}
		object, list = append(object, member{key, value}), append(list, value)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	if opening == '{' {
		return object, nil
	}
	return list, nil
}
