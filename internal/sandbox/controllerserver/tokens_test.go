package controllerserver_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// The documented texts.
const (
	bothUsers  = "Mutual exclusion violation. Cannot specify username and userid at the same time."
	noUser     = "Required either username or userid."
	badJSON    = "Unable to parse JSON input."
	revoked    = "Personal access token revoked successfully."
	prohibited = "Operation prohibited due to security constraints."
	duplicate  = "Create personal access token failed. A duplicate value has been detected. Name must be unique."
)

// day returns midnight UTC of a date.
func day(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestCreateRules(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", controllerserver.MaxNameLength)
	tests := map[string]struct {
		json, xml string
		// status and words are the refusal; with status 0, the token is issued.
		status int
		words  string
		name   string
	}{
		"by user name":            {json: `{"name":"n","userName":"alice"}`, name: "n"},
		"by user id":              {json: `{"name":"n","userId":"` + alice.SysID + `"}`, name: "n"},
		"a blank id is absent":    {json: `{"name":"n","userId":" ","userName":"alice"}`, name: "n"},
		"a blank name is absent":  {json: `{"name":"n","userId":"` + alice.SysID + `","userName":""}`, name: "n"},
		"null is absent":          {json: `{"name":"n","userId":null,"userName":"alice","expiration":null}`, name: "n"},
		"both":                    {json: `{"name":"n","userId":"` + alice.SysID + `","userName":"alice"}`, status: 400, words: bothUsers},
		"neither":                 {json: `{"name":"n"}`, status: 400, words: noUser},
		"both blank":              {json: `{"name":"n","userId":"","userName":""}`, status: 400, words: noUser},
		"the query's spelling":    {json: `{"name":"n","username":"alice"}`, status: 400, words: noUser},
		"the query's name":        {json: `{"tokenname":"n","userName":"alice"}`, status: 400, words: "Token Name is required."},
		"an unknown name":         {json: `{"name":"n","userName":"Alice"}`, status: 404, words: `A user with name "Alice" does not exist.`},
		"an unknown id":           {json: `{"name":"n","userId":"0"}`, status: 404, words: `A user with id "0" does not exist.`},
		"no name":                 {json: `{"userName":"alice"}`, status: 400, words: "Token Name is required."},
		"a blank token name":      {json: `{"userName":"alice","name":" "}`, status: 400, words: "Token Name is required."},
		"100 characters":          {json: `{"userName":"alice","name":"` + long + `"}`, name: long},
		"101 characters":          {json: `{"userName":"alice","name":"` + long + `x"}`, status: 400, words: "Token Name must not be longer than 100 characters."},
		"special characters":      {json: `{"userName":"alice","name":"a/b&c+d#e%f <g> ü"}`, name: "a/b&c+d#e%f <g> ü"},
		"members the server sets": {json: `{"userName":"alice","name":"n","lastUsed":"x","createTime":"y"}`, name: "n"},
		"not JSON":                {json: `{"name"`, status: 400, words: badJSON},
		"two JSON values":         {json: `{} {}`, status: 400, words: badJSON},
		"an array":                {json: `[]`, status: 400, words: badJSON},
		"the JSON value null":     {json: `null`, status: 400, words: badJSON},
		"a number as the name":    {json: `{"userName":"alice","name":1}`, status: 400, words: badJSON},
		"today":                   {json: `{"userName":"alice","name":"n","expiration":"2026-03-10"}`, name: "n"},
		"a blank expiration":      {json: `{"userName":"alice","name":"n","expiration":""}`, name: "n"},
		"yesterday":               {json: `{"userName":"alice","name":"n","expiration":"2026-03-09"}`, status: 400, words: "Expiration must not be in the past."},
		"an expiration as responses have it": {
			json: `{"userName":"alice","name":"n","expiration":"20270310"}`, status: 400, words: `Invalid expiration "20270310". The format is yyyy-MM-dd.`,
		},
		"an instant": {
			json: `{"userName":"alice","name":"n","expiration":"2027-03-10T00:00:00Z"}`, status: 400, words: `Invalid expiration "2027-03-10T00:00:00Z". The format is yyyy-MM-dd.`,
		},
		"a leap day": {json: `{"userName":"alice","name":"n","expiration":"2028-02-29"}`, name: "n"},
		"a leap day of another year": {
			json: `{"userName":"alice","name":"n","expiration":"2027-02-29"}`, status: 400, words: `Invalid expiration "2027-02-29". The format is yyyy-MM-dd.`,
		},
		"XML by user name":  {xml: `<token><name>n</name><userId/><userName>alice</userName></token>`, name: "n"},
		"XML by user id":    {xml: `<token><name>n&amp;m</name><userId>` + alice.SysID + `</userId></token>`, name: "n&m"},
		"XML with both":     {xml: `<token><name>n</name><userId>1</userId><userName>alice</userName></token>`, status: 400, words: bothUsers},
		"XML in other case": {xml: `<token><Name>n</Name><userName>alice</userName></token>`, status: 400, words: "Token Name is required."},
		"another root":      {xml: `<tokens><name>n</name></tokens>`, status: 400, words: "Unable to parse XML input."},
		"not XML":           {xml: `{"name":"n"}`, status: 400, words: "Unable to parse XML input."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newServer(t, newClock().options(), alice)
			a := post(test.json)
			a.xml = test.xml
			got := ask(t, server, a)
			if test.status != 0 {
				got.says(t, test.status, test.words)
				if n := server.LiveTokens(""); n != 0 {
					t.Errorf("%d tokens were issued, want none", n)
				}
				return
			}
			got.says(t, http.StatusOK, got.Body.String())
			if names := ask(t, server, tokens("username=alice")).names(t, "name"); names != test.name || !server.Authenticates(got.Body.String()) {
				t.Errorf("the list has %q, want %q with a secret that authenticates", names, test.name)
			}
		})
	}
}

