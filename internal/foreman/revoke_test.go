package foreman

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

func TestRevokeNamesTheMissingPermission(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		permissions []string
		missing     []string
		words       []string
	}{
		"no permission": {missing: []string{"revoke_personal_access_tokens"}},
		"not edit_users": {
			permissions: append([]string{"revoke_personal_access_tokens"}, viewAll...),
			missing:     []string{"edit_users"}, words: []string{"edit_users", "shows it as active"},
		},
		"neither edit_users nor the permission to read": {
			permissions: []string{"revoke_personal_access_tokens"},
			missing:     []string{"view_personal_access_tokens"}, words: []string{"edit_users"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			stage := newStage(t, foremanserver.Options{})
			stage.addUser(t, "alice")
			stage.addUser(t, "clerk", test.permissions...)

			err := stage.as(t, "clerk").Revoke(t.Context(), stage.addToken(t, "ci"))
			verdict.Want(t, err, "permission", test.words...)

			denied, _ := errors.AsType[*pat.PermissionError](err)
			if diff := cmp.Diff(test.missing, denied.Missing); diff != "" {
				t.Error(diff)
			}

			if stage.LiveTokens("alice") != 1 {
				t.Error("the token was revoked")
			}
		})
	}
}

// Foreman names one permission at a time. Whatever fails first, the error names all permissions for
// issuing, reading and revoking the tokens of other users, so that the user does not have to find
// them out one by one.
func TestARefusalNamesAllPermissions(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	id := stage.addUser(t, "alice")
	stage.addUser(t, "none")
	stage.addUser(t, "half", "view_personal_access_tokens", "revoke_personal_access_tokens")
	token := stage.addToken(t, "ci")

	for name, try := range map[string]func(*System) error{
		"to find the user": func(s *System) error { _, err := s.User(t.Context(), pat.UserRef{Username: "alice"}); return err },
		"to read the user": func(s *System) error { _, err := s.User(t.Context(), pat.UserRef{ID: id}); return err },
		"to read a token":  func(s *System) error { _, err := s.Token(t.Context(), token.Key()); return err },
		"to list users":    func(s *System) error { _, err := s.Users(t.Context(), pat.UserQuery{}); return err },
		"to list tokens":   func(s *System) error { _, err := s.Tokens(t.Context(), id, pat.TokenQuery{}); return err },
		"to issue a token": func(s *System) error { _, err := s.Create(t.Context(), id, pat.NewToken{Name: "new"}); return err },
		"to revoke it":     func(s *System) error { return s.Revoke(t.Context(), token) },
	} {
		for _, account := range []string{"none", "half"} {
			t.Run(name+", with permissions: "+account, func(t *testing.T) {
				t.Parallel()
				verdict.Want(t, try(stage.as(t, account)), "permission", everything...)
			})
		}
	}

	t.Run("a permission that tokens do not need", func(t *testing.T) {
		t.Parallel()

		server := newHandlerScript(t, func(*http.Request) canned {
			return canned{status: 403, body: `{"error":{"message":"Access denied","missing_permissions":["view_organizations"]}}`}
		})

		err := newDriver(t, server.url).Revoke(t.Context(), token)
		verdict.Want(t, err, "permission", "Grant this account a role with view_organizations, or use an administrator.")

		if strings.Contains(err.Error(), "view_users") {
			t.Errorf("got %v", err)
		}
	})
}

func TestRevokeExplainsTwoTokensOfOneName(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	stage.addUser(t, "alice")
	stage.addToken(t, "twin")

	err := stage.admin(t).Revoke(t.Context(), stage.addToken(t, "twin"))
	verdict.Want(t, err, "protocol", "HTTP 500", "Validation failed: Name has already been taken", "two tokens of this user", "database")
}

