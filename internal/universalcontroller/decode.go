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

// elements is a list: an array in JSON, and in XML an element that contains the items. It is nil if
// the list is missing or null, and not nil if it is empty.
type elements[Item any] []Item

// UnmarshalXML decodes one item from each child element, whatever its name.
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

// onceText is a text that a record may contain once. encoding/xml would use the last of several.
type onceText string

// UnmarshalXML decodes the text, and fails if there already is one.
func (o *onceText) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	if *o != "" {
		return errTwice
	}

	return d.DecodeElement((*string)(o), &start)
}

// decode decodes a successful response according to its content type; root is the name of the
// outermost XML element.
func decode(response rest.Response, root string, out any) error {
	switch response.MediaType {
	case "application/json":
		if err := rest.DecodeJSON(response.Body, out); err != nil {
			return fmt.Errorf("the JSON is not what Universal Controller documents (%w)", inJSON(err))
		}
	case "application/xml", "text/xml":
		if err := decodeXML(response.Body, root, out); err != nil {
			return fmt.Errorf("the XML is not what Universal Controller documents (%w)", err)
		}
	default:
		return errNotDocument
	}

	return nil
}

// inJSON describes a JSON error in terms of JSON instead of Go types.
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

// likeSecret matches a text that looks like a secret, and not like the name of a token.
var likeSecret = regexp.MustCompile(`ucp_[0-9A-Za-z]{16}`)

// mayHoldSecret reports whether a response may contain a secret, so that no error quotes it: the
// secret of a new token, because a server can fail after it has created one, or the password that
// some versions return in the record of a user.
func mayHoldSecret(response rest.Response) bool {
	return likeSecret.Match(response.Body) ||
		response.Status == http.StatusOK && containsFold(response.Body, "password")
}

// containsFold reports whether the text contains the word, in upper or lower case. It does not copy
// the text, which may be large.
func containsFold(text []byte, word string) bool {
	for i := range len(text) - len(word) + 1 {
		if bytes.EqualFold(text[i:i+len(word)], []byte(word)) {
			return true
		}
	}

	return false
}