func TestListAndRevokeRules(t *testing.T) {
	t.Parallel()
	byID := "userid=" + alice.SysID
	tests := map[string]struct {
		a      asked
		status int
		words  string
		// left are the tokens that remain, if not all of "a", "b" and "c d".
		left string
	}{
		"list with both":               {a: tokens(byID + "&username=alice"), status: 400, words: bothUsers},
		"list with neither":            {a: tokens(""), status: 400, words: noUser},
		"list with blanks":             {a: tokens("username=+&userid="), status: 400, words: noUser},
		"list in the payload's case":   {a: tokens("userName=alice"), status: 400, words: noUser},
		"list of an unknown name":      {a: tokens("username=bob"), status: 404, words: `A user with name "bob" does not exist.`},
		"list of an unknown id":        {a: tokens("userid=1"), status: 404, words: `A user with id "1" does not exist.`},
		"revoke by name":               {a: del("username=alice&tokenname=b"), status: 200, words: revoked, left: "a c d"},
		"revoke by id":                 {a: del(byID + "&username=&tokenname=b"), status: 200, words: revoked, left: "a c d"},
		"revoke a name with a blank":   {a: del(byID + "&tokenname=c%20d"), status: 200, words: revoked, left: "a b"},
		"revoke with both":             {a: del(byID + "&username=alice&tokenname=b"), status: 400, words: bothUsers},
		"revoke with neither":          {a: del("tokenname=b"), status: 400, words: noUser},
		"revoke without a name":        {a: del(byID), status: 400, words: "Required tokenname."},
		"revoke with a blank name":     {a: del(byID + "&tokenname="), status: 400, words: "Required tokenname."},
		"revoke in the payload's case": {a: del(byID + "&name=b"), status: 400, words: "Required tokenname."},
		"revoke in another case":       {a: del(byID + "&tokenName=b"), status: 400, words: "Required tokenname."},
		"revoke for an unknown user":   {a: del("userid=1&tokenname=b"), status: 404, words: `A user with id "1" does not exist.`},
		"revoke an unknown token":      {a: del(byID + "&tokenname=B"), status: 404, words: `Personal access token "B" not found.`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newServer(t, newClock().options(), alice)
			for _, token := range []string{"c d", "a", "b"} {
				addToken(t, server, "alice", token, time.Time{})
			}
			addToken(t, server, controllerserver.AdminUserName, "b", time.Time{})
			ask(t, server, test.a).says(t, test.status, test.words)
			left := test.left
			if left == "" {
				left = "a b c d"
			}
			if names := ask(t, server, tokens(byID)).names(t, "name"); names != left {
				t.Errorf("%q are left, want %q", names, left)
			}
			if n := server.LiveTokens(controllerserver.AdminUserName); n != 1 {
				t.Errorf("the other user has %d tokens, want 1", n)
			}
		})
	}
}

