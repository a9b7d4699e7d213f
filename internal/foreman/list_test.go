package foreman

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// lists are the requests for lists of tokens.
var lists = sandbox.Matching(http.MethodGet, "/personal_access_tokens$")

func TestTokensCombinesPages(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		tokens   int
		query    Query
		want     []string
		requests int
	}{
		"no tokens":                              {want: nil, requests: 1},
		"one page":                               {tokens: 3, want: []string{"t1", "t2", "t3"}, requests: 1},
		"several pages":                          {tokens: 5, query: Query{PerPage: pat.Some[int64](2)}, want: []string{"t1", "t2", "t3", "t4", "t5"}, requests: 3},
		"only full pages":                        {tokens: 4, query: Query{PerPage: pat.Some[int64](2)}, want: []string{"t1", "t2", "t3", "t4"}, requests: 2},
		"pages in descending order":              {tokens: 3, query: Query{PerPage: pat.Some[int64](2), Order: pat.Some("id DESC")}, want: []string{"t3", "t2", "t1"}, requests: 2},
		"a single page":                          {tokens: 5, query: Query{PerPage: pat.Some[int64](2), Page: pat.Some[int64](2)}, want: []string{"t3", "t4"}, requests: 1},
		"a page of the server's default size":    {tokens: 7, query: Query{Page: pat.Some[int64](2)}, want: []string{"t4", "t5", "t6"}, requests: 1},
		"a page beyond the end":                  {tokens: 5, query: Query{Page: pat.Some[int64](9)}, want: nil, requests: 1},
		"an order by a field that is not unique": {tokens: 5, query: Query{Order: pat.Some("user_id")}, want: []string{"t1", "t2", "t3", "t4", "t5"}, requests: 1},
		"an order by a field that is not unique, with a page size": {tokens: 5, query: Query{Order: pat.Some("user_id"), PerPage: pat.Some[int64](2)}, want: []string{"t1", "t2", "t3", "t4", "t5"}, requests: 1},
		"an order by name, which two tokens share": {
			tokens: 3, query: Query{Order: pat.Some("name DESC"), PerPage: pat.Some[int64](2)}, want: []string{"t3", "t2", "t1"}, requests: 1,
		},
		"a search of the caller's": {tokens: 12, query: Query{Search: pat.Some("name ~ t1")}, want: []string{"t1", "t10", "t11", "t12"}, requests: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			stage := newStage(t, foremanserver.Options{EntriesPerPage: 3})
			user := stage.addUser(t, "alice")

			for i := range test.tokens {
				stage.addToken(t, fmt.Sprintf("t%d", i+1))
			}

			tokens, err := stage.admin(t).Tokens(t.Context(), user, pat.TokenQuery{Native: test.query})
			if err != nil {
				t.Fatal(err)
			}

			got := names(tokens)
			if test.query.Order.V == "user_id" {
				slices.Sort(got)
			}

			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}

			if got := stage.Count(lists); got != test.requests {
				t.Errorf("%d requests, want %d", got, test.requests)
			}
		})
	}
}

func TestTokensRequestsAThousandAtOnceInAnOrder(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	user := stage.addUser(t, "alice")
	stage.addRevoked(t, "old-", 2*pageSize+1)

	tokens, err := stage.admin(t).Tokens(t.Context(), user, pat.TokenQuery{})
	if err != nil {
		t.Fatal(err)
	}

	if len(tokens) != 2*pageSize+1 || tokens[2*pageSize].Name != fmt.Sprintf("old-%d", 2*pageSize+1) {
		t.Errorf("%d tokens", len(tokens))
	}

	page := 0

	for _, request := range stage.Requests() {
		if !lists(request) {
			continue
		}

		page++

		want := url.Values{"order": {"id"}, "per_page": {"1000"}, "page": {strconv.Itoa(page)}}
		if got, _ := url.ParseQuery(request.RawQuery); !cmp.Equal(want, got) {
			t.Errorf("page %d: %s", page, cmp.Diff(want, got))
		}
	}

	if page != 3 {
		t.Errorf("%d requests, want 3", page)
	}
}

