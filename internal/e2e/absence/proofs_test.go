package absence

import (
	"strconv"
	"testing"
	"time"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// gone is a row of the table of proofs: what becomes of the live token, to whom it is
// proved, and as what.
type gone struct {
	// on is the sandbox, where it is to be a particular one.
	on func(t *testing.T) *providertest.Sandbox
	// ends is the end of the token, or of its user.
	ends func(t *testing.T, s *standing)
	// caller is the provider block; nil is the administrator's.
	caller func(t *testing.T, s *standing) string
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
func asOwner(_ *testing.T, s *standing) string { return s.ProviderBlock(s.user.Login, s.user.Password) }

// inContext is the administrator in the organization and location that the user is in.
func inContext(_ *testing.T, s *standing) string {
	return s.AdminBlock("organization_id = "+s.Organization, "location_id = "+s.Location)
}

// inBerlin is an administrator to whom times are shown in another zone.
func inBerlin(t *testing.T, s *standing) string {
	t.Helper()

	account := s.AddUser(t, providertest.User{Login: "berlin", Admin: true, Timezone: "Berlin"})

	return s.ProviderBlock(account.Login, account.Password)
}

// run ends the token twice: the first end is met by a refresh, a plan and an apply, and
// the second by a destroy that does not look before.
func (row gone) run(t *testing.T, s *standing) {
	t.Helper()

	provider := s.AdminBlock()
	if row.caller != nil {
		provider = row.caller(t, s)
	}

	row.ends(t, s)
	s.w.Write(t, provider+s.resource(1, "reissue_when_invalid = false"))
	row.reads(t, s)

	if row.userless {
		row.keepsUserless(t, s, provider)
	} else {
		row.reissues(t, s, provider)
		row.ends(t, s)
	}

	issued := s.Issued()

	s.write(t, provider, 1)
	s.w.ApplyWith(t, []string{"-destroy", "-refresh=false"})

	if got := s.Issued(); got != issued {
		t.Errorf("%d tokens were asked for by a destroy", got-issued)
	}

	if left := recordedAttributes(t, s.w); left != nil {
		t.Errorf("the destroy left %v", left["id"])
	}

	for _, token := range s.survivors(t) {
		if token.SameAs(s.live()) {
			t.Errorf("token %s outlived its resource", token.ID)
		}
	}
}

// reads finds the status in what a plan has read, and a warning where the token is to
// stay as it is.
func (row gone) reads(t *testing.T, s *standing) {
	t.Helper()

	done, plan := s.w.Plan(t)
	done.Warns(t, "The token cannot be used", "is "+string(row.status))

	current, _ := providertest.Managed(t, plan.PriorState)["current"].(map[string]any)
	if got := current["status"]; got != string(row.status) {
		t.Errorf("the status is %v, want %s", got, row.status)
	}

	previous, _ := providertest.Managed(t, plan.PriorState)["previous"].([]any)
	if lives := len(previous) > 0; lives == (row.widowed || row.userless) {
		t.Errorf("the predecessors are %v", previous)
	}
}

// reissues has another token issued, and the predecessor retired that was due.
func (row gone) reissues(t *testing.T, s *standing, provider string) {
	t.Helper()

	s.write(t, provider, 1)

	if _, plan := s.w.Plan(t); providertest.ActionsOf(plan, providertest.TokenAddress)[0] != tfjson.ActionUpdate {
		t.Errorf("the plan is to %v", providertest.ActionsOf(plan, providertest.TokenAddress))
	}

	previous := providertest.NoPredecessors()
	if row.adopted {
		previous = providertest.Predecessors(map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(2), "retire_due": knownvalue.Bool(false)})
	}

	s.w.Apply(t, providertest.Generation(3), providertest.IssueReason(string(row.status)), providertest.HasText(providertest.TokenAddress, "active", "status"), previous,
		providertest.HasValue(providertest.Path("token"), knownvalue.NotNull()))
	s.w.Unchanged(t).Quiet(t)

	s.attributes = recordedAttributes(t, s.w)
	s.tokens = s.survivors(t)

	secret, _ := s.attributes["token"].(string)
	s.WantAccepted(t, s.user, secret)
}

// keepsUserless finds that a plan warns, that an apply is refused before anything is
// sent that changes something, and that state keeps what it knows.
func (row gone) keepsUserless(t *testing.T, s *standing, provider string) {
	t.Helper()

	s.write(t, provider, 1)

	done, _ := s.w.Plan(t)
	done.Warns(t, "The personal access token cannot be reissued", "Remove the resource, or give it another user.")

	issued := s.Issued()
	s.w.Refused(t, "Could not reissue the personal access token", "apply", "-auto-approve")

	if got := s.Issued(); got != issued {
		t.Errorf("%d tokens were asked for", got-issued)
	}

	if got, want := recordedAttributes(t, s.w)["token"], s.attributes["token"]; got != want {
		t.Error("the secret is not in state any more")
	}
}

// Others: a token that is gone blocks every plan, or is reported as healthy; and where its
// user is gone, nothing can be destroyed.
func TestAccGone_proofs(t *testing.T) {
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
