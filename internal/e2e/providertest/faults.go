package providertest

import (
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// Content types: a web page, an API response, and plain text.
const (
	HTML      = "text/html; charset=utf-8"
	JSON      = "application/json; charset=utf-8"
	PlainText = "text/plain; charset=utf-8"
)

// AnswerFault returns a fault that makes the sandbox send this response.
func AnswerFault(status int, contentType, body string) sandbox.Fault {
	return sandbox.Fault{Kind: sandbox.FaultAnswer, Status: status, ContentType: contentType, Body: body}
}
