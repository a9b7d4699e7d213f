package controllerserver

import (
	"encoding/json"
	"encoding/xml"
	"mime"
	"net/http"
)

// textBadXML follows the documented text for JSON.
const textBadXML = "Unable to parse XML input."

// tokenInput is the content of a create. All other members of the body are ignored: the server sets
// lastUsed and createTime.
type tokenInput struct {
	userID, userName, name, expiration string
}

// readTokenInput reads the body of a create in the format of its content type.
func (c *call) readTokenInput() (tokenInput, *reply) {
	var input tokenInput
	if failed := c.readBody(input.readJSON, input.readXML); failed != nil {
		return tokenInput{}, failed
	}
	return input, nil
}

// readBody passes the body to the reader for the format of its content type.
func (c *call) readBody(readJSON, readXML func([]byte) bool) *reply {
	media, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil {
		media = ""
	}
	read, text := readJSON, textBadJSON
	switch media {
	case mediaJSON:
	case mediaXML:
		read, text = readXML, textBadXML
	default:
		refused := page(http.StatusUnsupportedMediaType)
		return &refused
	}
	if !read(c.body) {
		return failure(http.StatusBadRequest, text)
	}
	return nil
}

// readJSON reads an object. It decodes into a map, because the names are case-sensitive and
// encoding/json's are not.
func (in *tokenInput) readJSON(body []byte) bool {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(body, &object); err != nil || object == nil {
		return false
	}
	members := map[string]*string{"userId": &in.userID, "userName": &in.userName, "name": &in.name, "expiration": &in.expiration}
	for name, member := range members {
		if raw, given := object[name]; given && json.Unmarshal(raw, member) != nil {
			return false
		}
	}
	return true
}

// readXML reads a token element.
func (in *tokenInput) readXML(body []byte) bool {
	var element struct {
		XMLName    xml.Name `xml:"token"`
		UserID     string   `xml:"userId"`
		UserName   string   `xml:"userName"`
		Name       string   `xml:"name"`
		Expiration string   `xml:"expiration"`
	}
	if err := xml.Unmarshal(body, &element); err != nil {
		return false
	}
	*in = tokenInput{userID: element.UserID, userName: element.UserName, name: element.Name, expiration: element.Expiration}
	return true
}
