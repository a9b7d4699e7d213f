package foreman

import (
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// addressable are the paths that may be sent: an id is digits, and nothing is empty.
var addressable = regexp.MustCompile(
	`^/api/(current_user|users|users/[1-9][0-9]*|users/[1-9][0-9]*/personal_access_tokens(/[1-9][0-9]*)?)$`)

// wantAddressable fails if a login or an empty segment stands in the path of a request.
func (s *stage) wantAddressable(t *testing.T) {
	t.Helper()

	for _, request := range s.Requests() {
		if !addressable.MatchString(request.Path) {
			t.Errorf("%s %s was sent", request.Method, request.Path)
		}
	}
}

func TestUserIsMatchedExactly(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		ref   pat.UserRef
		login string // of who is found
		kind  string
		words []string
	}{
		"by id":                           {ref: pat.UserRef{ID: "5"}, login: "alice"},
		"by login":                        {ref: pat.UserRef{Username: "alice"}, login: "alice"},
		"by both":                         {ref: pat.UserRef{ID: "5", Username: "alice"}, login: "alice"},
		"by a login of digits":            {ref: pat.UserRef{Username: "5"}, login: "5"},
		"by a login that begins as an id": {ref: pat.UserRef{Username: "5abc"}, login: "5abc"},
		"by a login with a quote":         {ref: pat.UserRef{Username: `o"neil`}, login: `o"neil`},
		"by a login that is a path":       {ref: pat.UserRef{Username: "../users/5"}, login: "../users/5"},
		"the account itself, by id":       {ref: pat.UserRef{ID: "4"}, login: "admin"},
		"the account itself, by login":    {ref: pat.UserRef{Username: "admin"}, login: "admin"},
		"an id and the login of another": {
			ref: pat.UserRef{ID: "5", Username: "5abc"}, kind: "validation", words: []string{"the user with id 5 is alice", "5abc"},
		},
		"an id and the login in capitals": {
			ref: pat.UserRef{ID: "5", Username: "ALICE"}, kind: "validation", words: []string{"capital letters"},
		},
		"a login in capitals":      {ref: pat.UserRef{Username: "ALICE"}, kind: "user gone", words: []string{`"ALICE"`, "capital letters"}},
		"the account, in capitals": {ref: pat.UserRef{Username: "ADMIN"}, kind: "user gone"},
		"a login of wildcards":     {ref: pat.UserRef{Username: "al*"}, kind: "user gone"},
		"a login of a search":      {ref: pat.UserRef{Username: `x" or login = "alice`}, kind: "user gone"},
		"an unknown login":         {ref: pat.UserRef{Username: "nobody"}, kind: "user gone"},
		"an unknown id":            {ref: pat.UserRef{ID: "999"}, kind: "user gone"},
		"a hidden user, by login":  {ref: pat.UserRef{Username: "foreman_admin"}, kind: "user gone"},
		"a hidden user, by id":     {ref: pat.UserRef{ID: "1"}, kind: "user gone"},
		"nobody":                   {kind: "validation", words: []string{"neither"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			stage := newStage(t, foremanserver.Options{})
			for _, login := range []string{"alice", "5", "5abc", `o"neil`, "../users/5"} {
				stage.addUser(t, login)
			}

			user, err := stage.admin(t).User(t.Context(), test.ref)
			stage.wantAddressable(t)

			if test.kind != "" {
				verdict.Want(t, err, test.kind, test.words...)

				return
			}

			if err != nil || user.Username != test.login {
				t.Errorf("got %q, %v", user.Username, err)
			}
		})
	}
}

func TestTokensOfALoginThatBeginsAsAnotherUsersID(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	fifth := stage.addUser(t, "alice")
	trap := stage.addUser(t, "5abc")
	admin := stage.admin(t)

	user, err := admin.User(t.Context(), pat.UserRef{Username: "5abc"})
	if err != nil || user.ID != trap || fifth != "5" {
		t.Fatalf("user %s, %v", user.ID, err)
	}

	issued, err := admin.Create(t.Context(), user.ID, pat.NewToken{Name: "ci"})
	if err != nil {
		t.Fatal(err)
	}

	if got := stage.LiveTokens("5abc"); got != 1 || stage.LiveTokens("alice") != 0 {
		t.Errorf("5abc has %d tokens, alice %d", got, stage.LiveTokens("alice"))
	}

	if token, err := admin.Token(t.Context(), issued.Key()); err != nil || token.Name != "ci" {
		t.Errorf("%+v, %v", token, err)
	}

	if err := admin.Revoke(t.Context(), issued.Token); err != nil || stage.LiveTokens("") != 0 {
		t.Errorf("%d tokens live, %v", stage.LiveTokens(""), err)
	}

	stage.wantAddressable(t)
}

