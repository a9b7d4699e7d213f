package foremanserver_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// tokensOfAlice is where the tokens of a test's first user are.
const tokensOfAlice = "/api/users/5/personal_access_tokens" //nolint:gosec // A path, no secret.

var alice = foremanserver.User{Login: "alice"}

func TestPagingAndOrder(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{EntriesPerPage: 3}, alice)
	for _, name := range []string{"c", "a", "b", "d"} {
		ask(t, server, post(tokensOfAlice, `{"name":"`+name+`"}`)).want(t, http.StatusCreated, "token_value")
	}
	tests := map[string]struct {
		query string
		// names are the rows of a 200; has and status tell the rest.
		names  string
		status int
		has    string
	}{
		"nothing":                       {query: "", names: "c a b", has: `"per_page": 3`},
		"the second page":               {query: "page=2", names: "d", has: `"page": 2`},
		"beyond the end":                {query: "page=9", names: "", has: `"page": 9`},
		"a page in another base":        {query: "page=0x2", names: "d", has: `"page": 0`},
		"a page with blanks":            {query: "page=%202", names: "d", has: `"page": 2`},
		"page zero":                     {query: "page=0", status: 500, has: "invalid page: 0"},
		"a page below zero":             {query: "page=-1", status: 500, has: "invalid page: -1"},
		"a page that is no number":      {query: "page=abc", status: 500, has: `invalid value for Integer(): \"abc\"`},
		"an empty page":                 {query: "page=", status: 500, has: `invalid value for Integer(): \"\"`},
		"half a page":                   {query: "page=1.5", status: 500, has: `invalid value for Integer(): \"1.5\"`},
		"a huge page":                   {query: "page=9223372036854775807", status: 500, has: "invalid offset: 27670116110564327418"},
		"a list of pages":               {query: "page[]=1", status: 500, has: "can't convert Array into Integer"},
		"all":                           {query: "per_page=all", names: "c a b d", has: `"per_page": 4`},
		"all ignores the page":          {query: "per_page=all&page=abc", names: "c a b d", has: `"page": 0`},
		"all reports the total":         {query: "per_page=all&search=a", names: "a", has: `"per_page": 4`},
		"ALL is no number":              {query: "per_page=ALL", names: "", has: `"per_page": 0`},
		"none":                          {query: "per_page=0", names: "", has: `"per_page": 0`},
		"an empty per_page":             {query: "per_page=", names: "", has: `"per_page": 3`},
		"a number and more":             {query: "per_page=2x", names: "c a", has: `"per_page": 2`},
		"a million":                     {query: "per_page=1000000", names: "c a b d", has: `"per_page": 1000000`},
		"less than none":                {query: "per_page=-1", status: 500, has: "PG::InvalidRowCountInLimitClause"},
		"more than fits":                {query: "per_page=9223372036854775808", status: 500, has: "PG::"},
		"a list of sizes":               {query: "per_page[]=1", status: 500, has: "Internal Server Error: the server was unable"},
		"the last of two":               {query: "per_page=1&per_page=2", names: "c a"},
		"by name":                       {query: "order=name", names: "a b c", has: `"by": "name",` + "\n" + `    "order": "ASC"`},
		"by name downwards":             {query: "order=name%20DeSc", names: "d c b", has: `"order": "DeSc"`},
		"any other word is upwards":     {query: "order=name%20down", names: "a b c", has: `"order": "down"`},
		"a third word turns it upwards": {query: "order=name%20desc%20x", names: "a b c", has: `"order": "desc"`},
		"by id downwards":               {query: "order=id+desc", names: "d b a"},
		"by owner":                      {query: "order=user_id", names: "c a b"},
		"an empty order":                {query: "order=", names: "c a b", has: `"by": null`},
		"a field that is not one":       {query: "order=created_at", status: 400, has: "the field 'created_at' in the order statement is not valid field for search"},
		"a leading blank":               {query: "order=%20id", status: 400, has: "the field '' in the order"},
		"a leading sign":                {query: "order=-id", status: 400, has: "the field '-id' in the order"},
		"a list of orders":              {query: "order[]=id", status: 400, has: "in the order statement"},
		"a search":                      {query: "search=name+~+a", names: "a", has: `"subtotal": 1`},
		"an empty search":               {query: "search=", names: "c a b", has: `"search": ""`},
		"a list of searches":            {query: "search[]=a", status: 500, has: "Unsupported query object"},
		"a bad search before a bad page": {
			query: "search=x=1&page=0", status: 400, has: "Field 'x' not recognized",
		},
		"another root":            {query: "root_name=tokens&per_page=1", status: 200, has: `"tokens": [{`},
		"the caller's permission": {query: "include_permissions&per_page=1", names: "c", has: `"can_create": true,` + "\n" + `  "can_edit": true,` + "\n" + `  "sort"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ask(t, server, admin(tokensOfAlice+"?"+test.query))
			if test.status != 0 {
				got.want(t, test.status, test.has)
				return
			}
			got.want(t, http.StatusOK, test.has)
			if names := strings.Join(got.names(t), " "); names != test.names {
				t.Errorf("rows %q, want %q", names, test.names)
			}
		})
	}
	body := admin(tokensOfAlice + "?per_page=1")
	body.json = `{"per_page":2,"page":2}`
	if names := ask(t, server, body).names(t); !cmp.Equal(names, []string{"b", "d"}) {
		t.Errorf("a GET's JSON body gives %v, want the second page of two", names)
	}
}

func TestRowsWithoutAnOrderMoveWhenTheyChange(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{}, alice)
	secrets := map[string]string{}
	for _, name := range []string{"t1", "t2", "t3"} {
		secrets[name], _ = ask(t, server, post(tokensOfAlice, `{"name":"`+name+`"}`)).json["token_value"].(string)
	}
	ask(t, server, del(tokensOfAlice+"/1")).want(t, http.StatusOK, "")
	ask(t, server, asked{path: "/api/status", login: "alice", password: secrets["t2"]}).want(t, http.StatusOK, "")
	if names := ask(t, server, admin(tokensOfAlice)).names(t); !cmp.Equal(names, []string{"t3", "t1", "t2"}) {
		t.Errorf("heap order %v, want t3 t1 t2", names)
	}
	ask(t, server, del(tokensOfAlice+"/1")).want(t, http.StatusOK, "")
	if names := ask(t, server, admin(tokensOfAlice)).names(t); !cmp.Equal(names, []string{"t3", "t1", "t2"}) {
		t.Errorf("revoking again moved a row: %v", names)
	}
}

func TestCreateReadsItsInputAsRailsDoes(t *testing.T) {
	t.Parallel()
	const wrong = "Internal Server Error: the server was unable"
	tests := map[string]struct {
		body   string
		status int
		has    string
	}{
		"wrapped wins over unwrapped":    {`{"name":"out","personal_access_token":{"name":"in"}}`, 201, `"name":"in"`},
		"the owner is the path's":        {`{"name":"a","user_id":4,"personal_access_token":{"name":"a","user_id":4}}`, 201, `"user_id":5`},
		"a yes for a name":               {`{"name":true}`, 201, `"name":"t"`},
		"a no for a name":                {`{"name":false}`, 201, `"name":"f"`},
		"a fraction for a name":          {`{"name":1e3}`, 201, `"name":"1000.0"`},
		"a list for a name":              {`{"name":["a"]}`, 422, "Name can't be blank"},
		"a blank of another script":      {`{"name":"\u00a0"}`, 422, "Name can't be blank"},
		"quotes and tags":                {`{"name":"<a>&\"'"}`, 201, `"name":"\u003ca\u003e\u0026\"'"`},
		"an inner tab":                   {`{"name":"a\tb"}`, 201, `"name":"a\tb"`},
		"an outer newline":               {`{"name":"a\n"}`, 201, `"name":"a"`},
		"a NUL":                          {`{"name":"a\u0000b"}`, 500, "string contains null byte"},
		"5000 characters":                {`{"name":"` + strings.Repeat("n", 5000) + `"}`, 201, "nnnn"},
		"a list instead of an object":    {`[1]`, 422, "can't be blank"},
		"a text as wrapper":              {`{"personal_access_token":"x"}`, 500, wrong},
		"null as wrapper":                {`{"personal_access_token":null}`, 500, wrong},
		"a list as wrapper":              {`{"personal_access_token":[]}`, 500, wrong},
		"two values":                     {`{} {}`, 400, `"error":"There was a problem in the JSON`},
		"expiry no":                      {`{"name":"a","expires_at":false}`, 201, `"expires_at":null`},
		"expiry an empty list":           {`{"name":"a","expires_at":[]}`, 201, `"expires_at":null`},
		"expiry an empty object":         {`{"name":"a","expires_at":{}}`, 201, `"expires_at":null`},
		"expiry yes":                     {`{"name":"a","expires_at":true}`, 422, "Could not parse timestamp 'true'"},
		"expiry a number":                {`{"name":"a","expires_at":1900000000}`, 422, "Could not parse timestamp '1900000000'"},
		"expiry a number like a date":    {`{"name":"a","expires_at":20310506}`, 422, "Could not parse timestamp '20310506'"},
		"expiry blanks":                  {`{"name":"a","expires_at":"   "}`, 422, "Could not parse timestamp '   '"},
		"expiry a time of today, passed": {`{"name":"a","expires_at":"00:00"}`, 422, "cannot be in the past"},
		"expiry 24:00":                   {`{"name":"a","expires_at":"2031-05-06T24:00:00Z"}`, 201, `"expires_at":"2031-05-07 00:00:00 UTC"`},
		"the last second of year 9999":   {`{"name":"a","expires_at":"9999-12-31T23:59:59Z"}`, 201, "9999-12-31"},
		"year 10000":                     {`{"name":"a","expires_at":"10000-01-01T00:00:00Z"}`, 500, "error"},
		"both wrong":                     {`{"name":" ","expires_at":"2001-01-01"}`, 422, `"full_messages":["Name can't be blank","Expires at cannot be in the past"]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newServer(t, foremanserver.Options{}, alice)
			ask(t, server, post(tokensOfAlice, test.body)).want(t, test.status, test.has)
			if stored := len(server.Tokens("alice")); (stored == 1) != (test.status == http.StatusCreated) {
				t.Errorf("%d rows were stored", stored)
			}
		})
	}
}

func TestANameIsBurntForItsUserOnly(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{}, alice, foremanserver.User{Login: "bob"})
	ask(t, server, post(tokensOfAlice, `{"name":"n"}`)).want(t, http.StatusCreated, "")
	ask(t, server, del(tokensOfAlice+"/1")).want(t, http.StatusOK, `"revoked":true`)
	ask(t, server, post(tokensOfAlice, `{"name":" n"}`)).want(t, http.StatusUnprocessableEntity, "Name has already been taken")
	ask(t, server, post("/api/users/6/personal_access_tokens", `{"name":"n"}`)).want(t, http.StatusCreated, "")
	if !server.DeleteToken("alice", 1) {
		t.Error("the row is not there")
	}
	ask(t, server, post(tokensOfAlice, `{"name":"n"}`)).want(t, http.StatusCreated, `"id":3`)
}

func TestRevokeAnswersTheRecordItself(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{}, alice)
	secret, _ := ask(t, server, post(tokensOfAlice, `{"name":"n"}`)).json["token_value"].(string)
	if !regexp.MustCompile("^" + foremanserver.SecretPrefix + "[A-Za-z0-9_-]{16}$").MatchString(secret) {
		t.Error("the secret is not 22 URL-safe characters with the prefix")
	}
	if !server.Authenticates("ALICE", secret) || server.Tokens("alice")[0].LastUsedAt != (time.Time{}) {
		t.Error("the secret does not authenticate, or asking used it")
	}
	got := ask(t, server, del(tokensOfAlice+"/1-ci"))
	got.want(t, http.StatusOK, `"token":"`+foremanserver.HashPrefix)
	if strings.Contains(got.Body.String(), secret) {
		t.Error("the answer holds the secret")
	}
	if server.Authenticates("alice", secret) || server.LiveTokens("alice") != 0 {
		t.Error("the token still lives")
	}
}

func TestTwinsCannotBeRevoked(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{}, alice)
	server.AllowDuplicates(true)
	secret, _ := ask(t, server, post(tokensOfAlice, `{"name":"n"}`)).json["token_value"].(string)
	ask(t, server, post(tokensOfAlice, `{"name":"n"}`)).want(t, http.StatusCreated, "")
	server.AllowDuplicates(false)
	ask(t, server, post(tokensOfAlice, `{"name":"n"}`)).want(t, http.StatusUnprocessableEntity, "taken")
	for _, id := range []string{"1", "2"} {
		ask(t, server, del(tokensOfAlice+"/"+id)).want(t, http.StatusInternalServerError, `"message":"Validation failed: Name has already been taken"`)
	}
	if n := server.LiveTokens(""); n != 2 {
		t.Errorf("%d tokens live, want 2", n)
	}
	ask(t, server, asked{path: "/api/status", login: "alice", password: secret}).want(t, http.StatusOK, "")
	if used := server.Tokens("alice")[0].LastUsedAt; !used.IsZero() {
		t.Errorf("a twin was last used %s, want never", used)
	}
	if !server.RevokeToken("alice", 1) || server.LiveTokens("alice") != 1 {
		t.Error("a twin cannot be revoked behind the API's back")
	}
}

func TestTheUserOfATokensPath(t *testing.T) {
	t.Parallel()
	// User 5 is alice; a login that begins with her id belongs to user 6.
	server := newServer(t, foremanserver.Options{}, alice, foremanserver.User{Login: "5abc"})
	if _, _, err := server.AddToken("alice", "hers", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := server.AddToken("foreman_admin", "hidden", time.Time{}); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		segment string
		as      string
		status  int
		total   string
	}{
		"an id":                               {"5", "", 200, `"total": 1,`},
		"an id and a name":                    {"5-alice", "", 200, `"total": 1,`},
		"an id and a dot":                     {"5.0", "", 200, `"total": 1,`},
		"leading zeros":                       {"05", "", 200, `"total": 1,`},
		"a plus":                              {"+5", "", 200, `"total": 1,`},
		"a blank":                             {"%205", "", 200, `"total": 1,`},
		"a login that begins with an id":      {"5abc", "", 200, `"total": 0,`},
		"the same for the user of that id":    {"5abc", "alice", 200, `"total": 1,`},
		"a hidden user":                       {"1", "", 200, `"total": 1,`},
		"a login":                             {"alice", "", 422, `Couldn't find User with 'id'=\"alice\""`},
		"nobody":                              {"0", "", 422, "Couldn't find User"},
		"less than nobody":                    {"-1", "", 422, "Couldn't find User"},
		"an id out of range":                  {"99999999999999999999", "", 422, "Couldn't find User"},
		"a forgotten id is the user's own id": {"", "", 404, `Resource user not found by id 'personal_access_tokens'`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := admin("/api/users/" + test.segment + "/personal_access_tokens")
			if test.as != "" {
				a = a.as(test.as)
			}
			ask(t, server, a).want(t, test.status, test.total)
		})
	}
}

