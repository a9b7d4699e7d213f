package systemtest

import (
	"slices"
	"strings"
	"unicode"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// nameTests test names, logins and ids that a path, a query or a search could misinterpret.
func nameTests() map[string]func(*scene) {
	return map[string]func(*scene){
		"User matches exactly":                                   userMatchesExactly,
		"invalid ids are not sent":                               invalidUserIDs,
		"an error shows no control characters of a login":        unreadableLogin,
		"Create accepts every valid name":                        createdNames,
		"Tokens returns exactly the tokens with the given names": tokensByName,
	}
}

// oddUsernames are logins that a path, a query or a search could misinterpret, or that look like
// another user's id.
var oddUsernames = []string{
	"5", "5abc", "5-", `o"neil`, "../users/5", "a&userid=b", "al*", `x" or login = "alice`, "alicia", "alice@example.com",
	"álice", "alice smith", "%61lice", "null",
}

func userMatchesExactly(s *scene) {
	ids := map[string]string{}
	for _, username := range append([]string{"alice", "bob"}, oddUsernames...) {
		ids[username] = s.server.AddUser(s, username)
	}

	for username, id := range ids {
		for _, ref := range []pat.UserRef{{ID: id}, {Username: username}, {ID: id, Username: username}} {
			user, err := s.admin.User(s.ctx, ref)
			if err != nil || user.ID != id || user.Username != username || user.Tokens != nil || !user.Enabled || user.Admin {
				s.Errorf("%s: %+v, %v", ref, user, err)
			}
		}
	}

	s.server.DeleteUser(s, "bob")

	for what, ref := range map[string]pat.UserRef{
		"upper case":                    {Username: "ALICE"},
		"a beginning":                   {Username: "ali"},
		"a trailing space":              {Username: "alice "},
		"a wildcard":                    {Username: "ali*"},
		"a search":                      {Username: `y" or login = "alice`},
		"the account in upper case":     {Username: strings.ToUpper(s.Administrator.Username)},
		"an unknown login":              {Username: "nobody"},
		"the login of a deleted user":   {Username: "bob"},
		"the id of a deleted user":      {ID: ids["bob"]},
		"a deleted user's id and login": {ID: ids["bob"], Username: "bob"},
	} {
		_, err := s.admin.User(s.ctx, ref)
		s.fails(what, err, "user gone")

		users, err := s.admin.Users(s.ctx, pat.UserQuery{Ref: pat.Some(ref), WithTokens: true})
		if err != nil || users == nil || len(users) != 0 {
			s.Errorf("%s: Users returns %v, %v; want none", what, users, err)
		}
	}

	for what, ref := range map[string]pat.UserRef{
		"the id and login of two users":        {ID: ids["alice"], Username: "alicia"},
		"a user's id, a deleted user's login":  {ID: ids["alice"], Username: "bob"},
		"a user's id, the login in upper case": {ID: ids["alice"], Username: "ALICE"},
	} {
		_, err := s.admin.User(s.ctx, ref)
		s.fails(what, err, "validation")

		if err != nil && !strings.Contains(err.Error(), ids["alice"]+" is alice") {
			s.Errorf("%s: the error does not name the user with this id: %v", what, err)
		}

		users, err := s.admin.Users(s.ctx, pat.UserQuery{Ref: pat.Some(ref)})
		if err != nil || users == nil || len(users) != 0 {
			s.Errorf("%s: Users returns %v, %v; want none", what, users, err)
		}
	}
}

func unreadableLogin(s *scene) {
	id := s.server.AddUser(s, "\x1b[31m"+strings.Repeat("a", 10_000))

	_, err := s.admin.User(s.ctx, pat.UserRef{ID: id, Username: "alice"})
	s.fails("another user's login", err, "validation")

	if err == nil {
		return
	}

	if text := err.Error(); len(text) > 3*2048 || strings.ContainsFunc(text, unicode.IsControl) {
		s.Errorf("the error has %d bytes or a control character: %.3000q", len(text), text)
	}
}

// invalidIDs returns texts that are not ids on the platform under test.
func (s *scene) invalidIDs(id string) []string {
	all := append([]string{
		"", " ", "alice", "-1", "+4", "0", "5abc", "4.0", " " + id, id + " ", id + "\n", id + "/", id + "-", "../" + id, "٣",
		strings.Repeat("9", 40), strings.Repeat("f", 80),
	}, s.InvalidUserIDs...)

	return slices.DeleteFunc(all, s.admin.Traits().UserID.MatchString)
}

func invalidUserIDs(s *scene) {
	on := s.addSubject()

	s.sendsNothing("an invalid user id", func() {
		for _, id := range s.invalidIDs(on.token.UserID) {
			other := on
			other.token.UserID = id

			for _, call := range s.calls() {
				switch call.name {
				case "CurrentUser", "User by username", "Users", "Users with tokens":
				default:
					s.fails(call.name+" of "+id, call.do(s.ctx, s.admin, other), "validation")
				}
			}
		}
	})

	s.sendsNothing("an invalid token key", func() {
		for _, id := range s.InvalidTokenIDs {
			token := pat.Token{UserID: on.token.UserID, ID: id, Name: id}

			_, err := s.admin.Token(s.ctx, token.Key())
			s.fails("Token "+id, err, "validation")
			s.fails("Revoke "+id, s.admin.Revoke(s.ctx, token), "validation")
		}
	})
}

func createdNames(s *scene) {
	id := s.server.AddUser(s, "alice")
	odd := s.oddNames()

	var all []pat.Issued

	for _, name := range odd {
		issued := s.create(id, name)
		all = append(all, issued)

		if issued.Name != name {
			s.Errorf("the token is named %q, want %q", issued.Name, name)
		}
	}

	for i, issued := range all {
		if found := s.token(id, issued.Name); !found.SameAs(issued.Token) {
			s.Errorf("the token %q is returned as %+v", issued.Name, found)
		}

		s.succeeds("Revoke "+issued.Name, s.admin.Revoke(s.ctx, issued.Token))
		s.live("after revoking "+issued.Name, "alice", len(all)-i-1)

		if s.server.Authenticates("alice", issued.Secret) {
			s.Errorf("%q is still alive, another token is not", issued.Name)
		}
	}
}

// tokensByName gives a user tokens whose names are easily misinterpreted, and compares the result of
// each query with what it should select.
func tokensByName(s *scene) {
	id := s.server.AddUser(s, "alice")
	odd := s.oddNames()

	for _, name := range odd {
		s.server.AddToken(s, "alice", name, expiry())
	}

	all := s.tokens(id)
	if got := names(all); !sameElements(got, odd) {
		s.Fatalf("the names are %q, want %q", got, odd)
	}

	queries := []pat.TokenQuery{{}, {NamePrefix: pat.Some("")}}

	for _, name := range append([]string{"Plain", "nobody", "pl*", ""}, odd...) {
		queries = append(queries, pat.TokenQuery{Name: pat.Some(name)})
	}

	for _, part := range []string{
		"p", "pl", "pl_", "pl%", "pl*", "*", "%", "_", `\`, `\\`, `back\s`, `"`, `\"`, "and", "not", "-", "--", "a/", "(", "ü", "🔑", "PL",
		"inner ", "name", strings.Repeat("n", 90), "zzz",
	} {
		queries = append(queries,
			pat.TokenQuery{NamePrefix: pat.Some(part)}, pat.TokenQuery{NameContains: part},
			pat.TokenQuery{NamePrefix: pat.Some("p"), NameContains: part}, pat.TokenQuery{Name: pat.Some("plain"), NamePrefix: pat.Some(part)})
	}

	for _, after := range []string{all[0].ID, all[len(all)/2].ID, all[len(all)-1].ID, "0", "no number"} {
		queries = append(queries, pat.TokenQuery{AfterID: after}, pat.TokenQuery{AfterID: after, NamePrefix: pat.Some("p")},
			pat.TokenQuery{AfterID: after, Name: pat.Some("plain")}, pat.TokenQuery{AfterID: after, NameContains: "a"})
	}

	for _, query := range queries {
		want := slices.DeleteFunc(slices.Clone(all), func(token pat.Token) bool { return !query.Selects(token) })

		got, err := s.admin.Tokens(s.ctx, id, query)
		if err != nil || !slices.EqualFunc(got, want, equalTokens) {
			s.Errorf("%+v returns %q, %v; want %q", query, names(got), err, names(want))
		}
	}
}

// sameElements reports whether two lists have the same elements, in any order.
func sameElements(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// oddNames returns token names that a path, a query or a search could misinterpret, as far as the
// platform allows them.
func (s *scene) oddNames() []string {
	longest := s.admin.Traits().MaxNameLength

	all := []string{
		"plain", "two words", "PLAIN", "plain*", "pl%", "pl_in", "plbin", "p", "*", "%", "_",
		`double"quote`, `say "hi"`, `"`, `""`, `back\slash`, `\`, `\\`, `\"`, `ends with \`, "o'neil", "`tick`",
		"and", "or", "not", "has", "set?", "null?", "before", "a and b", "name = plain or name = and",
		`name="x"`, `x" or name="plain`, `x" or id > 0 or name="`, "null", "Never", "userid", ".", "..",
		"comma,name", "a, b", "paren(1)", "(", ")", "((", "<", ">", "<=5", "a=b", "!", "!=", "~", "^", "& |", "-", "--",
		"-leading", "--leading", "-and", "a/b", "../..", "a;b", "a+b", "a&b=c", "a?b#c", "a#b", "50%25", "%2F", "{{x}}", "$HOME",
		"<b>&amp;</b>", "]]>", "ünï", "UNÏ", "名前", "名/%+ &#", "🔑", "🔑 key", "é", "e\u0301", "inner  blanks", "inner\u00a0blank",
		"\u200bzero", "123", "0", "1e3", "true", strings.Repeat("n", 100), strings.Repeat("é", 100),
		strings.Repeat("n", 1000), strings.Repeat("n", 1001), strings.Repeat("ü", 5000),
	}

	return slices.DeleteFunc(all, func(name string) bool { return longest > 0 && len([]rune(name)) > longest })
}
