package foreman

import (
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

func TestEachFormOfAnError(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		response canned
		kind     string
		words    []string
		missing  []string
		fields   map[string][]string
	}{
		"wrapped, with details and permissions": {
			response: canned{status: 403, body: `{"error":{"message":"Zugang verweigert","details":"Missing one of: a, b","missing_permissions":["a","b"]}}`},
			kind:     "permission", words: []string{"HTTP 403: Zugang verweigert: Missing one of: a, b", "Grant this account a role with a and b"},
			missing: []string{"a", "b"},
		},
		"wrapped, with a class": {
			response: canned{status: 400, body: `{"error":{"message":"Field 'x' not recognized for searching!","class":"ScopedSearch::QueryNotSupported"}}`},
			kind:     "validation", words: []string{"HTTP 400: Field 'x' not recognized for searching!"},
		},
		"wrapped, a failure": {
			response: canned{status: 500, body: `{"error":{"message":"invalid page: 0"}}`},
			kind:     "protocol", words: []string{"HTTP 500: invalid page: 0", "The server failed"},
		},
		"wrapped, a login": {
			response: canned{status: 401, body: `{"error":{"message":"Too many tries, please try again in a few minutes."}}`},
			kind:     "authentication", words: []string{"HTTP 401: Too many tries", "30 failed logins"},
		},
		"wrapped, a media type": {
			response: canned{status: 415, body: `{"error":{"message":"Media type is unsupported"}}`},
			kind:     "protocol", words: []string{"HTTP 415: Media type is unsupported"},
		},
		"a validation": {
			response: canned{status: 422, body: `{"error":{"id":null,"errors":{"name":["can't be blank"],"expires_at":["cannot be in the past"]},` +
				`"full_messages":["Name can't be blank","Expires at cannot be in the past"]}}`},
			kind: "validation", words: []string{"HTTP 422: Name can't be blank; Expires at cannot be in the past"},
			fields: map[string][]string{"name": {"can't be blank"}, "expires_at": {"cannot be in the past"}},
		},
		"a text under error": {
			response: canned{status: 400, body: `{"status":400,"error":"There was a problem in the JSON you submitted"}`},
			kind:     "validation", words: []string{"HTTP 400: There was a problem in the JSON you submitted"},
		},
		"a text under error, double render": {
			response: canned{status: 500, body: `{"status":500,"error":"Internal Server Error"}`},
			kind:     "protocol", words: []string{"HTTP 500: Internal Server Error"},
		},
		"only a message, about an organization": {
			response: canned{status: 404, body: `{"message":"Organization with id 999 not found"}`},
			kind:     "validation", words: []string{"HTTP 404: Organization with id 999 not found", "organization_id and location_id"},
		},
		"only a message, about migrations": {
			response: canned{status: 503, body: `{"message":"ERF64-6496 [Foreman::MaintenanceException]: There are migrations pending in the system."}`},
			kind:     "transient", words: []string{"HTTP 503: ERF64-6496", "Try again later"},
		},
		"an empty body": {
			response: canned{status: 401, contentType: "text/plain"}, kind: "authentication", words: []string{"HTTP 401 Unauthorized"},
		},
		"a page": {
			response: canned{status: 404, contentType: "text/html", body: "<html><title>The page you were looking for doesn't exist (404)</title></html>"},
			kind:     "protocol", words: []string{"The page you were looking for doesn't exist (404)", "url"},
		},
		"XML": {
			response: canned{status: 500, contentType: "application/xml", body: "<error>no template</error>"},
			kind:     "protocol", words: []string{"HTTP 500"},
		},

		// Not Foreman's own form, although Foreman uses the status.
		"404 in plain text":            {response: canned{status: 404, contentType: "text/plain", body: "404 page not found"}, kind: "protocol", words: []string{"404 page not found"}},
		"404 without a body":           {response: canned{status: 404}, kind: "protocol"},
		"404 with a text under error":  {response: canned{status: 404, body: `{"status":404,"error":"Not Found"}`}, kind: "protocol", words: []string{"Not Found"}},
		"404 with null under error":    {response: canned{status: 404, body: `{"error":null}`}, kind: "protocol"},
		"404 with nothing under error": {response: canned{status: 404, body: `{"error":{}}`}, kind: "protocol"},
		"404 with an empty object":     {response: canned{status: 404, body: `{}`}, kind: "protocol"},
		"404 with a list":              {response: canned{status: 404, body: `[]`}, kind: "protocol"},
		"404 cut short":                {response: canned{status: 404, body: `{"error":{"mess`}, kind: "protocol"},
		"410 in plain text":            {response: canned{status: 410, contentType: "text/plain", body: "gone"}, kind: "protocol"},
		"422 without a body":           {response: canned{status: 422}, kind: "validation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			server := newHandlerScript(t, func(*http.Request) canned { return test.response })

			_, err := newDriver(t, server.url).Users(t.Context(), pat.UserQuery{})
			verdict.Want(t, err, test.kind, append(test.words, "GET "+server.url+"/api/users")...)

			if denied, ok := errors.AsType[*pat.PermissionError](err); ok {
				if diff := cmp.Diff(test.missing, denied.Missing); diff != "" {
					t.Error(diff)
				}
			}

			if invalid, ok := errors.AsType[*pat.ValidationError](err); ok {
				if diff := cmp.Diff(test.fields, invalid.Fields); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}
