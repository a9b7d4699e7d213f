package provider

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

const incidentGuide = "incident-response.md.tmpl"

// Without actions, tokens that nobody manages are revoked by an import and a destroy: those
// that were selected, and no others.
func TestAccIncident_importAndDestroyRevoke(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user, bystander := s.addUser(t, testUser{login: "svc-deploy"}), s.addUser(t, testUser{login: "svc-bystander"})

		issue := func(userID, name string, expires pat.Option[time.Time]) {
			_, err := s.system.Create(t.Context(), userID, pat.NewToken{Name: name, ExpiresAt: expires})
			must(t, err)
		}

		for _, name := range []string{"deploy-1", "deploy pipeline", "deploy-no/thing"} {
			issue(user.id, name, never)
		}

		issue(user.id, "deploy-until", pat.Some(time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC)))
		issue(user.id, "other", never)
		issue(bystander.id, "deploy-1", never)

		w := s.workspace(t)
		w.write(t, s.provider()+strings.ReplaceAll(guideExample(t, incidentGuide, "import {"), `name_prefix = "deploy-"`, `name_prefix = "deploy"`))

		// A destroy has to come second: there is nothing in the state for it yet.
		w.destroy(t)

		if alive := s.alive(t, user.id); alive != 5 {
			t.Errorf("%d tokens are alive before the import, want 5", alive)
		}

		if done, _ := w.plan(t); done.warned("The token's secret is not known") != 1 || len(done.says) != 1 {
			t.Errorf("the plan of several imports warns of something else, or more than once: %s", done.warnings())
		}

		w.apply(t)
		w.unchanged(t).quiet(t)

		if alive := s.alive(t, user.id); alive != 5 {
			t.Errorf("%d tokens are alive after the import, want 5", alive)
		}

		w.destroy(t)

		if diff := cmp.Diff([]string{"other"}, s.aliveNames(t, user.id)); diff != "" || s.alive(t, bystander.id) != 1 {
			t.Errorf("what is alive of the user, and %d of a bystander:\n%s", s.alive(t, bystander.id), diff)
		}
	})
}

// The variables of the guide revoke a leaked token in the run that issues its successor, and
// going back to normal does not rotate again.
func TestAccIncident_variablesRevokeAtOnce(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-deploy"})
		w := s.workspace(t)
		config := strings.Replace(guideExample(t, incidentGuide, `variable "incident"`), `"deploy" {`, `"test" {`, 1)
		w.write(t, s.provider()+config)
		w.apply(t, generation(1))

		leaked := w.secret(t)
		s.works(t, user, leaked) // In use, as a leaked one is.

		w.applyWith(t, []string{"-var", "incident=OPS-7", "-var", "overlap=0s"}, generation(2), alone()).
			warns(t, "The live token will be revoked first")
		s.dead(t, user, leaked)

		successor := w.secret(t)

		w.write(t, s.provider()+strings.Replace(config, `default     = "none"`, `default     = "OPS-7"`, 1))
		w.apply(t, generation(2), alone()).quiet(t)
		w.unchanged(t).quiet(t)
		s.works(t, user, successor)
	})
}

// guideExample returns the only configuration of a guide that has the text in it.
func guideExample(t *testing.T, guide, text string) string {
	t.Helper()

	blocks := slices.DeleteFunc(guideBlocks(t, "terraform"), func(b block) bool {
		return b.guide != guide || !strings.Contains(b.text, text)
	})
	if len(blocks) != 1 {
		t.Fatalf("%d blocks of %s have %q", len(blocks), guide, text)
	}

	return blocks[0].text
}
