package foreman

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// failure covers the JSON forms of Foreman's errors. The other forms (an empty body, the HTML of a
// routing error or a proxy, and XML for a path that ends in .xml) contain nothing beyond their
// status.
type failure struct {
	// Error is an object, or a string if the exception happened before the API's own error handling:
	// malformed JSON, a double render.
	Error json.RawMessage `json:"error"`
	// Status accompanies an error that is a string, and repeats the HTTP status. Other servers add
	// more members to these two.
	Status int `json:"status"`
	// Message occurs without error, for an unknown organization or location and for pending
	// migrations.
	Message string `json:"message"`

	members map[string]json.RawMessage
}

// UnmarshalJSON also keeps the members undecoded.
func (f *failure) UnmarshalJSON(data []byte) error {
	type plain failure

	return errors.Join(json.Unmarshal(data, (*plain)(f)), json.Unmarshal(data, &f.members))
}

// failureDetails is the object in the member error.
type failureDetails struct {
	Message            string              `json:"message"`
	Details            string              `json:"details"`
	MissingPermissions []string            `json:"missing_permissions"`
	Errors             map[string][]string `json:"errors"`
	FullMessages       []string            `json:"full_messages"`
}

// read interprets an unsuccessful response of Foreman by its status and structure, and never by its
// texts, which Foreman translates. A "not found" in any form but Foreman's own is not from Foreman:
// proxies send one while a server restarts.
func read(response rest.Response) rest.Reading {
	reading := readBody(response)
	if absent := response.Status == http.StatusNotFound || response.Status == http.StatusGone; absent &&
		reading.Kind == rest.KindByStatus {
		reading.Kind = rest.KindProtocol
	}

	return reading
}

// mayHoldSecret reports whether a response may contain the secret of a new token, so that no error
// quotes it: a server can fail after it has created a token.
func mayHoldSecret(response rest.Response) bool {
	return bytes.Contains(response.Body, []byte("token_value"))
}

// readBody interprets the JSON forms.
func readBody(response rest.Response) rest.Reading {
	var body failure
	if response.MediaType != "application/json" || rest.DecodeJSON(response.Body, &body) != nil {
		return rest.Reading{}
	}

	var (
		details failureDetails
		text    string
	)

	switch {
	case json.Unmarshal(body.Error, &details) == nil:
		return readDetails(response.Status, details)
	case json.Unmarshal(body.Error, &text) == nil:
		return rest.Reading{Own: text != "" && body.Status == response.Status && len(body.members) == 2, Message: text}
	case response.Status == http.StatusNotFound && body.Message != "":
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

// readDetails interprets an error that is an object.
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
		// Foreman responds to an unknown user in the path with 422 instead of 404. Only a validation
		// error has errors.
		reading.Kind = rest.KindNotFound
	case status == http.StatusNotFound:
		reading.Kind = rest.KindNotFound
	case status == http.StatusForbidden && len(details.MissingPermissions) > 0:
		reading.Remedy = grant(details.MissingPermissions)
	case status == http.StatusUnauthorized:
		reading.Remedy = "Check the username and the password or token. After 30 failed logins, Foreman refuses " +
			"every login from this address for five minutes, including valid ones."
	}

	return reading
}
