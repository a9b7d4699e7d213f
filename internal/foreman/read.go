package foreman

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// failure covers the JSON shapes of Foreman's errors. The others, an empty body, HTML
// of a routing miss or a proxy, and XML for a path that ends in .xml, say nothing that
// their status does not.
type failure struct {
	// Error is an object, or a string where the exception came before the API's own
	// handling: malformed JSON, a double render.
	Error json.RawMessage `json:"error"`
	// Status stands beside an error that is a string, and repeats the HTTP status. Other
	// servers add more members to the two.
	Status int `json:"status"`
	// Message stands alone, without error, for an unknown organization or location and
	// for pending migrations.
	Message string `json:"message"`

	members map[string]json.RawMessage
}

// UnmarshalJSON also keeps the members as they came.
func (f *failure) UnmarshalJSON(data []byte) error {
	type plain failure

	return errors.Join(json.Unmarshal(data, (*plain)(f)), json.Unmarshal(data, &f.members))
}

// failureDetails is the object under error.
type failureDetails struct {
	Message            string              `json:"message"`
	Details            string              `json:"details"`
	MissingPermissions []string            `json:"missing_permissions"`
	Errors             map[string][]string `json:"errors"`
	FullMessages       []string            `json:"full_messages"`
}

// read tells what an unsuccessful answer of Foreman means, by its status and structure.
// Texts decide nothing: Foreman translates them. "Not found" in any other form than
// Foreman's own is no word of Foreman's: proxies say it while a server restarts.
func read(answer rest.Answer) rest.Reading {
	reading := readBody(answer)
	if absent := answer.Status == http.StatusNotFound || answer.Status == http.StatusGone; absent &&
		reading.Kind == rest.KindByStatus {
		reading.Kind = rest.KindProtocol
	}

	return reading
}

// conceals keeps every answer out of errors that may hold the secret of a new token: a
// server can fail after it made one.
func conceals(answer rest.Answer) bool { return bytes.Contains(answer.Body, []byte("token_value")) }

// readBody reads the JSON forms.
func readBody(answer rest.Answer) rest.Reading {
	var body failure
	if answer.MediaType != "application/json" || rest.DecodeJSON(answer.Body, &body) != nil {
		return rest.Reading{}
	}

	var (
		details failureDetails
		text    string
	)

	switch {
	case json.Unmarshal(body.Error, &details) == nil:
		return readDetails(answer.Status, details)
	case json.Unmarshal(body.Error, &text) == nil:
		return rest.Reading{Own: text != "" && body.Status == answer.Status && len(body.members) == 2, Message: text}
	case answer.Status == http.StatusNotFound && body.Message != "":
		return rest.Reading{
			Own:     true,
			Kind:    rest.KindValidation,
			Message: body.Message,
			Remedy: "The account does not belong to this organization or location, or it does not exist: " +
				"check organization_id and location_id. If neither is set, another server responds instead of Foreman: " +
				"check that `url` has the right host and path.",
		}
	default:
		return rest.Reading{Message: body.Message}
	}
}

// readDetails reads the wrapped form.
func readDetails(status int, details failureDetails) rest.Reading {
	reading := rest.Reading{
		Own:     details.Message != "" || details.Errors != nil,
		Message: details.Message, Missing: details.MissingPermissions,
	}
	if details.Details != "" {
		reading.Message += ": " + details.Details
	}

	switch {
	case !reading.Own:
	case details.Errors != nil:
		reading.Kind = rest.KindValidation
		reading.Fields = details.Errors
		reading.Message = strings.Join(details.FullMessages, "; ")
	case status == http.StatusUnprocessableEntity:
		// Foreman answers 422, not 404, for an unknown user in the path; only the
		// absence of errors tells it from a validation.
		reading.Kind = rest.KindNotFound
	case status == http.StatusNotFound:
		reading.Kind = rest.KindNotFound
	case status == http.StatusForbidden && len(details.MissingPermissions) > 0:
		reading.Remedy = grant(details.MissingPermissions)
	case status == http.StatusUnauthorized:
		reading.Remedy = "Check the username and the password or token. After 30 failed logins Foreman refuses " +
			"every login from this address for five minutes, right ones too."
	}

	return reading
}
