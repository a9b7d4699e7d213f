package universalcontroller

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

func TestUserIsMatchedExactly(t *testing.T) {
	t.Parallel()

	const capital = `{"sysId":"` + userID + `","userName":"Alice","active":true}`

	tests := map[string]struct {
		ref      pat.UserRef
		response canned
		query    string // Empty means that no request is sent.
		kind     string
	}{
		"by a name in another case":                 {pat.UserRef{Username: "alice"}, document(capital), "username=alice", "validation"},
		"by id, with a response about another user": {pat.UserRef{ID: noSuchID}, document(aliceJSON), "userid=" + noSuchID, "protocol"},
		"by a name with an ampersand":               {pat.UserRef{Username: "a&userid=b"}, sentence(404, `A user with name "a&userid=b" does not exist.`), "username=a%26userid%3Db", "user gone"},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{callUser: {test.response}})

			user, err := newDriver(t, s.url).User(t.Context(), test.ref)
			verdict.Want(t, err, test.kind)

			if err == nil && (user.ID != userID || user.Username != "alice" || user.Tokens != nil) {
				t.Errorf("the user is %+v", user)
			}

			var queries []string
			for _, request := range s.requests() {
				queries = append(queries, request.rawQuery)
			}

			var want []string
			if test.query != "" {
				want = []string{test.query}
			}

			if !slices.Equal(queries, want) {
				t.Errorf("sent %q, want %q", queries, want)
			}
		})
	}
}

func TestUsersIsOneRequest(t *testing.T) {
	t.Parallel()

	const bob = `{"sysId":"4de4c72e27c94d4aa840bffcbd7509ca","userName":"bob","tokens":[` +
		`{"name":"b","userName":"bob"},{"name":"a","userName":"bob"}]}`

	alice := strings.Replace(aliceJSON, `[]`, `[{"name":"c","userName":"alice"}]`, 1)
	all := map[string][]canned{callUsers: {listJSON(bob, alice)}, callUser: {document(alice)}}

	tests := map[string]struct {
		query  pat.UserQuery
		sent   string
		users  []string
		tokens []string // Of all users; nil means that there is no list.
	}{
		"all":              {pat.UserQuery{}, callUsers + "?", []string{"alice", "bob"}, nil},
		"all, with tokens": {pat.UserQuery{WithTokens: true}, callUsers + "?showTokens=true", []string{"alice", "bob"}, []string{"c", "a", "b"}},
		"one by name": {
			pat.UserQuery{Ref: pat.Some(pat.UserRef{Username: "alice"})}, callUser + "?username=alice", []string{"alice"}, nil,
		},
		"one by id, with tokens": {
			pat.UserQuery{Ref: pat.Some(pat.UserRef{ID: userID}), WithTokens: true},
			callUser + "?showTokens=true&userid=" + userID,
			[]string{"alice"},
			[]string{"c"},
		},
		"one by a name in another case": {
			pat.UserQuery{Ref: pat.Some(pat.UserRef{Username: "ALICE"})}, callUser + "?username=ALICE", nil, nil,
		},
		"one by both of two users": {
			pat.UserQuery{Ref: pat.Some(pat.UserRef{ID: userID, Username: "bob"})}, callUser + "?userid=" + userID, nil, nil,
		},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, all)

			users, err := newDriver(t, s.url).Users(t.Context(), test.query)
			if err != nil || users == nil {
				t.Fatalf("%v, %v", users, err)
			}

			var (
				logins []string
				tokens []string
			)

			for _, user := range users {
				logins = append(logins, user.Username)

				if user.Tokens != nil {
					tokens = append(append([]string{}, tokens...), names(user.Tokens)...)
				}
			}

			if diff := cmp.Diff(test.users, logins); diff != "" {
				t.Errorf("the users:\n%s", diff)
			}

			if diff := cmp.Diff(test.tokens, tokens); diff != "" {
				t.Errorf("the tokens:\n%s", diff)
			}

			requests := s.requests()
			if len(requests) != 1 || requests[0].call+"?"+requests[0].rawQuery != test.sent {
				t.Errorf("sent %+v, want %s", requests, test.sent)
			}
		})
	}
}

