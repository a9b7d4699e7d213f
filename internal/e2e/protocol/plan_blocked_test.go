package protocol

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// TestPlan_onlyWarnsAboutTheServersState tests that a plan only warns if the apply would fail, and that
// the apply then fails before it issues anything. Other providers return an error in the plan, which
// also blocks a destroy, because that creates a plan first.
func TestPlan_onlyWarnsAboutTheServersState(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-world"})
		reader := s.AddUser(t, providertest.User{Login: "svc-reader"})
		midnight := s.Clock.Now().UTC().Truncate(providertest.Day)
		base := map[string]any{"user_id": user.ID, "name_prefix": "w-", "expires_at": midnight.Add(30 * providertest.Day).Format(time.RFC3339)}

		for name, test := range map[string]struct {
			before, after  map[string]any
			warning, fails string
		}{
			"a new token that has already expired": {
				after:   having(base, map[string]any{"expires_at": midnight.Add(-providertest.Day).Format(time.RFC3339)}),
				warning: "is in the past", fails: "is in the past",
			},
			"a new token of a user who does not exist": {
				after:   map[string]any{"username": "svc-nobody", "name_prefix": "w-", "expires_in": "30d"},
				warning: "svc-nobody", fails: "svc-nobody",
			},
			"a new expiry in the past": {
				before: base, after: having(base, map[string]any{"expires_at": midnight.Add(-providertest.Day).Format(time.RFC3339)}),
				warning: "is in the past", fails: "is in the past",
			},
			"another user, who does not exist": {
				before: base, after: having(base, map[string]any{"user_id": nil, "username": "svc-nobody"}),
				warning: "svc-nobody", fails: "another user, or one that does not exist",
			},
			"the id of a user who does not exist": {
				before: base, after: having(base, map[string]any{"user_id": missingUserID(s)}),
				warning: "an apply fails before it sends a request", fails: "another user, or one that does not exist",
			},
			"another user, with an expiry in the past": {
				before:  base,
				after:   having(base, map[string]any{"user_id": reader.ID, "expires_at": midnight.Add(-providertest.Day).Format(time.RFC3339)}),
				warning: "is in the past", fails: "another user, or one that does not exist",
			},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()

				server := s.Admin(t)
				state := providertest.NewTokenState(t)

				if test.before != nil {
					state.Apply(t, server, test.before)

					if errs := state.Refresh(t, server); len(errs) > 0 {
						t.Fatal(errs)
					}
				}

				issued := state.Value(t, "id")

				plan := state.Plan(t, server, test.after)
				if len(plan.Errors) > 0 || !strings.Contains(strings.Join(plan.Warnings, "\n"), test.warning) || len(plan.RequiresReplace) > 0 {
					t.Fatalf("errors %q, warnings %q, replaced because of %v", plan.Errors, plan.Warnings, plan.RequiresReplace)
				}

				errs, _ := state.Applied(t, server, plan)
				if len(errs) != 1 || !strings.Contains(errs[0], test.fails) {
					t.Errorf("the apply returned %q, want an error with %q", errs, test.fails)
				}

				if now := state.Value(t, "id"); test.before != nil && !now.Equal(issued) {
					t.Errorf("the token in the state is %s, want %s", now, issued)
				}
			})
		}
	})
}

// TestPlan_errors tests that an invalid configuration, or an account without
// permissions, is an error in the plan. The error about the account says how to destroy nevertheless.
func TestPlan_errors(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-text"})
		unable := s.AddUser(t, providertest.User{Login: "svc-unable"})
		able := map[string]any{"user_id": user.ID, "name_prefix": "t-", "expires_in": "30d"}

		for name, test := range map[string]struct {
			set   map[string]any
			as    providertest.Account
			want  string
			world bool
		}{
			"a name of the platform's own": {
				set:  map[string]any{"user_id": user.ID, "name": "n", "expires_in": "30d", "rotation": map[string]any{"overlap": "1d"}},
				want: "cannot rotate",
			},
			"a policy that always rotates": {
				set: having(able, map[string]any{"rotation": map[string]any{"before_expiry": "30d"}}), want: "before_expiry",
			},
			"an account that may see no user": {
				set: map[string]any{"username": user.Login, "name_prefix": "t-", "expires_in": "30d"}, as: unable,
				want: "Could not find the token's user", world: true,
			},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()

				as := test.as
				if as.Login == "" {
					as = providertest.Account{Login: s.Login, Password: s.Password}
				}

				plan := providertest.NewTokenState(t).Plan(t, s.Serve(t, s.Settings(as.Login, as.Password)), test.set)
				if len(plan.Errors) != 1 || !strings.Contains(plan.Errors[0], test.want) {
					t.Fatalf("errors %q, want one with %q", plan.Errors, test.want)
				}

				if got := strings.Contains(plan.Errors[0], "destroy -refresh=false"); got != test.world {
					t.Errorf("the error says how to destroy: %t, want %t: %s", got, test.world, plan.Errors[0])
				}
			})
		}
	})
}

// TestPlan_aUserWhomTheAccountDoesNotSee tests an account that may see users, but not this one. That
// proves nothing, but it is only a warning, because the account does have the permission.
func TestPlan_aUserWhomTheAccountDoesNotSee(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	viewer := s.AddUser(t, providertest.User{Login: "viewer", Permissions: providertest.EveryPermission})

	plan := providertest.NewTokenState(t).Plan(t, s.Serve(t, s.Settings(viewer.Login, viewer.Password)),
		map[string]any{"username": "svc-nobody", "name_prefix": "w-", "expires_in": "30d"})

	if len(plan.Errors) > 0 || len(plan.Warnings) == 0 || !strings.Contains(plan.Warnings[len(plan.Warnings)-1], "svc-nobody") {
		t.Errorf("errors %q, warnings %q", plan.Errors, plan.Warnings)
	}
}

// TestAccDestroy_isNotBlockedByUncreatedResources tests a destroy with resources that were never created:
// it creates a plan for them first.
func TestAccDestroy_isNotBlockedByUncreatedResources(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-unblocked"})
		w := s.Workspace(t)
		made := s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"d-\"\nexpires_in = \"30d\"", user.ID))

		w.Write(t, made)
		w.Apply(t)

		never := func(name, arguments string) string {
			return strings.Replace(providertest.TokenConfig(arguments), `"test"`, strconv.Quote(name), 1)
		}

		w.Write(t, made+
			never("late", fmt.Sprintf("user_id = %q\nname_prefix = \"l-\"\nexpires_at = \"2001-01-01T00:00:00Z\"", user.ID))+
			never("nobody", "username = \"svc-nobody\"\nname_prefix = \"n-\"\nexpires_in = \"30d\""))
		w.Destroy(t)
		s.WantNoneAlive(t)
	})
}
