package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits of a JSON document. A row of three bytes takes up hundreds of bytes once it is decoded, so
// the size of the body does not limit the memory. These limits are many times what a server of either
// platform holds.
const (
	maxDepth    = 64
	maxRows     = 20_000   // Elements of the outermost lists.
	maxElements = 100_000  // Elements of the lists inside them.
	maxTexts    = 32 << 20 // Bytes of all texts together.
	maxLiteral  = 64 << 10 // Bytes of a text, a number or the name of a member.
	maxMembers  = 10_000   // Members of an object.
)

// boundsError means that a document is too large to be decoded.
type boundsError struct{ what string }

// Error says which limit the document exceeds.
func (e *boundsError) Error() string { return e.what }

// Bounded returns the error for a document that is too large to be decoded, for formats that a driver
// decodes itself. [Client.UnexpectedResponse] adds advice to it.
func Bounded(format string, values ...any) error {
	return &boundsError{what: fmt.Sprintf(format, values...)}
}

var (
	errNotUTF8 = errors.New("the JSON is not valid UTF-8")
	errTwice   = errors.New("an object of the JSON has a member twice")
)

// DecodeJSON decodes a document as encoding/json does. It refuses documents that encoding/json
// accepts and no API sends: bytes that are not UTF-8, objects that have a member twice, even in
// another case, and documents that would fill the memory. Its errors may quote the document.
func DecodeJSON(body []byte, out any) error {
	if !utf8.Valid(body) {
		return errNotUTF8
	}

	err := checkBounds(body)
	if _, malformed := errors.AsType[*jsontext.SyntacticError](err); err == nil || malformed || errors.Is(err, io.EOF) {
		// encoding/json describes the syntax error, before it decodes anything.
		return json.Unmarshal(body, out)
	}

	return err
}

// checkBounds checks the limits by reading the document once before it is decoded.
func checkBounds(body []byte) error {
	check := boundsCheck{decoder: jsontext.NewDecoder(
		bytes.NewBuffer(body),
		jsontext.AllowDuplicateNames(true), // members compares names regardless of case.
		jsontext.AllowInvalidUTF8(true),    // Accept single surrogates, as encoding/json does.
	)}

	return check.value(0, 0)
}

// boundsCheck counts what was read of a document so far.
type boundsCheck struct {
	decoder               *jsontext.Decoder
	rows, elements, texts int
}

// value checks the next value. depth is the number of objects and lists around it, and lists that of
// lists.
func (c *boundsCheck) value(depth, lists int) error {
	kind := c.decoder.PeekKind()
	if kind != '{' && kind != '[' {
		text, err := c.literal()
		if kind == '"' {
			c.texts += len(text)
		}

		if c.texts > maxTexts {
			return Bounded("the texts of the JSON are more than %d MiB", maxTexts>>20)
		}

		return err
	}

	if depth == maxDepth {
		return Bounded("the JSON is more than %d levels deep", maxDepth)
	}

	_, err := c.decoder.ReadToken()

	switch {
	case err != nil:
	case kind == '{':
		err = c.members(depth+1, lists)
	default:
		err = c.items(depth+1, lists+1)
	}

	if err != nil {
		return err
	}

	_, err = c.decoder.ReadToken() // The closing bracket.

	return err
}

// members checks the members of an object.
func (c *boundsCheck) members(depth, lists int) error {
	seen := map[string]bool{}

	for c.decoder.PeekKind() != '}' {
		name, err := c.literal()
		if err != nil {
			return err
		}

		folded := foldedName(name)

		switch {
		case seen[folded]:
			return errTwice
		case len(seen) == maxMembers:
			return Bounded("the JSON has more than %d different members", maxMembers)
		}

		seen[folded] = true

		if err := c.value(depth, lists); err != nil {
			return err
		}
	}

	return nil
}

// items checks the elements of a list.
func (c *boundsCheck) items(depth, lists int) error {
	for c.decoder.PeekKind() != ']' {
		if lists == 1 {
			c.rows++
		} else {
			c.elements++
		}

		switch {
		case c.rows > maxRows:
			return Bounded("the JSON lists more than %d rows", maxRows)
		case c.elements > maxElements:
			return Bounded("the rows of the JSON list more than %d elements", maxElements)
		}

		if err := c.value(depth, lists); err != nil {
			return err
		}
	}

	return nil
}

// literal returns the next text (without its quotes), number or word as it is written in the
// document.
func (c *boundsCheck) literal() ([]byte, error) {
	literal, err := c.decoder.ReadValue()
	if err != nil {
		return nil, err
	}

	what, text := "number", []byte(literal)
	if literal.Kind() == '"' {
		what, text = "text", literal[1:len(literal)-1]
	}

	if len(text) > maxLiteral {
		return nil, Bounded("a %s in the JSON is longer than %d KiB", what, maxLiteral>>10)
	}

	return text, nil
}

// foldedName returns the name of a member in the form in which encoding/json compares it.
func foldedName(name []byte) string {
	if bytes.IndexByte(name, '\\') >= 0 {
		name, _ = jsontext.AppendUnquote(nil, `"`+string(name)+`"`)
	}

	text := string(name)
	if strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		text = strings.ToUpper(text) // A few letters have two lower-case forms.
	}

	return strings.ToLower(text)
}
