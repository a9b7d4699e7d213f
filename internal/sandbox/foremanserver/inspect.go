package foremanserver

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// Token is a token as a test sees it in the database; it contains no secret.
type Token struct {
	ID   int
	Name string
	// Revoked is the column of the row; an expired token is not revoked.
	Revoked bool
	// Active reports whether the token authenticates now.
	Active bool
	// ExpiresAt and LastUsedAt are zero for never.
	ExpiresAt, LastUsedAt, CreatedAt, UpdatedAt time.Time
}

// Status returns "active", "expired" or "revoked".
func (t Token) Status() string {
	switch {
	case t.Revoked:
		return "revoked"
	case t.Active:
		return "active"
	default:
		return "expired"
	}
}

// Tokens lists all tokens of a user by id, including revoked and expired ones; nil for an unknown
// login.
func (s *Server) Tokens(login string) []Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.usersLogin[strings.ToLower(login)]
	if row == nil {
		return nil
	}
	now := s.moment()
	var out []Token
	for _, t := range s.table(row.id).byID {
		out = append(out, describeToken(t, now))
	}
	return out
}

// LiveTokens counts the active tokens of a user; with an empty login, of all users.
func (s *Server) LiveTokens(login string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, n := s.moment(), 0
	for _, row := range s.users {
		if login != "" && !strings.EqualFold(login, row.login) {
			continue
		}
		for _, t := range s.table(row.id).byID {
			if t.active(now) {
				n++
			}
		}
	}
	return n
}

// AddToken issues a token without the API and returns its id and secret. The name may be taken,
// which results in two tokens with the same name. A zero expiry means never, and the expiry may be
// in the past. An unknown login is an error.
func (s *Server) AddToken(login, name string, expires time.Time) (id int, secret string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.usersLogin[strings.ToLower(login)]
	if row == nil {
		return 0, "", fmt.Errorf("no user %q", login)
	}
	secret = newSecret()
	t := s.newToken(row.id, name, secret, expires)
	s.insertToken(t)
	return t.id, secret, nil
}

// AddRevokedTokens adds n revoked rows, named prefix followed by a number from 1 on. An unknown
// login is an error.
func (s *Server) AddRevokedTokens(login, prefix string, n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.usersLogin[strings.ToLower(login)]
	if row == nil {
		return fmt.Errorf("no user %q", login)
	}
	for i := range n {
		t := s.newToken(row.id, fmt.Sprintf("%s%d", prefix, i+1), newSecret(), time.Time{})
		t.revoked = true
		s.insertToken(t)
	}
	return nil
}

// RevokeToken revokes a token without the API, even if another token has the same name. It reports
// whether the token exists.
func (s *Server) RevokeToken(login string, id int) bool {
	return s.withToken(login, id, func(t *token) {
		t.revoked, t.modified = true, s.moment()
		s.tokenMoved(t)
	})
}

// SetExpiry changes when a token expires, as Katello does with its own; zero means never. It
// reports whether the token exists.
func (s *Server) SetExpiry(login string, id int, expires time.Time) bool {
	return s.withToken(login, id, func(t *token) {
		t.expires, t.modified = databaseTime(expires), s.moment()
		s.tokenMoved(t)
	})
}

// DeleteToken removes a token's row, which the API never does. It reports whether the row existed.
func (s *Server) DeleteToken(login string, id int) bool {
	return s.withToken(login, id, s.removeToken)
}

// Authenticates reports whether the secret of a token logs that user in now. It updates neither the
// last use nor the count of failed logins.
func (s *Server) Authenticates(login, secret string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.usersLogin[strings.ToLower(login)]
	return row != nil && !row.disabled && s.activeToken(row, secret, s.moment()) != nil
}

// AllowDuplicates sets whether creates skip the check that the name is free, as creates do when
// they race each other. The API can never revoke the resulting tokens.
func (s *Server) AllowDuplicates(allow bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.duplicates = allow
}

func (s *Server) withToken(login string, id int, do func(*token)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.usersLogin[strings.ToLower(login)]
	if row == nil {
		return false
	}
	t := s.findToken(row.id, id)
	if t == nil {
		return false
	}
	do(t)
	return true
}

func (s *Server) newToken(userID int, name, secret string, expires time.Time) *token {
	now := s.moment()
	return &token{
		userID: userID, name: name, hash: hashToken(userID, secret),
		expires: databaseTime(expires), created: now, modified: now,
	}
}

// serveTokens lists the tokens that are not revoked, by user, for demonstrations.
func (s *Server) serveTokens(w http.ResponseWriter, _ *http.Request) {
	type entry struct {
		ID     int    `json:"id"`
		Name   string `json:"name"`
		User   string `json:"user"`
		Status string `json:"status"`
	}
	out := []entry{}
	s.mu.Lock()
	now := s.moment()
	for id := 1; id <= s.lastUserID; id++ {
		row := s.usersByID[id]
		if row == nil {
			continue
		}
		for _, t := range s.table(id).byID {
			if !t.revoked {
				out = append(out, entry{ID: t.id, Name: t.name, User: row.login, Status: describeToken(t, now).Status()})
			}
		}
	}
	s.mu.Unlock()
	sandbox.WriteControl(w, out)
}

func describeToken(t *token, now time.Time) Token {
	return Token{
		ID: t.id, Name: t.name, Revoked: t.revoked, Active: t.active(now),
		ExpiresAt: t.expires, LastUsedAt: t.lastUsed, CreatedAt: t.created, UpdatedAt: t.modified,
	}
}

// databaseTime returns a time in the database's precision; zero stays zero.
func databaseTime(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Microsecond)
}
