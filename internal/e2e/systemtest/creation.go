package systemtest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// createTests test Create.
func createTests() map[string]func(*scene) {
	return map[string]func(*scene){
		"Create returns the token, its secret and the requested expiry": created,
		"a refused Create has no effect":                                refusedCreates,
		"a token name can be reused only where the platform allows it":  reusedName,
		"Create does not send invalid requests":                         unsentCreates,
		"an expiry is a date or an instant":                             createdExpiries,
		"Create is ambiguous when its response is lost":                 lostCreate,
		"Create has no effect when the server is unreachable":           unreachableCreate,
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
			s.Errorf("%d changing requests were sent, want 1", sent)
		}

		s.succeeds("Create", err)
		s.secrets = append(s.secrets, issued.Secret.Reveal())

		if issued.UserID != id || issued.Name != name || issued.ID == "" || issued.Status != pat.StatusActive || issued.Used ||
			!issued.CreatedAt.Equal(Start) || !issued.ExpiresAt.Equal(asked.V) {
			s.Errorf("the new token is %+v", issued.Token)
		}

		if issued.Asked.Set != asked.Set || !issued.Asked.V.Equal(asked.V) {
			s.Errorf("the requested expiry is %+v, want %+v", issued.Asked, asked)
		}

		if issued.Secret == "" || !s.server.Authenticates("alice", issued.Secret) {
			s.Error("the server does not accept the secret")
		}

		if strings.Contains(fmt.Sprintf("%v %+v %#v", issued, issued, issued), issued.Secret.Reveal()) {
			s.Error("formatting the issued token shows its secret")
		}

		shown, err := s.admin.Token(s.ctx, issued.Key())
		if shown.LastUsedAt, shown.Used = issued.LastUsedAt, issued.Used; err != nil || !equalTokens(shown, issued.Token) {
			s.Errorf("Token returns %+v, %v; want %+v", shown, err, issued.Token)
		}
	}

	if s.RequiresExpiry {
		_, err := s.admin.Create(s.ctx, id, pat.NewToken{Name: "endless"})
		s.fails("Create without an expiry", err, "validation")
	}

	s.live("after all calls", "alice", len(expiries))
}

func refusedCreates(s *scene) {
	id := s.server.AddUser(s, "alice")
	s.server.AddToken(s, "alice", "taken", expiry())

	bob := s.server.AddUser(s, "bob")
	s.server.DeleteUser(s, "bob")

	_, err := s.admin.Create(s.ctx, bob, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(expiry())})
	s.fails("a deleted user", err, "user gone", "not found")

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

	s.live("after the refused calls", "alice", 1)

	if s.AllowsTwins {
		return
	}

	_, err = s.admin.Create(s.ctx, id, pat.NewToken{Name: "taken", ExpiresAt: pat.Some(expiry())})
	s.fails("a name in use", err, "validation")

	if invalid, ok := errors.AsType[*pat.ValidationError](err); !ok || fmt.Sprint(invalid.FieldNames()) != "[name]" {
		s.Errorf("the error does not name the field: %v", err)
	}

	s.live("after the refused calls", "alice", 1)
}

func reusedName(s *scene) {
	id := s.server.AddUser(s, "alice")
	first := s.create(id, "ci")
	s.succeeds("Revoke", s.admin.Revoke(s.ctx, first.Token))
	s.server.Advance(time.Second)

	second, err := s.admin.Create(s.ctx, id, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(expiry())})
	if !s.admin.Traits().ReusableNames {
		s.fails("Create with the name of a revoked token", err, "validation")
		s.live("after the refused call", "alice", 0)

		return
	}

	s.succeeds("Create with the name of a revoked token", err)
	s.live("after Create", "alice", 1)

	if second.SameAs(first.Token) {
		s.Errorf("%+v and %+v are the same token", first.Token, second.Token)
	}
}

func unsentCreates(s *scene) {
	on := s.addSubject()

	s.sendsNothing("Create", func() {
		for _, id := range s.invalidIDs(on.token.UserID) {
			_, err := s.admin.Create(s.ctx, id, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(expiry())})
			s.fails("Create for user "+id, err, "validation")
		}

		for _, name := range s.InvalidNames {
			_, err := s.admin.Create(s.ctx, on.token.UserID, pat.NewToken{Name: name, ExpiresAt: pat.Some(expiry())})
			s.fails("Create with the name "+name, err, "validation")
		}

		if s.admin.Traits().ExpiryIsDate {
			_, err := s.admin.Create(s.ctx, on.token.UserID, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(expiry().Add(time.Hour))})
			s.fails("Create with an expiry that is not a date", err, "validation")
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
		s.Errorf("the token expires at %s, want %s", issued.ExpiresAt, at)
	}
}

func lostCreate(s *scene) {
	id := s.server.AddUser(s, "alice")

	// The first Create uses a driver that has sent no request yet; for the second, it has already read
	// from the server everything that it needs.
	for i, name := range []string{"first", "second"} {
		var err error

		s.server.Break(Unconfirmed)

		if sent := s.changes(func() {
			_, err = s.admin.Create(s.ctx, id, pat.NewToken{Name: name, ExpiresAt: pat.Some(expiry())})
		}); sent != 1 {
			s.Errorf("%d changing requests were sent, want 1", sent)
		}

		s.server.Repair()
		s.fails("Create", err, "ambiguous")
		s.live("after the Create of "+name, "alice", i+1)

		if found := s.token(id, name); found.Status != pat.StatusActive {
			s.Errorf("the issued token is %+v", found)
		}
	}

	for _, token := range s.tokens(id) {
		s.succeeds("Revoke", s.admin.Revoke(s.ctx, token))
	}

	s.live("after all tokens were revoked", "alice", 0)
}

func unreachableCreate(s *scene) {
	id := s.server.AddUser(s, "alice")

	for _, used := range []bool{false, true} {
		var err error

		s.server.Break(Unreachable)

		if sent := s.changes(func() {
			_, err = s.admin.Create(s.ctx, id, pat.NewToken{Name: "ci", ExpiresAt: pat.Some(expiry())})
		}); sent > 1 {
			s.Errorf("%d changing requests were sent, want at most 1", sent)
		}

		s.server.Repair()
		s.fails(fmt.Sprintf("Create, on a System that has sent requests before: %t", used), err, "ambiguous", "transient")
		s.live("after Create", "alice", 0)

		_, err = s.admin.CurrentUser(s.ctx)
		s.succeeds("CurrentUser", err)
	}

	s.create(id, "ci")
}
