package foreman

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

func TestSelectTokensFetchesNoOtherToken(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	alice, bob := stage.addUser(t, "alice"), stage.addUser(t, "bob")

	var all []pat.Token
	for i := range 30 {
		all = append(all, stage.addToken(t, fmt.Sprintf("t%d", i)))
	}

	bobs, _, err := stage.AddToken("bob", "his", all[0].ExpiresAt)
	if err != nil {
		t.Fatal(err)
	}

	for name, test := range map[string]struct {
		user     string
		ids      []string
		want     []string
		total    int
		requests int
	}{
		"one":                          {user: alice, ids: []string{all[3].ID}, want: []string{"t3"}, total: 30, requests: 1},
		"several, in the order of ids": {user: alice, ids: []string{all[20].ID, all[3].ID}, want: []string{"t3", "t20"}, total: 30, requests: 1},
		"one twice":                    {user: alice, ids: []string{all[3].ID, all[3].ID}, want: []string{"t3"}, total: 30, requests: 1},
		"another user's":               {user: alice, ids: []string{strconv.Itoa(bobs)}, total: 30, requests: 1},
		"one that was never issued":    {user: bob, ids: []string{"2147483647"}, total: 1, requests: 1},
		"ids that are too large":       {user: alice, ids: []string{"2147483648", "999999999999999999", all[3].ID}, want: []string{"t3"}, total: 30, requests: 1},
		"ids that are not numbers":     {user: alice, ids: []string{"", "x", "4 or id > 0", "4)", "0", all[3].ID}, want: []string{"t3"}, total: 30, requests: 1},
		"only an invalid id":           {user: alice, ids: []string{"*"}},
		"none":                         {user: alice},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			reader := newDriver(t, stage.url, func(o *Options) { o.Client.UserAgent = name })

			tokens, total, err := reader.SelectTokens(t.Context(), test.user, pat.Selection{IDs: test.ids})
			if err != nil || total != test.total {
				t.Fatalf("%d in total, %v; want %d", total, err, test.total)
			}

			if diff := cmp.Diff(test.want, names(tokens)); diff != "" {
				t.Error(diff)
			}

			sent := 0

			for _, request := range stage.Requests() {
				if lists(request) && request.UserAgent == name {
					sent++
				}
			}

			if sent != test.requests {
				t.Errorf("%d requests, want %d", sent, test.requests)
			}
		})
	}
}

func TestSelectTokensInOneRequest(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	user := stage.addUser(t, "alice")

	var all []pat.Token
	for _, name := range []string{"a-1", "b-1", "b-2", "c-1", "a-2"} {
		all = append(all, stage.addToken(t, name))
	}

	stage.ResetRequests()

	selected, _, err := stage.admin(t).SelectTokens(t.Context(), user, pat.Selection{
		IDs:   []string{all[0].ID, all[1].ID},
		Later: []pat.TokenQuery{{NamePrefix: pat.Some("a-"), AfterID: all[0].ID}, {NamePrefix: pat.Some("b-"), AfterID: all[1].ID}},
	})
	if diff := cmp.Diff([]string{"a-1", "b-1", "b-2", "a-2"}, names(selected)); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}

	if sent := stage.Count(lists); sent != 1 {
		t.Errorf("%d requests, want 1", sent)
	}
}

func TestSelectTokensKeepsTheURLShort(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	user := stage.addUser(t, "alice")

	const rows = 2*maxSelected + 1

	stage.addRevoked(t, "old-", rows)

	var ids []string
	for _, token := range stage.Tokens("alice") {
		ids = append(ids, strconv.Itoa(token.ID))
	}

	// The longest ids, so that the URL has its maximum length.
	for i := range maxSelected {
		ids = append(ids, strconv.Itoa(2_147_483_000+i))
	}

	var later []pat.TokenQuery
	for i := range 100 {
		later = append(later, pat.TokenQuery{NamePrefix: pat.Some(fmt.Sprintf("%0100d-aaaaaa-", i)), AfterID: "2147483000"})
	}

	tokens, total, err := stage.admin(t).SelectTokens(t.Context(), user, pat.Selection{IDs: ids, Later: later})
	if err != nil || len(tokens) != rows || total != rows {
		t.Fatalf("%d of %d, %v; want %d", len(tokens), total, err, rows)
	}

	for _, request := range stage.Requests() {
		if len(request.Path)+len(request.RawQuery) > 8000 {
			t.Errorf("a query of %d bytes", len(request.RawQuery))
		}
	}
}

func TestSelectTokensFetchesOnePageOfAMisreadSearch(t *testing.T) {
	t.Parallel()

	s := newHandlerScript(t, func(r *http.Request) canned {
		query, _ := url.ParseQuery(r.URL.RawQuery)
		if query.Get("page") != "1" || query.Get("per_page") != "2" || query.Get("order") != "id" {
			t.Errorf("the query is %v", query)
		}

		return canned{status: http.StatusOK, body: `{"total":50000,"subtotal":50000,"results":[` +
			tokenJSON(1, "first") + "," + tokenJSON(2, "second") + `]}`}
	})

	tokens, total, err := newDriver(t, s.url).SelectTokens(t.Context(), "5", pat.Selection{IDs: []string{"2", "77"}})
	if err != nil || total != 50_000 {
		t.Fatalf("%d in total, %v", total, err)
	}

	if diff := cmp.Diff([]string{"second"}, names(tokens)); diff != "" {
		t.Error(diff)
	}

	if sent := s.requests(); len(sent) != 1 {
		t.Errorf("%d requests, want 1", len(sent))
	}
}

func TestSelectTokensOfAHiddenUser(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	alice := stage.addUser(t, "alice")
	token := stage.addToken(t, "ci")
	stage.addUser(t, "blind", viewTokens...)
	stage.addUser(t, "nobody")

	_, _, err := stage.admin(t).SelectTokens(t.Context(), "999", pat.Selection{IDs: []string{"1"}})
	verdict.Want(t, err, "user gone")

	_, _, err = stage.as(t, "nobody").SelectTokens(t.Context(), alice, pat.Selection{IDs: []string{token.ID}})
	verdict.Want(t, err, "permission", "view_personal_access_tokens")

	_, _, err = stage.admin(t).SelectTokens(t.Context(), "alice", pat.Selection{IDs: []string{token.ID}})
	verdict.Want(t, err, "validation")

	// Foreman responds with an empty list, which proves nothing and is not an error here.
	tokens, total, err := stage.as(t, "blind").SelectTokens(t.Context(), alice, pat.Selection{IDs: []string{token.ID}})
	if err != nil || len(tokens) != 0 || total != 0 {
		t.Errorf("%v of %d, %v; want nothing", tokens, total, err)
	}
}