func TestRevokedNameCanBeReused(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), alice)
	first := ask(t, server, post(`{"name":"n","userName":"alice"}`)).Body.String()
	ask(t, server, post(`{"name":"n","userName":"alice"}`)).says(t, http.StatusBadRequest, duplicate)
	ask(t, server, post(`{"name":"n","userName":"ops.admin"}`)).want(t, http.StatusOK, controllerserver.SecretPrefix)
	ask(t, server, del("username=alice&tokenname=n")).says(t, http.StatusOK, revoked)
	second := ask(t, server, post(`{"name":"n","userName":"alice"}`)).Body.String()
	if server.Authenticates(first) || !server.Authenticates(second) {
		t.Error("the revoked secret works, or the new one does not")
	}
}

func TestExpirationFollowsTheServersDay(t *testing.T) {
	t.Parallel()
	newYork := time.FixedZone("", -4*60*60)
	for _, test := range []struct {
		lastDay controllerserver.LastDay
		at      string
		live    bool
	}{
		{controllerserver.ValidThroughDay, "2028-02-29T23:59:59-04:00", true},
		{controllerserver.ValidThroughDay, "2028-03-01T00:00:00-04:00", false},
		{controllerserver.ExpiredFromDay, "2028-02-28T23:59:59-04:00", true},
		{controllerserver.ExpiredFromDay, "2028-02-29T00:00:00-04:00", false},
	} {
		t.Run(fmt.Sprintf("%d at %s", test.lastDay, test.at), func(t *testing.T) {
			t.Parallel()
			c := newClock()
			o := c.options()
			o.Zone, o.Switches.LastDay = newYork, test.lastDay
			server := newServer(t, o, alice)
			secret := ask(t, server, post(`{"name":"n","userName":"alice","expiration":"2028-02-29"}`)).Body.String()
			at, err := time.Parse(time.RFC3339, test.at)
			if err != nil {
				t.Fatal(err)
			}
			c.set(at)
			status, word := http.StatusOK, "active"
			if !test.live {
				status, word = http.StatusUnauthorized, "expired"
			}
			if code := ask(t, server, asked{path: "/uc/resources/user?username=alice", bearer: secret}).Code; code != status {
				t.Errorf("the token gets status %d, want %d", code, status)
			}
			if have := server.Tokens("alice")[0].Status(); have != word || server.Authenticates(secret) != test.live || (server.LiveTokens("alice") == 1) != test.live {
				t.Errorf("Status is %s, want %s, and Authenticates and LiveTokens to agree", have, word)
			}
			// The row and its name remain until the token is revoked.
			ask(t, server, tokens("username=alice")).want(t, http.StatusOK, `"expiration":"20280229"`)
			ask(t, server, post(`{"name":"n","userName":"alice"}`)).says(t, http.StatusBadRequest, duplicate)
		})
	}
}

