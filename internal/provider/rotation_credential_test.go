package provider

import (
	"strconv"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Others: a provider that manages its own credential revokes it in the middle of a run, and
// is locked out.
func TestAccRotation_ownCredential(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-own", admin: true})
		w := s.workspace(t)
		write := func(provider string, n int, overlap string) {
			w.write(t, provider+rotating(user, "expires_in = \"90d\"", trigger(n)+"\noverlap = "+strconv.Quote(overlap)))
		}
		own := func(secret string) string { return s.withToken(user.login, strconv.Quote(secret)) }

		write(s.provider(), 1, "1h")
		w.apply(t)

		first := w.secret(t)

		write(own(first), 1, "1h")
		w.unchanged(t).quiet(t)
		w.refused(t, "The token is the provider's own credential", "plan", "-destroy")
		w.refused(t, "with a `removed` block", "apply", "-auto-approve", "-destroy")
		w.refused(t, "The token is the provider's own credential", "apply", "-auto-approve", "-replace="+tokenAddress)
		w.write(t, own(first))
		w.refused(t, "The token is the provider's own credential", "apply", "-auto-approve")
		s.works(t, user, first)

		write(own(first), 2, "1h")
		w.apply(t, generation(2), held(false))
		s.clock.move(2 * time.Hour)
		w.unchanged(t).warns(t, "A predecessor is the provider's own credential", "Give the provider another credential")
		w.apply(t, generation(2), held(false))
		w.refused(t, "The token is the provider's own credential", "apply", "-auto-approve", "-destroy")
		s.works(t, user, first)

		second := w.secret(t)

		write(own(second), 2, "1h")
		w.apply(t, generation(2), alone()).quiet(t)
		w.unchanged(t).quiet(t)

		if s.logIn(t, user, first) {
			t.Error("the old credential works although the provider has moved")
		}

		// Not even without an overlap.
		write(own(second), 2, "0s")
		w.apply(t)
		write(own(second), 3, "0s")
		w.apply(t, generation(3), held(false))
		w.unchanged(t).warns(t, "A predecessor is the provider's own credential")
		s.works(t, user, second)

		write(s.provider(), 3, "0s")
		w.apply(t, generation(3), alone())
		w.destroy(t)
		s.wantNoneAlive(t)
	})
}

// Others: the provider's credential has expired, the server refuses it, and all objects
// count as gone: state is wiped.
func TestAccRotation_expiredCredentialForgetsNothing(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-admin", admin: true})
		w := s.workspace(t)
		config := rotating(user, "expires_in = \"90d\"", "max_age = \"60d\"\noverlap = \"48h\"")

		credential, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: "short", ExpiresAt: pat.Some(s.expiry(day).Truncate(time.Second))})
		must(t, err)

		provider := s.withToken(user.login, strconv.Quote(credential.Secret.Reveal()))
		w.write(t, provider+config)
		w.apply(t, generation(1))
		s.clock.move(61 * day)

		for _, command := range [][]string{
			{"plan"}, {"plan", "-refresh-only"}, {"apply", "-auto-approve"}, {"apply", "-auto-approve", "-destroy"},
		} {
			w.refused(t, "Could not read the personal access token", command...)
		}

		w.write(t, s.provider()+config)
		w.check(t, generation(1), value(at("current", "status"), knownvalue.StringExact("active")))
		w.apply(t, generation(2), reason("max_age"), held(false))
		w.unchanged(t)
	})
}
