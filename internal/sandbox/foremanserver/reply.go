package foremanserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// The content types of the server's answers.
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

// reply is an answer before it is sent.
type reply struct {
	status      int
	contentType string
	body        string
}

// message is the error object that has nothing but a message, or names a class.
type message struct {
	Message string `json:"message"`
	Class   string `json:"class,omitempty"`
}

// encoded is v as compact JSON. HTML's characters are escaped, as the server does.
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

// errorReply is an error in its usual form, with "error" around it.
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

// denied is the answer to a caller without the permission.
func denied(permission string) reply {
	return errorReply(http.StatusForbidden, struct {
		Message string   `json:"message"`
		Details string   `json:"details"`
		Missing []string `json:"missing_permissions"`
	}{"Access denied", "Missing one of the required permissions: " + permission, []string{permission}})
}

// noRoute is the page for a path or a verb that the server does not have.
func noRoute() reply {
	const page = "<!DOCTYPE html>\n<html>\n<head>\n  <title>The page you were looking for doesn't exist (404)</title>\n</head>\n" +
		"<body>\n  <h1>404</h1>\n  <p>The page you were looking for doesn't exist.</p>\n</body>\n</html>\n"
	return reply{status: http.StatusNotFound, contentType: contentHTML, body: page}
}

// noTemplate is the answer to a request for XML.
func noTemplate() reply {
	const body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error>\n  <message>Missing template</message>\n</error>\n"
	return reply{status: http.StatusInternalServerError, contentType: contentXML, body: body}
}

// malformedJSON is the answer to a body that is not JSON; here "error" is a text.
func malformedJSON(body []byte) reply {
	text := "There was a problem in the JSON you submitted: 859: unexpected token at '" + strings.ToValidUTF8(string(body), "�") + "'"
	return statusReply(http.StatusBadRequest, text)
}

// statusReply is Rails' own form of an error.
func statusReply(status int, text string) reply {
	return jsonReply(status, struct {
		Status int    `json:"status"`
		Error  string `json:"error"`
	}{status, text})
}