func TestTodayIsADayInTheServersZone(t *testing.T) {
	t.Parallel()
	c := newClock()
	c.set(time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)) // the 9th in New York
	o := c.options()
	o.Zone = time.FixedZone("", -4*60*60)
	server := newServer(t, o, alice)
	ask(t, server, post(`{"name":"a","userName":"alice","expiration":"2026-03-09"}`)).want(t, http.StatusOK, controllerserver.SecretPrefix)
	ask(t, server, post(`{"name":"b","userName":"alice","expiration":"2026-03-08"}`)).want(t, http.StatusBadRequest, "past")
}

func TestLastUsedChangesOnlyWithBearerRequests(t *testing.T) {
	t.Parallel()
	c := newClock()
	server := newServer(t, c.options(), alice)
	secret := addToken(t, server, "alice", "n", time.Time{})
	list := tokens("username=alice")
	ask(t, server, list.as("alice")).want(t, http.StatusOK, `"lastUsed":"Never"`)
	c.set(time.Date(2026, 3, 10, 12, 0, 1, 999, time.UTC))
	ask(t, server, asked{path: list.path, bearer: secret}).want(t, http.StatusOK, `"lastUsed":"2026-03-10 12:00:01 +0000"`)
	if !server.Authenticates(secret) {
		t.Error("the secret does not authenticate")
	}
	c.set(time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC))
	want := []controllerserver.Token{{Name: "n", CreatedAt: newClock().now(), LastUsedAt: time.Date(2026, 3, 10, 12, 0, 1, 0, time.UTC)}}
	if diff := cmp.Diff(want, server.Tokens("alice")); diff != "" {
		t.Errorf("tokens (-want +have):\n%s", diff)
	}
}

func TestBearerTokenManagesTokensAndRevokesItself(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), alice)
	secret := addToken(t, server, "alice", "n", time.Time{})
	create := post(`{"name":"m","userName":"alice"}`)
	create.bearer = secret
	ask(t, server, create).want(t, http.StatusOK, controllerserver.SecretPrefix)
	revoke := del("username=alice&tokenname=n")
	revoke.bearer = secret
	ask(t, server, revoke).says(t, http.StatusOK, revoked)
	ask(t, server, revoke).isPage(t, http.StatusUnauthorized)
	if names := ask(t, server, tokens("username=alice")).names(t, "name"); names != "m" {
		t.Errorf("%q are left, want m", names)
	}
}

func TestSpecialCharactersInNamesSurviveQueriesAndDocuments(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a/b", "a&b=c", "a+b", "a#b", "a%2Fb", " a b ", "ünï", "<x>", `"q"`, "a;b", "日本"} {
		t.Run(url.PathEscape(name), func(t *testing.T) {
			t.Parallel()
			server := newServer(t, newClock().options(), alice)
			addToken(t, server, "alice", name, time.Time{})
			list := tokens("username=alice")
			if have := ask(t, server, list).names(t, "name"); have != name {
				t.Errorf("JSON has %q, want %q", have, name)
			}
			list.xmlAnswer = true
			document := decodeXML(t, ask(t, server, list).Body.Bytes())
			for _, child := range document.Children[0].Children {
				if child.XMLName.Local == "name" && child.Text != name {
					t.Errorf("XML has %q, want %q", child.Text, name)
				}
			}
			query := url.Values{"username": {"alice"}, "tokenname": {name}}
			ask(t, server, del(query.Encode())).says(t, http.StatusOK, revoked)
			if server.LiveTokens("alice") != 0 {
				t.Error("the token is still there")
			}
		})
	}
}

func TestCreateTakesEffectEvenIfItsResponseIsLost(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), alice)
	server.AddFault(sandbox.Fault{Match: sandbox.Match{Method: http.MethodPost}, Kind: sandbox.FaultAnswer, Status: 502, AfterWork: true})
	ask(t, server, post(`{"name":"n","userName":"alice"}`)).want(t, http.StatusBadGateway, "")
	if n := server.LiveTokens("alice"); n != 1 {
		t.Errorf("%d active tokens, want 1", n)
	}
	ask(t, server, post(`{"name":"n","userName":"alice"}`)).says(t, http.StatusBadRequest, duplicate)
}
