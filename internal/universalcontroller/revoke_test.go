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

// revoked200 is the documented answer to a revocation.
var revoked200 = sentence(200, "Personal access token revoked successfully.")

func TestRevoke(t *testing.T) {
	t.Parallel()

	const earlier = "2022-07-28 17:11:35 -0400"

	ours, another := tokenJSON("deploy", created), tokenJSON("deploy", earlier)
	there, gone := listJSON(ours), listJSON(tokenJSON("other", created))
	listOfBob := listJSON(strings.ReplaceAll(tokenJSON("other", created), "alice", "bob"))
	unknown := sentence(404, `Personal access token "deploy" not found.`)

	tests := map[string]struct {
		lists  []canned // Before and after.
		answer canned   // Of the revocation; none must be asked for where it is zero.
		user   canned
		kind   string
		words  []string
	}{
		"the documented sentence":          {lists: []canned{there}, answer: revoked200, kind: "none"},
		"an empty answer":                  {lists: []canned{there, gone}, answer: sentence(200, ""), kind: "none"},
		"an answer without a content type": {lists: []canned{there, gone}, answer: canned{200, "", ""}, kind: "none"},
		"no content":                       {lists: []canned{there, gone}, answer: canned{204, "", ""}, kind: "none"},
		"an envelope":                      {lists: []canned{there, gone}, answer: document(`{"status":"ok","info":[{"message":"revoked"}],"errors":[]}`), kind: "none"},

		"an empty answer, still there":        {lists: []canned{there}, answer: sentence(200, ""), kind: "protocol", words: []string{"still listed"}},
		"another sentence, still there":       {lists: []canned{there}, answer: sentence(200, "OK"), kind: "protocol", words: []string{"still listed"}},
		"an envelope, still there":            {lists: []canned{there}, answer: document(`{"status":"ok"}`), kind: "protocol", words: []string{"still listed"}},
		"an empty answer, and another's list": {lists: []canned{there, listOfBob}, answer: sentence(200, ""), kind: "protocol", words: []string{"lists one of user bob"}},
		"no content, still there":             {lists: []canned{there}, answer: canned{204, "", ""}, kind: "protocol", words: []string{"HTTP 204"}},
		"the sentence later, still there":     {lists: []canned{there}, answer: canned{202, asText, revoked200.body}, kind: "protocol"},
		"the sentence in JSON, still there":   {lists: []canned{there}, answer: document(`"` + revoked200.body + `"`), kind: "protocol"},
		"null, still there":                   {lists: []canned{there}, answer: document("null"), kind: "protocol"},

		"a page with a 200, still there":    {lists: []canned{there}, answer: canned{200, asHTML, "<html>Sign in</html>"}, kind: "protocol", words: []string{"DELETE", "still listed", "single sign-on"}},
		"a page as text, still there":       {lists: []canned{there}, answer: sentence(200, "<html>Sign in</html>"), kind: "protocol"},
		"a page with a 200, gone":           {lists: []canned{there, gone}, answer: canned{200, asHTML, "<html></html>"}, kind: "none"},
		"a page with a 200, then a failure": {lists: []canned{there, sentence(500, "no")}, answer: canned{200, asHTML, "<html></html>"}, kind: "protocol", words: []string{"could not determine whether the token still exists"}},
		"errors with a 200, still there":    {lists: []canned{there}, answer: document(`{"errors":[{"message":"not now"}]}`), kind: "protocol", words: []string{"still listed"}},

		"unknown, and gone":                    {lists: []canned{there, gone}, answer: unknown, kind: "none"},
		"unknown as a 400, and gone":           {lists: []canned{there, gone}, answer: sentence(400, "not found"), kind: "none"},
		"unknown, and still there":             {lists: []canned{there}, answer: unknown, kind: "not found", words: []string{"not found."}},
		"a 400, and still there":               {lists: []canned{there}, answer: sentence(400, "Required tokenname."), kind: "validation", words: []string{"Required tokenname."}},
		"unknown, and another came":            {lists: []canned{there, listJSON(another)}, answer: unknown, kind: "none"},
		"unknown, then no permission":          {lists: []canned{there, sentence(403, "no")}, answer: unknown, kind: "permission"},
		"a page of a wrong context, and gone":  {lists: []canned{there, gone}, answer: canned{404, asHTML, notFoundPage}, kind: "none"},
		"a page of a wrong context, and there": {lists: []canned{there}, answer: canned{404, asHTML, notFoundPage}, kind: "protocol"},
		"the user went meanwhile":              {lists: []canned{there, sentence(404, gone404)}, answer: sentence(404, gone404), user: sentence(404, gone404), kind: "none"},
		"the user is denied, yet there":        {lists: []canned{there, sentence(404, gone404)}, answer: sentence(404, gone404), user: document(aliceJSON), kind: "not found"},

		"no permission": {lists: []canned{there}, answer: sentence(403, "Operation prohibited due to security constraints."), kind: "permission", words: []string{"ops_user_admin"}},
		"a failure":     {lists: []canned{there}, answer: sentence(500, "Unexpected request failure."), kind: "protocol"},
		"a gateway":     {lists: []canned{there}, answer: canned{502, asHTML, "<html></html>"}, kind: "transient"},

		"not there":                              {lists: []canned{gone}, kind: "none"},
		"not there, in an empty list":            {lists: []canned{listJSON()}, user: document(aliceJSON), kind: "none"},
		"the user is gone":                       {lists: []canned{sentence(404, gone404)}, user: sentence(404, gone404), kind: "none"},
		"another of the name":                    {lists: []canned{listJSON(another)}, kind: "none"},
		"one of the name in another letter case": {lists: []canned{listJSON(tokenJSON("Deploy", created))}, kind: "none"},
		"ours and another of the name": {
			lists: []canned{listJSON(ours, another)}, kind: "validation",
			words: []string{"would revoke them all", "2026-11-21T12:00:00Z", "2022-07-28T21:11:35Z"},
		},
		"two of the name, of one second":      {lists: []canned{listJSON(ours, ours)}, kind: "validation", words: []string{"would revoke them all"}},
		"two of the name, one of unknown age": {lists: []canned{listJSON(ours, tokenJSON("deploy", ""))}, kind: "validation", words: []string{"an unknown time"}},
		"a creation time that is not shown":   {lists: []canned{listJSON(tokenJSON("deploy", ""))}, answer: revoked200, kind: "none"},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{
				callList: test.lists, callRevoke: {test.answer}, callUser: {cmp.Or(test.user, document(aliceJSON))},
			})

			verdict.Want(t, newDriver(t, s.url).Revoke(t.Context(), deploy), test.kind, test.words...)

			calls := s.calls()
			if calls[0] != callList {
				t.Errorf("the list was not read first: %v", calls)
			}

			if sent := slices.Contains(calls, callRevoke); sent != (test.answer.status != 0) {
				t.Errorf("sent %v, want a revocation: %t", calls, test.answer.status != 0)
			}
		})
	}
}

