package systemtest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// tokenTests test Token and Tokens.
func tokenTests() map[string]func(*scene) {
	return map[string]func(*scene){
		"Tokens returns the status of each token":              tokenStates,
		"Tokens returns an empty list without an error":        noTokens,
		"Tokens returns tokens in order":                       tokenOrder,
		"Tokens refuses a query for another driver":            foreignTokenQuery,
		"Token returns the same as Tokens":                     tokenAlone,
		"Token returns the newest of tokens with the same key": lastNamesake,
	}
}

func tokenStates(s *scene) {
	id := s.server.AddUser(s, "alice")
	s.server.AddToken(s, "alice", "endless", time.Time{})
	s.server.AddToken(s, "alice", "active", expiry())
	s.server.AddToken(s, "alice", "expired", past())
	s.server.AddToken(s, "alice", "revoked", expiry())
	s.server.RevokeToken(s, "alice", "revoked")

	want := map[string]pat.Token{
		"endless": {Status: pat.StatusActive},
		"active":  {Status: pat.StatusActive, ExpiresAt: expiry()},
		"expired": {Status: pat.StatusExpired, ExpiresAt: past()},
		"revoked": {Status: pat.StatusRevoked, ExpiresAt: expiry()},
	}
	if !s.KeepsExpired {
		delete(want, "expired")
	}

	if !s.KeepsRevoked {
		delete(want, "revoked")
	}

	tokens := s.tokens(id)
	if len(tokens) != len(want) {
		s.Errorf("the tokens are %q, want %d", names(tokens), len(want))
	}

	for _, got := range tokens {
		token := want[got.Name]
		if got.Status != token.Status || !got.ExpiresAt.Equal(token.ExpiresAt) || got.UserID != id || got.ID == "" ||
			!got.CreatedAt.Equal(Start) || got.Used || !got.LastUsedAt.IsZero() {
			s.Errorf("%s is %+v, want %+v", got.Name, got, token)
		}

		if !s.admin.Traits().TokenIDs && got.ID != got.Name {
			s.Errorf("the id of %s is %s", got.Name, got.ID)
		}
	}
}

func noTokens(s *scene) {
	id := s.server.AddUser(s, "alice")

	for _, system := range []pat.System{s.admin, s.open("alice")} {
		for _, query := range []pat.TokenQuery{{}, {Name: pat.Some("ci")}, {NamePrefix: pat.Some("c"), NameContains: "i"}} {
			tokens, err := system.Tokens(s.ctx, id, query)
			if err != nil || tokens == nil || len(tokens) != 0 {
				s.Errorf("%+v: %v, %v; want none", query, tokens, err)
			}
		}
	}
}

func tokenOrder(s *scene) {
	id := s.server.AddUser(s, "alice")

	for _, name := range []string{"b", "c", "a", "B", "aa", "10", "9"} {
		s.server.AddToken(s, "alice", name, expiry())
		s.server.Advance(time.Second)
	}

	order := func(a, b pat.Token) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), a.CreatedAt.Compare(b.CreatedAt))
	}
	if s.admin.Traits().TokenIDs { // Ids increase, whatever their form.
		order = func(a, b pat.Token) int { return cmp.Or(len(a.ID)-len(b.ID), strings.Compare(a.ID, b.ID)) }
	}

	if tokens := s.tokens(id); len(tokens) != 7 || !slices.IsSortedFunc(tokens, order) {
		s.Errorf("the order is %q", names(tokens))
	}
}

func foreignTokenQuery(s *scene) {
	id := s.server.AddUser(s, "alice")

	for _, native := range []any{struct{}{}, 7, "name ~ t"} {
		s.sendsNothing("a query for another driver", func() {
			_, err := s.admin.Tokens(s.ctx, id, pat.TokenQuery{Native: native})
			s.fails("Tokens", err, "validation")
		})
	}
}

func tokenAlone(s *scene) {
	alice, bob := s.server.AddUser(s, "alice"), s.server.AddUser(s, "bob")
	s.server.AddToken(s, "alice", "ci", expiry())
	s.server.AddToken(s, "alice", "expired", past())
	s.server.AddToken(s, "alice", "revoked", expiry())
	s.server.RevokeToken(s, "alice", "revoked")
	s.server.AddToken(s, "bob", "his", expiry())

	for _, want := range s.tokens(alice) {
		if got, err := s.admin.Token(s.ctx, want.Key()); err != nil || !equalTokens(got, want) {
			s.Errorf("%s is %+v, %v; want %+v", want.Name, got, err, want)
		}
	}

	his := s.token(bob, "his")

	_, err := s.admin.Token(s.ctx, pat.Key{UserID: alice, TokenID: his.ID})
	s.fails("a token of another user", err, "gone")

	if !s.admin.Traits().TokenIDs {
		_, err = s.admin.Token(s.ctx, pat.Key{UserID: alice, TokenID: "CI"})
		s.fails("a name in upper case", err, "gone")
	}
}

func lastNamesake(s *scene) {
	id := s.server.AddUser(s, "alice")

	for range 2 {
		s.server.AddToken(s, "alice", "twin", expiry())
		s.server.Advance(time.Hour)
	}

	twins, err := s.admin.Tokens(s.ctx, id, pat.TokenQuery{Name: pat.Some("twin")})
	if err != nil || len(twins) != 2 {
		s.Fatalf("the twins are %v, %v", twins, err)
	}

	for _, twin := range twins {
		want := twin
		if !s.admin.Traits().TokenIDs {
			want = twins[1]
		}

		if got, err := s.admin.Token(s.ctx, twin.Key()); err != nil || !equalTokens(got, want) {
			s.Errorf("the token is %+v, %v; want %+v", got, err, want)
		}
	}
}
