package absence

import (
	"maps"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// standing is a resource whose token was rotated once, and whose predecessor is due for revocation.
type standing struct {
	*providertest.Sandbox
	user  providertest.Account
	state *providertest.ResourceState
	// attributes are the resource's attributes, and tokens are the user's tokens, both from when it was
	// set up.
	attributes map[string]any
	tokens     []pat.Token
}

// standings keeps those standings that a row has not changed, for further rows: setting one up takes
// longer than a row.
type standings struct {
	parent *testing.T
	open   func(*testing.T) *providertest.Sandbox

	mu   sync.Mutex
	free []*standing
}

// lend lends a standing. It keeps the standing for reuse unless the test failed.
func (k *standings) lend(t *testing.T, use func(*testing.T, *standing)) {
	t.Helper()
	k.mu.Lock()

	var s *standing

	if last := len(k.free) - 1; last >= 0 {
		s, k.free = k.free[last], k.free[:last]
	}

	k.mu.Unlock()

	if s == nil {
		s = stand(k.parent, k.open(k.parent))
	}

	use(t, s)

	if !t.Failed() {
		k.mu.Lock()
		defer k.mu.Unlock()

		k.free = append(k.free, s)
	}
}

// stand issues a token and rotates it.
func stand(t *testing.T, s *providertest.Sandbox) *standing {
	t.Helper()

	standing := &standing{Sandbox: s, state: providertest.NewTokenState(t), user: s.AddUser(t, providertest.User{Login: "svc-standing"})}

	for n := range 2 {
		standing.state.Apply(t, s.Admin(t), standing.resource(n, nil))
	}

	s.Clock.Move(2 * time.Hour)
	standing.refreshes(t, standing.admin(nil))

	standing.attributes = standing.state.Attributes(t)
	standing.tokens = s.TokensOf(t, standing.user.ID)

	if previous, _ := standing.attributes["previous"].([]any); len(previous) != 1 {
		t.Fatalf("the predecessors are %v, want one", previous)
	}

	return standing
}

// settings returns the provider's configuration for an account, with further arguments of the
// platform's object.
func (s *standing) settings(account providertest.Account, more map[string]any) map[string]any {
	platform := s.System.Traits().Platform
	settings := s.Settings(account.Login, account.Password)
	own, _ := settings[platform].(map[string]any)

	return having(settings, map[string]any{platform: having(own, more)})
}

// admin is settings for the administrator.
func (s *standing) admin(more map[string]any) map[string]any {
	return s.settings(providertest.Account{Login: s.Login, Password: s.Password}, more)
}

// having returns a copy of the arguments with others set.
func having(set, others map[string]any) map[string]any {
	all := maps.Clone(set)
	maps.Copy(all, others)

	return all
}

// resource returns the configuration of the resource with the n-th value of its trigger.
func (s *standing) resource(n int, more map[string]any) map[string]any {
	return having(map[string]any{
		"user_id": s.user.ID, "name_prefix": "r-", "expires_in": "90d",
		"rotation": map[string]any{
			"overlap":  "1h",
			"triggers": map[string]tftypes.Value{"value": tftypes.NewValue(tftypes.String, strconv.Itoa(n))},
		},
	}, more)
}

// refreshes reads the resource with a new provider.
func (s *standing) refreshes(t *testing.T, settings map[string]any) {
	t.Helper()

	if errs := s.state.Refresh(t, s.Serve(t, settings)); len(errs) > 0 {
		t.Fatalf("the refresh failed: %q", errs)
	}
}

// applies plans and applies without a refresh, each with a new provider, and returns the errors and the
// warnings.
func (s *standing) applies(t *testing.T, settings, set map[string]any) (errors, warnings string) {
	t.Helper()

	plan := s.state.Plan(t, s.Serve(t, settings), set)
	if len(plan.Errors) > 0 {
		return strings.Join(plan.Errors, "\n"), strings.Join(plan.Warnings, "\n")
	}

	errs, warns := s.state.Applied(t, s.Serve(t, settings), plan)

	return strings.Join(errs, "\n"), strings.Join(append(plan.Warnings, warns...), "\n")
}

// unchanged fails the test unless a refresh and a plan find nothing to do and report nothing.
func (s *standing) unchanged(t *testing.T, settings, set map[string]any) {
	t.Helper()
	s.refreshes(t, settings)

	plan := s.state.Plan(t, s.Serve(t, settings), set)
	if diff := s.state.Diff(t, plan); diff != "" || len(plan.Errors)+len(plan.Warnings) > 0 {
		t.Errorf("the next plan changes %s: %q, %q", diff, plan.Errors, plan.Warnings)
	}
}

// destroys destroys the resource without a refresh.
func (s *standing) destroys(t *testing.T, settings map[string]any) {
	t.Helper()

	if errs := s.state.Destroy(t, s.Serve(t, settings)); len(errs) > 0 || s.state.Attributes(t) != nil {
		t.Errorf("the destroy returned %q and left %v", errs, s.state.Attributes(t))
	}
}

// current returns the id of the current token in the state.
func (s *standing) current() string {
	current, _ := s.attributes["current"].(map[string]any)
	id, _ := current["id"].(string)

	return id
}

// sources returns the configurations of the data sources that read the user, by type.
func (s *standing) sources() map[string]map[string]any {
	reference := "token_id"
	if s.System.Traits().ReusableNames {
		reference = "name"
	}

	return map[string]map[string]any{
		"personal_access_token":  {"user_id": s.user.ID, reference: s.current()},
		"personal_access_tokens": {"user_id": s.user.ID},
		"user":                   {"user_id": s.user.ID, "show_tokens": true},
		"users":                  {"show_tokens": true},
		"current_user":           {},
	}
}

// intact fails the test unless the state and the server's tokens are unchanged.
func (s *standing) intact(t *testing.T, dead bool) {
	t.Helper()

	if diff := cmp.Diff(s.attributes, s.state.Attributes(t)); diff != "" {
		t.Errorf("the state changed (-before +after):\n%s", diff)
	}

	if dead {
		return
	}

	if diff := cmp.Diff(s.tokens, s.TokensOf(t, s.user.ID), cmpopts.IgnoreFields(pat.Token{}, "LastUsedAt", "Used")); diff != "" {
		t.Errorf("the server's tokens changed (-before +after):\n%s", diff)
	}

	secret, _ := s.attributes["token"].(string)
	s.WantAccepted(t, s.user, secret)
}

// live returns the current token according to the recorded attributes.
func (s *standing) live() pat.Token {
	current, _ := s.attributes["current"].(map[string]any)
	text, _ := current["created_at"].(string)
	name, _ := current["name"].(string)
	created, _ := time.Parse(time.RFC3339, text)

	return pat.Token{UserID: s.user.ID, ID: s.current(), Name: name, CreatedAt: created}
}

// survivors returns the user's active tokens; none if the user was deleted.
func (s *standing) survivors(t *testing.T) []pat.Token {
	t.Helper()

	if s.Foreman != nil && s.Foreman.UserID(s.user.Login) == 0 || s.Controller != nil && s.Controller.SysID(s.user.Login) == "" {
		return nil
	}

	var active []pat.Token

	for _, token := range s.TokensOf(t, s.user.ID) {
		if token.Status == pat.StatusActive {
			active = append(active, token)
		}
	}

	return active
}
