package universalcontroller

import (
	"bytes"
	"errors"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// Limits of an XML document: many times what a server holds, and small enough for the memory.
// [rest.DecodeJSON] limits JSON in the same way.
const (
	maxItems    = 20_000   // Items of one list.
	maxElements = 300_000  // Elements of the whole document.
	maxDepth    = 64       // Levels of nested elements.
	maxTexts    = 32 << 20 // Bytes of all texts together.
	maxLiteral  = 64 << 10 // Bytes of a tag, a comment, or the text of an element.
)

var (
	errDocumentType = errors.New("the XML declares a document type, with which entities can be made")
	errCut          = errors.New("the XML ends within a tag")
	errLong         = rest.Bounded("a text or a tag of the XML is longer than %d KiB", maxLiteral>>10)
)

// xmlScan scans a document once and allocates nothing. It is exact for well-formed XML. encoding/xml
// refuses anything else when it reaches it, and everything before that is within the limits.
type xmlScan struct {
	rest []byte

	depth, elements, total int
	// texts counts the bytes of text of each open element, not including its children, because
	// encoding/xml joins them.
	texts [maxDepth + 1]int
}

// checkXML refuses a document that encoding/xml could not decode within the limits.
func checkXML(body []byte) error {
	scan := xmlScan{rest: body}

	for len(scan.rest) > 0 {
		if err := scan.next(); err != nil {
			return err
		}
	}

	return nil
}

// next skips a text, or anything in angle brackets.
func (s *xmlScan) next() error {
	switch {
	case s.rest[0] != '<':
		length := bytes.IndexByte(s.rest, '<')
		if length < 0 {
			length = len(s.rest)
		}

		return s.text(length)
	case bytes.HasPrefix(s.rest, []byte("<!--")):
		return s.skip(4, "-->")
	case bytes.HasPrefix(s.rest, []byte("<![CDATA[")):
		before := len(s.rest)
		if err := s.skip(9, "]]>"); err != nil {
			return err
		}

		return s.count(before - len(s.rest))
	case bytes.HasPrefix(s.rest, []byte("<?")):
		return s.skip(2, "?>")
	case bytes.HasPrefix(s.rest, []byte("<!")):
		return errDocumentType
	default:
		return s.tag()
	}
}

// text skips a text.
func (s *xmlScan) text(length int) error {
	s.rest = s.rest[length:]

	return s.count(length)
}

// count adds to the text of the innermost element.
func (s *xmlScan) count(length int) error {
	s.texts[s.depth] += length
	s.total += length

	switch {
	case s.texts[s.depth] > maxLiteral:
		return errLong
	case s.total > maxTexts:
		return rest.Bounded("the texts of the XML are more than %d MiB", maxTexts>>20)
	default:
		return nil
	}
}

// skip skips what begins with the given number of bytes and ends with the mark.
func (s *xmlScan) skip(begin int, mark string) error {
	end := bytes.Index(s.rest[begin:min(len(s.rest), begin+maxLiteral+len(mark))], []byte(mark))

	switch {
	case end >= 0:
		s.rest = s.rest[begin+end+len(mark):]

		return nil
	case len(s.rest) <= begin+maxLiteral:
		return errCut
	default:
		return errLong
	}
}

// tag skips a tag.
func (s *xmlScan) tag() error {
	end, quote := 0, byte(0)

	for i, c := range s.rest[:min(len(s.rest), maxLiteral)] {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			end = i
		}

		if end > 0 {
			break
		}
	}

	switch {
	case end == 0 && len(s.rest) > maxLiteral:
		return errLong
	case end == 0:
		return errCut
	}

	tag := s.rest[:end+1]
	s.rest = s.rest[end+1:]

	switch {
	case tag[1] == '/':
		s.depth = max(0, s.depth-1)

		return nil
	case s.elements == maxElements:
		return rest.Bounded("the XML has more than %d elements", maxElements)
	case s.depth == maxDepth:
		return rest.Bounded("the XML is more than %d levels deep", maxDepth)
	}

	s.elements++

	if tag[end-1] != '/' {
		s.depth++
		s.texts[s.depth] = 0
	}

	return nil
}
