package foreman

import (
	"net/url"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

func TestAPlainPrefixIsSearchedByTheServer(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	user := stage.addUser(t, "alice")
	stage.addToken(t, "deploy-abcdef-1")

	if _, err := stage.admin(t).Tokens(t.Context(), user, pat.TokenQuery{NamePrefix: pat.Some("deploy-abcdef-")}); err != nil {
		t.Fatal(err)
	}

	query, _ := url.ParseQuery(stage.Requests()[0].RawQuery)
	if got, want := query.Get("search"), `name ~ "deploy-abcdef-*"`; got != want {
		t.Errorf("the search is %s, want %s", got, want)
	}
}

func TestOtherResultsOfASearchAreNotReturned(t *testing.T) {
	t.Parallel()

	server := newScript(t, map[string]canned{
		"GET /api/users/5-~/personal_access_tokens": {status: 200, body: listJSON(2, tokenJSON(1, "ci"), tokenJSON(2, "CI"))},
	})

	tokens, err := newDriver(t, server.url).Tokens(t.Context(), "5", pat.TokenQuery{Name: pat.Some("Ci")})
	if err != nil || len(tokens) != 0 {
		t.Errorf("%v, %v", names(tokens), err)
	}
}
