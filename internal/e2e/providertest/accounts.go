package providertest

import (
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// User describes a user account for a test to create.
type User struct {
	Login       string
	Permissions []string
	Admin       bool
	Timezone    string
	Outside     bool // of the default organization and location
}

// Account is a user account that exists on the server.
type Account struct{ ID, Login, Password string }

// AddToken adds a token without an expiry to a user of the server and returns the token's id.
func AddToken(t *testing.T, server *foremanserver.Server, login, name string) int {
	t.Helper()

	id, _, err := server.AddToken(login, name, time.Time{})
	if err != nil {
		t.Fatal(err)
	}

	return id
}

// userPassword is the password of every user that a test creates.
const userPassword = "correct-horse-9-battery"

// EveryPermission lists all permissions that a non-administrator can be given.
var EveryPermission = []string{
	"view_users", "edit_users", "view_personal_access_tokens", "create_personal_access_tokens", "revoke_personal_access_tokens",
}

// SeedListed issues five tokens to a new user. ci-old has expired, ci-revoked is revoked, and ci-used
// was used a moment ago; the other tokens were never used.
func SeedListed(t *testing.T, s *Sandbox) Account {
	t.Helper()

	user := s.AddUser(t, User{Login: "svc-listed"})
	issue := func(name string, expires pat.Option[time.Time]) pat.Issued {
		issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: name, ExpiresAt: expires})
		Must(t, err)

		return issued
	}

	midnight := time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC)
	used := issue("ci-used", Never)
	issue("ci-old", pat.Some(midnight.Add(Day)))
	issue("ci-soon", pat.Some(midnight.Add(30*Day)))
	issue("other", pat.Some(midnight.Add(365*Day)))
	Must(t, s.System.Revoke(t.Context(), issue("ci-revoked", Never).Token))

	s.Clock.Move(10 * Day)

	if !s.LogIn(t, user, used.Secret.Reveal()) {
		t.Fatal("the server rejected a valid token")
	}

	return user
}
