package universalcontroller

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"regexp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

var (
	errNotDocument = errors.New("the response is neither JSON nor XML")
	errNoList      = errors.New("the response has no list")
	errTwice       = errors.New("a record of the XML has a property twice")
)

// elements is a list: an array in JSON, in XML an element around its items. It is nil
// where there is none or null, and not nil where there is an empty one.
type elements[Item any] []Item

// UnmarshalXML reads one item of each child element, whatever its name.
func (e *elements[Item]) UnmarshalXML(d *xml.Decoder, _ xml.StartElement) error {
	*e = elements[Item]{}

	for {
		token, err := d.Token()
		if err != nil {
			return err
		}

		switch token := token.(type) {
		case xml.StartElement:
			if len(*e) == maxItems {
				return rest.Bounded("the XML lists more than %d items", maxItems)
			}

			var item Item
			if err := d.DecodeElement(&item, &token); err != nil {
				return err
			}

			*e = append(*e, item)
		case xml.EndElement:
			return nil
		}
	}
}

// onceText is a text that a record has once. encoding/xml would take the last of several.
type onceText string

// UnmarshalXML reads the text, unless there is one.
func (o *onceText) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	if *o != "" {
		return errTwice
	}

	return d.DecodeElement((*string)(o), &start)
}

// decode reads a successful answer by its content type; root is the name of the XML's
// outermost element.
func decode(answer rest.Answer, root string, out any) error {
	switch answer.MediaType {
	case "application/json":
		if err := rest.DecodeJSON(answer.Body, out); err != nil {
			return fmt.Errorf("the JSON is not what Universal Controller documents (%w)", inJSON(err))
		}
	case "application/xml", "text/xml":
		if err := decodeXML(answer.Body, root, out); err != nil {
			return fmt.Errorf("the XML is not what Universal Controller documents (%w)", err)
		}
	default:
		return errNotDocument
	}

	return nil
}

// inJSON says what is wrong with a document in JSON's words, not in Go's.
func inJSON(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("an unexpected %s after %d bytes", wrong.Value, wrong.Offset)
	}

	return err
}

func decodeXML(body []byte, root string, out any) error {
	if err := checkXML(body); err != nil {
		return err
	}

	decoder := xml.NewDecoder(bytes.NewReader(body))

	for {
		token, err := decoder.Token()
		if err != nil {
			return err
		}

		start, ok := token.(xml.StartElement)

		switch {
		case !ok:
		case start.Name.Local != root:
			return fmt.Errorf("<%s> stands where <%s> should", start.Name.Local, root)
		default:
			return decoder.DecodeElement(out, &start)
		}
	}
}

// likeSecret is what looks like a secret, and not like the name of a token.
var likeSecret = regexp.MustCompile(`ucp_[0-9A-Za-z]{16}`)

// conceals keeps every answer out of errors that may hold a secret: that of a new token,
// for a server can fail after it made one, or the password that some versions show in the
// record of a user.
func conceals(answer rest.Answer) bool {
	return likeSecret.Match(answer.Body) ||
		answer.Status == http.StatusOK && containsFold(answer.Body, "password")
}

// containsFold says whether the text has the word, in letters of whatever case. It takes no
// copy: the text may be large.
func containsFold(text []byte, word string) bool {
	for i := range len(text) - len(word) + 1 {
		if bytes.EqualFold(text[i:i+len(word)], []byte(word)) {
			return true
		}
	}

	return false
}
