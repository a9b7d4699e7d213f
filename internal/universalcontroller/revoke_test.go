package universalcontroller

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// deploy is the token of tokenJSON("deploy", created).
var deploy = pat.Token{UserID: userID, ID: "deploy", Name: "deploy", CreatedAt: today}

// revoked200 is the documented response to a revocation.
var revoked200 = sentence(200, "Personal access token revoked successfully.")

func TestRevoke(t *testing.T) {
	t.Parallel()

	const earlier = "2022-07-28 17:11:35 -0400"

	ours, another := tokenJSON("deploy", created), tokenJSON("deploy", earlier)
	there, gone := listJSON(ours), listJSON(tokenJSON("other", created))
	listOfBob := listJSON(strings.ReplaceAll(tokenJSON("other", created), "alice", "bob"))
	unknown := sentence(404, `Personal access token "deploy" not found.`)

	tests := map[string]struct {
		lists    []canned // Before and after the revocation.
		response canned   // To the revocation; if it is zero, no revocation may be sent.
		user     canned
		kind     string
		words    []string
	}{
		"the documented sentence":           {lists: []canned{there}, response: revoked200, kind: "none"},
		"an empty response":                 {lists: []canned{there, gone}, response: sentence(200, ""), kind: "none"},
		"a response without a content type": {lists: []canned{there, gone}, response: canned{200, "", ""}, kind: "none"},
		"no content":                        {lists: []canned{there, gone}, response: canned{204, "", ""}, kind: "none"},
		"an envelope":                       {lists: []canned{there, gone}, response: document(`{"status":"ok","info":[{"message":"revoked"}],"errors":[]}`), kind: "none"},

		"an empty response, still listed":            {lists: []canned{there}, response: sentence(200, ""), kind: "protocol", words: []string{"still listed"}},
		"another sentence, still listed":             {lists: []canned{there}, response: sentence(200, "OK"), kind: "protocol", words: []string{"still listed"}},
		"an envelope, still listed":                  {lists: []canned{there}, response: document(`{"status":"ok"}`), kind: "protocol", words: []string{"still listed"}},
		"an empty response, and another user's list": {lists: []canned{there, listOfBob}, response: sentence(200, ""), kind: "protocol", words: []string{"lists one of user bob"}},
		"no content, still listed":                   {lists: []canned{there}, response: canned{204, "", ""}, kind: "protocol", words: []string{"HTTP 204"}},
		"the sentence with a 202, still listed":      {lists: []canned{there}, response: canned{202, asText, revoked200.body}, kind: "protocol"},
		"the sentence in JSON, still listed":         {lists: []canned{there}, response: document(`"` + revoked200.body + `"`), kind: "protocol"},
		"null, still listed":                         {lists: []canned{there}, response: document("null"), kind: "protocol"},

		"a page with a 200, still listed":       {lists: []canned{there}, response: canned{200, asHTML, "<html>Sign in</html>"}, kind: "protocol", words: []string{"DELETE", "still listed", "single sign-on"}},
		"a page labelled as text, still listed": {lists: []canned{there}, response: sentence(200, "<html>Sign in</html>"), kind: "protocol"},
		"a page with a 200, not listed":         {lists: []canned{there, gone}, response: canned{200, asHTML, "<html></html>"}, kind: "none"},
		"a page with a 200, then a failure":     {lists: []canned{there, sentence(500, "no")}, response: canned{200, asHTML, "<html></html>"}, kind: "protocol", words: []string{"could not determine whether the token still exists"}},
		"errors with a 200, still listed":       {lists: []canned{there}, response: document(`{"errors":[{"message":"not now"}]}`), kind: "protocol", words: []string{"still listed"}},

		"a 404, not listed":                          {lists: []canned{there, gone}, response: unknown, kind: "none"},
		"a 400, not listed":                          {lists: []canned{there, gone}, response: sentence(400, "not found"), kind: "none"},
		"a 404, still listed":                        {lists: []canned{there}, response: unknown, kind: "not found", words: []string{"not found."}},
		"a 400, still listed":                        {lists: []canned{there}, response: sentence(400, "Required tokenname."), kind: "validation", words: []string{"Required tokenname."}},
		"a 404, and another token listed":            {lists: []canned{there, listJSON(another)}, response: unknown, kind: "none"},
		"a 404, then no permission":                  {lists: []canned{there, sentence(403, "no")}, response: unknown, kind: "permission"},
		"a page for the wrong context, not listed":   {lists: []canned{there, gone}, response: canned{404, asHTML, notFoundPage}, kind: "none"},
		"a page for the wrong context, still listed": {lists: []canned{there}, response: canned{404, asHTML, notFoundPage}, kind: "protocol"},
		"the user was deleted in the meantime":       {lists: []canned{there, sentence(404, gone404)}, response: sentence(404, gone404), user: sentence(404, gone404), kind: "none"},
		"the user is denied, but exists":             {lists: []canned{there, sentence(404, gone404)}, response: sentence(404, gone404), user: document(aliceJSON), kind: "not found"},

		"no permission": {lists: []canned{there}, response: sentence(403, "Operation prohibited due to security constraints."), kind: "permission", words: []string{"ops_user_admin"}},
		"a failure":     {lists: []canned{there}, response: sentence(500, "Unexpected request failure."), kind: "protocol"},
		"a gateway":     {lists: []canned{there}, response: canned{502, asHTML, "<html></html>"}, kind: "transient"},

		"not listed":                                 {lists: []canned{gone}, kind: "none"},
		"an empty list":                              {lists: []canned{listJSON()}, user: document(aliceJSON), kind: "none"},
		"the user does not exist":                    {lists: []canned{sentence(404, gone404)}, user: sentence(404, gone404), kind: "none"},
		"another token of the name":                  {lists: []canned{listJSON(another)}, kind: "none"},
		"a token of the name in another letter case": {lists: []canned{listJSON(tokenJSON("Deploy", created))}, kind: "none"},
		"the token and another of the name": {
			lists: []canned{listJSON(ours, another)}, kind: "validation",
			words: []string{"would revoke them all", "2026-11-21T12:00:00Z", "2022-07-28T21:11:35Z"},
		},
		"two of the name, of the same second": {lists: []canned{listJSON(ours, ours)}, kind: "validation", words: []string{"would revoke them all"}},
		"two of the name, one of unknown age": {lists: []canned{listJSON(ours, tokenJSON("deploy", ""))}, kind: "validation", words: []string{"an unknown time"}},
		"no creation time in the list":        {lists: []canned{listJSON(tokenJSON("deploy", ""))}, response: revoked200, kind: "none"},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{
				callList: test.lists, callRevoke: {test.response}, callUser: {cmp.Or(test.user, document(aliceJSON))},
			})

			verdict.Want(t, newDriver(t, s.url).Revoke(t.Context(), deploy), test.kind, test.words...)

			calls := s.calls()
			if calls[0] != callList {
				t.Errorf("the list was not read first: %v", calls)
			}

			if sent := slices.Contains(calls, callRevoke); sent != (test.response.status != 0) {
				t.Errorf("sent %v, want a revocation: %t", calls, test.response.status != 0)
			}
		})
	}
}

