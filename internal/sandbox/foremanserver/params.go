package foremanserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/url"
	"strconv"
	"strings"
)

// params are a request's parameters. A value is nil, a string, a bool, a json.Number, a []any or a
// map[string]any.
type params map[string]any

// text returns a parameter as a text; ok is false when it is missing, null, a list or an object.
func (p params) text(key string) (text string, ok bool) {
	return scalarText(p[key])
}

// isNested reports whether a parameter is a list or an object, which the server cannot handle where
// it expects a text.
func (p params) isNested(key string) bool {
	switch p[key].(type) {
	case []any, map[string]any:
		return true
	}
	return false
}

// queryParams reads a query as Rails does: the last of repeated parameters wins, "a[]" is a list
// and "a[b]" an object.
func queryParams(raw string) params {
	p := params{}
	for part := range strings.SplitSeq(raw, "&") {
		rawKey, rawValue, _ := strings.Cut(part, "=")
		key, keyErr := url.QueryUnescape(rawKey)
		value, valueErr := url.QueryUnescape(rawValue)
		if key == "" || keyErr != nil || valueErr != nil {
			continue
		}
		name, inner, nested := strings.Cut(key, "[")
		switch {
		case !nested || name == "":
			p[key] = value
		case inner == "]":
			list, _ := p[name].([]any)
			p[name] = append(list, value)
		default:
			object, ok := p[name].(map[string]any)
			if !ok {
				object = map[string]any{}
			}
			object[strings.TrimSuffix(inner, "]")] = value
			p[name] = object
		}
	}
	return p
}

// bodyParams reads a JSON body; anything but an object has no parameters.
func bodyParams(body []byte) (params, error) {
	if len(body) == 0 {
		return params{}, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	object, _ := v.(map[string]any)
	return object, nil
}

// merged returns p with the parameters of other, which override those of p.
func (p params) merged(other params) params {
	maps.Copy(p, other)
	return p
}

// isJSON reports whether Rails parses a body of this content type as JSON.
func isJSON(contentType string) bool {
	switch media, _, _ := mime.ParseMediaType(contentType); media {
	case "application/json", "text/x-json", "application/jsonrequest", "application/vnd.api+json":
		return true
	}
	return false
}

// scalarText returns a value as Rails casts it for a text column; ok is false for null, lists and
// objects.
func scalarText(v any) (text string, ok bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return numberText(v), true
	default:
		return "", false
	}
}

// numberText writes a number as Ruby does: a float keeps its decimal point.
func numberText(n json.Number) string {
	if !strings.ContainsAny(n.String(), ".eE") {
		return n.String()
	}
	f, err := n.Float64()
	if err != nil {
		return n.String()
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}
