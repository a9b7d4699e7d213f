package rotation

import (
	"strconv"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
)

// Others: a provider that manages its own credential revokes it in the middle of a run, and
// is locked out.
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
		w.Refused(t, "The token is the provider's own credential", "plan", "-destroy")
		w.Refused(t, "with a `removed` block", "apply", "-auto-approve", "-destroy")
		w.Refused(t, "The token is the provider's own credential", "apply", "-auto-approve", "-replace="+providertest.TokenAddress)
		w.Write(t, own(first))
		w.Refused(t, "The token is the provider's own credential", "apply", "-auto-approve")
		s.WantAccepted(t, user, first)

		write(own(first), 2, "1h")
		w.Apply(t, providertest.Generation(2), held(false))
		s.Clock.Move(2 * time.Hour)
		w.Unchanged(t).Warns(t, "A predecessor is the provider's own credential", "Give the provider another credential")
		w.Apply(t, providertest.Generation(2), held(false))
		w.Refused(t, "The token is the provider's own credential", "apply", "-auto-approve", "-destroy")
		s.WantAccepted(t, user, first)

		second := w.Secret(t)

		write(own(second), 2, "1h")
		w.Apply(t, providertest.Generation(2), providertest.NoPredecessors()).Quiet(t)
		w.Unchanged(t).Quiet(t)

		if s.LogIn(t, user, first) {
			t.Error("the old credential works although the provider has moved")
		}

		// Not even without an overlap.
		write(own(second), 2, "0s")
		w.Apply(t)
		write(own(second), 3, "0s")
		w.Apply(t, providertest.Generation(3), held(false))
		w.Unchanged(t).Warns(t, "A predecessor is the provider's own credential")
		s.WantAccepted(t, user, second)

		write(s.AdminBlock(), 3, "0s")
		w.Apply(t, providertest.Generation(3), providertest.NoPredecessors())
		w.Destroy(t)
		s.WantNoneAlive(t)
	})
}

// Others: the provider's credential has expired, the server refuses it, and all objects
// count as gone: state is wiped.
func TestAccRotation_expiredCredentialForgetsNothing(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-admin", Admin: true})
		w := s.Workspace(t)
		config := providertest.Rotating(user, "expires_in = \"90d\"", "max_age = \"60d\"\noverlap = \"48h\"")

		credential, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "short", ExpiresAt: pat.Some(s.Expiry(providertest.Day).Truncate(time.Second))})
		providertest.Must(t, err)

		provider := s.WithToken(user.Login, strconv.Quote(credential.Secret.Reveal()))
		w.Write(t, provider+config)
		w.Apply(t, providertest.Generation(1))
		s.Clock.Move(61 * providertest.Day)

		for _, command := range [][]string{
			{"plan"}, {"plan", "-refresh-only"}, {"apply", "-auto-approve"}, {"apply", "-auto-approve", "-destroy"},
		} {
			w.Refused(t, "Could not read the personal access token", command...)
		}

		w.Write(t, s.AdminBlock()+config)
		w.Check(t, providertest.Generation(1), providertest.HasValue(providertest.Path("current", "status"), knownvalue.StringExact("active")))
		w.Apply(t, providertest.Generation(2), providertest.IssueReason("max_age"), held(false))
		w.Unchanged(t)
	})
}
