package universalcontroller

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// nextYear is an expiry within the maximum lifetime of the variant that has one.
var nextYear = date(2027, 10, 1)

func tokenLivesAndDies(t *testing.T, s *stage) {
	alice := s.addUser(t, "alice")
	driver := s.admin(t)

	issued, err := driver.Create(t.Context(), alice, pat.NewToken{Name: "deploy", ExpiresAt: pat.Some(nextYear)})
	if err != nil {
		t.Fatal(err)
	}

	want := pat.Token{
		UserID: alice, ID: "deploy", Name: "deploy", Status: pat.StatusActive, CreatedAt: today, ExpiresAt: nextYear,
	}
	if diff := cmp.Diff(want, issued.Token); diff != "" {
		t.Errorf("the new token:\n%s", diff)
	}

	if !s.Authenticates(issued.Secret.Reveal()) {
		t.Error("the secret is no secret of the server's")
	}

	got, err := driver.Token(t.Context(), issued.Key())
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("the token: %v\n%s", err, diff)
	}

	for range 2 { // The second time it is gone.
		if err := driver.Revoke(t.Context(), issued.Token); err != nil {
			t.Fatal(err)
		}
	}

	if s.Authenticates(issued.Secret.Reveal()) || len(s.journal(http.MethodDelete, "/resources/user/token")) != 1 {
		t.Error("the token lives, or its revocation was sent more than once")
	}

	_, err = driver.Token(t.Context(), issued.Key())
	verdict.Want(t, err, "gone")

	tokens, err := driver.Tokens(t.Context(), alice, pat.TokenQuery{})
	if err != nil || len(tokens) != 0 {
		t.Errorf("%v, %v; want none", tokens, err)
	}

	if _, err := driver.Create(t.Context(), alice, pat.NewToken{Name: "deploy", ExpiresAt: pat.Some(nextYear)}); err != nil {
		t.Errorf("the name was not freed: %v", err)
	}
}

func hostileNamesThere(t *testing.T, s *stage) {
	alice := s.addUser(t, "alice")
	driver := s.admin(t)

	for _, name := range hostileNames {
		issued, err := driver.Create(t.Context(), alice, pat.NewToken{Name: name, ExpiresAt: pat.Some(nextYear)})
		if err != nil || issued.CreatedAt.IsZero() || issued.Name != name {
			t.Fatalf("%q: %+v, %v", name, issued.Token, err)
		}
	}

	want := slices.Sorted(slices.Values(hostileNames))

	tokens, err := driver.Tokens(t.Context(), alice, pat.TokenQuery{})
	if diff := cmp.Diff(want, names(tokens)); diff != "" || err != nil {
		t.Fatalf("%v\n%s", err, diff)
	}

	some, err := driver.Tokens(t.Context(), alice, pat.TokenQuery{NamePrefix: pat.Some("a")})
	if err != nil || !slices.Equal(names(some), []string{"a b", "a#b", "a&b=c", "a+b", "a/b", "a?b;c"}) {
		t.Errorf("by prefix: %q, %v", names(some), err)
	}

	for i, token := range tokens {
		if err := driver.Revoke(t.Context(), token); err != nil {
			t.Fatalf("%q: %v", token.Name, err)
		}

		if left := len(s.Tokens("alice")); left != len(tokens)-i-1 {
			t.Fatalf("%q: %d tokens are left, want %d", token.Name, left, len(tokens)-i-1)
		}
	}
}

func nameThatIsTaken(t *testing.T, s *stage) {
	alice := s.addUser(t, "alice")
	s.addToken(t, "alice", "deploy", nextYear)
	s.advance(time.Hour)

	issued, err := s.admin(t).Create(t.Context(), alice, pat.NewToken{Name: "deploy", ExpiresAt: pat.Some(nextYear)})

	if s.switches().DuplicateName != controllerserver.DuplicateAllowed {
		verdict.Want(t, err, "validation", "A duplicate value has been detected. Name must be unique.")

		if invalid, ok := errors.AsType[*pat.ValidationError](err); !ok || !slices.Equal(invalid.FieldNames(), []string{"name"}) {
			t.Errorf("the error is about %v", invalid.FieldNames())
		}

		return
	}

	if err != nil || !issued.CreatedAt.IsZero() {
		t.Fatalf("%+v, %v; want a token of which nobody can tell which of the two it is", issued.Token, err)
	}

	// By name the server would revoke both.
	verdict.Want(t, s.admin(t).Revoke(t.Context(), issued.Token), "validation", "would revoke them all")

	if len(s.Tokens("alice")) != 2 {
		t.Error("something was revoked")
	}
}

func namesakeIsLeftAlone(t *testing.T, s *stage) {
	alice := s.addUser(t, "alice")
	driver := s.admin(t)

	issued, err := driver.Create(t.Context(), alice, pat.NewToken{Name: "deploy", ExpiresAt: pat.Some(nextYear)})
	if err != nil {
		t.Fatal(err)
	}

	s.RevokeToken("alice", "deploy")
	s.advance(time.Second)
	secret := s.addToken(t, "alice", "deploy", nextYear)

	if err := driver.Revoke(t.Context(), issued.Token); err != nil || !s.Authenticates(secret) {
		t.Errorf("%v; the namesake lives: %t", err, s.Authenticates(secret))
	}

	now, err := driver.Token(t.Context(), issued.Key())
	if err != nil || now.SameAs(issued.Token) {
		t.Errorf("%+v, %v; want a token that is another", now, err)
	}
}
