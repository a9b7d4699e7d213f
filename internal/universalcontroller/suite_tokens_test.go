package universalcontroller

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// nextYear is an expiry within the maximum lifetime of the variant that has one.
var nextYear = date(2027, 10, 1)

func nameThatIsTaken(t *testing.T, s *stage) {
	alice := s.addUser(t, "alice")
	s.addToken(t, "alice", "deploy", nextYear)
	s.Advance(time.Hour)

	issued, err := s.admin(t).Create(t.Context(), alice, pat.NewToken{Name: "deploy", ExpiresAt: pat.Some(nextYear)})

	if s.switches().DuplicateName != controllerserver.DuplicateAllowed {
		verdict.Want(t, err, "validation", "A duplicate value has been detected. Name must be unique.")

		if invalid, ok := errors.AsType[*pat.ValidationError](err); !ok || !slices.Equal(invalid.FieldNames(), []string{"name"}) {
			t.Errorf("the error is about %v", invalid.FieldNames())
		}

		return
	}

	if err != nil || !issued.CreatedAt.IsZero() {
		t.Fatalf("%+v, %v; want a token that cannot be distinguished from the other", issued.Token, err)
	}

	// The server revokes by name, so it would revoke both.
	verdict.Want(t, s.admin(t).Revoke(t.Context(), issued.Token), "validation", "would revoke them all")

	if len(s.Tokens("alice")) != 2 {
		t.Error("a token was revoked")
	}
}