func TestEachListIsOrdered(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	user := stage.addUser(t, "alice")
	token := stage.addToken(t, "ci")
	admin := stage.admin(t)

	for _, ask := range []func() error{
		func() error { _, err := admin.Tokens(t.Context(), user, pat.TokenQuery{}); return err },
		func() error {
			_, err := admin.Tokens(t.Context(), user, pat.TokenQuery{Name: pat.Some("ci")})
			return err
		},
		func() error {
			_, err := admin.Tokens(t.Context(), user, pat.TokenQuery{NamePrefix: pat.Some("c")})
			return err
		},
		func() error { _, err := admin.Users(t.Context(), pat.UserQuery{WithTokens: true}); return err },
		func() error { _, err := admin.User(t.Context(), pat.UserRef{Username: "alice"}); return err },
		func() error { return admin.Revoke(t.Context(), token) },
	} {
		if err := ask(); err != nil {
			t.Fatal(err)
		}
	}

	isList := regexp.MustCompile(`/(users|personal_access_tokens)$`)

	for _, request := range stage.Requests() {
		query, _ := url.ParseQuery(request.RawQuery)
		if request.Method == http.MethodGet && isList.MatchString(request.Path) && query.Get("order") != "id" {
			t.Errorf("%s?%s has no order", request.Path, request.RawQuery)
		}
	}
}

func TestRowsThatMoveBetweenPagesAreReturnedOnce(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	user := stage.addUser(t, "alice")
	first := stage.addToken(t, "t1")

	for i := range 4 {
		stage.addToken(t, fmt.Sprintf("t%d", i+2))
	}

	stage.Before(sandbox.Match{Path: regexp.MustCompile("personal_access_tokens$"), Nth: 2}, func(*http.Request) {
		id, _ := strconv.Atoi(first.ID)
		stage.RevokeToken("alice", id)
		stage.addToken(t, "t6")
	})

	tokens, err := stage.admin(t).Tokens(t.Context(), user, pat.TokenQuery{Native: Query{PerPage: pat.Some[int64](2)}})
	if err != nil {
		t.Fatal(err)
	}

	if diff := cmp.Diff([]string{"t1", "t2", "t3", "t4", "t5", "t6"}, names(tokens)); diff != "" {
		t.Error(diff)
	}
}

func TestQueriesThatForemanWouldMisreadAreNotSent(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	admin := stage.admin(t)

	for name, test := range map[string]struct {
		native any
		word   string
	}{
		"a field that lists cannot be ordered by": {Query{Order: pat.Some("created_at")}, "created_at"},
		"an invalid direction":                    {Query{Order: pat.Some("id desc")}, "id desc"},
		"a third word":                            {Query{Order: pat.Some("id DESC x")}, "id DESC x"},
		"an empty order":                          {Query{Order: pat.Some("")}, "order \"\""},
		"an empty search":                         {Query{Search: pat.Some("")}, "search is blank"},
		"a blank search":                          {Query{Search: pat.Some(" ")}, "search is blank"},
		"a page before the first":                 {Query{Page: pat.Some[int64](-1)}, "page is -1"},
		"page 0":                                  {Query{Page: pat.Some[int64](0)}, "page is 0"},
		"a page of fewer than no rows":            {Query{PerPage: pat.Some[int64](-1)}, "per_page is -1"},
		"a page of no rows":                       {Query{PerPage: pat.Some[int64](0)}, "per_page is 0"},
		"organization 0":                          {Query{OrganizationID: pat.Some[int64](0)}, "organization_id is 0"},
		"a location below 0":                      {Query{LocationID: pat.Some[int64](-2)}, "location_id is -2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := admin.Tokens(t.Context(), "4", pat.TokenQuery{Native: test.native})
			verdict.Want(t, err, "validation", test.word)

			_, err = admin.Users(t.Context(), pat.UserQuery{Native: test.native})
			verdict.Want(t, err, "validation", test.word)

			if got := stage.Count(nil); got != 0 {
				t.Errorf("%d requests were sent", got)
			}
		})
	}
}