func TestRevokeNeedsTheServersConfirmation(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		response canned
		shown    string // the token as the server returns it afterwards
		kind     string
		words    []string
	}{
		"a page":          {canned{status: 200, contentType: "text/html", body: "<html>login</html>"}, tokenJSON(1, "ci"), "protocol", []string{"HTTP 200"}},
		"an empty body":   {canned{status: 204}, tokenJSON(1, "ci"), "protocol", []string{"HTTP 204"}},
		"revoked: false":  {canned{status: 200, body: `{"id":1,"revoked":false}`}, tokenJSON(1, "ci"), "protocol", []string{"shows it as active", "Foreman's log"}},
		"another token":   {canned{status: 200, body: `{"id":2,"revoked":true}`}, tokenJSON(1, "ci"), "protocol", []string{"shows it as active"}},
		"an empty object": {canned{status: 200, body: `{}`}, tokenJSON(1, "ci"), "protocol", []string{"shows it as active"}},
		"revoked: false, although it is revoked": {
			canned{status: 200, body: `{"id":1,"revoked":false}`},
			strings.Replace(tokenJSON(1, "ci"), `"revoked?":false`, `"revoked?":true`, 1), "none", nil,
		},
		"a page for a 404":                 {canned{status: 404, contentType: "text/html", body: "<html>no route</html>"}, tokenJSON(1, "ci"), "protocol", []string{"web page"}},
		"a proxy's 404":                    {canned{status: 404, contentType: "text/plain", body: "404 page not found"}, tokenJSON(1, "ci"), "protocol", nil},
		"a 404, although the token exists": {canned{status: 404, body: `{"error":{"message":"Resource personal_access_token not found by id '1'"}}`}, tokenJSON(1, "ci"), "permission", []string{"edit_users"}},
		"403":                              {canned{status: 403, body: `{"error":{"message":"Access denied"}}`}, tokenJSON(1, "ci"), "permission", []string{"Access denied"}},
		"401":                              {canned{status: 401, body: `{"error":{"message":"Unable to authenticate user admin"}}`}, tokenJSON(1, "ci"), "authentication", nil},
		"502":                              {canned{status: 502, contentType: "text/html", body: "<html>Bad gateway</html>"}, tokenJSON(1, "ci"), "transient", nil},
		"500":                              {canned{status: 500, body: `{"error":{"message":"reset has failed"}}`}, tokenJSON(1, "ci"), "protocol", []string{"reset has failed"}},
		"a redirect":                       {canned{status: 302, header: map[string]string{"Location": "https://sso.example.com/"}}, tokenJSON(1, "ci"), "protocol", []string{"sso.example.com"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			const path = " /api/users/5-~/personal_access_tokens/1"

			server := newScript(t, map[string]canned{
				"DELETE" + path:         test.response,
				"GET" + path:            {status: http.StatusOK, body: test.shown},
				"GET /api/current_user": {status: http.StatusOK, body: userJSON(4, "admin", true)},
			})

			err := newDriver(t, server.url).Revoke(t.Context(), pat.Token{UserID: "5", ID: "1", Name: "ci"})
			verdict.Want(t, err, test.kind, test.words...)

			if err != nil && test.response.status != http.StatusInternalServerError && strings.Contains(err.Error(), "two tokens") {
				t.Errorf("the error blames two tokens of one name: %v", err)
			}
		})
	}
}

func TestRevokeShowsNoHash(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	stage.addUser(t, "alice")
	stage.AddFault(sandbox.Fault{
		Match: sandbox.Match{Method: http.MethodDelete}, Kind: sandbox.FaultAnswer, Status: http.StatusOK, ContentType: asJSON,
		Body: `{"revoked":false,"id":1,"token":"` + foremanserver.HashPrefix + `"}`,
	})

	err := stage.admin(t).Revoke(t.Context(), stage.addToken(t, "ci"))
	verdict.Want(t, err, "protocol")

	if strings.Contains(err.Error(), foremanserver.HashPrefix) {
		t.Errorf("the error contains the hash: %v", err)
	}
}
