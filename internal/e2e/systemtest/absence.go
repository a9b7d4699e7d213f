package systemtest

import (
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// absenceTests test what proves that a user or a token does not exist, and what does not prove it.
func absenceTests() map[string]func(*scene) {
	return map[string]func(*scene){
		"a deleted token does not exist":                                  tokenGone,
		"a deleted user does not exist, and neither do the user's tokens": userGone,
		"missing permissions never prove absence":                         hiddenAbsence,
	}
}

func tokenGone(s *scene) {
	on := s.addSubject()
	s.server.AddToken(s, "alice", "other", expiry())
	s.server.DeleteToken(s, "alice", "old")

	for what, system := range map[string]pat.System{"the administrator": s.admin, "the owner": s.open("alice")} {
		_, err := system.Token(s.ctx, on.token.Key())
		s.fails("Token, called by "+what, err, "gone")

		tokens, err := system.Tokens(s.ctx, on.token.UserID, pat.TokenQuery{Name: pat.Some("old")})
		if err != nil || tokens == nil || len(tokens) != 0 {
			s.Errorf("Tokens, called by %s: %v, %v; want none", what, tokens, err)
		}

		s.succeeds("Revoke by "+what, system.Revoke(s.ctx, on.token))
	}

	// Deleting the last token leaves an empty list, which is just as good a proof.
	s.server.DeleteToken(s, "alice", "other")

	_, err := s.admin.Token(s.ctx, on.token.Key())
	s.fails("Token, of a user without tokens", err, "gone")
}

func userGone(s *scene) {
	on := s.addSubject()
	s.server.DeleteUser(s, "alice")

	for _, call := range s.calls() {
		err := call.do(s.ctx, s.admin, on)

		switch call.name {
		case "CurrentUser", "Users", "Users with tokens", "Users, one with tokens", "Revoke":
			s.succeeds(call.name, err)
		case "Create":
			s.fails(call.name, err, "user gone", "not found")
		default:
			s.fails(call.name, err, "user gone")
		}
	}

	_, err := s.admin.Tokens(s.ctx, on.token.UserID, pat.TokenQuery{})
	s.fails("Tokens, all", err, "user gone")
}

func hiddenAbsence(s *scene) {
	on := s.addSubject()
	s.server.AddUser(s, "bob")
	bob := s.open("bob")

	for _, remove := range []func(){
		func() { s.server.DeleteToken(s, "alice", "old") }, func() { s.server.DeleteUser(s, "alice") },
	} {
		remove()

		for _, call := range s.calls() {
			if call.name != "CurrentUser" {
				s.fails(call.name, call.do(s.ctx, bob, on), "permission")
			}
		}
	}
}
