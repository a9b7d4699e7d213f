package absence

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// TestAccGone_throughACLI tests the effect in a CLI. After a response that proves nothing, each command
// fails and does not change the state file. After a proof, the token is reissued, or destroyed without
// a refresh.
func TestAccGone_throughACLI(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-standing"})
		w := s.Workspace(t)
		w.Write(t, s.Impatient()+providertest.Rotating(user, "expires_in = \"90d\"", providertest.Trigger(1)+"\noverlap = \"1h\""))
		w.Apply(t, providertest.Generation(1))

		recorded := func() string {
			text, err := os.ReadFile(filepath.Join(w.Folder, "terraform.tfstate"))
			providertest.Must(t, err)

			return string(text)
		}
		before := recorded()

		everywhere(providertest.AnswerFault(http.StatusNotFound, providertest.HTML, "<html>Not found</html>"))(t, &standing{Sandbox: s})

		for what, command := range map[string][]string{
			"Could not read the personal access token":   {"apply", "-auto-approve"},
			"Could not revoke the personal access token": {"apply", "-auto-approve", "-destroy", "-refresh=false"},
		} {
			w.Refused(t, what, command...)

			if diff := cmp.Diff(before, recorded()); diff != "" {
				t.Errorf("%v changed the state:\n%s", command, diff)
			}
		}

		s.Console.ClearFaults()
		w.Unchanged(t).Quiet(t)

		s.RevokeAll(t, user.ID)
		w.Apply(t, providertest.Generation(2), providertest.HasValue(providertest.Path("current", "issue_reason"), s.AfterRevocation()))
		s.RevokeAll(t, user.ID)
		w.ApplyWith(t, []string{"-destroy", "-refresh=false"})
		s.WantIssued(t, 2)
	})
}
