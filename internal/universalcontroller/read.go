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

// readResponse interprets an unsuccessful response of Universal Controller. Usually the status decides;
// a "not found" in any form but Universal Controller's own is not from Universal Controller.
func readResponse(response rest.Response) rest.Reading {
	reading := rest.Reading{Own: worded(response), Message: strings.Join(messages(response), "; ")}

	switch response.Status {
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

		if !deniesUser(response) {
			reading.Remedy = elsewhereRemedy
		}
	}

	return reading
}

// deniesUser reports whether Universal Controller itself says that a user does not exist. If the
// request was for that user, this is a proof.
func deniesUser(response rest.Response) bool {
	return response.Status == http.StatusNotFound && response.MediaType == "text/plain" && noSuchUser.Match(response.Body)
}

// worded reports whether the response has a form in which Universal Controller words its errors.
func worded(response rest.Response) bool {
	return isSentence(response) || len(messages(response)) > 0
}

// isSentence reports whether the response is plain text, and not a page that is labelled as such.
func isSentence(response rest.Response) bool {
	text := strings.TrimSpace(string(response.Body))

	return response.MediaType == "text/plain" && text != "" && !strings.HasPrefix(text, "<")
}

// messages returns the errors of an envelope.
func messages(response rest.Response) []string {
	var body envelope
	if response.MediaType != "application/json" || rest.DecodeJSON(response.Body, &body) != nil {
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
