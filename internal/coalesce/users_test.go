package coalesce

import (
	"testing"
	"testing/synctest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestUsersAreRememberedByIDAndByLogin(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.users = []pat.User{{ID: "5", Username: "svc"}, {ID: "6", Username: "other"}}
		system := New(f)

		for _, ref := range []pat.UserRef{
			{Username: "svc"}, {ID: "5"}, {ID: "5", Username: "svc"}, {ID: "6", Username: "other"}, {Username: "other"},
		} {
			user, err := system.User(t.Context(), ref)
			if err != nil || ref.ID != "" && user.ID != ref.ID || ref.Username != "" && user.Username != ref.Username {
				t.Errorf("%v: %+v, %v", ref, user, err)
			}
		}

		// Neither a write nor time changes which user an id belongs to.
		if _, err := system.Create(t.Context(), "5", pat.NewToken{Name: "new"}); err != nil {
			t.Error(err)
		}

		rest(t.Context(), 10*freshFor)

		if _, err := system.User(t.Context(), pat.UserRef{ID: "5"}); err != nil {
			t.Error(err)
		}

		// The inner System decides about a reference that names two users, and about a user who does
		// not exist.
		for range 2 {
			for _, ref := range []pat.UserRef{{ID: "5", Username: "other"}, {ID: "7"}} {
				if _, err := system.User(t.Context(), ref); err == nil {
					t.Errorf("%v was found", ref)
				}
			}
		}

		f.wantSent(t, "user svc", "user other with id 6", "create",
			"user other with id 5", "user with id 7", "user other with id 5", "user with id 7")
	})
}

func TestUsersAreListedOnceForTheSameQuery(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		query pat.UserQuery
		want  int
	}{
		"all":         {want: 1},
		"by login":    {query: pat.UserQuery{Ref: pat.Some(pat.UserRef{Username: "svc"})}, want: 1},
		"with tokens": {query: pat.UserQuery{WithTokens: true}, want: 2},
		"natively":    {query: pat.UserQuery{Native: "order"}, want: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.add("5", "t", 1)
				f.users = []pat.User{{ID: "5", Username: "svc"}}
				system := New(f)

				for range 2 {
					users, err := system.Users(t.Context(), test.query)
					if err != nil || len(users) != 1 || users[0].ID != "5" || (users[0].Tokens != nil) != test.query.WithTokens {
						t.Fatalf("%+v, %v", users, err)
					}

					users[0].ID = "spoilt"
				}

				if sent := f.sent(); len(sent) != test.want {
					t.Errorf("sent %q, want %d requests", sent, test.want)
				}

				rest(t.Context(), freshFor)

				if _, err := system.Users(t.Context(), test.query); err != nil || len(f.sent()) != test.want+1 {
					t.Errorf("%v; sent %q after a minute", err, f.sent())
				}
			})
		})
	}
}