// A state has no creation time where the look after the create failed. The token that has the
// name today may be another one, which somebody made after ours was revoked.
func TestRevokeOfATokenWhoseCreationTimeIsUnknown(t *testing.T) {
	t.Parallel()

	const earlier = "2022-07-28 17:11:35 -0400"

	namesake := listJSON(tokenJSON("deploy", created))

	tests := map[string]struct {
		// issued is true where this process issued the token and could not look at it.
		issued  bool
		expires time.Time
		lists   []canned // Before and after.
		answer  canned   // Of the revocation; none must be asked for where it is zero.
		kind    string
		words   []string
	}{
		"one of the name, of another expiry": {
			lists: []canned{namesake}, kind: "validation",
			words: []string{
				"not sent", `"deploy"`, "created at 2026-11-21T12:00:00Z and expires on 2027-01-01", "never expires", "-refresh=false",
				"Personal Access Tokens",
			},
		},
		"one of the name, of the same expiry": {
			expires: date(2027, 1, 1), lists: []canned{namesake}, answer: revoked200, kind: "none",
		},
		"two of the name, of the same expiry": {
			expires: date(2027, 1, 1), lists: []canned{listJSON(tokenJSON("deploy", created), tokenJSON("deploy", earlier))},
			kind: "validation", words: []string{"would revoke them all", "2026-11-21T12:00:00Z", "2022-07-28T21:11:35Z"},
		},
		"none of the name":                     {lists: []canned{listJSON(tokenJSON("other", created))}, kind: "none"},
		"a server that shows no creation time": {lists: []canned{listJSON(tokenJSON("deploy", ""))}, answer: revoked200, kind: "none"},
		"issued by this process":               {issued: true, lists: []canned{namesake}, answer: revoked200, kind: "none"},
		"issued by this process, one of two": {
			issued: true, lists: []canned{listJSON(tokenJSON("deploy", created), tokenJSON("deploy", earlier))}, kind: "validation",
			words: []string{"would revoke them all"},
		},
		"another came after an unclear answer": {
			issued: true, lists: []canned{listJSON(tokenJSON("deploy", earlier)), namesake}, answer: sentence(200, ""), kind: "none",
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
				callCreate: {sentence(200, "ucp_example")}, callList: lists, callRevoke: {test.answer}, callUser: {document(aliceJSON)},
			})
			driver := newDriver(t, s.url)
			token := pat.Token{UserID: userID, ID: "deploy", Name: "deploy", ExpiresAt: test.expires}

			if test.issued {
				issued, err := driver.Create(t.Context(), userID, pat.NewToken{Name: "deploy"})
				if err != nil || !issued.CreatedAt.IsZero() {
					t.Fatalf("created at %v, %v; want a token of an unknown age", issued.CreatedAt, err)
				}

				token = issued.Token
			}

			verdict.Want(t, driver.Revoke(t.Context(), token), test.kind, test.words...)

			if sent := slices.Contains(s.calls(), callRevoke); sent != (test.answer.status != 0) {
				t.Errorf("sent %v, want a revocation: %t", s.calls(), test.answer.status != 0)
			}
		})
	}
}
