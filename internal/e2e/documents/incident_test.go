package documents

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

const incidentGuide = "incident-response.md.tmpl"

// TestAccIncident_importAndDestroyRevoke revokes unmanaged tokens without the action, by an import and
// a destroy: the selected tokens, and no others.
func TestAccIncident_importAndDestroyRevoke(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user, bystander := s.AddUser(t, providertest.User{Login: "svc-deploy"}), s.AddUser(t, providertest.User{Login: "svc-bystander"})

		issue := func(userID, name string, expires pat.Option[time.Time]) {
			_, err := s.System.Create(t.Context(), userID, pat.NewToken{Name: name, ExpiresAt: expires})
			providertest.Must(t, err)
		}

		for _, name := range []string{"deploy-1", "deploy pipeline", "deploy-no/thing"} {
			issue(user.ID, name, providertest.Never)
		}

		issue(user.ID, "deploy-until", pat.Some(time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC)))
		issue(user.ID, "other", providertest.Never)
		issue(bystander.ID, "deploy-1", providertest.Never)

		w := s.Workspace(t)
		w.Write(t, s.AdminBlock()+strings.ReplaceAll(guideExample(t, incidentGuide, "import {"), `name_prefix = "deploy-"`, `name_prefix = "deploy"`))

		// A destroy before the import revokes nothing, because the state is empty.
		w.Destroy(t)

		if alive := s.Alive(t, user.ID); alive != 5 {
			t.Errorf("%d tokens are alive before the import, want 5", alive)
		}

		if done, _ := w.Plan(t); done.Warned("The token's secret is not known") != 1 || len(done.Says) != 1 {
			t.Errorf("the plan of several imports has other warnings, or more than one: %s", done.Warnings())
		}

		w.Apply(t)
		w.Unchanged(t).Quiet(t)

		if alive := s.Alive(t, user.ID); alive != 5 {
			t.Errorf("%d tokens are alive after the import, want 5", alive)
		}

		w.Destroy(t)

		if diff := cmp.Diff([]string{"other"}, s.AliveNames(t, user.ID)); diff != "" || s.Alive(t, bystander.ID) != 1 {
			t.Errorf("the user's live tokens, with %d of another user:\n%s", s.Alive(t, bystander.ID), diff)
		}
	})
}

// TestAccIncident_variablesRevokeAtOnce tests that the guide's variables revoke a leaked token in the
// run that issues its successor, and that resetting them does not rotate again.
func TestAccIncident_variablesRevokeAtOnce(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-deploy"})
		w := s.Workspace(t)
		config := strings.Replace(guideExample(t, incidentGuide, `variable "incident"`), `"deploy" {`, `"test" {`, 1)
		w.Write(t, s.AdminBlock()+config)
		w.Apply(t, providertest.Generation(1))

		leaked := w.Secret(t)
		s.WantAccepted(t, user, leaked) // A leaked token is in use.

		w.ApplyWith(t, []string{"-var", "incident=OPS-7", "-var", "overlap=0s"}, providertest.Generation(2), providertest.NoPredecessors()).
			Warns(t, "The live token is revoked before the new one is issued")
		s.WantRefused(t, user, leaked)

		successor := w.Secret(t)

		w.Write(t, s.AdminBlock()+strings.Replace(config, `default     = "none"`, `default     = "OPS-7"`, 1))
		w.Apply(t, providertest.Generation(2), providertest.NoPredecessors()).Quiet(t)
		w.Unchanged(t).Quiet(t)
		s.WantAccepted(t, user, successor)
	})
}

// TestAccIncident_lockDoesNotWaitForTheRevocation tests that the guide's configuration locks the user
// even if the server refuses to revoke the token, and does both in the next run.
func TestAccIncident_lockDoesNotWaitForTheRevocation(t *testing.T) {
	t.Parallel()

	s := providertest.NewUniversalControllerSandbox(t, controllerserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc.reports"})
	w := s.Workspace(t)
	w.Write(t, s.AdminBlock()+guideExample(t, incidentGuide, `variable "compromised"`))
	w.Apply(t)

	s.Console.AddFault(sandbox.Fault{
		Match: sandbox.Match{Method: http.MethodDelete}, Kind: sandbox.FaultAnswer,
		Status: http.StatusForbidden, ContentType: "text/plain", Body: "Operation prohibited.",
	})

	w.Refused(t, "Could not revoke the personal access token", "apply", "-auto-approve", "-var", "compromised=true")

	locked := func() bool {
		found, err := s.System.User(t.Context(), pat.UserRef{ID: user.ID})
		providertest.Must(t, err)

		return !found.Enabled
	}

	if alive := s.Alive(t, user.ID); !locked() || alive != 1 {
		t.Errorf("the user is locked: %t; %d tokens are alive, want a locked user and 1", locked(), alive)
	}

	w.ApplyWith(t, []string{"-var", "compromised=true"})

	if alive := s.Alive(t, user.ID); !locked() || alive != 0 {
		t.Errorf("the user is locked: %t; %d tokens are alive, want a locked user and none", locked(), alive)
	}
}

// guideExample returns the only block of a guide that contains the text.
func guideExample(t *testing.T, guide, text string) string {
	t.Helper()

	blocks := slices.DeleteFunc(examples.GuideBlocks(t, "terraform"), func(b examples.Block) bool {
		return b.Guide != guide || !strings.Contains(b.Text, text)
	})
	if len(blocks) != 1 {
		t.Fatalf("%d blocks of %s contain %q", len(blocks), guide, text)
	}

	return blocks[0].Text
}
