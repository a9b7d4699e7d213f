package rotation

import (
	"strconv"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// TestAccRotation_ownCredential tests a provider that manages the token it is logged in with. Without
// protection it would revoke that token in the middle of a run and lose access.
func TestAccRotation_ownCredential(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-own", Admin: true})
		w := s.Workspace(t)
		write := func(provider string, n int, overlap string) {
			w.Write(t, provider+providertest.Rotating(user, "expires_in = \"90d\"", providertest.Trigger(n)+"\noverlap = "+strconv.Quote(overlap)))
		}
		own := func(secret string) string { return s.WithToken(user.Login, strconv.Quote(secret)) }

		write(s.AdminBlock(), 1, "1h")
		w.Apply(t)

		first := w.Secret(t)

		write(own(first), 1, "1h")
		w.Unchanged(t).Quiet(t)
		w.Refused(t, "Refusing to revoke the token that this provider is logged in with", "plan", "-destroy")
		w.Refused(t, "Refusing to revoke the token that this provider is logged in with", "apply", "-auto-approve", "-replace="+providertest.TokenAddress)
		w.Write(t, own(first))
		w.Refused(t, "Refusing to revoke the token that this provider is logged in with", "apply", "-auto-approve")
		s.WantAccepted(t, user, first)

		write(own(first), 2, "1h")
		w.Apply(t, providertest.Generation(2), held(false))
		s.Clock.Move(2 * time.Hour)
		w.Unchanged(t).Warns(t, "The provider is logged in with a predecessor", "Configure the provider with another credential")
		s.WantAccepted(t, user, first)

		write(s.AdminBlock(), 2, "1h")
		w.Apply(t, providertest.Generation(2), providertest.NoPredecessors())
		w.Destroy(t)
		s.WantNoneAlive(t)
	})
}
