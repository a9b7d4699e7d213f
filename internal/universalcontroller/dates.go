package universalcontroller

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// sentDate is the format of an expiry in a request. Universal Controller's responses have no hyphens.
const sentDate = "2006-01-02"

// neverText is what Universal Controller sends if there is no time.
const neverText = "never"

var (
	dateLayouts    = []string{"20060102", sentDate}
	instantLayouts = []string{"2006-01-02 15:04:05 -0700", time.RFC3339}
)

// parseDate parses an expiry as midnight UTC of its date; zero means that the token never expires.
func parseDate(text string) (time.Time, error) {
	if unset(text) {
		return time.Time{}, nil
	}

	if t, ok := parse(text, dateLayouts); ok {
		return t, nil
	}

	return time.Time{}, fmt.Errorf("%q is not a date as Universal Controller writes it", text)
}

// parseInstant parses a creation time, in whatever zone it is given; zero if there is none.
func parseInstant(text string) (time.Time, error) {
	if unset(text) {
		return time.Time{}, nil
	}

	if t, ok := parse(text, instantLayouts); ok {
		return t, nil
	}

	return time.Time{}, fmt.Errorf("%q is not a time as Universal Controller writes it", text)
}

// lastUse is the time of last use as the server sends it. Its format is documented only for tokens
// that were never used, so every value is accepted: an unexpected one must not hide the token, and a
// token that was used must not count as unused.
type lastUse string

// unreadable replaces a value that is not a text.
const unreadable lastUse = "?"

// UnmarshalJSON accepts any value.
func (l *lastUse) UnmarshalJSON(value []byte) error {
	var text *string

	switch err := json.Unmarshal(value, &text); {
	case err != nil:
		*l = unreadable
	case text != nil:
		*l = lastUse(*text)
	}

	return nil
}

// UnmarshalXML accepts any element, but only one.
func (l *lastUse) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	if *l != "" {
		return errTwice
	}

	var element struct {
		Text       string     `xml:",chardata"`
		Elements   []struct{} `xml:",any"`
		Attributes []xml.Attr `xml:",any,attr"`
	}

	if err := d.DecodeElement(&element, &start); err != nil {
		return err
	}

	*l = lastUse(element.Text)
	if len(element.Elements) > 0 || unset(element.Text) && slices.ContainsFunc(element.Attributes, hasContent) {
		*l = unreadable
	}

	return nil
}

// hasContent reports whether an attribute may contain what the text of its element lacks. Attributes
// of XML itself, such as xsi:nil, do not.
func hasContent(attribute xml.Attr) bool {
	switch attribute.Name.Space {
	case "xmlns", "http://www.w3.org/2001/XMLSchema-instance":
		return false
	default:
		return attribute.Name.Local != "xmlns"
	}
}

// parse returns the time of last use, zero if there is none or it cannot be parsed, and whether the
// token was used at all. Some libraries write an unknown time as year 1, which counts as a time that
// cannot be parsed.
func (l lastUse) parse() (at time.Time, used bool) {
	at, _ = parse(string(l), instantLayouts)
	if at.Year() <= 1 {
		at = time.Time{}
	}

	return at, !unset(string(l))
}

func parse(text string, layouts []string) (time.Time, bool) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, strings.TrimSpace(text)); err == nil {
			return pat.ServerTime(t.UTC()), true
		}
	}

	return time.Time{}, false
}

func unset(text string) bool {
	text = strings.TrimSpace(text)

	return text == "" || strings.EqualFold(text, neverText)
}

// status returns the status of a token with this expiry at this time.
func status(expires, now time.Time) pat.Status {
	if expires.IsZero() || now.Before(expires.Add(pat.DateEnds)) {
		return pat.StatusActive
	}

	return pat.StatusExpired
}

// formatDate formats an expiry for a request. Only midnight UTC is a date; any other time would
// silently become another expiry.
func formatDate(t time.Time) (string, error) {
	t = t.UTC()
	if !t.Truncate(24*time.Hour).Equal(t) || t.Year() < 1 || t.Year() > 9999 {
		return "", &pat.ValidationError{Failure: pat.Failure{
			Tried:  "issuing a token that expires at " + t.Format(time.RFC3339Nano),
			Said:   "tokens of Universal Controller expire on a date",
			Remedy: "Use midnight UTC of the date.",
		}}
	}

	return t.Format(sentDate), nil
}