func TestTheAccountNeedsNoPermissionForItself(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	id := stage.addUser(t, "alice")
	alice := stage.as(t, "alice")

	for _, ref := range []pat.UserRef{{ID: id}, {Username: "alice"}, {ID: id, Username: "alice"}} {
		if user, err := alice.User(t.Context(), ref); err != nil || user.ID != id {
			t.Errorf("%s: %s, %v", ref, user.ID, err)
		}
	}

	issued, err := alice.Create(t.Context(), id, pat.NewToken{Name: "ci"})
	if err != nil {
		t.Fatal(err)
	}

	if tokens, err := alice.Tokens(t.Context(), id, pat.TokenQuery{}); err != nil || len(tokens) != 1 {
		t.Errorf("%d tokens, %v", len(tokens), err)
	}

	if err := alice.Revoke(t.Context(), issued.Token); err != nil {
		t.Error(err)
	}
}

func TestOtherUsersTakePermissions(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	id := stage.addUser(t, "alice")
	stage.addUser(t, "none")
	stage.addUser(t, "viewer", viewAll...)

	_, err := stage.as(t, "none").User(t.Context(), pat.UserRef{ID: id})
	verdict.Want(t, err, "permission", "view_users", "Only its own user")

	_, err = stage.as(t, "none").User(t.Context(), pat.UserRef{Username: "alice"})
	verdict.Want(t, err, "permission", "view_users")

	viewer := stage.as(t, "viewer")
	if user, err := viewer.User(t.Context(), pat.UserRef{Username: "alice"}); err != nil || user.ID != id {
		t.Errorf("%s, %v", user.ID, err)
	}

	_, err = viewer.User(t.Context(), pat.UserRef{Username: "nobody"})
	verdict.Want(t, err, "permission", "proves nothing")
}

func TestUsersSelectsAndAddsTokens(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	id := stage.addUser(t, "alice")
	stage.addUser(t, "alicia")
	stage.addToken(t, "ci")

	admin := stage.admin(t)

	for name, test := range map[string]struct {
		query pat.UserQuery
		want  []string
	}{
		"all, by id":           {want: []string{"admin", "alice", "alicia"}},
		"an order":             {query: pat.UserQuery{Native: Query{Order: pat.Some("login DESC")}}, want: []string{"alicia", "alice", "admin"}},
		"one id":               {query: pat.UserQuery{Ref: pat.Some(pat.UserRef{ID: id})}, want: []string{"alice"}},
		"one login":            {query: pat.UserQuery{Ref: pat.Some(pat.UserRef{Username: "alice"})}, want: []string{"alice"}},
		"both":                 {query: pat.UserQuery{Ref: pat.Some(pat.UserRef{ID: id, Username: "alice"})}, want: []string{"alice"}},
		"both of two users":    {query: pat.UserQuery{Ref: pat.Some(pat.UserRef{ID: id, Username: "alicia"})}},
		"an unknown id":        {query: pat.UserQuery{Ref: pat.Some(pat.UserRef{ID: "999"})}},
		"another spelling":     {query: pat.UserQuery{Ref: pat.Some(pat.UserRef{Username: "Alice"})}},
		"a search":             {query: pat.UserQuery{Native: Query{Search: pat.Some("login ~ alic")}}, want: []string{"alice", "alicia"}},
		"a search and a login": {query: pat.UserQuery{Ref: pat.Some(pat.UserRef{Username: "alicia"}), Native: Query{Search: pat.Some("login ~ alic")}}, want: []string{"alicia"}},
		"a field that repeats": {query: pat.UserQuery{Native: Query{Order: pat.Some("firstname"), PerPage: pat.Some[int64](1)}}, want: []string{"admin", "alice", "alicia"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			test.query.WithTokens = true

			users, err := admin.Users(t.Context(), test.query)
			if err != nil {
				t.Fatal(err)
			}

			var got []string

			for _, user := range users {
				got = append(got, user.Username)

				var want []string
				if user.ID == id {
					want = []string{"ci"}
				}

				if diff := cmp.Diff(want, names(user.Tokens)); diff != "" || user.Tokens == nil {
					t.Errorf("%s: %s", user.Username, diff)
				}
			}

			if parameters, _ := test.query.Native.(Query); parameters.Order.V == "firstname" {
				slices.Sort(got) // Where there is none, the order is the database's affair.
			}

			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUsersLeavesTokensOutUnlessAsked(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})

	users, err := stage.admin(t).Users(t.Context(), pat.UserQuery{})
	if err != nil || len(users) != 1 || users[0].Tokens != nil || stage.Count(nil) != 1 {
		t.Errorf("%+v, %v, %d requests", users, err, stage.Count(nil))
	}
}

// A reference that names nobody is not the same as no reference, which selects everybody.
func TestUsersOfNobodyIsAnError(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})

	for _, native := range []any{nil, Query{Search: pat.Some("login ~ a")}} {
		_, err := stage.admin(t).Users(t.Context(), pat.UserQuery{Ref: pat.Some(pat.UserRef{}), Native: native})
		verdict.Want(t, err, "validation", "neither an id nor a username was given")
	}

	if sent := stage.Count(nil); sent != 0 {
		t.Errorf("%d requests were sent", sent)
	}
}
