package controllerserver

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
)

// contentText is the content type of a plain-text response.
const contentText = "text/plain;charset=UTF-8"

// contentHTML is the content type of the servlet container's own pages.
const contentHTML = "text/html;charset=utf-8"

// xmlProlog begins an XML document.
const xmlProlog = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// The server does not care whether the client has disconnected.
const (
	textBothUsers   = "Mutual exclusion violation. Cannot specify username and userid at the same time."
	textNoUser      = "Required either username or userid."
	textProhibited  = "Operation prohibited due to security constraints."
	textRevoked     = "Personal access token revoked successfully."
	textNoUserNamed = "A user with name %s does not exist."
	textNoUserID    = "A user with id %s does not exist."
	textBadJSON     = "Unable to parse JSON input."
	textUpdated     = "Successfully updated the user with id %s."
)

// reply is a response before it is sent.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func newReply(status int, contentType string, body []byte) reply {
	return reply{status: status, header: http.Header{"Content-Type": {contentType}}, body: body}
}

// sentence returns a plain-text response.
func sentence(status int, words string) reply { return newReply(status, contentText, []byte(words)) }

// failure returns a plain-text response that ends a call.
func failure(status int, words string) *reply {
	r := sentence(status, words)
	return &r
}

// page returns a page of the servlet container, for requests that do not reach the web services.
func page(status int) reply {
	const html = "<!doctype html><html lang=\"en\"><head><title>HTTP Status %[1]d – %[2]s</title></head>" +
		"<body><h1>HTTP Status %[1]d – %[2]s</h1></body></html>"
	return newReply(status, contentHTML, fmt.Appendf(nil, html, status, http.StatusText(status)))
}

func unauthorized() *reply {
	refused := page(http.StatusUnauthorized)
	refused.header.Set("WWW-Authenticate", `Basic realm="Universal Controller"`)
	return &refused
}

func prohibited() *reply { return failure(http.StatusForbidden, textProhibited) }

// document returns a 200 in the format that the caller wants; root is the name of its XML root
// element.
func (c *call) document(root string, v any) reply {
	var body bytes.Buffer
	var err error
	media := mediaXML
	if c.format == formatJSON {
		media = mediaJSON
		encoder := json.NewEncoder(&body)
		encoder.SetEscapeHTML(false)
		err = encoder.Encode(v)
	} else {
		body.WriteString(xmlProlog)
		err = xml.NewEncoder(&body).EncodeElement(v, xml.StartElement{Name: xml.Name{Local: root}})
	}
	if err != nil {
		// Only values of this package get here, and all of them can be encoded.
		panic(err)
	}
	return newReply(http.StatusOK, media, body.Bytes())
}

func (r reply) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), r.header)
	w.WriteHeader(r.status)
	// A client that went away does not concern the server.
	_, _ = io.Copy(w, bytes.NewReader(r.body))
}
