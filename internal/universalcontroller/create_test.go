package universalcontroller

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

func TestCreateSendsTheNameTheDateAndTheID(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		expires pat.Option[time.Time]
		want    string
	}{
		"with an expiry":    {pat.Some(date(2028, 2, 29)), `{"expiration":"2028-02-29","name":"deploy","userId":"` + userID + `"}`},
		"without an expiry": {pat.Option[time.Time]{}, `{"name":"deploy","userId":"` + userID + `"}`},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{
				callCreate: {sentence(http.StatusOK, "ucp_example")},
				callList:   {listJSON(tokenJSON("other", created), tokenJSON("deploy", created))},
			})

			got, err := newDriver(t, s.url).Create(t.Context(), userID, pat.NewToken{Name: "deploy", ExpiresAt: test.expires})
			if err != nil {
				t.Fatal(err)
			}

			want := pat.Issued{Secret: "ucp_example", Asked: test.expires, Token: pat.Token{
				UserID: userID, ID: "deploy", Name: "deploy", Status: pat.StatusActive,
				CreatedAt: today, ExpiresAt: date(2027, 1, 1),
			}}
			if diff := cmp.Diff(want, got); diff != "" || got.Secret.Reveal() != "ucp_example" {
				t.Errorf("%q, and the token differs from the list:\n%s", got.Secret.Reveal(), diff)
			}

			sent := s.requests()
			if len(sent) != 2 || sent[0].body != test.want || sent[0].contentType != asJSON || len(sent[0].query) != 0 {
				t.Errorf("sent %+v, want the body %s first", sent, test.want)
			}
		})
	}
}

func TestCreateAcceptsOnlyTheSecret(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		mediaType, body string
		want            string // Empty means that the effect is unknown.
	}{
		"plain text":                   {"text/plain", "ucp_abcDEF123", "ucp_abcDEF123"},
		"with a line break":            {"text/plain", "\r\n ucp_abc \n", "ucp_abc"},
		"in quotation marks":           {"text/plain", "\"ucp_abc\"\n", "ucp_abc"},
		"as JSON":                      {"application/json", `"ucp_abc"`, "ucp_abc"},
		"without a content type":       {"", "ucp_abc", "ucp_abc"},
		"two pairs of quotation marks": {"text/plain", `""ucp_abc""`, ""},
		"half a pair":                  {"text/plain", `"ucp_abc`, ""},
		"nothing":                      {"text/plain", "", ""},
		"blanks":                       {"text/plain", " \n", ""},
		"two quotation marks":          {"text/plain", `""`, ""},
		"only the prefix":              {"text/plain", "ucp_", ""},
		"a sentence":                   {"text/plain", "Token ucp_abc created.", ""},
		"a proxy's message":            {"text/plain", "OK", ""},
		"two lines":                    {"text/plain", "ucp_abc\nucp_def", ""},
		"a page":                       {"text/html", "<html>ucp_abc</html>", ""},
		"a page labelled as text":      {"text/plain", "<html>ucp_abc</html>", ""},
		"a secret labelled as HTML":    {"text/html", "ucp_abc", ""},
		"a secret labelled as XML":     {"application/xml", "ucp_abc", ""},
		"an error in JSON":             {"application/json", `{"errors":[{"message":"ucp_abc"}]}`, ""},
		"an object with a secret":      {"application/json", `{"token":"ucp_abc"}`, ""},
		"a character that headers cannot contain": {"text/plain", "ucp_\u00e9", ""},
		"the placeholder in the documentation":    {"text/plain", `"Personal Access Token".`, ""},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{callCreate: {{http.StatusOK, test.mediaType, test.body}}})

			got, err := newDriver(t, s.url).Create(t.Context(), userID, pat.NewToken{Name: "deploy"})
			if test.want != "" {
				if err != nil || got.Secret.Reveal() != test.want {
					t.Errorf("%q, %v; want %q", got.Secret.Reveal(), err, test.want)
				}

				return
			}

			verdict.Want(t, err, "ambiguous", "POST ", "HTTP 200")

			if strings.Contains(err.Error(), "abc") {
				t.Errorf("the error quotes the response: %v", err)
			}

			if calls := s.calls(); len(calls) != 1 {
				t.Errorf("sent %v, want one request", calls)
			}
		})
	}
}

