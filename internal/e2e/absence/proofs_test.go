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

// gone is a row of the table of proofs: what becomes of the live token, to whom it is
// proved, and as what.
type gone struct {
	// on is the sandbox, where it is to be a particular one.
	on func(t *testing.T) *providertest.Sandbox
	// ends is the end of the token, or of its user.
	ends func(t *testing.T, s *standing)
	// caller is the provider's configuration; nil is the administrator's.
	caller func(t *testing.T, s *standing) map[string]any
	// status is what the token is from then on.
	status pat.Status
	// userless says that the user is gone, too: nothing can be reissued.
	userless bool
	// widowed says that the predecessor went with it.
	widowed bool
	// adopted says that another token of the series is found and becomes a predecessor.
	adopted bool
}

// foremanProofs are what Foreman's answers prove.
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
		"a row that was revoked":                            {ends: revokeCurrent, status: pat.StatusRevoked},
		"a row that was revoked, to who may just see it":    {ends: revokeCurrent, caller: as(providertest.EveryPermission...), status: pat.StatusRevoked},
		"a row that was revoked, to its owner":              {ends: revokeCurrent, caller: asOwner, status: pat.StatusRevoked},
		"a row that was deleted, to its owner":              {ends: deleteCurrent, caller: asOwner, status: pat.StatusMissing},
		"a row that was deleted, to an administrator":       {ends: deleteCurrent, status: pat.StatusMissing},
		"a row that was deleted, in the user's context":     {ends: deleteCurrent, caller: inContext, status: pat.StatusMissing},
		"all rows that were deleted, to an administrator":   {ends: deleteTokens, status: pat.StatusMissing, widowed: true},
		"all rows that were deleted, to their owner":        {ends: deleteTokens, caller: asOwner, status: pat.StatusMissing, widowed: true},
		"a user who was deleted, to an administrator":       {ends: deleteForemanUser, status: pat.StatusMissing, userless: true},
		"a user who was deleted, in the context it was of":  {ends: deleteForemanUser, caller: inContext, status: pat.StatusMissing, userless: true},
		"a row that was deleted, to a caller in its offset": {ends: deleteCurrent, caller: inBerlin, status: pat.StatusMissing},
	}
}

// universalControllerProofs are what Universal Controller's answers prove.
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
		"a name that is not in the user's list":       {ends: revokeCurrent, status: pat.StatusMissing},
		"a name that is not in the caller's own list": {ends: revokeCurrent, caller: asOwner, status: pat.StatusMissing},
		"a name that another token has":               {ends: namesake, status: pat.StatusMissing, adopted: true},
		"an empty list of a user who is there":        {ends: revokeAll, status: pat.StatusMissing, widowed: true},
		"an empty list of the caller's own":           {ends: revokeAll, caller: asOwner, status: pat.StatusMissing, widowed: true},
		"a user who does not exist, in plain text":    {ends: deleteControllerUser, status: pat.StatusMissing, userless: true},
		"a user who does not exist, to an administrator of users": {
			ends: deleteControllerUser, status: pat.StatusMissing, userless: true,
			caller: changed(func(u *controllerserver.User) { u.Roles = controllerserver.RolesOf(controllerserver.RoleUserAdmin) }),
		},
		"a user who does not exist, in curly quotes": {
			on: switched(controllerserver.Switches{Quotes: controllerserver.QuotesCurly}), ends: deleteControllerUser,
			status: pat.StatusMissing, userless: true,
		},
		"a user who does not exist, after an empty list": {
			on: switched(controllerserver.Switches{UnknownUser: controllerserver.UnknownUserIsEmpty}), ends: deleteControllerUser,
			status: pat.StatusMissing, userless: true,
		},
	}
}

// asOwner is the token's own user.
func asOwner(_ *testing.T, s *standing) map[string]any {
	return s.Settings(s.user.Login, s.user.Password)
}

// inContext is the administrator in the organization and location that the user is in.
func inContext(_ *testing.T, s *standing) map[string]any {
	organization, _ := strconv.Atoi(s.Organization)
	location, _ := strconv.Atoi(s.Location)

	return s.admin(map[string]any{"organization_id": organization, "location_id": location})
}

// inBerlin is an administrator to whom times are shown in another zone.
func inBerlin(t *testing.T, s *standing) map[string]any {
	t.Helper()

	account := s.AddUser(t, providertest.User{Login: "berlin", Admin: true, Timezone: "Berlin"})

	return s.Settings(account.Login, account.Password)
}

// run ends the token twice: the first end is met by a refresh, a plan and an apply, and
// the second by a destroy that does not look before.
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
		t.Errorf("%d tokens were asked for by a destroy", got-issued)
	}

	for _, token := range s.survivors(t) {
		if token.SameAs(s.live()) {
			t.Errorf("token %s outlived its resource", token.ID)
		}
	}
}

// reads finds the status by a refresh, and a warning where the token is to stay as it is.
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

// reissues has another token issued, and the predecessor retired that was due.
func (row gone) reissues(t *testing.T, s *standing, settings map[string]any) {
	t.Helper()

	if errors, _ := s.applies(t, settings, s.resource(1, nil)); errors != "" {
		t.Fatalf("the token is not reissued: %s", errors)
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

// keepsUserless finds that a plan warns, that an apply is refused before anything is
// sent that changes something, and that state keeps what it knows.
func (row gone) keepsUserless(t *testing.T, s *standing, settings map[string]any) {
	t.Helper()

	issued := s.Issued()

	errors, warnings := s.applies(t, settings, s.resource(1, nil))
	if !strings.Contains(errors, "Could not reissue the personal access token") {
		t.Errorf("the apply says %q", errors)
	}

	for _, text := range [...]string{"The personal access token cannot be reissued", "Remove the resource, or set another user."} {
		if !strings.Contains(warnings, text) {
			t.Errorf("the plan does not say %q: %s", text, warnings)
		}
	}

	if got := s.Issued(); got != issued {
		t.Errorf("%d tokens were asked for", got-issued)
	}

	if got, want := s.state.Attributes(t)["token"], s.attributes["token"]; got != want {
		t.Error("the secret is not in state any more")
	}
}

// Others: a token that is gone blocks every plan, or is reported as healthy; and where its
// user is gone, nothing can be destroyed.
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
