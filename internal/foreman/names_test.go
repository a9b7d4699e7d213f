package foreman

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// hostile are names that mean something else to a search that is not quoted, escaped or
// compared with care.
var hostile = []string{
	"plain", "two words", "PLAIN", "plain*", "pl%", "pl_in", "plbin", "p", "*", "%", "_",
	`double"quote`, `"`, `""`, `back\slash`, `\`, `\\`, `\"`, `ends with \`, "o'neil", "`tick`",
	"and", "or", "not", "has", "set?", "null?", "before", "a and b", "name = plain or name = and",
	`name="x"`, `x" or name="plain`, `x" or id > 0 or name="`,
	"comma,name", "a, b", "paren(1)", "(", ")", "((", "<", ">", "<=5", "a=b", "!", "!=", "~", "^", "& |", "-", "--",
	"-leading", "--leading", "-and", "a/b", "../..", "a;b", "a+b", "a&b=c", "a?b#c", "50%25", "%2F", "{{x}}", "$HOME",
	"ünï", "UNÏ", "名前", "🔑", "🔑 key", "é", "e\u0301", "inner  blanks", "inner\u00a0blank", "\u200bzero", "123", "0", "1e3", "true",
	strings.Repeat("n", maxSearch), strings.Repeat("n", maxSearch+1), strings.Repeat("ü", 5000),
}

func TestTokensFindsExactlyTheHostileName(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	user := stage.addUser(t, "alice")
	admin := stage.admin(t)

	for _, name := range hostile {
		issued, err := admin.Create(t.Context(), user, pat.NewToken{Name: name})
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}

		if issued.Name != name {
			t.Fatalf("%q was made of %q", issued.Name, name)
		}
	}

	for _, name := range hostile {
		tokens, err := admin.Tokens(t.Context(), user, pat.TokenQuery{Name: pat.Some(name)})
		if err != nil {
			t.Errorf("%q: %v", name, err)
		}

		if diff := cmp.Diff([]string{name}, names(tokens)); diff != "" {
			t.Error(diff)
		}
	}

	// What fits into no URL is looked for in the whole list.
	for _, request := range stage.Requests() {
		if len(request.Path)+len(request.RawQuery) > 8000 {
			t.Errorf("a request of %d bytes was sent", len(request.Path)+len(request.RawQuery))
		}
	}

	for _, name := range []string{"Plain", "nobody", "pl*", "", "hostile"} {
		tokens, err := admin.Tokens(t.Context(), user, pat.TokenQuery{Name: pat.Some(name)})
		if len(tokens) != 0 || err != nil {
			t.Errorf("%q: %d tokens, %v", name, len(tokens), err)
		}
	}
}

func TestTokensFindsExactlyThePrefix(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	user := stage.addUser(t, "alice")

	for _, name := range hostile {
		stage.addToken(t, name)
	}

	admin := stage.admin(t)

	for _, prefix := range []string{
		"p", "pl", "pl_", "pl%", "pl*", "*", "%", "_", `\`, `\\`, `back\`, `back\s`, `"`, `\"`, "and", "not", "-", "--",
		"a", "a/", "(", "ü", "🔑", "PL", "inner ", "name", strings.Repeat("n", maxSearch), strings.Repeat("n", maxSearch+1), "zzz",
	} {
		tokens, err := admin.Tokens(t.Context(), user, pat.TokenQuery{NamePrefix: pat.Some(prefix)})
		if err != nil {
			t.Errorf("%q: %v", prefix, err)
		}

		var want []string

		for _, name := range hostile {
			if strings.HasPrefix(name, prefix) {
				want = append(want, name)
			}
		}

		if diff := cmp.Diff(want, names(tokens)); diff != "" {
			t.Errorf("%q: %s", prefix, diff)
		}
	}
}

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

func TestASearchThatFindsOthersReturnsNoneOfThem(t *testing.T) {
	t.Parallel()

	server := newScript(t, map[string]canned{
		"GET /api/users/5-~/personal_access_tokens": {status: 200, body: listJSON(2, tokenJSON(1, "ci"), tokenJSON(2, "CI"))},
	})

	tokens, err := newDriver(t, server.url).Tokens(t.Context(), "5", pat.TokenQuery{Name: pat.Some("Ci")})
	if err != nil || len(tokens) != 0 {
		t.Errorf("%v, %v", names(tokens), err)
	}
}
