package universalcontroller

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// MinimumVersion is the oldest Universal Controller that is supported: the first with
// personal access tokens. No answer to the calls of this package tells a version.
const MinimumVersion = "7.3"

const (
	// elsewhereRemedy is for a "not found" that is not Universal Controller's own.
	elsewhereRemedy = "Check that `url` names the server with its context (\"/uc\" on many, none on others) and that " +
		"Universal Controller is " + MinimumVersion + " or newer. Nothing was changed, and the state was kept."

	credentialsRemedy = "Check the username and the password, or the token, which may have expired or been revoked. " +
		"The user must be Active, not Locked Out, and have Web Service Access; a user of single sign-on needs a token. " +
		"Nothing more is sent in this run: failed logins lock a user until an administrator unlocks it."

	// rolesRemedy names all that the operations on tokens need together.
	rolesRemedy = "To issue, read and revoke tokens of other users, grant this account the role ops_user_admin or ops_admin. " +
		"For itself and its own tokens it needs no role. It needs Web Service Access in any case."
)

// noSuchUser is how Universal Controller denies a user, "A user with id "…" does not
// exist.", with straight or curly quotation marks around names of any kind.
var noSuchUser = regexp.MustCompile(`(?is)^\W*A user with .*does not exist`)

// envelope is the JSON that newer web services answer with, errors too.
type envelope struct {
	Errors []struct {
		Message string `json:"message"`
	} `json:"errors"`
}

// readAnswer tells what an unsuccessful answer of Universal Controller means. Mostly the status
// does; "not found" in any other form than Universal Controller's own is none of it.
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

// deniesUser says whether the answer is Universal Controller's own word that a user does
// not exist, which proves it if that user was asked for.
func deniesUser(answer rest.Answer) bool {
	return answer.Status == http.StatusNotFound && answer.MediaType == "text/plain" && noSuchUser.Match(answer.Body)
}

// worded says whether the answer is in a form that Universal Controller gives its errors.
func worded(answer rest.Answer) bool {
	return isSentence(answer) || len(messages(answer)) > 0
}

// isSentence says whether the answer is plain text, whatever a page may be labelled as.
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
