package foremanserver_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

func TestPagingAndOrder(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{EntriesPerPage: 3}, alice)
	for _, name := range []string{"c", "a", "b", "d"} {
		ask(t, server, post(tokensOfAlice, `{"name":"`+name+`"}`)).want(t, http.StatusCreated, "token_value")
	}
	tests := map[string]struct {
		query string
		// names are the rows of a 200; has and status describe the rest of the response.
		names  string
		status int
		has    string
	}{
		"nothing":                        {query: "", names: "c a b", has: `"per_page": 3`},
		"the second page":                {query: "page=2", names: "d", has: `"page": 2`},
		"beyond the end":                 {query: "page=9", names: "", has: `"page": 9`},
		"a page in another base":         {query: "page=0x2", names: "d", has: `"page": 0`},
		"a page with blanks":             {query: "page=%202", names: "d", has: `"page": 2`},
		"page zero":                      {query: "page=0", status: 500, has: "invalid page: 0"},
		"a page below zero":              {query: "page=-1", status: 500, has: "invalid page: -1"},
		"a page that is not a number":    {query: "page=abc", status: 500, has: `invalid value for Integer(): \"abc\"`},
		"an empty page":                  {query: "page=", status: 500, has: `invalid value for Integer(): \"\"`},
		"a fraction as the page":         {query: "page=1.5", status: 500, has: `invalid value for Integer(): \"1.5\"`},
		"a huge page":                    {query: "page=9223372036854775807", status: 500, has: "invalid offset: 27670116110564327418"},
		"a list of pages":                {query: "page[]=1", status: 500, has: "can't convert Array into Integer"},
		"all":                            {query: "per_page=all", names: "c a b d", has: `"per_page": 4`},
		"per_page=all ignores the page":  {query: "per_page=all&page=abc", names: "c a b d", has: `"page": 0`},
		"per_page=all reports the total": {query: "per_page=all&search=a", names: "a", has: `"per_page": 4`},
		"per_page=ALL is not a number":   {query: "per_page=ALL", names: "", has: `"per_page": 0`},
		"none":                           {query: "per_page=0", names: "", has: `"per_page": 0`},
		"an empty per_page":              {query: "per_page=", names: "", has: `"per_page": 3`},
		"a number with a suffix":         {query: "per_page=2x", names: "c a", has: `"per_page": 2`},
		"a million":                      {query: "per_page=1000000", names: "c a b d", has: `"per_page": 1000000`},
		"a negative per_page":            {query: "per_page=-1", status: 500, has: "PG::InvalidRowCountInLimitClause"},
		"a per_page out of range":        {query: "per_page=9223372036854775808", status: 500, has: "PG::"},
		"a list of sizes":                {query: "per_page[]=1", status: 500, has: "Internal Server Error: the server was unable"},
		"the last of two per_page":       {query: "per_page=1&per_page=2", names: "c a"},
		"by name":                        {query: "order=name", names: "a b c", has: `"by": "name",` + "\n" + `    "order": "ASC"`},
		"by name, descending":            {query: "order=name%20DeSc", names: "d c b", has: `"order": "DeSc"`},
		"another word means ascending":   {query: "order=name%20down", names: "a b c", has: `"order": "down"`},
		"a third word means ascending":   {query: "order=name%20desc%20x", names: "a b c", has: `"order": "desc"`},
		"by id, descending":              {query: "order=id+desc", names: "d b a"},
		"by owner":                       {query: "order=user_id", names: "c a b"},
		"an empty order":                 {query: "order=", names: "c a b", has: `"by": null`},
		"an unknown field":               {query: "order=created_at", status: 400, has: "the field 'created_at' in the order statement is not valid field for search"},
		"a leading blank":                {query: "order=%20id", status: 400, has: "the field '' in the order"},
		"a leading sign":                 {query: "order=-id", status: 400, has: "the field '-id' in the order"},
		"a list of orders":               {query: "order[]=id", status: 400, has: "in the order statement"},
		"a search":                       {query: "search=name+~+a", names: "a", has: `"subtotal": 1`},
		"an empty search":                {query: "search=", names: "c a b", has: `"search": ""`},
		"a list of searches":             {query: "search[]=a", status: 500, has: "Unsupported query object"},
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

func TestUpdatedRowsMoveToTheEndOfTheDefaultOrder(t *testing.T) {
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

func TestManyRevokedRowsArePaged(t *testing.T) {
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
