package controllerserver

import (
	"fmt"
	"net/http"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// Token is a token as a test sees it in the database; it contains no secret.
type Token struct {
	Name string
	// Expiration is midnight UTC of the date; zero means never.
	Expiration time.Time
	// CreatedAt and LastUsedAt are in whole seconds; a zero LastUsedAt means never.
	CreatedAt, LastUsedAt time.Time
	// Expired reports whether the server refuses the token because of its date.
	Expired bool
}

// Status returns "active" or "expired"; a revoked token no longer exists.
func (t Token) Status() string {
	if t.Expired {
		return "expired"
	}
	return "active"
}

// Tokens lists all tokens of a user by name, including expired ones; nil for an unknown user.
func (s *Server) Tokens(userName string) []Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.userNamed(userName)
	if row == nil {
		return nil
	}
	var out []Token
	for _, t := range row.sortedTokens() {
		out = append(out, s.describe(t))
	}
	return out
}

// LiveTokens counts the tokens of a user that have not expired; with an empty name, of all users.
func (s *Server) LiveTokens(userName string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, row := range s.users {
		if userName != "" && userName != row.UserName {
			continue
		}
		for _, t := range row.tokens {
			if !s.expired(t) {
				n++
			}
		}
	}
	return n
}

// AddToken issues a token without the API and returns its secret. The expiration is the calendar
// day in the zone of the value; zero means never. The day may be in the past, and the name may be
// taken, which results in two tokens with the same name. An unknown user is an error.
func (s *Server) AddToken(userName, name string, expiration time.Time) (secret string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.userNamed(userName)
	if row == nil {
		return "", fmt.Errorf("no user %q", userName)
	}
	return s.issue(row, name, dateOf(expiration)), nil
}

// RevokeToken removes all tokens of that name without the API and reports whether there were any.
func (s *Server) RevokeToken(userName, name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.userNamed(userName)
	return row != nil && s.removeTokens(row, name)
}

// Authenticates reports whether the server accepts a token's secret now. It does not update the
// time of the last use.
func (s *Server) Authenticates(secret string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.bearer(secret)
	return t != nil && t.owner.WebServiceAccess != AccessNo
}

// issue adds a token and returns its secret. The caller must hold the lock.
func (s *Server) issue(owner *user, name string, expiration time.Time) string {
	secret := newSecret()
	s.insertToken(&token{owner: owner, name: name, hash: hashed(secret), expiration: expiration, created: s.moment()})
	return secret
}

func (s *Server) describe(t *token) Token {
	return Token{Name: t.name, Expiration: t.expiration, CreatedAt: t.created, LastUsedAt: t.lastUsed, Expired: s.expired(t)}
}

// serveTokens lists the tokens by user, for demonstrations.
func (s *Server) serveTokens(w http.ResponseWriter, _ *http.Request) {
	type entry struct {
		Name   string `json:"name"`
		User   string `json:"user"`
		Status string `json:"status"`
	}
	out := []entry{}
	s.mu.Lock()
	for _, row := range s.sortedUsers() {
		for _, t := range row.sortedTokens() {
			out = append(out, entry{Name: t.name, User: row.UserName, Status: s.describe(t).Status()})
		}
	}
	s.mu.Unlock()
	sandbox.WriteControl(w, out)
}
