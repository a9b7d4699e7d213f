package systemtest

import (
	"slices"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// userTests test User and Users.
func userTests() map[string]func(*scene) {
	return map[string]func(*scene){
		"a reference without id and username is invalid": emptyReference,
		"Users returns the selected users":               usersSelect,
		"Users returns tokens only on request":           usersWithTokens,
		"a renamed user keeps the id and the tokens":     renamedUser,
		"logins that look like another user's id":        loginsLikeIDs,
	}
}

func emptyReference(s *scene) {
	s.sendsNothing("an empty reference", func() {
		_, err := s.admin.User(s.ctx, pat.UserRef{})
		s.fails("User", err, "validation")

		_, err = s.admin.Users(s.ctx, pat.UserQuery{Ref: pat.Some(pat.UserRef{})})
		s.fails("Users", err, "validation")
	})

	s.sendsNothing("a query for another driver", func() {
		_, err := s.admin.Users(s.ctx, pat.UserQuery{Native: struct{}{}})
		s.fails("Users", err, "validation")
	})
}

func usersSelect(s *scene) {
	ids := map[string]string{}
	for _, username := range []string{"alice", "alicia", "bob"} {
		ids[username] = s.server.AddUser(s, username)
	}

	for what, test := range map[string]struct {
		query pat.UserQuery
		want  []string
	}{
		"all":                             {pat.UserQuery{}, []string{s.Administrator.Username, "alice", "alicia", "bob"}},
		"an id":                           {pat.UserQuery{Ref: pat.Some(pat.UserRef{ID: ids["alice"]})}, []string{"alice"}},
		"a login":                         {pat.UserQuery{Ref: pat.Some(pat.UserRef{Username: "alice"})}, []string{"alice"}},
		"both":                            {pat.UserQuery{Ref: pat.Some(pat.UserRef{ID: ids["alice"], Username: "alice"})}, []string{"alice"}},
		"id and login of different users": {pat.UserQuery{Ref: pat.Some(pat.UserRef{ID: ids["alice"], Username: "alicia"})}, []string{}},
		"a login in another case":         {pat.UserQuery{Ref: pat.Some(pat.UserRef{Username: "Alice"})}, []string{}},
	} {
		for _, withTokens := range []bool{false, true} {
			test.query.WithTokens = withTokens

			users, err := s.admin.Users(s.ctx, test.query)
			s.succeeds(what, err)

			again, err := s.admin.Users(s.ctx, test.query)
			s.succeeds(what, err)

			got := usernames(users)
			if !slices.Equal(got, usernames(again)) {
				s.Errorf("%s: %q, and then %q", what, got, usernames(again))
			}

			slices.Sort(got)
			slices.Sort(test.want)

			if !slices.Equal(got, test.want) {
				s.Errorf("%s: %q, want %q", what, got, test.want)
			}

			for _, user := range users {
				if (user.Tokens != nil) != withTokens || user.ID == "" || ids[user.Username] != "" && user.ID != ids[user.Username] {
					s.Errorf("%s: %+v", what, user)
				}
			}
		}
	}
}

func usersWithTokens(s *scene) {
	for _, username := range []string{"alice", "bob", "carol"} {
		s.server.AddUser(s, username)
	}

	for _, name := range []string{"b", "a"} {
		s.server.AddToken(s, "alice", name, expiry())
	}

	s.server.AddToken(s, "bob", "a", past())

	users, err := s.admin.Users(s.ctx, pat.UserQuery{WithTokens: true})
	s.succeeds("Users", err)

	for _, user := range users {
		if want := s.tokens(user.ID); user.Tokens == nil || !slices.EqualFunc(user.Tokens, want, equalTokens) {
			s.Errorf("the tokens of %s are %+v, want %+v", user.Username, user.Tokens, want)
		}

		one, err := s.admin.Users(s.ctx, pat.UserQuery{Ref: pat.Some(pat.UserRef{ID: user.ID}), WithTokens: true})
		if err != nil || len(one) != 1 || !slices.EqualFunc(one[0].Tokens, user.Tokens, equalTokens) {
			s.Errorf("%s alone: %+v, %v", user.Username, one, err)
		}
	}
}

func renamedUser(s *scene) {
	on := s.addSubject()
	s.server.RenameUser(s, "alice", "alicia")

	if user, err := s.admin.User(s.ctx, pat.UserRef{ID: on.token.UserID}); err != nil || user.Username != "alicia" {
		s.Errorf("by id: %+v, %v", user, err)
	}

	if user, err := s.admin.User(s.ctx, pat.UserRef{Username: "alicia"}); err != nil || user.ID != on.token.UserID {
		s.Errorf("by the new login: %+v, %v", user, err)
	}

	_, err := s.admin.User(s.ctx, pat.UserRef{Username: "alice"})
	s.fails("by the old login", err, "user gone")

	if token, err := s.admin.Token(s.ctx, on.token.Key()); err != nil || !equalTokens(token, on.token) {
		s.Errorf("the token is %+v, %v; want %+v", token, err, on.token)
	}

	s.succeeds("Revoke", s.admin.Revoke(s.ctx, on.token))
	s.live("after revoking the token", "alicia", 0)
}

// loginsLikeIDs adds users whose logins a server could mistake for another user's id: an operation on
// the tokens of one user must not affect those of another.
func loginsLikeIDs(s *scene) {
	alice := s.server.AddUser(s, "alice")
	owners := map[string]string{"alice": alice}

	for _, username := range []string{alice, alice + "abc", alice + "-"} {
		owners[username] = s.server.AddUser(s, username)
	}

	for username, id := range owners {
		issued := s.create(id, "ci")

		for other := range owners {
			want := 0
			if other == username {
				want = 1
			}

			s.live("after Create for "+username, other, want)
		}

		if user, err := s.admin.User(s.ctx, pat.UserRef{ID: id}); err != nil || user.Username != username {
			s.Errorf("the user %s is %q, %v", id, user.Username, err)
		}

		if token, err := s.admin.Token(s.ctx, issued.Key()); err != nil || token.Name != "ci" {
			s.Errorf("the token of %s is %+v, %v", username, token, err)
		}

		if tokens := s.tokens(id); len(tokens) != 1 {
			s.Errorf("the tokens of %s are %q", username, names(tokens))
		}

		s.succeeds("Revoke", s.admin.Revoke(s.ctx, issued.Token))
		s.live("after Revoke", username, 0)
	}
}
