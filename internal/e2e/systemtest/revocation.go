package systemtest

import (
	"context"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// revokeTests test Revoke.
func revokeTests() map[string]func(*scene) {
	return map[string]func(*scene){
		"Revoke succeeds, even if called again":                   revoked,
		"Revoke does not affect other tokens":                     othersLive,
		"Revoke does not affect a newer token with the same name": namesakeLives,
		"Revoke when the creation time is unknown":                unknownCreation,
		"Revoke has its effect when the response is lost":         lostRevoke,
		"Revoke has no effect when the server is unreachable":     unreachableRevoke,
		"Revoke succeeds when the token is deleted meanwhile":     vanishingToken,
	}
}

func revoked(s *scene) {
	for what, prepare := range map[string]func(username string){
		"a live token":         func(string) {},
		"a revoked token":      func(username string) { s.server.RevokeToken(s, username, "ci") },
		"a deleted token":      func(username string) { s.server.DeleteToken(s, username, "ci") },
		"a deleted user":       func(username string) { s.server.DeleteUser(s, username) },
		"an expired token":     func(string) { s.server.Advance(60 * 24 * time.Hour) },
		"a long-expired token": func(string) { s.server.Advance(900 * 24 * time.Hour) },
	} {
		username := what
		id := s.server.AddUser(s, username)

		// The date must not be near the longest lifetime that a server may allow.
		issued, err := s.admin.Create(s.ctx, id, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(s.inDays(30))})
		s.succeeds("Create", err)
		s.secrets = append(s.secrets, issued.Secret.Reveal())
		prepare(username)

		for range 2 {
			s.succeeds("Revoke "+what, s.admin.Revoke(s.ctx, issued.Token))
		}

		if s.server.Authenticates(username, issued.Secret) {
			s.Errorf("%s: the server still accepts the secret", what)
		}

		s.live(what, username, 0)

		token, err := s.admin.Token(s.ctx, issued.Key())
		if err != nil {
			s.fails(what, err, "gone", "user gone")
		} else if token.Status != pat.StatusRevoked {
			s.Errorf("%s: the token is %+v", what, token)
		}
	}
}

// inDays returns midnight UTC, this many days after the server's time.
func (s *scene) inDays(days int) time.Time {
	s.Helper()

	return s.server.Now().Truncate(24*time.Hour).AddDate(0, 0, days)
}

func othersLive(s *scene) {
	id := s.server.AddUser(s, "alice")
	bob := s.server.AddUser(s, "bob")

	all := []string{"ci", "CI", "ci-", "ci*", "c", "ci2", "%", "ci/x"}
	for _, name := range all {
		s.create(id, name)
	}

	s.create(bob, "ci")

	for i, name := range all {
		s.succeeds("Revoke "+name, s.admin.Revoke(s.ctx, s.token(id, name)))
		s.live("after "+name, "alice", len(all)-i-1)
		s.live("after "+name, "bob", 1)
	}
}

func namesakeLives(s *scene) {
	traits := s.admin.Traits()
	if !traits.ReusableNames {
		return // reusedName proves that the server refuses a second token with the name.
	}

	id := s.server.AddUser(s, "alice")
	old := s.create(id, "ci")
	s.server.RevokeToken(s, "alice", "ci")
	s.server.Advance(time.Second)
	s.server.AddToken(s, "alice", "ci", expiry())

	for range 2 {
		s.succeeds("Revoke", s.admin.Revoke(s.ctx, old.Token))
		s.live("after revoking the older token", "alice", 1)
	}

	got, err := s.admin.Token(s.ctx, old.Key())

	switch {
	case !traits.TokenIDs && (err != nil || got.SameAs(old.Token)):
		s.Errorf("the token with the name is %+v, %v; want the newer token", got, err)
	case traits.TokenIDs && s.KeepsRevoked && (err != nil || got.Status != pat.StatusRevoked):
		s.Errorf("the older token is %+v, %v; want it revoked", got, err)
	case traits.TokenIDs && !s.KeepsRevoked:
		s.fails("the older token", err, "gone")
	}
}

func unknownCreation(s *scene) {
	id := s.server.AddUser(s, "alice")
	token := s.create(id, "ci").Token
	token.CreatedAt = time.Time{}

	another := s.server.Open(s, s.Administrator)
	token.ExpiresAt = token.ExpiresAt.AddDate(0, 0, 1)

	err := another.Revoke(s.ctx, token)

	if s.admin.Traits().TokenIDs { // The id alone identifies the token.
		s.succeeds("Revoke", err)
		s.live("after revoking the token", "alice", 0)

		return
	}

	s.fails("a name that may belong to another token", err, "validation")
	s.live("after the refused call", "alice", 1)

	token.Name, token.ID = "none", "none"
	s.succeeds("Revoke with a name that does not exist", another.Revoke(s.ctx, token))
}

func lostRevoke(s *scene) {
	on := s.addSubject()
	s.server.Break(Unconfirmed)
	err := s.admin.Revoke(s.ctx, on.token)
	s.server.Repair()

	if err != nil {
		s.fails("Revoke", err, "transient", "ambiguous", "protocol")
	}

	s.live("after Revoke", "alice", 0)
	s.succeeds("Revoke, called again", s.admin.Revoke(s.ctx, on.token))
}

func unreachableRevoke(s *scene) {
	on := s.addSubject()
	s.server.Break(Unreachable)
	s.fails("Revoke", s.admin.Revoke(s.ctx, on.token), "transient")
	s.server.Repair()
	s.live("after Revoke", "alice", 1)
}

func vanishingToken(s *scene) {
	for what, vanish := range map[string]func(){
		"the token": func() { s.server.DeleteToken(s, "alice", "old") },
		"the user":  func() { s.server.DeleteUser(s, "alice") },
	} {
		on := s.addSubject()
		s.server.AddToken(s, "alice", "other", expiry())

		vanished := false
		remove := s.server.Before(true, func(context.Context) {
			vanish()

			vanished = true
		})

		s.succeeds("Revoke while "+what+" is deleted", s.admin.Revoke(s.ctx, on.token))
		remove()

		if !vanished {
			s.Error("no changing request was sent")
		}

		want := 1
		if what == "the user" {
			want = 0
		}

		s.live("when "+what+" vanishes", "alice", want)
		s.server.DeleteUser(s, "alice")
	}
}
