package universalcontroller

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// Members of a record that are not properties.
const (
	tokensMember         = "tokens"
	passwordMember       = "userPassword"
	excludeRelatedMember = "excludeRelated"
)

// propertyMembers are the members that contain the properties.
var propertyMembers = map[pat.Property]string{
	pat.Active: "active", pat.LockedOut: "lockedOut", pat.PasswordNeedsReset: "passwordNeedsReset",
	pat.WebServiceAccess: "webServiceAccess", pat.BrowserAccess: "browserAccess", pat.CommandLineAccess: "commandLineAccess",
	pat.LoginMethod: "loginMethod", pat.FirstName: "firstName", pat.MiddleName: "middleName", pat.LastName: "lastName",
	pat.Email: "email", pat.Title: "title", pat.Department: "department", pat.Manager: "manager",
	pat.BusinessPhone: "businessPhone", pat.MobilePhone: "mobilePhone", pat.TimeZone: "timeZone",
}

// userDocument is a user's record as the server sent it. Everything that is not replaced stays
// unchanged, byte for byte and in its position: a record has members that this package does not know,
// and the server blanks whatever a request omits.
type userDocument struct {
	form recordForm
	// In XML, head ends with the name of the record's element, attributes is the rest of its tag, and
	// tail follows the last member.
	head, attributes, tail string
	members                []member
}

// member is a part of a record. In XML its text is the complete element, and the text between two
// elements is a member without a name. In JSON its text is the value, and quoted is the name as it
// was written.
type member struct{ name, quoted, text string }

// recordForm is what differs between JSON and XML.
type recordForm interface {
	contentType() string
	// encode returns a member with a value: a text, or a flag as "true" or "false".
	encode(name, value string, flag bool) member
	// decode returns the text or the flag of a member; empty if it has none.
	decode(m member) (string, error)
	// value returns the value of a member, to be compared with reflect.DeepEqual.
	value(m member) any
	// compose returns the complete document, with the instruction not to change related records.
	compose(d userDocument) []byte
}

var errNotRecord = errors.New("the record of the user cannot be taken apart")

// parseUserDocument splits up a document that was already decoded successfully.
func parseUserDocument(response rest.Response) (userDocument, error) {
	if response.MediaType == asMediaJSON {
		return parseJSONDocument(response.Body)
	}

	return parseXMLDocument(response.Body)
}

const (
	asMediaJSON = "application/json"
	asMediaXML  = "application/xml"
)

// index returns the index of a member, or -1 if there is none.
func (d userDocument) index(name string) int {
	return slices.IndexFunc(d.members, func(m member) bool { return m.name != "" && strings.EqualFold(m.name, name) })
}

// properties returns the properties that the record contains.
func (d userDocument) properties() (pat.Properties, error) {
	properties := pat.Properties{}

	for property, name := range propertyMembers {
		at := d.index(name)
		if at < 0 {
			continue
		}

		value, err := d.form.decode(d.members[at])

		switch {
		case err != nil:
			return nil, fmt.Errorf("the member %s: %w", name, err)
		case property.IsFlag():
			flag, err := strconv.ParseBool(value)
			if err != nil && value != "" {
				return nil, fmt.Errorf("the member %s is neither true nor false", name)
			}

			value = strconv.FormatBool(flag)
		case property.IsAccess() && value == "":
			value = pat.AccessDefault
		}

		properties[property] = value
	}

	return properties, nil
}

// with returns the document with other values of some properties.
func (d userDocument) with(properties pat.Properties) userDocument {
	d.members = slices.Clone(d.members)

	for _, property := range pat.AllProperties() {
		value, set := properties[property]
		if !set {
			continue
		}

		name := propertyMembers[property]
		if at := d.index(name); at >= 0 {
			replaced := d.form.encode(d.members[at].name, value, property.IsFlag())
			replaced.quoted = d.members[at].quoted
			d.members[at] = replaced
		} else {
			d.members = append(d.members, d.form.encode(name, value, property.IsFlag()))
		}
	}

	return d
}

