package universalcontroller

import (
	"net/http"
	"slices"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// notProofs are responses that prove nothing about whether a user or a token exists.
var notProofs = map[string]struct {
	response canned
	kind     string
}{
	"a page for the wrong context":               {canned{404, asHTML, notFoundPage}, "protocol"},
	"a page labelled as text":                    {canned{404, asText, "<html>A user with id does not exist</html>"}, "protocol"},
	"an empty 404":                               {canned{404, asText, ""}, "protocol"},
	"a 404 without a content type":               {canned{404, "", gone404}, "protocol"},
	"a 404 of a router":                          {sentence(404, "404 page not found"), "not found"},
	"a 404 about something else":                 {sentence(404, "The host uc does not exist."), "not found"},
	"the message in JSON":                        {canned{404, asJSON, `{"errors":[{"message":"A user with id does not exist."}]}`}, "not found"},
	"the message in a JSON text":                 {canned{404, asJSON, `"A user with id does not exist."`}, "protocol"},
	"the message in XML":                         {canned{404, asXML, `<e>A user with id does not exist.</e>`}, "protocol"},
	"the message in a page":                      {canned{404, asHTML, gone404}, "protocol"},
	"the message with a 400":                     {sentence(400, gone404), "validation"},
	"the message with a 410":                     {sentence(410, gone404), "not found"},
	"the message with a 500":                     {sentence(500, gone404), "protocol"},
	"the message with a 200":                     {sentence(200, gone404), "protocol"},
	"no permission":                              {sentence(403, "Operation prohibited due to security constraints."), "permission"},
	"no permission, with the message of absence": {sentence(403, gone404), "permission"},
	"refused credentials":                        {canned{401, asHTML, "<html>A user with id does not exist</html>"}, "authentication"},
	"a redirect":                                 {canned{302, asHTML, ""}, "protocol"},
	"too many requests":                          {sentence(429, "Too Many Requests"), "transient"},
	"a gateway":                                  {canned{502, asHTML, "<html></html>"}, "transient"},
	"a node that is down":                        {sentence(503, "A user with id does not exist"), "transient"},
	"a failure":                                  {sentence(500, "Unexpected request failure. See log(s) for more details."), "protocol"},
	"nothing":                                    {canned{200, asJSON, ""}, "protocol"},
	"an object without a user":                   {document(`{}`), "protocol"},
	"a null":                                     {document(`null`), "protocol"},
	"an error in an envelope with a 200":         {document(`{"errors":[{"message":"no"}]}`), "protocol"},
	"a page of single sign-on with a 200":        {canned{200, asHTML, "<html>Sign in</html>"}, "protocol"},
}

func TestOnlyAProofMakesAUserGone(t *testing.T) {
	t.Parallel()

	for name, test := range notProofs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{callUser: {test.response}})

			for _, ref := range []pat.UserRef{{ID: userID}, {Username: "alice"}} {
				_, err := newDriver(t, s.url).User(t.Context(), ref)
				verdict.Want(t, err, test.kind)

				_, err = newDriver(t, s.url).Users(t.Context(), pat.UserQuery{Ref: pat.Some(ref)})
				verdict.Want(t, err, test.kind)
			}
		})
	}
}

func TestOnlyAProofMakesATokenGone(t *testing.T) {
	t.Parallel()

	for name, test := range notProofs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			// The user itself exists, so even a denial in the list is not a proof.
			s := newScript(t, map[string][]canned{callList: {test.response}, callUser: {document(aliceJSON)}})

			_, err := newDriver(t, s.url).Token(t.Context(), pat.Key{UserID: userID, TokenID: "deploy"})
			verdict.Want(t, err, test.kind)

			err = newDriver(t, s.url).Revoke(t.Context(), pat.Token{UserID: userID, ID: "deploy", Name: "deploy"})
			verdict.Want(t, err, test.kind)

			if slices.Contains(s.calls(), callRevoke) {
				t.Error("a revocation was sent for a token that was not listed")
			}
		})
	}
}

func TestAListProvesNothingUnlessTheUserIsFound(t *testing.T) {
	t.Parallel()

	for name, test := range notProofs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			for _, list := range []canned{listJSON(), listJSON(tokenJSON("other", created))} {
				s := newScript(t, map[string][]canned{callList: {list}, callUser: {test.response}})

				_, err := newDriver(t, s.url).Token(t.Context(), pat.Key{UserID: userID, TokenID: "deploy"})
				verdict.Want(t, err, test.kind)

				err = newDriver(t, s.url).Revoke(t.Context(), pat.Token{UserID: userID, ID: "deploy", Name: "deploy"})
				verdict.Want(t, err, test.kind)
			}
		})
	}
}

func TestProofsThatATokenIsGone(t *testing.T) {
	t.Parallel()

	curly := sentence(404, "A user with id “"+userID+"” does not exist.")

	tests := map[string]struct {
		list, user canned
		kind       string
		sent       int
	}{
		"a list of other tokens":                     {listJSON(tokenJSON("Deploy", created), tokenJSON("deploy2", created)), document(aliceJSON), "gone", 2},
		"a list that names no user":                  {listJSON(`{"name":"other"}`), document(aliceJSON), "gone", 2},
		"the list of another user":                   {listJSON(tokenJSON("other", created)), document(bobJSON), "protocol", 2},
		"a list of other tokens, and no user":        {listJSON(tokenJSON("other", created)), sentence(404, gone404), "user gone", 2},
		"an empty list of a user who exists":         {listJSON(), document(aliceJSON), "gone", 2},
		"an empty list of a user who does not exist": {listJSON(), sentence(404, gone404), "user gone", 2},
		"a user denied twice":                        {sentence(404, gone404), sentence(404, gone404), "user gone", 2},
		"a user denied in curly quotes":              {curly, curly, "user gone", 2},
		"a user denied only in the list":             {sentence(404, gone404), document(aliceJSON), "not found", 2},
		"a list in XML": {
			canned{http.StatusOK, asXML, "<tokens/>"},
			canned{http.StatusOK, asXML, "<user><sysId>" + userID + "</sysId><userName>alice</userName></user>"},
			"gone", 2,
		},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{callList: {test.list}, callUser: {test.user}})

			_, err := newDriver(t, s.url).Token(t.Context(), pat.Key{UserID: userID, TokenID: "deploy"})
			verdict.Want(t, err, test.kind)

			requests := s.requests()
			if len(requests) != test.sent {
				t.Errorf("%d requests, want %d", len(requests), test.sent)
			}

			for _, request := range requests {
				if query := request.query.Encode(); query != "userid="+userID || request.accept != asJSON {
					t.Errorf("%s was sent with %q, accepting %s", request.call, query, request.accept)
				}
			}
		})
	}
}

func TestAbsenceNeedsNoCurrentUser(t *testing.T) {
	t.Parallel()

	s := newScript(t, map[string][]canned{
		callList: {listJSON(tokenJSON("other", created))}, callUser: {document(aliceJSON)},
	})

	_, err := newDriver(t, s.url, bearer("")).
		Token(t.Context(), pat.Key{UserID: userID, TokenID: "deploy"})
	verdict.Want(t, err, "gone", `no token named "deploy"`)
}
