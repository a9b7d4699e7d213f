package absence

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// gone is a row of the table of proofs: what happens to the current token, which account the provider
// uses, and which status the provider must find.
type gone struct {
	// on opens the sandbox, if the row needs a particular one.
	on func(t *testing.T) *providertest.Sandbox
	// ends ends the token, or deletes its user.
	ends func(t *testing.T, s *standing)
	// caller returns the provider's configuration; nil means the administrator.
	caller func(t *testing.T, s *standing) map[string]any
	// status is the token's new status.
	status pat.Status
	// userless says that the user was deleted, so that no token can be issued.
	userless bool
	// widowed says that the predecessor was revoked or deleted, too.
	widowed bool
	// adopted says that the provider finds another token of the series, which becomes a predecessor.
	adopted bool
}

// foremanProofs are the proofs that Foreman's responses contain.
func foremanProofs() map[string]gone {
	deleteCurrent := func(_ *testing.T, s *standing) {
		id, _ := strconv.Atoi(s.current())
		s.Foreman.DeleteToken(s.user.Login, id)
	}
	revokeCurrent := func(_ *testing.T, s *standing) {
		id, _ := strconv.Atoi(s.current())
		s.Foreman.RevokeToken(s.user.Login, id)
	}

	return map[string]gone{
		"a revoked row":                              {ends: revokeCurrent, status: pat.StatusRevoked},
		"a revoked row, read with permissions":       {ends: revokeCurrent, caller: as(providertest.EveryPermission...), status: pat.StatusRevoked},
		"a revoked row, read by the owner":           {ends: revokeCurrent, caller: asOwner, status: pat.StatusRevoked},
		"a deleted row, read by the owner":           {ends: deleteCurrent, caller: asOwner, status: pat.StatusMissing},
		"a deleted row, read by an administrator":    {ends: deleteCurrent, status: pat.StatusMissing},
		"a deleted row, read in the user's context":  {ends: deleteCurrent, caller: inContext, status: pat.StatusMissing},
		"all rows deleted, read by an administrator": {ends: deleteTokens, status: pat.StatusMissing, widowed: true},
		"all rows deleted, read by the owner":        {ends: deleteTokens, caller: asOwner, status: pat.StatusMissing, widowed: true},
		"a deleted user, read by an administrator":   {ends: deleteForemanUser, status: pat.StatusMissing, userless: true},
		"a deleted user, read in the user's context": {ends: deleteForemanUser, caller: inContext, status: pat.StatusMissing, userless: true},
		"a deleted row, read in another time zone":   {ends: deleteCurrent, caller: inBerlin, status: pat.StatusMissing},
	}
}

// universalControllerProofs are the proofs that Universal Controller's responses contain.
func universalControllerProofs() map[string]gone {
	revokeCurrent := func(_ *testing.T, s *standing) { s.Controller.RevokeToken(s.user.Login, s.current()) }
	revokeAll := func(t *testing.T, s *standing) { t.Helper(); s.RevokeAll(t, s.user.ID) }
	namesake := func(t *testing.T, s *standing) {
		t.Helper()
		revokeCurrent(t, s)
		s.Clock.Move(time.Minute)

		_, err := s.Controller.AddToken(s.user.Login, s.current(), s.Now().Add(300*providertest.Day))
		providertest.Must(t, err)
	}
	switched := func(switches controllerserver.Switches) func(t *testing.T) *providertest.Sandbox {
		return func(t *testing.T) *providertest.Sandbox {
			t.Helper()

			return providertest.NewUniversalControllerSandbox(t, controllerserver.Options{Switches: switches})
		}
	}

	return map[string]gone{
		"the name is missing in the user's list":   {ends: revokeCurrent, status: pat.StatusMissing},
		"the name is missing in the caller's list": {ends: revokeCurrent, caller: asOwner, status: pat.StatusMissing},
		"the name belongs to another token":        {ends: namesake, status: pat.StatusMissing, adopted: true},
		"the list of an existing user is empty":    {ends: revokeAll, status: pat.StatusMissing, widowed: true},
		"the caller's own list is empty":           {ends: revokeAll, caller: asOwner, status: pat.StatusMissing, widowed: true},
		"the user does not exist, in plain text":   {ends: deleteControllerUser, status: pat.StatusMissing, userless: true},
		"the user does not exist, read by ops_user_admin": {
			ends: deleteControllerUser, status: pat.StatusMissing, userless: true,
			caller: changed(func(u *controllerserver.User) { u.Roles = controllerserver.RolesOf(controllerserver.RoleUserAdmin) }),
		},
		"the user does not exist, in curly quotes": {
			on: switched(controllerserver.Switches{Quotes: controllerserver.QuotesCurly}), ends: deleteControllerUser,
			status: pat.StatusMissing, userless: true,
		},
		"the user does not exist, after an empty list": {
			on: switched(controllerserver.Switches{UnknownUser: controllerserver.UnknownUserIsEmpty}), ends: deleteControllerUser,
			status: pat.StatusMissing, userless: true,
		},
	}
}

// asOwner configures the provider with the token's own user.
func asOwner(_ *testing.T, s *standing) map[string]any {
	return s.Settings(s.user.Login, s.user.Password)
}

