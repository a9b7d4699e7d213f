package foreman

import (
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// addressable matches the paths that may be sent: a user is an id in the form that no login has, a
// token's id is digits, and no segment is empty.
var addressable = regexp.MustCompile(
	`^/api/(current_user|users|users/[1-9][0-9]*-~(/personal_access_tokens(/[1-9][0-9]*)?)?)$`)

// wantAddressable fails the test if the path of a request contains an empty segment, or one that
// could be a login.
func wantAddressable(tb testing.TB, requests []sandbox.Request) {
	tb.Helper()

	for _, request := range requests {
		if !addressable.MatchString(request.Path) {
			tb.Errorf("%s %s was sent", request.Method, request.Path)
		}

		// Apache refuses a line beyond 8190 bytes.
		if length := len(request.Path) + len(request.RawQuery); length > 8000 {
			tb.Errorf("a request of %d bytes was sent", length)
		}
	}
}

// Foreman has internal users that it never returns.
func TestInternalUsersDoNotExist(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})

	for _, ref := range []pat.UserRef{{Username: "foreman_admin"}, {ID: "1"}} {
		_, err := stage.admin(t).User(t.Context(), ref)
		verdict.Want(t, err, "user gone")
	}

	_, err := stage.admin(t).User(t.Context(), pat.UserRef{Username: "ADMIN"})
	verdict.Want(t, err, "user gone", `"ADMIN"`, "case-sensitive")
}

// TestTokensOfAUserWhoseIDIsALogin has a user 5, and logins that Foreman can mistake for "5" or that
// begin with it, and performs all operations on them.
func TestTokensOfAUserWhoseIDIsALogin(t *testing.T) {
	t.Parallel()

	for _, caller := range []string{"admin", "clerk", "alice"} {
		t.Run(caller, func(t *testing.T) {
			t.Parallel()

			stage := newStage(t, foremanserver.Options{})
			owners := map[string]string{}

			for _, login := range []string{"alice", "5", "5abc", "5-"} {
				owners[login] = stage.addUser(t, login)
			}

			stage.addUser(t, "clerk", everything...)

			system := stage.admin(t)
			if caller != "admin" {
				system = stage.as(t, caller)
			}

			if caller == "alice" { // She has no permissions for other users.
				owners = map[string]string{"alice": owners["alice"]}
			}

			for login, id := range owners {
				issueFindRevoke(t, stage, system, login, id)
			}

			wantAddressable(t, stage.Requests())
		})
	}
}

// issueFindRevoke issues a token of the user, finds it with every call, and revokes it.
func issueFindRevoke(t *testing.T, stage *stage, system *System, login, id string) {
	t.Helper()

	ctx := t.Context()

	issued, err := system.Create(ctx, id, pat.NewToken{Name: "ci"})
	if err != nil || stage.LiveTokens(login) != 1 || stage.LiveTokens("") != 1 {
		t.Fatalf("%s has %d of %d active tokens, %v", login, stage.LiveTokens(login), stage.LiveTokens(""), err)
	}

	if user, err := system.User(ctx, pat.UserRef{ID: id}); err != nil || user.Username != login {
		t.Errorf("the user %s is read as %q, %v", login, user.Username, err)
	}

	if token, err := system.Token(ctx, issued.Key()); err != nil || token.Name != "ci" {
		t.Errorf("the token of %s is read as %+v, %v", login, token, err)
	}

	if tokens, err := system.Tokens(ctx, id, pat.TokenQuery{}); err != nil || len(tokens) != 1 {
		t.Errorf("%d tokens of %s are listed, %v", len(tokens), login, err)
	}

	selected, total, err := system.SelectTokens(ctx, id, pat.Selection{IDs: []string{issued.ID}})
	if err != nil || len(selected) != 1 || total != 1 {
		t.Errorf("%d of %d tokens of %s are selected, %v", len(selected), total, login, err)
	}

	if err := system.Revoke(ctx, issued.Token); err != nil || stage.LiveTokens("") != 0 {
		t.Errorf("%d tokens are active after that of %s was revoked, %v", stage.LiveTokens(""), login, err)
	}
}

func TestOtherUsersRequirePermissions(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	id := stage.addUser(t, "alice")
	stage.addUser(t, "none")
	stage.addUser(t, "viewer", viewAll...)

	_, err := stage.as(t, "none").User(t.Context(), pat.UserRef{ID: id})
	verdict.Want(t, err, "permission", "view_users", "needs no permission for itself")

	_, err = stage.as(t, "none").User(t.Context(), pat.UserRef{Username: "alice"})
	verdict.Want(t, err, "permission", "view_users")

	viewer := stage.as(t, "viewer")
	if user, err := viewer.User(t.Context(), pat.UserRef{Username: "alice"}); err != nil || user.ID != id {
		t.Errorf("%s, %v", user.ID, err)
	}

	_, err = viewer.User(t.Context(), pat.UserRef{Username: "missing"})
	verdict.Want(t, err, "permission", "may still exist, hidden")
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
		"all, by id":                             {want: []string{"admin", "alice", "alicia"}},
		"an order":                               {query: pat.UserQuery{Native: Query{Order: pat.Some("login DESC")}}, want: []string{"alicia", "alice", "admin"}},
		"a search":                               {query: pat.UserQuery{Native: Query{Search: pat.Some("login ~ alic")}}, want: []string{"alice", "alicia"}},
		"a search and a login":                   {query: pat.UserQuery{Ref: pat.Some(pat.UserRef{Username: "alicia"}), Native: Query{Search: pat.Some("login ~ alic")}}, want: []string{"alicia"}},
		"an order by a field that is not unique": {query: pat.UserQuery{Native: Query{Order: pat.Some("firstname"), PerPage: pat.Some[int64](1)}}, want: []string{"admin", "alice", "alicia"}},
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
				slices.Sort(got) // Without an order, the database decides.
			}

			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUsersOmitsTokensUnlessRequested(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})

	users, err := stage.admin(t).Users(t.Context(), pat.UserQuery{})
	if err != nil || len(users) != 1 || users[0].Tokens != nil || stage.Count(nil) != 1 {
		t.Errorf("%+v, %v, %d requests", users, err, stage.Count(nil))
	}
}

// A search does not replace a reference that names no user.
func TestUsersWithAnEmptyReferenceIsAnError(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})

	_, err := stage.admin(t).Users(t.Context(), pat.UserQuery{Ref: pat.Some(pat.UserRef{}), Native: Query{Search: pat.Some("login ~ a")}})
	verdict.Want(t, err, "validation", "neither an id nor a username was given")

	if sent := stage.Count(nil); sent != 0 {
		t.Errorf("%d requests were sent", sent)
	}
}
