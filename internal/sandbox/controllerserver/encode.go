package controllerserver

import (
	"encoding/json"
	"encoding/xml"
)

// scalar is a text that may be null: null in JSON, an empty element in XML. A number has no
// quotation marks in JSON.
type scalar struct {
	text         string
	null, number bool
}

// nullable is null for an empty text.
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

// list is an array in JSON and an element around elements in XML, in both of which it
// may be empty but must not be nil. The elements' own XMLName names them.
type list[T any] []T

// MarshalXML writes the element around the elements.
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

// plainList converts what a list has.
func plainList[From, To any](from []From, convert func(From) To) list[To] {
	to := make(list[To], len(from))
	for i, item := range from {
		to[i] = convert(item)
	}
	return to
}
