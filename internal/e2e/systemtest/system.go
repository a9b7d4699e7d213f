package systemtest

import (
	"errors"
	"net/url"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// errNoInterface is the error for a System that lacks a method that its [Platform] declares.
var errNoInterface = errors.New("the System does not implement pat.TokenSelector or pat.TokenPager, but its Platform says so")

// systemTests test the methods that describe a System and its account.
func systemTests() map[string]func(*scene) {
	return map[string]func(*scene){
		"Traits and Server send no request":                     traitsSendNothing,
		"the System implements what its Platform declares":      optionalInterfaces,
		"CurrentUser returns the account":                       currentUser,
		"a rejected password is sent only once":                 refusedPassword,
		"an account needs no permission for its own tokens":     ownAccount,
		"an account without permissions gets permission errors": noPermission,
		"Systems of different accounts do not share a session":  twoAccounts,
	}
}

func traitsSendNothing(s *scene) {
	id := s.server.AddUser(s, "alice")

	s.sendsNothing("Traits and Server", func() {
		traits := s.admin.Traits()
		if traits.Platform == "" || traits.DisplayName == "" || traits.UserID == nil || traits.MaxNameLength < 0 {
			s.Errorf("the traits are %+v", traits)
		} else if !traits.UserID.MatchString(id) || traits.UserID.MatchString("") {
			s.Errorf("UserID is %s, which does not match alice's id %q", traits.UserID, id)
		}

		server := s.admin.Server()
		if again := s.open("alice").Server(); again != server {
			s.Errorf("the server is %q for one account and %q for another", server, again)
		}

		parsed, err := url.Parse(server)
		if err != nil || parsed.Scheme == "" || parsed.User != nil || strings.HasSuffix(server, "/") {
			s.Errorf("the server is %q, %v; want a normalized URL", server, err)
		}
	})
}

func optionalInterfaces(s *scene) {
	_, selector := s.admin.(pat.TokenSelector)
	_, pager := s.admin.(pat.TokenPager)

	if selector != s.Selector || pager != s.Pager {
		s.Errorf("TokenSelector: %t, TokenPager: %t; want %t and %t", selector, pager, s.Selector, s.Pager)
	}
}

func currentUser(s *scene) {
	s.server.AddUser(s, "alice")

	for username, system := range map[string]pat.System{s.Administrator.Username: s.admin, "alice": s.open("alice")} {
		for range 2 {
			user, err := system.CurrentUser(s.ctx)
			s.succeeds("CurrentUser", err)

			if user.Username != username || user.Admin != (system == s.admin) || !user.Enabled || user.Tokens != nil {
				s.Errorf("the current user is %+v, want %s", user, username)
			}

			same, err := system.User(s.ctx, pat.UserRef{ID: user.ID})
			if err != nil || same.Username != username {
				s.Errorf("the user with this id is %q, %v; want %q", same.Username, err, username)
			}
		}
	}
}

func refusedPassword(s *scene) {
	on := s.addSubject()

	wrong := Account{Username: "alice", Password: "wr0ng/p&ss word"} //nolint:gosec // No account has this password.
	s.keepSecret(wrong)

	system := s.server.Open(s, wrong)
	before, _ := s.server.Requests()
	errs := make([]error, 50)

	atOnce(len(errs), func(i int) { _, errs[i] = system.Tokens(s.ctx, on.token.UserID, pat.TokenQuery{}) })

	for _, err := range append(errs, system.Revoke(s.ctx, on.token)) {
		s.fails("with a wrong password", err, "authentication")
	}

	if after, _ := s.server.Requests(); after-before != 1 {
		s.Errorf("%d requests were sent, want 1", after-before)
	}

	_, err := s.open("alice").CurrentUser(s.ctx)
	s.succeeds("with the correct password", err)
}

func ownAccount(s *scene) {
	id := s.server.AddUser(s, "alice")
	alice := s.open("alice")

	for _, ref := range []pat.UserRef{{ID: id}, {Username: "alice"}, {ID: id, Username: "alice"}} {
		if user, err := alice.User(s.ctx, ref); err != nil || user.ID != id {
			s.Errorf("%s is %q, %v", ref, user.ID, err)
		}
	}

	issued, err := alice.Create(s.ctx, id, pat.NewToken{Name: "own", ExpiresAt: pat.Some(expiry())})
	s.succeeds("Create", err)
	s.secrets = append(s.secrets, issued.Secret.Reveal())

	if tokens, err := alice.Tokens(s.ctx, id, pat.TokenQuery{}); err != nil || len(tokens) != 1 {
		s.Errorf("the tokens are %v, %v; want one", names(tokens), err)
	}

	if token, err := alice.Token(s.ctx, issued.Key()); err != nil || !token.SameAs(issued.Token) {
		s.Errorf("the token is %+v, %v", token, err)
	}

	s.succeeds("Revoke", alice.Revoke(s.ctx, issued.Token))
	s.live("after revoking the token", "alice", 0)
}

func noPermission(s *scene) {
	on := s.addSubject()
	s.server.AddUser(s, "bob")
	bob := s.open("bob")

	for _, call := range s.calls() {
		if call.name != "CurrentUser" {
			s.fails(call.name, call.do(s.ctx, bob, on), "permission")
		}
	}

	// An empty list is an error for a caller that lacks the permission to see any tokens.
	_, err := bob.Tokens(s.ctx, on.token.UserID, pat.TokenQuery{Name: pat.Some("none")})
	s.fails("Tokens, with a query that selects none", err, "permission")

	s.live("after all calls", "alice", 1)
}

func twoAccounts(s *scene) {
	s.server.AddUser(s, "alice")
	alice := s.open("alice")

	for range 3 {
		for username, system := range map[string]pat.System{s.Administrator.Username: s.admin, "alice": alice} {
			user, err := system.User(s.ctx, pat.UserRef{Username: username})
			if err != nil || user.Username != username {
				s.Errorf("%q, %v; want %q", user.Username, err, username)
			}
		}
	}

	_, err := alice.User(s.ctx, pat.UserRef{Username: s.Administrator.Username})
	s.fails("alice's System reads the administrator", err, "permission")
}