func TestCreateDistinguishesRefusals(t *testing.T) {
	t.Parallel()

	const (
		duplicate = "Create personal access token failed. A duplicate value has been detected. Name must be unique."
		tooLong   = "Expiration must not be more than 90 days from today."
		property  = "Web Service Personal Access Token Maximum Expiration In Days"
	)

	tests := map[string]struct {
		response canned
		user     canned // The user's record, if it is requested.
		kind     string
		field    string
		words    []string
	}{
		"a duplicate is a 400":                         {response: sentence(400, duplicate), kind: "validation", field: "name", words: []string{duplicate}},
		"a duplicate is a 404":                         {response: sentence(404, duplicate), kind: "validation", field: "name", words: []string{duplicate}},
		"a duplicate is a 409":                         {response: sentence(409, "deploy already exists"), kind: "validation", field: "name", words: []string{"deploy already exists"}},
		"a duplicate in an envelope":                   {response: canned{404, asJSON, `{"errors":[{"message":"` + duplicate + `"}]}`}, kind: "validation", field: "name", words: []string{duplicate}},
		"the lifetime":                                 {response: sentence(400, tooLong), kind: "validation", field: "expiration", words: []string{tooLong, property}},
		"a name like a secret":                         {response: sentence(409, "Token ucp_deploy-to-production already exists"), kind: "validation", field: "name", words: []string{"ucp_deploy-to-production"}},
		"anything else":                                {response: sentence(400, "Unable to parse JSON input."), kind: "validation", words: []string{"Unable to parse JSON input."}},
		"a refusal for another reason":                 {response: sentence(400, `Token "deploy" is not allowed.`), kind: "validation"},
		"the user does not exist":                      {response: sentence(404, gone404), user: sentence(404, gone404), kind: "user gone", words: []string{gone404}},
		"the user is denied, but exists":               {response: sentence(404, gone404), user: document(aliceJSON), kind: "not found"},
		"the user is denied, then the read is refused": {response: sentence(404, gone404), user: canned{403, asText, "no"}, kind: "permission"},
		"a page for the wrong context":                 {response: canned{404, asHTML, notFoundPage}, kind: "ambiguous", words: []string{"HTTP 404: a web page", "url"}},
		"a 404 of a router":                            {response: sentence(404, "404 page not found"), kind: "not found", words: []string{"/uc"}},
		"a 404 about a session":                        {response: sentence(404, "Your session has expired."), kind: "not found"},
		"an empty 404":                                 {response: canned{404, "", ""}, kind: "ambiguous"},
		"a firewall":                                   {response: canned{403, asHTML, "<html>blocked</html>"}, kind: "ambiguous", words: []string{"HTTP 403: a web page"}},
		"JSON that is not an envelope":                 {response: canned{403, asJSON, `{"message":"Forbidden"}`}, kind: "ambiguous"},
		"a page with a 401":                            {response: canned{401, asHTML, "<html>Unauthorized</html>"}, kind: "authentication"},
		"a page with a 429":                            {response: canned{429, asHTML, "<html>Too many requests</html>"}, kind: "transient"},
		"no permission": {
			response: sentence(403, "Operation prohibited due to security constraints."), kind: "permission",
			words: []string{"Operation prohibited due to security constraints.", "ops_admin", "ops_user_admin", "Web Service Access"},
		},
		"a failure":  {response: sentence(500, "Unexpected request failure. See log(s) for more details."), kind: "ambiguous", words: []string{"HTTP 500", "the response is not shown"}},
		"a gateway":  {response: canned{502, asHTML, "<html>bad gateway</html>"}, kind: "ambiguous"},
		"a redirect": {response: canned{302, asHTML, ""}, kind: "ambiguous"},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{callCreate: {test.response}, callUser: {test.user}})

			_, err := newDriver(t, s.url).Create(t.Context(), userID, pat.NewToken{Name: "deploy"})
			verdict.Want(t, err, test.kind, test.words...)

			var fields []string
			if invalid, ok := errors.AsType[*pat.ValidationError](err); ok {
				fields = invalid.FieldNames()
			}

			if strings.Join(fields, " ") != test.field {
				t.Errorf("the invalid fields are %v, want %q", fields, test.field)
			}
		})
	}
}

