package universalcontroller

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

var (
	errNotDocument = errors.New("the answer is neither JSON nor XML")
	errNoList      = errors.New("the answer has no list")
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

// decode reads a successful answer by its content type; root is the name of the XML's
// outermost element.
func decode(answer rest.Answer, root string, out any) error {
	switch answer.MediaType {
	case "application/json":
		if err := json.Unmarshal(answer.Body, out); err != nil {
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

// withoutPasswords returns the answer as an error may quote it: some versions show a
// password in the record of a user.
func withoutPasswords(answer rest.Answer) rest.Answer {
	if bytes.Contains(bytes.ToLower(answer.Body), []byte("password")) {
		answer.Body = nil
	}

	return answer
}
