package universalcontroller

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

func createWhoseAnswerIsLost(t *testing.T, s *stage) {
	alice := s.addUser(t, "alice")
	driver := s.admin(t)

	faults := map[string]sandbox.Fault{
		"dropped": {Kind: sandbox.FaultDrop}, "cut": {Kind: sandbox.FaultTruncate},
		"a failure":  {Kind: sandbox.FaultAnswer, Status: 500, Body: "Unexpected request failure. See log(s) for more details."},
		"a gateway":  {Kind: sandbox.FaultAnswer, Status: 502, ContentType: "text/html"},
		"a firewall": {Kind: sandbox.FaultAnswer, Status: 403, ContentType: "text/html", Body: "<html>Response blocked</html>"},
		"a refusal":  {Kind: sandbox.FaultAnswer, Status: 400, ContentType: "text/html", Body: "<html>Bad request</html>"},
		"elsewhere":  {Kind: sandbox.FaultAnswer, Status: 404, ContentType: "text/plain", Body: "<html>Not found</html>"},
		"in JSON":    {Kind: sandbox.FaultAnswer, Status: 403, ContentType: "application/json", Body: `{"message":"Forbidden"}`},
		"too large":  {Kind: sandbox.FaultAnswer, Status: 413, ContentType: "text/plain", Body: " "},
		"a page":     {Kind: sandbox.FaultAnswer, ContentType: "text/html"},
		"empty":      {Kind: sandbox.FaultAnswer, Body: " "},
	}

	for name, fault := range faults {
		s.ClearFaults()

		fault.Match, fault.AfterWork = sandbox.Match{Method: http.MethodPost}, true
		s.AddFault(fault)
		s.ResetRequests()

		_, err := driver.Create(t.Context(), alice, pat.NewToken{Name: name, ExpiresAt: pat.Some(nextYear)})
		if verdict.Of(err) != "ambiguous" {
			t.Errorf("%s: the error is %q (%v)", name, verdict.Of(err), err)
		}

		if strings.Contains(err.Error(), controllerserver.SecretPrefix) {
			t.Errorf("%s: the error holds a secret: %v", name, err)
		}

		if sent := s.journal(http.MethodPost, "/resources/user/token"); len(sent) != 1 {
			t.Errorf("%s: sent %d times", name, len(sent))
		}

		found, err := driver.Tokens(t.Context(), alice, pat.TokenQuery{Name: pat.Some(name)})
		if err != nil || len(found) != 1 {
			t.Errorf("%s: %v, %v; want what was made", name, found, err)

			continue
		}

		if err := driver.Revoke(t.Context(), found[0]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}

	if left := s.LiveTokens("alice"); left != 0 {
		t.Errorf("%d tokens are left", left)
	}
}

func tokenVanishes(t *testing.T, s *stage) {
	alice := s.addUser(t, "alice")
	driver := s.admin(t)
	s.addToken(t, "alice", "other", nextYear)

	for _, left := range []string{"other", ""} {
		s.addToken(t, "alice", "deploy", nextYear)

		token, err := driver.Token(t.Context(), pat.Key{UserID: alice, TokenID: "deploy"})
		if err != nil {
			t.Fatal(err)
		}

		remove := s.Before(sandbox.Match{Method: http.MethodDelete}, func(*http.Request) {
			s.RevokeToken("alice", "deploy")

			if left == "" {
				s.DeleteUser("alice")
			}
		})

		if err := driver.Revoke(t.Context(), token); err != nil {
			t.Errorf("with %q left: %v", left, err)
		}

		remove()
	}
}

// wrongContext has the server's own pages for a path that it does not know.
func wrongContext(t *testing.T, s *stage) {
	base, err := url.Parse(s.base)
	if err != nil {
		t.Fatal(err)
	}

	base.Path += "/wrong"
	driver := s.admin(t)
	wrong := newDriver(t, base.String(), func(o *Options) { o.Now = s.clock.Now })

	_, err = wrong.Token(t.Context(), pat.Key{UserID: controllerserver.AdminSysID, TokenID: "deploy"})
	verdict.Want(t, err, "protocol", "HTTP 404", "/uc")

	_, err = wrong.User(t.Context(), pat.UserRef{Username: controllerserver.AdminUserName})
	verdict.Want(t, err, "protocol", "HTTP 404")

	unknown := regexp.MustCompile("^" + regexp.QuoteMeta(base.Path) + "/")
	if seen := s.Count(func(r sandbox.Request) bool { return unknown.MatchString(r.Path) }); seen != 2 {
		t.Errorf("%d requests went to the wrong context, want 2", seen)
	}

	s.ResetRequests()

	if _, err := driver.CurrentUser(t.Context()); err != nil {
		t.Error(err)
	}
}
