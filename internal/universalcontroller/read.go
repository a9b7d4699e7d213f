package universalcontroller

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// MinimumVersion is the oldest supported version of Universal Controller: the first with personal
// access tokens. No response to the requests of this package contains a version.
const MinimumVersion = "7.3"

const (
	// elsewhereRemedy is for a "not found" that is not from Universal Controller.
	elsewhereRemedy = "Check that `url` names the server with its context (\"/uc\" on many, none on others) and that " +
		"Universal Controller is " + MinimumVersion + " or newer. Nothing was changed, and the state was kept."

	credentialsRemedy = "Check the username and the password, or the token, which may have expired or been revoked. " +
		"The user must be Active, not Locked Out, and have Web Service Access; a user of single sign-on needs a token. " +
		"Nothing more is sent in this run: failed logins lock a user until an administrator unlocks it."

	// rolesRemedy names the roles that cover all operations on tokens.
	rolesRemedy = "To issue, read and revoke tokens of other users, grant this account the role ops_user_admin or ops_admin. " +
		"For itself and its own tokens it needs no role. It needs Web Service Access in any case."
)

// noSuchUser matches Universal Controller's message for a user that does not exist, "A user with id
// "…" does not exist.", with straight or curly quotation marks around any name.
var noSuchUser = regexp.MustCompile(`(?is)^\W*A user with .*does not exist`)

// envelope is the JSON of the responses of newer web services, including errors.
type envelope struct {
	Errors []struct {
		Message string `json:"message"`
	} `json:"errors"`
}

// readAnswer interprets an unsuccessful response of Universal Controller. Usually the status decides;
// a "not found" in any form but Universal Controller's own is not from Universal Controller.
func readAnswer(answer rest.Answer) rest.Reading {
	reading := rest.Reading{Own: worded(answer), Message: strings.Join(messages(answer), "; ")}

	switch answer.Status {
	case http.StatusUnauthorized:
		reading.Remedy = credentialsRemedy
	case http.StatusForbidden:
		if reading.Own {
			reading.Remedy = rolesRemedy
		}
	case http.StatusNotFound, http.StatusGone:
		if !reading.Own {
			reading.Kind = rest.KindProtocol
		}

		if !deniesUser(answer) {
			reading.Remedy = elsewhereRemedy
		}
	}

	return reading
}

// deniesUser reports whether Universal Controller itself says that a user does not exist. If the
// request was for that user, this is a proof.
func deniesUser(answer rest.Answer) bool {
	return answer.Status == http.StatusNotFound && answer.MediaType == "text/plain" && noSuchUser.Match(answer.Body)
}

// worded reports whether the response has a form in which Universal Controller words its errors.
func worded(answer rest.Answer) bool {
	return isSentence(answer) || len(messages(answer)) > 0
}

// isSentence reports whether the response is plain text, and not a page that is labelled as such.
func isSentence(answer rest.Answer) bool {
	text := strings.TrimSpace(string(answer.Body))

	return answer.MediaType == "text/plain" && text != "" && !strings.HasPrefix(text, "<")
}

// messages returns the errors of an envelope.
func messages(answer rest.Answer) []string {
	var body envelope
	if answer.MediaType != "application/json" || rest.DecodeJSON(answer.Body, &body) != nil {
		return nil
	}

	var all []string

	for _, e := range body.Errors {
		if e.Message != "" {
			all = append(all, e.Message)
		}
	}

	return all
}