// inContext configures the provider as the administrator, with the user's organization and location.
func inContext(_ *testing.T, s *standing) map[string]any {
	organization, _ := strconv.Atoi(s.Organization)
	location, _ := strconv.Atoi(s.Location)

	return s.admin(map[string]any{"organization_id": organization, "location_id": location})
}

// inBerlin configures the provider with an administrator who gets times in another time zone.
func inBerlin(t *testing.T, s *standing) map[string]any {
	t.Helper()

	account := s.AddUser(t, providertest.User{Login: "berlin", Admin: true, Timezone: "Berlin"})

	return s.Settings(account.Login, account.Password)
}

// run ends the token twice. A refresh, a plan and an apply find that it ended the first time; a destroy
// without a refresh finds the second.
func (row gone) run(t *testing.T, s *standing) {
	t.Helper()

	settings := s.admin(nil)
	if row.caller != nil {
		settings = row.caller(t, s)
	}

	row.ends(t, s)
	row.reads(t, s, settings)

	if row.userless {
		row.keepsUserless(t, s, settings)
	} else {
		row.reissues(t, s, settings)
		row.ends(t, s)
	}

	issued := s.Issued()

	s.destroys(t, settings)

	if got := s.Issued(); got != issued {
		t.Errorf("the destroy requested %d tokens", got-issued)
	}

	for _, token := range s.survivors(t) {
		if token.SameAs(s.live()) {
			t.Errorf("token %s is alive after its resource was destroyed", token.ID)
		}
	}
}

// reads checks the status after a refresh, and the plan's warning when `reissue_when_invalid` is false.
func (row gone) reads(t *testing.T, s *standing, settings map[string]any) {
	t.Helper()
	s.refreshes(t, settings)

	plan := s.state.Plan(t, s.Serve(t, settings), s.resource(1, map[string]any{"reissue_when_invalid": false}))
	said := strings.Join(plan.Warnings, "\n")

	for _, text := range [...]string{"The token is invalid and will not be reissued", "is " + string(row.status)} {
		if !strings.Contains(said, text) {
			t.Errorf("the plan does not say %q: %s", text, said)
		}
	}

	refreshed := s.state.Attributes(t)

	current, _ := refreshed["current"].(map[string]any)
	if got := current["status"]; got != string(row.status) {
		t.Errorf("the status is %v, want %s", got, row.status)
	}

	previous, _ := refreshed["previous"].([]any)
	if lives := len(previous) > 0; lives == (row.widowed || row.userless) {
		t.Errorf("the predecessors are %v", previous)
	}
}

// reissues checks that an apply issues another token and revokes the predecessor that is due.
func (row gone) reissues(t *testing.T, s *standing, settings map[string]any) {
	t.Helper()

	if errors, _ := s.applies(t, settings, s.resource(1, nil)); errors != "" {
		t.Fatalf("the apply failed: %s", errors)
	}

	s.attributes = s.state.Attributes(t)
	current, _ := s.attributes["current"].(map[string]any)

	if s.attributes["generation"] != "3" || current["issue_reason"] != string(row.status) || current["status"] != "active" || s.attributes["token"] == nil {
		t.Errorf("generation %v, %v", s.attributes["generation"], current)
	}

	switch previous, _ := s.attributes["previous"].([]any); {
	case !row.adopted && len(previous) > 0:
		t.Errorf("the predecessors are %v, want none", previous)
	case row.adopted && len(previous) != 1:
		t.Errorf("the predecessors are %v, want one", previous)
	case row.adopted:
		if adopted, _ := previous[0].(map[string]any); adopted["generation"] != "2" || adopted["retire_due"] != "false" {
			t.Errorf("the predecessor is %v", adopted)
		}
	}

	s.unchanged(t, settings, s.resource(1, nil))

	s.tokens = s.survivors(t)

	secret, _ := s.attributes["token"].(string)
	s.WantAccepted(t, s.user, secret)
}

// keepsUserless checks that the plan warns, that the apply fails before it sends a request that changes
// something, and that the state keeps its values.
func (row gone) keepsUserless(t *testing.T, s *standing, settings map[string]any) {
	t.Helper()

	issued := s.Issued()

	errors, warnings := s.applies(t, settings, s.resource(1, nil))
	if !strings.Contains(errors, "Could not reissue the personal access token") {
		t.Errorf("the apply returned %q", errors)
	}

	for _, text := range [...]string{"The apply will fail to reissue the token", "Remove the resource, or set another user."} {
		if !strings.Contains(warnings, text) {
			t.Errorf("the plan does not say %q: %s", text, warnings)
		}
	}

	if got := s.Issued(); got != issued {
		t.Errorf("%d tokens were requested", got-issued)
	}

	if got, want := s.state.Attributes(t)["token"], s.attributes["token"]; got != want {
		t.Error("the secret was dropped from the state")
	}
}

// TestGone_proofs tests every proof. In other providers, a token that does not exist any more makes
// every plan fail or is reported as healthy, and if its user was deleted, nothing can be destroyed.
func TestGone_proofs(t *testing.T) {
	t.Parallel()

	rows := map[string]map[string]gone{"Foreman": foremanProofs(), "Universal Controller": universalControllerProofs()}

	for platform, open := range providertest.Sandboxes() {
		for name, row := range rows[platform] {
			t.Run(platform+"/"+name, func(t *testing.T) {
				t.Parallel()

				on := open
				if row.on != nil {
					on = row.on
				}

				row.run(t, stand(t, on(t)))
			})
		}
	}
}
