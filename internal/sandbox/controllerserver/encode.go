package controllerserver

import (
	"encoding/json"
	"encoding/xml"
)

// scalar is a text that may be null: null in JSON, an empty element in XML. A number is written
// without quotation marks in JSON.
type scalar struct {
	text         string
	null, number bool
}

// nullable returns the text, or null for an empty one.
func nullable(text string) scalar { return scalar{text: text, null: text == ""} }

// MarshalJSON writes the text, or null.
func (s scalar) MarshalJSON() ([]byte, error) {
	switch {
	case s.null:
		return []byte("null"), nil
	case s.number:
		return []byte(s.text), nil
	}
	return json.Marshal(s.text)
}

// MarshalXML writes an element with the text.
func (s scalar) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	return e.EncodeElement(s.text, start)
}

// list is an array in JSON, and an element that contains elements in XML. It may be empty in both,
// but must not be nil. The XMLName of the items names their elements.
type list[T any] []T

// MarshalXML writes the enclosing element and the items.
func (l list[T]) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for _, item := range l {
		if err := e.Encode(item); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

// plainList converts each item of a slice.
func plainList[From, To any](from []From, convert func(From) To) list[To] {
	to := make(list[To], len(from))
	for i, item := range from {
		to[i] = convert(item)
	}
	return to
}