// A state has no creation time if the lookup after the create failed. The token that now has the name
// may be another one, issued after the recorded one was revoked.
func TestRevokeOfATokenWhoseCreationTimeIsUnknown(t *testing.T) {
	t.Parallel()

	const earlier = "2022-07-28 17:11:35 -0400"

	namesake := listJSON(tokenJSON("deploy", created))

	tests := map[string]struct {
		// issued is true if this process issued the token and the lookup failed.
		issued   bool
		expires  time.Time
		lists    []canned // Before and after the revocation.
		response canned   // To the revocation; if it is zero, no revocation may be sent.
		kind     string
		words    []string
	}{
		"one of the name, of another expiry": {
			lists: []canned{namesake}, kind: "validation",
			words: []string{
				"not sent", `"deploy"`, "created at 2026-11-21T12:00:00Z and expires on 2027-01-01", "never expires", "-refresh=false",
				"Personal Access Tokens",
			},
		},
		"one of the name, of the same expiry": {
			expires: date(2027, 1, 1), lists: []canned{namesake}, response: revoked200, kind: "none",
		},
		"two of the name, of the same expiry": {
			expires: date(2027, 1, 1), lists: []canned{listJSON(tokenJSON("deploy", created), tokenJSON("deploy", earlier))},
			kind: "validation", words: []string{"would revoke them all", "2026-11-21T12:00:00Z", "2022-07-28T21:11:35Z"},
		},
		"none of the name":                     {lists: []canned{listJSON(tokenJSON("other", created))}, kind: "none"},
		"a server that sends no creation time": {lists: []canned{listJSON(tokenJSON("deploy", ""))}, response: revoked200, kind: "none"},
		"issued by this process":               {issued: true, lists: []canned{namesake}, response: revoked200, kind: "none"},
		"issued by this process, one of two": {
			issued: true, lists: []canned{listJSON(tokenJSON("deploy", created), tokenJSON("deploy", earlier))}, kind: "validation",
			words: []string{"would revoke them all"},
		},
		"another token after an unclear response": {
			issued: true, lists: []canned{listJSON(tokenJSON("deploy", earlier)), namesake}, response: sentence(200, ""), kind: "none",
		},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			lists := test.lists
			if test.issued {
				lists = append([]canned{sentence(500, "no")}, lists...)
			}

			s := newScript(t, map[string][]canned{
				callCreate: {sentence(200, "ucp_example")}, callList: lists, callRevoke: {test.response}, callUser: {document(aliceJSON)},
			})
			driver := newDriver(t, s.url)
			token := pat.Token{UserID: userID, ID: "deploy", Name: "deploy", ExpiresAt: test.expires}

			if test.issued {
				issued, err := driver.Create(t.Context(), userID, pat.NewToken{Name: "deploy"})
				if err != nil || !issued.CreatedAt.IsZero() {
					t.Fatalf("created at %v, %v; want a token without a creation time", issued.CreatedAt, err)
				}

				token = issued.Token
			}

			verdict.Want(t, driver.Revoke(t.Context(), token), test.kind, test.words...)

			if sent := slices.Contains(s.calls(), callRevoke); sent != (test.response.status != 0) {
				t.Errorf("sent %v, want a revocation: %t", s.calls(), test.response.status != 0)
			}
		})
	}
}