func TestUsersWithoutTokensAreChecked(t *testing.T) {
	t.Parallel()

	const (
		admin = `{"sysId":"5de4c72e27c94d4aa840bffcbd7509ca","userName":"ops.admin","tokens":[]}`
		carol = `{"sysId":"6de4c72e27c94d4aa840bffcbd7509ca","userName":"carol","tokens":[{"name":"c","userName":"carol"}]}`
	)

	denied := sentence(403, "Operation prohibited due to security constraints.")

	tests := map[string]struct {
		change func(*Options)
		users  canned
		tokens []canned
		kind   string
		looks  int
	}{
		"every user has tokens":            {users: listJSON(carol), kind: "none"},
		"only the account itself has none": {users: listJSON(admin, carol), kind: "none"},
		"another has none":                 {users: listJSON(admin, aliceJSON, carol), tokens: []canned{listJSON()}, kind: "none", looks: 1},
		"two others have none":             {users: listJSON(aliceJSON, aliceJSON), tokens: []canned{listJSON()}, kind: "none", looks: 1},
		"another may have some":            {users: listJSON(admin, aliceJSON, carol), tokens: []canned{denied}, kind: "permission", looks: 1},
		"one of two may be the account itself": {
			change: bearer(""), users: listJSON(aliceJSON, aliceJSON), tokens: []canned{listJSON(), denied}, kind: "permission", looks: 2,
		},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{
				callUsers: {test.users}, callList: test.tokens, callUser: {document(aliceJSON)},
			})

			var changes []func(*Options)
			if test.change != nil {
				changes = append(changes, test.change)
			}

			_, err := newDriver(t, s.url, changes...).Users(t.Context(), pat.UserQuery{WithTokens: true})
			verdict.Want(t, err, test.kind)

			looks := 0

			for _, call := range s.calls() {
				if call == callList {
					looks++
				}
			}

			if looks != test.looks {
				t.Errorf("%d lists of tokens were requested, want %d", looks, test.looks)
			}
		})
	}
}

func TestUsersWithoutTheRequestedTokensAreAnError(t *testing.T) {
	t.Parallel()

	for name, response := range map[string]canned{
		"no key": listJSON(`{"sysId":"` + userID + `","userName":"alice"}`),
		"null":   listJSON(`{"sysId":"` + userID + `","userName":"alice","tokens":null}`),
		"in XML": {200, asXML, "<users><user><sysId>" + userID + "</sysId><userName>alice</userName></user></users>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{callUsers: {response}})

			_, err := newDriver(t, s.url).Users(t.Context(), pat.UserQuery{WithTokens: true})
			verdict.Want(t, err, "protocol", MinimumVersion)

			if users, err := newDriver(t, s.url).Users(t.Context(), pat.UserQuery{}); err != nil || len(users) != 1 {
				t.Errorf("%v, %v; want the user, without tokens", users, err)
			}
		})
	}
}

func TestUsersWithoutAListIsAnError(t *testing.T) {
	t.Parallel()

	for name, response := range map[string]canned{
		"null":                  document(`null`),
		"one user":              document(aliceJSON),
		"a user without an id":  listJSON(`{"userName":"alice"}`),
		"a user without a name": listJSON(`{"sysId":"` + userID + `"}`),
		"tokens":                {200, asXML, "<tokens/>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{callUsers: {response}})

			_, err := newDriver(t, s.url).Users(t.Context(), pat.UserQuery{})
			verdict.Want(t, err, "protocol")
		})
	}
}

func TestEnabledUsersAndAdministrators(t *testing.T) {
	t.Parallel()

	role := func(name string) userRoleRecord {
		var record userRoleRecord
		record.Role.Value = name

		return record
	}

	tests := map[string]struct {
		record         userRecord
		enabled, admin bool
		refusal        string
	}{
		"an active user":             {userRecord{Active: true}, true, false, ""},
		"an inactive one":            {userRecord{}, false, false, "is not active"},
		"a locked one":               {userRecord{Active: true, LockedOut: true}, false, false, "is locked"},
		"one without web services":   {userRecord{Active: true, WebServiceAccess: "No"}, true, false, "has no web service access"},
		"one with the role":          {userRecord{Active: true, UserRoles: elements[userRoleRecord]{role("x"), role("ops_admin")}}, true, true, ""},
		"one who administers users":  {userRecord{Active: true, UserRoles: elements[userRoleRecord]{role("ops_user_admin")}}, true, false, ""},
		"the built-in administrator": {userRecord{Active: true, UserName: "ops.admin"}, true, true, ""},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if user := test.record.user(); user.Enabled != test.enabled || user.Admin != test.admin || user.Refusal != test.refusal {
				t.Errorf("enabled %t, admin %t, refusal %q", user.Enabled, user.Admin, user.Refusal)
			}
		})
	}
}