// request returns the body of a request that writes the record. It omits the tokens, which the server
// might take as the complete set of the user's tokens, and the password.
func (d userDocument) request() []byte {
	d.members = slices.DeleteFunc(slices.Clone(d.members), func(m member) bool {
		return strings.EqualFold(m.name, tokensMember) || strings.EqualFold(m.name, passwordMember)
	})

	return d.form.compose(d)
}

// changesTo describes each member whose value differs in a later document. It does not compare the
// members of the given properties, nor those that a write does not preserve.
func (d userDocument) changesTo(after userDocument, except pat.Properties) []string {
	skipped := []string{tokensMember, excludeRelatedMember, attributeMark + excludeRelatedMember}
	for property := range except {
		skipped = append(skipped, propertyMembers[property])
	}

	compared := func(m member) bool {
		return m.name != "" && !slices.ContainsFunc(skipped, func(name string) bool { return strings.EqualFold(name, m.name) })
	}

	var changes []string

	for _, m := range d.members {
		if !compared(m) {
			continue
		}

		at := after.index(m.name)

		switch {
		case at < 0:
			changes = append(changes, fmt.Sprintf("%s is no longer there (it was %s)", m.name, shownMember(d.form, m)))
		case !reflect.DeepEqual(d.form.value(m), after.form.value(after.members[at])):
			changes = append(changes, fmt.Sprintf("%s was %s and is %s",
				m.name, shownMember(d.form, m), shownMember(after.form, after.members[at])))
		}
	}

	for _, m := range after.members {
		if compared(m) && d.index(m.name) < 0 {
			changes = append(changes, fmt.Sprintf("%s was not there and is %s", m.name, shownMember(after.form, m)))
		}
	}

	return changes
}

// secretMember matches the name of a member that may contain a secret.
var secretMember = regexp.MustCompile(`(?i)password|passphrase|secret|credential|token|key|pin$`)

// shownMember formats the value of a member for an error.
func shownMember(form recordForm, m member) string {
	if secretMember.MatchString(m.name) {
		return "a value that is not shown"
	}

	text, err := form.decode(m)
	if err != nil {
		text = m.text
	}

	return pat.Quote(text)
}

// jsonForm is a record in JSON.
type jsonForm struct{}

func parseJSONDocument(body []byte) (userDocument, error) {
	decoder := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	document := userDocument{form: jsonForm{}}

	if token, err := decoder.ReadToken(); err != nil || token.Kind() != '{' {
		return userDocument{}, errNotRecord
	}

	for decoder.PeekKind() != '}' {
		quoted, err := decoder.ReadValue()
		if err != nil {
			return userDocument{}, errNotRecord
		}

		m := member{quoted: string(quoted)}

		name, _ := jsontext.AppendUnquote(nil, quoted) // Invalid characters are replaced.
		m.name = string(name)

		value, err := decoder.ReadValue()
		if err != nil {
			return userDocument{}, errNotRecord
		}

		m.text = string(value)
		document.members = append(document.members, m)
	}

	return document, nil
}

func (jsonForm) contentType() string { return asMediaJSON }

func (jsonForm) encode(name, value string, flag bool) member {
	m := member{name: name, quoted: quotedJSON(name)}

	switch {
	case flag:
		m.text = value
	case value == "":
		m.text = "null"
	default:
		m.text = quotedJSON(value)
	}

	return m
}

// quotedJSON returns a text in JSON.
func quotedJSON(text string) string {
	quoted, _ := jsontext.AppendQuote(nil, text) // Invalid characters are replaced.

	return string(quoted)
}

func (jsonForm) decode(m member) (string, error) {
	var value any
	if err := json.Unmarshal([]byte(m.text), &value); err != nil {
		return "", errNotRecord
	}

	switch value := value.(type) {
	case nil:
		return "", nil
	case string:
		return value, nil
	case bool:
		return strconv.FormatBool(value), nil
	default:
		return "", errors.New("it is neither a text nor a flag")
	}
}

func (jsonForm) value(m member) any {
	decoder := json.NewDecoder(strings.NewReader(m.text))
	decoder.UseNumber()

	var value any
	if decoder.Decode(&value) != nil {
		return m.text
	}

	return value
}