// The advice for a date that has ended differs from that for a date that is too far away, and a
// message that says neither gets no advice that guesses.
func TestCreateDistinguishesRefusedExpirations(t *testing.T) {
	t.Parallel()

	const (
		later   = "in the server's time zone"
		within  = "Web Service Personal Access Token Maximum Expiration In Days"
		neutral = "a date that the server accepts"
	)

	for text, want := range map[string]string{
		"Expiration must not be in the past.":                                    later,
		"The expiration date has already passed.":                                later,
		"Expiration must be a future date.":                                      later,
		"Expiration must be after today.":                                        later,
		"Expiration must not be before the current date.":                        later,
		"Expiration must be later than today.":                                   later,
		"Expiration must not be earlier than 2026-11-22.":                        later,
		"Expiration must not be more than 90 days from today.":                   within,
		"Expiration is required and must not be more than 90 days from today.":   within,
		"Expiration exceeds the maximum of 90 days.":                             within,
		"Expiration must be within 90 days.":                                     within,
		"Expiration is mandatory.":                                               within,
		"Missing expiration.":                                                    within,
		"Expiration must be specified.":                                          within,
		"Expiration is too far in the future.":                                   within,
		"Expiration must not be later than 2027-11-21.":                          within,
		"Invalid expiration \"2026-11-21\". The format is yyyy-MM-dd.":           neutral,
		"Expiration is not allowed.":                                             neutral,
		"Expiration must be in the future and not more than 90 days from today.": neutral,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{callCreate: {sentence(400, text)}})

			_, err := newDriver(t, s.url).Create(t.Context(), userID, pat.NewToken{Name: "deploy", ExpiresAt: pat.Some(nextYear)})
			verdict.Want(t, err, "validation", text, "expires_in", want)

			for _, advice := range []string{later, within, neutral} {
				if advice != want && strings.Contains(err.Error(), advice) {
					t.Errorf("the advice is also %q: %v", advice, err)
				}
			}
		})
	}
}

func TestARefusalThatQuotesTheNameIsNotAboutTheName(t *testing.T) {
	t.Parallel()

	for _, text := range []string{`Token “unique duplicate” is no good.`, `Token "unique duplicate" is no good.`} {
		s := newScript(t, map[string][]canned{callCreate: {sentence(400, text)}})

		_, err := newDriver(t, s.url).Create(t.Context(), userID, pat.NewToken{Name: "unique duplicate"})
		verdict.Want(t, err, "validation", text)

		if invalid, ok := errors.AsType[*pat.ValidationError](err); !ok || invalid.Fields != nil {
			t.Errorf("%s: the invalid fields are %v", text, invalid.Fields)
		}
	}
}

func TestTheServersMessageAboutAFieldIsVerbatim(t *testing.T) {
	t.Parallel()

	const text = "A duplicate value: it's “unique”; see: the log."

	s := newScript(t, map[string][]canned{callCreate: {sentence(400, text)}})
	_, err := newDriver(t, s.url).Create(t.Context(), userID, pat.NewToken{Name: "deploy"})

	invalid, ok := errors.AsType[*pat.ValidationError](err)
	if !ok {
		t.Fatalf("the error is %v", err)
	}

	if diff := cmp.Diff(map[string][]string{"name": {text}}, invalid.Fields); diff != "" {
		t.Error(diff)
	}
}
