package protocol

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// onEachMachine runs the test on each platform, with a machine whose clock is right, behind the
// server's clock, or ahead of it.
func onEachMachine(t *testing.T, test func(t *testing.T, s *providertest.Sandbox, machine *providertest.Target, warned bool)) {
	t.Helper()

	for name, ahead := range map[string]time.Duration{
		"its clock is right": 0, "its clock is 2 h 30 min behind": -150 * time.Minute, "its clock is a day ahead": providertest.Day,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
				machine := *s.Target
				machine.Now = func() time.Time { return s.Now().Add(ahead) }
				test(t, s, &machine, ahead != 0)
			})
		})
	}
}

// wantClockWarning fails the test unless the warning about the clocks is present, or absent if want is
// false.
func wantClockWarning(t *testing.T, want bool, warnings []string) {
	t.Helper()

	const summary = "The clock of this machine differs from the server's"

	if got := slices.ContainsFunc(warnings, func(text string) bool { return strings.HasPrefix(text, summary) }); got != want {
		t.Errorf("the warning is given: %t, want %t: %q", got, want, warnings)
	}
}

// TestClock_ofTheResource tests that a token has its configured lifetime, and that the apply, which
// runs in another process than the plan, warns about the clock.
func TestClock_ofTheResource(t *testing.T) {
	t.Parallel()
	onEachMachine(t, func(t *testing.T, s *providertest.Sandbox, machine *providertest.Target, warned bool) {
		user := s.AddUser(t, providertest.User{Login: "svc-clock"})
		set := map[string]any{"user_id": user.ID, "name_prefix": "c-", "expires_in": "3d"}

		state := providertest.NewTokenState(t)

		errs, warnings := state.Applied(t, machine.Admin(t), state.Plan(t, machine.Admin(t), set))
		if len(errs) > 0 {
			t.Fatal(errs)
		}

		wantClockWarning(t, warned, warnings)

		tokens := s.TokensOf(t, user.ID)
		if lives := tokens[0].ExpiresAt.Sub(s.Now()); lives < 72*time.Hour-time.Minute || lives > 96*time.Hour {
			t.Errorf("the token lives for %s, want 3 days", lives)
		}
	})
}

// TestClock_ofAnEphemeralToken tests that an ephemeral token has its configured lifetime.
func TestClock_ofAnEphemeralToken(t *testing.T) {
	t.Parallel()
	onEachMachine(t, func(t *testing.T, s *providertest.Sandbox, machine *providertest.Target, warned bool) {
		user := s.AddUser(t, providertest.User{Login: "svc-clock"})
		_, server := ephemeralPlugin(t, machine)

		opened, outputs := openEphemeral(t, server, map[string]any{"user_id": user.ID, "name_prefix": "job-", "expires_in": "2h"})
		wantClockWarning(t, warned, providertest.Texts(opened.Diagnostics, tfprotov6.DiagnosticSeverityWarning))

		expires, err := time.Parse(time.RFC3339, outputs["expires_at"])
		providertest.Must(t, err)

		if lives := expires.Sub(s.Now()); lives < 2*time.Hour-time.Minute || lives > 2*time.Hour+time.Minute && s.Foreman != nil || lives > 48*time.Hour {
			t.Errorf("the token lives for %s, want 2 hours", lives)
		}

		providertest.WantNoErrors(t, "close", closeEphemeral(t, server, opened.Private))
	})
}

// TestClock_ofFilters tests that filters by last use and by times in the past use the server's clock.
func TestClock_ofFilters(t *testing.T) {
	t.Parallel()
	onEachMachine(t, func(t *testing.T, s *providertest.Sandbox, machine *providertest.Target, warned bool) {
		user := s.AddUser(t, providertest.User{Login: "svc-clock"})
		issue := func(name string) {
			_, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: name})
			providertest.Must(t, err)
		}

		issue("old")
		s.Clock.Move(4 * time.Hour)
		issue("young")
		s.Clock.Move(time.Hour)

		unused := map[string]any{"user_id": user.ID, "unused_for": "3h"}

		listing := providertest.ListTokens(t, machine.Admin(t), tfprotov6.ListResourceRequest{Limit: 10}, unused)
		if diff := cmp.Diff([]string{"old"}, listing.Names()); diff != "" || len(listing.Errors) > 0 {
			t.Errorf("the list resource: %q\n%s", listing.Errors, diff)
		}

		errs, warnings, names := readTokens(t, machine.Admin(t), unused)
		if diff := cmp.Diff([]string{"old"}, names); diff != "" || len(errs) > 0 {
			t.Errorf("the data source: %q\n%s", errs, diff)
		}

		wantClockWarning(t, warned, warnings)

		_, warnings, _ = readTokens(t, machine.Admin(t), map[string]any{"user_id": user.ID})
		wantClockWarning(t, false, warnings)

		for _, test := range []struct {
			set  map[string]any
			left []string
		}{
			{map[string]any{"unused_for": "3h", "dry_run": true}, []string{"old", "young"}},
			{map[string]any{"created_before": s.Now().Add(time.Minute).UTC().Format(time.RFC3339)}, []string{"old", "young"}},
			{map[string]any{"unused_for": "3h"}, []string{"young"}},
			{map[string]any{"created_before": s.Now().Add(-time.Minute).UTC().Format(time.RFC3339)}, nil},
		} {
			test.set["username"] = user.Login

			done := providertest.Invoke(t, machine.Admin(t), test.set)
			if diff := cmp.Diff(test.left, s.AliveNames(t, user.ID), emptyIsNil); diff != "" {
				t.Errorf("%v: %q leaves\n%s", test.set, done.Errors, diff)
			}

			wantClockWarning(t, warned && done.Stage == "invoke", done.Warnings)
		}
	})
}

// readTokens reads the data source of a user's tokens.
func readTokens(t *testing.T, server providertest.ProtocolServer, set map[string]any) (errs, warnings, names []string) {
	t.Helper()

	const typeName = "opsaccess_personal_access_tokens"

	of := providertest.Schemas(t)["data "+typeName].ValueType()

	response, err := server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: typeName, Config: providertest.EncodeObject(t, of, set),
	})
	providertest.Must(t, err)

	errs = providertest.Texts(response.Diagnostics, tfprotov6.DiagnosticSeverityError)
	if len(errs) > 0 {
		return errs, nil, nil
	}

	listed, _ := providertest.PlainValue(t, providertest.DecodeObject(t, of, response.State)["tokens"]).([]any)
	for _, token := range listed {
		attributes, _ := token.(map[string]any)
		name, _ := attributes["name"].(string)
		names = append(names, name)
	}

	return nil, providertest.Texts(response.Diagnostics, tfprotov6.DiagnosticSeverityWarning), names
}