func (f jsonForm) compose(d userDocument) []byte {
	excluded := f.encode(excludeRelatedMember, pat.FlagTrue, true)
	if at := d.index(excludeRelatedMember); at >= 0 {
		excluded.quoted = d.members[at].quoted
		d.members[at] = excluded
	} else {
		d.members = append(d.members, excluded)
	}

	parts := make([]string, 0, len(d.members))
	for _, m := range d.members {
		parts = append(parts, m.quoted+":"+m.text)
	}

	return []byte("{" + strings.Join(parts, ",") + "}")
}

// xmlForm is a record in XML.
type xmlForm struct{}

// attributeMark begins the name of a member that is an attribute of the record's element.
const attributeMark = "@"

func parseXMLDocument(body []byte) (userDocument, error) {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	document := userDocument{form: xmlForm{}}

	for document.head == "" {
		begin := decoder.InputOffset()

		token, err := decoder.Token()
		if err != nil {
			return userDocument{}, errNotRecord
		}

		if start, ok := token.(xml.StartElement); ok {
			tag := body[begin:decoder.InputOffset()]
			name := bytes.IndexAny(tag, " \t\r\n/>")
			document.head, document.attributes = string(body[:begin])+string(tag[:name]), string(tag[name:])

			for _, attribute := range start.Attr {
				document.members = append(document.members, member{name: attributeMark + attribute.Name.Local, quoted: attribute.Value})
			}
		}
	}

	seen := map[string]bool{}

	for {
		begin := decoder.InputOffset()

		token, err := decoder.Token()
		if err != nil {
			return userDocument{}, errNotRecord
		}

		m := member{}

		switch token := token.(type) {
		case xml.StartElement:
			m.name = token.Name.Local

			if seen[strings.ToLower(m.name)] {
				return userDocument{}, errTwice
			}

			seen[strings.ToLower(m.name)] = true

			if err := decoder.Skip(); err != nil {
				return userDocument{}, errNotRecord
			}
		case xml.EndElement:
			document.tail = string(body[begin:])

			return document, nil
		}

		m.text = string(body[begin:decoder.InputOffset()])
		document.members = append(document.members, m)
	}
}

func (xmlForm) contentType() string { return asMediaXML }

func (xmlForm) encode(name, value string, _ bool) member {
	var text strings.Builder

	// Writing to a strings.Builder does not fail.
	_ = xml.EscapeText(&text, []byte(value))

	return member{name: name, text: "<" + name + ">" + text.String() + "</" + name + ">"}
}

func (xmlForm) decode(m member) (string, error) {
	if strings.HasPrefix(m.name, attributeMark) {
		return m.quoted, nil
	}

	var element struct {
		Text  string     `xml:",chardata"`
		Inner []struct{} `xml:",any"`
	}
	if err := xml.Unmarshal([]byte(m.text), &element); err != nil {
		return "", errNotRecord
	}

	if len(element.Inner) > 0 {
		return "", errors.New("it holds elements")
	}

	return element.Text, nil
}

// value returns the element's tokens without comments and without blanks between elements.
func (xmlForm) value(m member) any {
	if strings.HasPrefix(m.name, attributeMark) {
		return m.quoted
	}

	decoder := xml.NewDecoder(strings.NewReader(m.text))

	var tokens []xml.Token

	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return tokens
		}

		if err != nil {
			return m.text
		}

		switch token := token.(type) {
		case xml.StartElement, xml.EndElement:
			tokens = append(tokens, xml.CopyToken(token))
		case xml.CharData:
			if len(bytes.TrimSpace(token)) > 0 {
				tokens = append(tokens, token.Copy())
			}
		}
	}
}

// excludedAttribute matches the attribute that compose sets, if the server has sent it.
var excludedAttribute = regexp.MustCompile(`(?i)\s` + excludeRelatedMember + `\s*=\s*("[^"]*"|'[^']*')`)

func (xmlForm) compose(d userDocument) []byte {
	var body bytes.Buffer

	body.WriteString(d.head + " " + excludeRelatedMember + `="true"` + excludedAttribute.ReplaceAllString(d.attributes, ""))

	for _, m := range d.members {
		body.WriteString(m.text)
	}

	body.WriteString(d.tail)

	return body.Bytes()
}
