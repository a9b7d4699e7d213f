package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// What a JSON document may unfold to. A row of three bytes becomes one of hundreds in
// memory, so that the size of the body bounds nothing; these leave room for many times
// what a server of either platform holds.
const (
	maxDepth    = 64
	maxRows     = 20_000   // Elements of its outermost lists.
	maxElements = 100_000  // Elements of the lists within.
	maxTexts    = 32 << 20 // Bytes of all texts together.
	maxLiteral  = 64 << 10 // Bytes of a text, a number or the name of a member.
	maxKeys     = 10_000   // Different names of members at one depth.
)

// boundsError says that a document is too much to be decoded.
type boundsError struct{ what string }

// Error returns what there is too much of.
func (e *boundsError) Error() string { return e.what }

// Bounded returns an error for a document that is too much to be decoded, for what a
// driver bounds itself; [Client.UnexpectedAnswer] knows what to do about it.
func Bounded(format string, values ...any) error {
	return &boundsError{what: fmt.Sprintf(format, values...)}
}

var (
	errNotUTF8 = errors.New("the JSON is not valid UTF-8")
	errTwice   = errors.New("an object of the JSON has a member twice")
)

// DecodeJSON decodes a document as encoding/json does. It refuses what no API sends, and
// what encoding/json would make something of all the same: bytes that are not UTF-8,
// objects that have a member twice, or with the same name but for the case of its letters,
// and documents that would fill the memory. The errors may quote the document.
func DecodeJSON(body []byte, out any) error {
	if !utf8.Valid(body) {
		return errNotUTF8
	}

	scan := jsonScan{body: body}
	if err := scan.check(); err != nil {
		return err
	}

	return json.Unmarshal(body, out)
}

// jsonScan walks through a document once and allocates next to nothing. It is exact for
// valid JSON; anything else encoding/json refuses before it builds a value.
type jsonScan struct {
	body []byte
	at   int

	open   [maxDepth]container
	depth  int
	arrays int // Among the open ones.

	rows, elements, texts int

	objects int
	// keys holds, for each depth, the last object in which a name occurred; as pointers,
	// because to change what a map holds would copy the name.
	keys [maxDepth]map[string]*int
}

// container is an object or a list.
type container struct {
	isArray bool
	object  int  // The number of an object.
	named   bool // Whether the name of a member came and its value is next.
}

func (s *jsonScan) check() error {
	for s.at < len(s.body) {
		var err error

		switch s.body[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		case '{', '[':
			err = s.enter(s.body[s.at] == '[')
		case '}', ']':
			s.leave()
		case ',':
			err = s.comma()
		case ':':
			s.at++
		case '"':
			err = s.text()
		default:
			err = s.word()
		}

		if err != nil {
			return err
		}
	}

	return nil
}

func (s *jsonScan) enter(isArray bool) error {
	if s.depth == maxDepth {
		return Bounded("the JSON is more than %d levels deep", maxDepth)
	}

	s.at++
	s.objects++
	s.open[s.depth] = container{isArray: isArray, object: s.objects}
	s.depth++

	if !isArray {
		return nil
	}

	s.arrays++

	for s.at < len(s.body) && strings.IndexByte(" \t\r\n", s.body[s.at]) >= 0 {
		s.at++
	}

	if s.at < len(s.body) && s.body[s.at] != ']' {
		return s.element()
	}

	return nil
}

func (s *jsonScan) leave() {
	s.at++

	if s.depth == 0 {
		return // Not valid.
	}

	s.depth--
	if s.open[s.depth].isArray {
		s.arrays--
	}
}

func (s *jsonScan) comma() error {
	s.at++

	if s.depth == 0 {
		return nil // Not valid.
	}

	top := &s.open[s.depth-1]
	if top.isArray {
		return s.element()
	}

	top.named = false

	return nil
}

// element counts an element of the innermost list.
func (s *jsonScan) element() error {
	if s.arrays == 1 {
		s.rows++
	} else {
		s.elements++
	}

	switch {
	case s.rows > maxRows:
		return Bounded("the JSON lists more than %d rows", maxRows)
	case s.elements > maxElements:
		return Bounded("the rows of the JSON list more than %d elements", maxElements)
	default:
		return nil
	}
}

// text passes over a string, which may be the name of a member.
func (s *jsonScan) text() error {
	begin := s.at + 1
	length := bytes.IndexByte(s.body[begin:], '"')
	escaped := length < 0 || bytes.IndexByte(s.body[begin:begin+length], '\\') >= 0

	if s.at = begin + length; escaped {
		for s.at = begin; s.at < len(s.body) && s.body[s.at] != '"'; s.at++ {
			if s.body[s.at] == '\\' {
				s.at++
			}
		}
	}

	end := min(s.at, len(s.body))
	s.at++

	if end-begin > maxLiteral {
		return Bounded("a text in the JSON is longer than %d KiB", maxLiteral>>10)
	}

	if s.depth == 0 || s.open[s.depth-1].isArray || s.open[s.depth-1].named {
		if s.texts += end - begin; s.texts > maxTexts {
			return Bounded("the texts of the JSON are more than %d MiB", maxTexts>>20)
		}

		return nil
	}

	s.open[s.depth-1].named = true

	return s.name(s.body[begin:end], escaped)
}

// name refuses a second member of the same name.
func (s *jsonScan) name(text []byte, escaped bool) error {
	object := s.open[s.depth-1].object

	seen := s.keys[s.depth-1]
	if seen == nil {
		seen = map[string]*int{}
		s.keys[s.depth-1] = seen
	}

	if escaped || !isPlain(text) {
		text = folded(text, escaped)
	}

	last, known := seen[string(text)]

	switch {
	case known && *last == object:
		return errTwice
	case known:
		*last = object
	case len(seen) == maxKeys:
		return Bounded("the JSON has more than %d different members", maxKeys)
	default:
		first := object
		seen[string(text)] = &first
	}

	return nil
}

// endsWord are the bytes that end a number or a literal.
var endsWord = [256]bool{
	' ': true, '\t': true, '\r': true, '\n': true, '{': true, '}': true, '[': true, ']': true, ',': true, ':': true, '"': true,
}

// word passes over a number or a literal, or over what is neither.
func (s *jsonScan) word() error {
	begin := s.at
	for s.at < len(s.body) && !endsWord[s.body[s.at]] {
		s.at++
	}

	if s.at-begin > maxLiteral {
		return Bounded("a number in the JSON is longer than %d KiB", maxLiteral>>10)
	}

	return nil
}

// isPlain says whether a name is the same in whatever case it was written.
func isPlain(name []byte) bool {
	for _, c := range name {
		if c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return false
		}
	}

	return true
}

// folded returns a name as encoding/json compares it.
func folded(name []byte, escaped bool) []byte {
	text := string(name)

	if escaped {
		// What cannot be read is not valid, and encoding/json says so.
		_ = json.Unmarshal([]byte(`"`+text+`"`), &text)
	}

	return []byte(strings.ToLower(strings.ToUpper(text)))
}