func TestALoginThatBeginsWithAnIDIsTakenForThatID(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{}, alice, foremanserver.User{Login: "5abc"})
	ask(t, server, post("/api/users/5abc/personal_access_tokens", `{"name":"n"}`)).want(t, http.StatusCreated, `"user_id":5`)
	ask(t, server, admin("/api/users/5abc/personal_access_tokens/1")).want(t, http.StatusNotFound, "by id '1'")
	ask(t, server, del("/api/users/5abc/personal_access_tokens/1")).want(t, http.StatusNotFound, "by id '1'")
}

func TestManyRevokedRowsAreListedPageByPage(t *testing.T) {
	t.Parallel()
	const rows = 50_000
	server := newServer(t, foremanserver.Options{}, alice)
	if err := server.AddRevokedTokens("alice", "old-", rows); err != nil {
		t.Fatal(err)
	}
	got := ask(t, server, admin(tokensOfAlice+"?order=id&per_page=1000&page=50"))
	if names := got.names(t); len(names) != 1000 || names[999] != "old-50000" {
		t.Errorf("the last page has %d rows", len(names))
	}
	search := url.QueryEscape(`name="old-49999"`)
	if names := ask(t, server, admin(tokensOfAlice+"?search="+search)).names(t); !cmp.Equal(names, []string{"old-49999"}) {
		t.Errorf("the search finds %v", names)
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{Console: sandbox.Options{Costs: sandbox.Costs{Cores: 2, Login: time.Nanosecond}}}, alice)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			body := fmt.Sprintf(`{"name":"n%d"}`, i/2)
			created := ask(t, server, post(tokensOfAlice, body))
			if id, ok := created.json["id"].(float64); ok {
				ask(t, server, del(fmt.Sprintf("%s/%.0f", tokensOfAlice, id)))
			}
			ask(t, server, admin(tokensOfAlice+"?search=n"))
			ask(t, server, admin("/api/users?order=login"))
			server.Tokens("alice")
			server.Requests()
		})
	}
	wait.Wait()
	if tokens := server.Tokens("alice"); len(tokens) != 4 || server.LiveTokens("alice") != 0 {
		t.Errorf("%d tokens, %d of them live; want four names, each once, revoked", len(tokens), server.LiveTokens("alice"))
	}
}
