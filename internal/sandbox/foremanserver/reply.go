package foremanserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// The content types of the server's responses.
const (
	contentJSON = "application/json; charset=utf-8"
	contentHTML = "text/html; charset=utf-8"
	contentText = "text/plain; charset=utf-8"
	contentXML  = "application/xml; charset=utf-8"
)

// internalError is the server's text for an error in its own code.
const internalError = "Internal Server Error: the server was unable to finish the request. " +
	"This may be caused by unavailability of some required service, incorrect API call or a server-side bug. " +
	"There may be more information in the server's logs."

// reply is a response before it is sent.
type reply struct {
	status      int
	contentType string
	body        string
}

// message is an error object that has only a message, or a message and a class.
type message struct {
	Message string `json:"message"`
	Class   string `json:"class,omitempty"`
}

// encoded returns v as compact JSON, with HTML's special characters escaped, as the server does.
func encoded(v any) string {
	body, err := json.Marshal(v)
	if err != nil {
		// Only values of this package get here, and all of them can be encoded.
		panic(err)
	}
	return string(body)
}

func jsonReply(status int, v any) reply {
	return reply{status: status, contentType: contentJSON, body: encoded(v)}
}

// errorReply returns an error in its usual form, inside an "error" member.
func errorReply(status int, v any) reply {
	return reply{status: status, contentType: contentJSON, body: fmt.Sprintf("{\n  \"error\": %s\n}\n", encoded(v))}
}

func messageReply(status int, format string, args ...any) reply {
	return errorReply(status, message{Message: fmt.Sprintf(format, args...)})
}

func notFound(resource, id string) reply {
	return messageReply(http.StatusNotFound, "Resource %s not found by id '%s'", resource, id)
}

func noMethod() reply { return messageReply(http.StatusInternalServerError, "%s", internalError) }

// denied returns the response to a caller without the permission.
func denied(permission string) reply {
	return errorReply(http.StatusForbidden, struct {
		Message string   `json:"message"`
		Details string   `json:"details"`
		Missing []string `json:"missing_permissions"`
	}{"Access denied", "Missing one of the required permissions: " + permission, []string{permission}})
}

// noRoute returns the page for a path or a method that the server does not have.
func noRoute() reply {
	const page = "<!DOCTYPE html>\n<html>\n<head>\n  <title>The page you were looking for doesn't exist (404)</title>\n</head>\n" +
		"<body>\n  <h1>404</h1>\n  <p>The page you were looking for doesn't exist.</p>\n</body>\n</html>\n"
	return reply{status: http.StatusNotFound, contentType: contentHTML, body: page}
}

// noTemplate returns the response to a request for XML.
func noTemplate() reply {
	const body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error>\n  <message>Missing template</message>\n</error>\n"
	return reply{status: http.StatusInternalServerError, contentType: contentXML, body: body}
}

// malformedJSON returns the response to a body that is not JSON; its "error" is a text.
func malformedJSON(body []byte) reply {
	text := "There was a problem in the JSON you submitted: 859: unexpected token at '" + strings.ToValidUTF8(string(body), "�") + "'"
	return statusReply(http.StatusBadRequest, text)
}

// statusReply returns an error in Rails' own form.
func statusReply(status int, text string) reply {
	return jsonReply(status, struct {
		Status int    `json:"status"`
		Error  string `json:"error"`
	}{status, text})
}
