package lifecycle

import (
	"fmt"
	"slices"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// issued is a token on the model's server, active until it is revoked or expires.
type issued struct {
	pat.Token

	revoked bool
	// succeeded is when its resource issued another; zero if it did not.
	succeeded time.Time
}

// server is the part of a server that decisions depend on. Its clock may be wrong.
type server struct {
	traits pat.Traits
	clock  func() time.Time
	tokens []*issued
	// failures is how many of the next requests to revoke fail.
	failures int
}

// issue issues a token. A name that is in use, or that is not reusable, is an error.
func (s *server) issue(name string, expires time.Time) (pat.Token, error) {
	for _, token := range s.tokens {
		if token.Name == name && (!s.traits.ReusableNames || !token.revoked) {
			return pat.Token{}, fmt.Errorf("the name %q is taken", name)
		}
	}

	token := pat.Token{
		ID: fmt.Sprint(len(s.tokens) + 1), Name: name, Status: pat.StatusActive,
		CreatedAt: s.clock().Truncate(time.Second), ExpiresAt: expires,
	}
	s.tokens = append(s.tokens, &issued{Token: token})

	return token, nil
}

// show returns the token as the server returns it, or as missing if it does not exist.
func (s *server) show(id string) pat.Token {
	token := s.find(id)
	shown := token.Token
	last := token.ExpiresAt

	if s.traits.ExpiryIsDate {
		last = last.Add(12 * time.Hour)
	}

	switch {
	case token.revoked && s.traits.ReusableNames:
		shown.Status = pat.StatusMissing
	case token.revoked:
		shown.Status = pat.StatusRevoked
	case !token.ExpiresAt.IsZero() && !s.clock().Before(last):
		shown.Status = pat.StatusExpired
	}

	return shown
}

func (s *server) revoke(id string) error {
	if s.failures > 0 {
		s.failures--

		return fmt.Errorf("token %s could not be revoked", id)
	}

	s.find(id).revoked = true

	return nil
}

func (s *server) find(id string) *issued {
	return s.tokens[slices.IndexFunc(s.tokens, func(token *issued) bool { return token.ID == id })]
}

// live returns the ids of the tokens that work.
func (s *server) live() []string {
	var ids []string

	for _, token := range s.tokens {
		if s.show(token.ID).Status == pat.StatusActive {
			ids = append(ids, token.ID)
		}
	}

	return ids
}
