package provider

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

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
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-generations"})
		w := s.workspace(t)
		w.write(t, s.provider()+rotating(user, `expires_in = "30d"`, "before_expiry = \"10d\"\noverlap = \"48h\""))

		w.apply(t, generation(1), alone())
		w.unchanged(t)

		consumer := &consumer{server: s, user: user, secret: w.secret(t)}
		s.console.Before(sandbox.Match{Method: http.MethodPost, Path: s.creates, Count: sandbox.Always},
			func(*http.Request) { consumer.logIn(t) })
		s.console.Before(sandbox.Match{Method: http.MethodDelete, Count: sandbox.Always},
			func(*http.Request) { consumer.logIn(t) })

		const last = 10

		for n := int64(2); n <= last; n++ {
			s.clock.move(21*day + time.Duration(n)*7*time.Hour)
			consumer.logIn(t)
			w.apply(t, generation(n), reason("before_expiry"), predecessors(map[string]knownvalue.Check{
				"generation": knownvalue.Int64Exact(n - 1), "retire_due": knownvalue.Bool(false), "held": knownvalue.Bool(false),
			}))
			consumer.logIn(t)
			w.unchanged(t)

			s.clock.move(40 * time.Hour)
			consumer.logIn(t)
			w.apply(t, generation(n)) // The deployment's run.
			consumer.secret = w.secret(t)
			consumer.logIn(t)

			if alive := s.alive(t, user.id); alive != 2 {
				t.Errorf("generation %d: %d tokens are alive within the overlap, want 2", n, alive)
			}
		}

		s.clock.move(9 * time.Hour)
		w.apply(t, generation(last), alone())
		consumer.logIn(t)
		w.unchanged(t)

		s.wantIssued(t, last)

		if consumer.failed != 0 || consumer.logins < 5*(last-1) {
			t.Errorf("%d of %d logins of the consumer failed, want none of at least %d",
				consumer.failed, consumer.logins, 5*(last-1))
		}

		w.destroy(t)
		s.wantNoneAlive(t)
	})
}

// consumer is somebody who holds a token and logs in with it.
type consumer struct {
	server *sandboxed
	user   account

	mu             sync.Mutex
	secret         string
	logins, failed int
}

func (c *consumer) logIn(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()

	c.logins++

	if !c.server.logIn(t, c.user, c.secret) {
		c.failed++
	}
}

// Fifty tokens that fall due at once are rotated in one run, none of them twice, and their
// predecessors revoked in another.
func TestAccRotation_fiftyUsers(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		const users = 50

		ids := "["
		for i := range users {
			ids += fmt.Sprintf("%q,", s.addUser(t, testUser{login: fmt.Sprintf("svc-%d", i)}).id)
		}

		w := s.workspace(t)
		w.write(t, s.provider()+fmt.Sprintf(`
resource "opsaccess_personal_access_token" "test" {
  for_each    = toset(%s])
  user_id     = each.value
  name_prefix = "many-"
  expires_in  = "30d"
  rotation    = { before_expiry = "10d", overlap = "24h" }
}
`, ids))

		w.apply(t)
		s.clock.move(21 * day)
		w.apply(t)

		if issued := s.issued(); issued != 2*users {
			t.Errorf("%d tokens were issued, want %d", issued, 2*users)
		}

		s.clock.move(2 * day)
		w.apply(t)
		w.unchanged(t)

		if alive := s.liveTokens(); alive != users {
			t.Errorf("%d tokens are alive, want one for each of %d users", alive, users)
		}

		if issued := s.issued(); issued != 2*users {
			t.Errorf("%d tokens were issued, want still %d", issued, 2*users)
		}
	})
}
