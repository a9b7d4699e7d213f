package systemtest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// createTests are about Create.
func createTests() map[string]func(*scene) {
	return map[string]func(*scene){
		"Create returns the token, its secret and what was asked for": created,
		"Create is refused, and nothing was done":                     refusedCreates,
		"a name comes back only where names are reusable":             reusedName,
		"Create sends no invalid request":                             unsentCreates,
		"an expiry is a date, or an instant":                          createdExpiries,
		"Create whose response is lost is ambiguous":                  lostCreate,
		"Create that does not reach the server has no effect":         unreachableCreate,
	}
}

func created(s *scene) {
	id := s.server.AddUser(s, "alice")

	expiries := []pat.Option[time.Time]{pat.Some(expiry())}
	if !s.RequiresExpiry {
		expiries = append(expiries, pat.Option[time.Time]{})
	}

	for i, asked := range expiries {
		var (
			issued pat.Issued
			err    error
		)

		name := fmt.Sprintf("deploy-%d", i)

		if sent := s.changes(func() {
			issued, err = s.admin.Create(s.ctx, id, pat.NewToken{Name: name, ExpiresAt: asked})
		}); sent != 1 {
			s.Errorf("%d changing requests were sent, want one", sent)
		}

		s.succeeds("Create", err)
		s.secrets = append(s.secrets, issued.Secret.Reveal())

		if issued.UserID != id || issued.Name != name || issued.ID == "" || issued.Status != pat.StatusActive || issued.Used ||
			!issued.CreatedAt.Equal(Start) || !issued.ExpiresAt.Equal(asked.V) {
			s.Errorf("the new token is %+v", issued.Token)
		}

		if issued.Asked.Set != asked.Set || !issued.Asked.V.Equal(asked.V) {
			s.Errorf("asked is %+v, want %+v", issued.Asked, asked)
		}

		if issued.Secret == "" || !s.server.Authenticates("alice", issued.Secret) {
			s.Error("the secret does not authenticate")
		}

		if strings.Contains(fmt.Sprintf("%v %+v %#v", issued, issued, issued), issued.Secret.Reveal()) {
			s.Error("the token prints its secret")
		}

		shown, err := s.admin.Token(s.ctx, issued.Key())
		if shown.LastUsedAt, shown.Used = issued.LastUsedAt, issued.Used; err != nil || !equalTokens(shown, issued.Token) {
			s.Errorf("the token is shown as %+v, %v; want %+v", shown, err, issued.Token)
		}
	}

	if s.RequiresExpiry {
		_, err := s.admin.Create(s.ctx, id, pat.NewToken{Name: "endless"})
		s.fails("Create without an expiry", err, "validation")
	}

	s.live("after all of that", "alice", len(expiries))
}

func refusedCreates(s *scene) {
	id := s.server.AddUser(s, "alice")
	s.server.AddToken(s, "alice", "taken", expiry())

	bob := s.server.AddUser(s, "bob")
	s.server.DeleteUser(s, "bob")

	_, err := s.admin.Create(s.ctx, bob, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(expiry())})
	s.fails("a user who is gone", err, "user gone", "not found")

	_, err = s.admin.Create(s.ctx, id, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(past())})
	s.fails("an expiry in the past", err, "validation")

	_, err = s.admin.Create(s.ctx, id, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(time.Time{})})
	s.fails("an expiry in year 1", err, "validation")

	_, err = s.admin.Create(s.ctx, id, pat.NewToken{ExpiresAt: pat.Some(expiry())})
	s.fails("no name", err, "validation")

	if longest := s.admin.Traits().MaxNameLength; longest > 0 {
		_, err = s.admin.Create(s.ctx, id, pat.NewToken{Name: strings.Repeat("é", longest+1), ExpiresAt: pat.Some(expiry())})
		s.fails("a name that is too long", err, "validation")
	}

	s.live("after that", "alice", 1)

	if s.AllowsTwins {
		return
	}

	_, err = s.admin.Create(s.ctx, id, pat.NewToken{Name: "taken", ExpiresAt: pat.Some(expiry())})
	s.fails("a name that is taken", err, "validation")

	if invalid, ok := errors.AsType[*pat.ValidationError](err); !ok || fmt.Sprint(invalid.FieldNames()) != "[name]" {
		s.Errorf("the refusal is not about the name: %v", err)
	}

	s.live("after that", "alice", 1)
}

