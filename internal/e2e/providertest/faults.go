package providertest

import (
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// The content types of a web page, of a response of an API, and of one in plain text.
const (
	HTML      = "text/html; charset=utf-8"
	JSON      = "application/json; charset=utf-8"
	PlainText = "text/plain; charset=utf-8"
)

// AnswerFault returns a fault that responds in the server's place.
func AnswerFault(status int, contentType, body string) sandbox.Fault {
	return sandbox.Fault{Kind: sandbox.FaultAnswer, Status: status, ContentType: contentType, Body: body}
}
