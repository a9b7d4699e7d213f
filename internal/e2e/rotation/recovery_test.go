package rotation

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// TestAccRotation_successorThatNeverReachedTheState tests an interrupted run that leaves a token
// behind, without any later edit. A refresh finds the token, the next apply saves it as a predecessor,
// and an apply after the overlap revokes it.
func TestAccRotation_successorThatNeverReachedTheState(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-interrupted"})
		w := s.Workspace(t)
		w.Write(t, s.AdminBlock()+providertest.Rotating(user, "expires_in = \"90d\"", "max_age = \"60d\""))
		w.Apply(t, providertest.Generation(1))

		lost, err := s.System.Create(t.Context(), user.ID, pat.NewToken{
			Name: fmt.Sprintf("r-%s-4", providertest.Managed(t, w.State(t))["series"]),
		})
		providertest.Must(t, err)

		w.Apply(t, providertest.Generation(1), providertest.Predecessors(map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(4)})).
			Warns(t, "An active token is not in state")
		w.Unchanged(t).Quiet(t)
		s.WantAccepted(t, user, lost.Secret.Reveal())

		s.Clock.Move(25 * time.Hour)
		w.Apply(t, providertest.Generation(1), providertest.NoPredecessors())
		s.WantRefused(t, user, lost.Secret.Reveal())
	})
}

// TestAccRotation_requestCarriedOutLate tests a request without a response that the server carries out
// after the run. The generation shows that its token is older than the one in state. Its secret is
// lost, too.
func TestAccRotation_requestCarriedOutLate(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	user := s.AddUser(t, providertest.User{Login: "svc-late"})
	w := s.Workspace(t)
	w.Write(t, s.Impatient()+providertest.Rotating(user, "expires_in = \"90d\"", "max_age = \"60d\""))
	s.Console.AddFault(sandbox.Fault{Match: sandbox.Match{Method: http.MethodPost}, Kind: sandbox.FaultDrop})
	w.Apply(t, providertest.Generation(2))

	_, err := s.System.Create(t.Context(), user.ID, pat.NewToken{
		Name: fmt.Sprintf("r-%s-1", providertest.Managed(t, w.State(t))["series"]),
	})
	providertest.Must(t, err)

	w.Apply(t, providertest.Generation(2)).Warns(t, "An active token is not in state")
	w.Unchanged(t).Quiet(t)
}

// twins returns a configuration with two resources, each with a prefix and a series.
func twins(user providertest.Account, a, b [2]string) string {
	return fmt.Sprintf(`
resource "opsaccess_personal_access_token" "twin" {
  for_each    = { a = [%q, %q], b = [%q, %q] }
  user_id     = %q
  name_prefix = each.value[0]
  series     = each.value[1]
  expires_in  = "90d"
}
`, a[0], a[1], b[0], b[1], user.ID)
}

// TestAccRotation_twoResourcesOfOneSeries tests two resources with the same series in one
// configuration. Only one token is issued. If both tokens exist, neither resource may adopt the other's
// live token as an orphan.
func TestAccRotation_twoResourcesOfOneSeries(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	user := s.AddUser(t, providertest.User{Login: "svc-twins"})
	w := s.Workspace(t)
	one, two := [2]string{"r-", "abc234"}, [2]string{"r-", "bcd345"}

	w.Write(t, s.AdminBlock()+twins(user, one, one))
	w.Refused(t, "Two resources have the same series", "apply", "-auto-approve")
	s.WantIssued(t, 1)

	apart, swapped := twins(user, one, two), twins(user, two, one)
	if strings.Contains(w.Run(t, "state", "list").Text, `"b"`) { // "b" was applied first.
		apart, swapped = swapped, apart
	}

	w.Write(t, s.AdminBlock()+apart)
	w.Run(t, "apply", "-auto-approve")
	s.WantIssued(t, 2)

	// A changed series is only recorded: the live tokens keep their names.
	w.Write(t, s.AdminBlock()+swapped)
	w.Refused(t, "Two resources have the same series", "plan")

	if alive := s.LiveTokens(); alive != 2 {
		t.Errorf("%d tokens are alive, want 2", alive)
	}
}

// TestAccRotation_predecessorsOfARefusedUpdate tests that a failed apply records what it has done: it
// revoked a predecessor before the update was refused.
func TestAccRotation_predecessorsOfARefusedUpdate(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	user := s.AddUser(t, providertest.User{Login: "svc-refused"})
	w := s.Workspace(t)
	w.Write(t, s.AdminBlock()+providertest.Rotating(user, `expires_in = "90d"`, providertest.Trigger(1)))
	w.Apply(t, providertest.Generation(1))

	predecessor := w.Secret(t)

	w.Write(t, s.AdminBlock()+providertest.Rotating(user, `expires_in = "90d"`, providertest.Trigger(2)))
	w.Apply(t, providertest.Generation(2))

	s.Clock.Move(25 * time.Hour)
	w.Write(t, s.AdminBlock()+providertest.Rotating(providertest.Account{ID: user.ID + "99"}, `expires_in = "90d"`, providertest.Trigger(2)))
	w.Refused(t, "Could not reissue", "apply", "-auto-approve")
	s.WantRefused(t, user, predecessor)
	w.Check(t, providertest.Generation(2), providertest.NoPredecessors())
	w.Destroy(t)
}
