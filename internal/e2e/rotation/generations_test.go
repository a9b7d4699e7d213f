package rotation

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// Others: a rotation kills the old credential, or sets its end, before those who use it
// have moved; and a late run pushes all later dates, so that a schedule skips some.
//
// Here a consumer takes over a secret one apply after it was issued, as a deployment
// does, and logs in before, during and after every apply of ten generations. Runs are
// late, each by another while.
func TestAccRotation_tenGenerations(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-generations"})
		w := s.Workspace(t)
		w.Write(t, s.AdminBlock()+providertest.Rotating(user, `expires_in = "30d"`, "before_expiry = \"10d\"\noverlap = \"48h\""))

		w.Apply(t, providertest.Generation(1), providertest.NoPredecessors())
		w.Unchanged(t)

		consumer := &consumer{server: s, user: user, secret: w.Secret(t)}
		s.Console.Before(sandbox.Match{Method: http.MethodPost, Path: s.CreatePath, Count: sandbox.Always},
			func(*http.Request) { consumer.logIn(t) })
		s.Console.Before(sandbox.Match{Method: http.MethodDelete, Count: sandbox.Always},
			func(*http.Request) { consumer.logIn(t) })

		const last = 10

		for n := int64(2); n <= last; n++ {
			s.Clock.Move(21*providertest.Day + time.Duration(n)*7*time.Hour)
			consumer.logIn(t)
			w.Apply(t, providertest.Generation(n), providertest.IssueReason("before_expiry"), providertest.Predecessors(map[string]knownvalue.Check{
				"generation": knownvalue.Int64Exact(n - 1), "retire_due": knownvalue.Bool(false), "held": knownvalue.Bool(false),
			}))
			consumer.logIn(t)
			w.Unchanged(t)

			s.Clock.Move(40 * time.Hour)
			consumer.logIn(t)
			w.Apply(t, providertest.Generation(n)) // The deployment's run.
			consumer.secret = w.Secret(t)
			consumer.logIn(t)

			if alive := s.Alive(t, user.ID); alive != 2 {
				t.Errorf("generation %d: %d tokens are alive within the overlap, want 2", n, alive)
			}
		}

		s.Clock.Move(9 * time.Hour)
		w.Apply(t, providertest.Generation(last), providertest.NoPredecessors())
		consumer.logIn(t)
		w.Unchanged(t)

		s.WantIssued(t, last)

		if consumer.failed != 0 || consumer.logins < 5*(last-1) {
			t.Errorf("%d of %d logins of the consumer failed, want none of at least %d",
				consumer.failed, consumer.logins, 5*(last-1))
		}

		w.Destroy(t)
		s.WantNoneAlive(t)
	})
}

// consumer is somebody who holds a token and logs in with it.
type consumer struct {
	server *providertest.Sandbox
	user   providertest.Account

	mu             sync.Mutex
	secret         string
	logins, failed int
}

func (c *consumer) logIn(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()

	c.logins++

	if !c.server.LogIn(t, c.user, c.secret) {
		c.failed++
	}
}

// Fifty tokens that fall due at once are rotated in one run, none of them twice, and their
// predecessors revoked in another.
func TestAccRotation_fiftyUsers(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		const users = 50

		ids := "["
		for i := range users {
			ids += fmt.Sprintf("%q,", s.AddUser(t, providertest.User{Login: fmt.Sprintf("svc-%d", i)}).ID)
		}

		w := s.Workspace(t)
		w.Write(t, s.AdminBlock()+fmt.Sprintf(`
resource "opsaccess_personal_access_token" "test" {
  for_each    = toset(%s])
  user_id     = each.value
  name_prefix = "many-"
  expires_in  = "30d"
  rotation    = { before_expiry = "10d", overlap = "24h" }
}
`, ids))

		w.Apply(t)
		s.Clock.Move(21 * providertest.Day)
		w.Apply(t)

		if issued := s.Issued(); issued != 2*users {
			t.Errorf("%d tokens were issued, want %d", issued, 2*users)
		}

		s.Clock.Move(2 * providertest.Day)
		w.Apply(t)
		w.Unchanged(t)

		if alive := s.LiveTokens(); alive != users {
			t.Errorf("%d tokens are alive, want one for each of %d users", alive, users)
		}

		if issued := s.Issued(); issued != 2*users {
			t.Errorf("%d tokens were issued, want still %d", issued, 2*users)
		}
	})
}