func reusedName(s *scene) {
	id := s.server.AddUser(s, "alice")
	first := s.create(id, "ci")
	s.succeeds("Revoke", s.admin.Revoke(s.ctx, first.Token))
	s.server.Advance(time.Second)

	second, err := s.admin.Create(s.ctx, id, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(expiry())})
	if !s.admin.Traits().ReusableNames {
		s.fails("Create under the name of a revoked token", err, "validation")
		s.live("after that", "alice", 0)

		return
	}

	s.succeeds("Create under the name of a revoked token", err)
	s.live("after that", "alice", 1)

	if second.SameAs(first.Token) {
		s.Errorf("%+v and %+v are the same", first.Token, second.Token)
	}
}

func unsentCreates(s *scene) {
	on := s.addSubject()

	s.sendsNothing("Create", func() {
		for _, id := range s.invalidIDs(on.token.UserID) {
			_, err := s.admin.Create(s.ctx, id, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(expiry())})
			s.fails("a token of user "+id, err, "validation")
		}

		for _, name := range s.InvalidNames {
			_, err := s.admin.Create(s.ctx, on.token.UserID, pat.NewToken{Name: name, ExpiresAt: pat.Some(expiry())})
			s.fails("a token named "+name, err, "validation")
		}

		if s.admin.Traits().ExpiryIsDate {
			_, err := s.admin.Create(s.ctx, on.token.UserID, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(expiry().Add(time.Hour))})
			s.fails("an instant", err, "validation")
		}
	})
}

func createdExpiries(s *scene) {
	id := s.server.AddUser(s, "alice")
	at := expiry().In(time.FixedZone("", 19_800))

	if !s.admin.Traits().ExpiryIsDate {
		at = at.Add(7*time.Hour + 8*time.Minute + 9*time.Second)
	}

	issued, err := s.admin.Create(s.ctx, id, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(at)})
	s.succeeds("Create", err)

	if !issued.ExpiresAt.Equal(at) || !s.token(id, "ci").ExpiresAt.Equal(at) {
		s.Errorf("it expires at %s, want %s", issued.ExpiresAt, at)
	}
}

func lostCreate(s *scene) {
	id := s.server.AddUser(s, "alice")

	// The driver is told nothing of the server before, and then a second time all it needs.
	for i, name := range []string{"first", "second"} {
		var err error

		s.server.Break(Unconfirmed)

		if sent := s.changes(func() {
			_, err = s.admin.Create(s.ctx, id, pat.NewToken{Name: name, ExpiresAt: pat.Some(expiry())})
		}); sent != 1 {
			s.Errorf("%d changing requests were sent, want one", sent)
		}

		s.server.Repair()
		s.fails("Create", err, "ambiguous")
		s.live("after Create "+name, "alice", i+1)

		if found := s.token(id, name); found.Status != pat.StatusActive {
			s.Errorf("what was issued is %+v", found)
		}
	}

	for _, token := range s.tokens(id) {
		s.succeeds("Revoke", s.admin.Revoke(s.ctx, token))
	}

	s.live("after all of that", "alice", 0)
}

func unreachableCreate(s *scene) {
	id := s.server.AddUser(s, "alice")

	for _, used := range []bool{false, true} {
		var err error

		s.server.Break(Unreachable)

		if sent := s.changes(func() {
			_, err = s.admin.Create(s.ctx, id, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(expiry())})
		}); sent > 1 {
			s.Errorf("%d changing requests were sent, want one at most", sent)
		}

		s.server.Repair()
		s.fails(fmt.Sprintf("Create on a System that was used: %t", used), err, "ambiguous", "transient")
		s.live("after Create", "alice", 0)

		_, err = s.admin.CurrentUser(s.ctx)
		s.succeeds("CurrentUser", err)
	}

	s.create(id, "ci")
}
