package protocol

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/agekeys"
)

// TestPlan_recordedRecipientsTakeTheSecretOutOfState tests that recording recipients removes the plain
// secret from state, even though no new token is issued: the token has expired by its own `expires_at`.
// Other providers record the recipients and keep the plain secret.
func TestPlan_recordedRecipientsTakeTheSecretOutOfState(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-promised"})
		server := s.Admin(t)
		_, key := agekeys.Native(t)
		recipients := map[string]any{"encrypt_to": []tftypes.Value{tftypes.NewValue(tftypes.String, key.Recipient)}}
		expiry := s.Expiry(10 * providertest.Day).Truncate(time.Second)
		plain := map[string]any{"user_id": user.ID, "name_prefix": "p-", "expires_at": expiry.Format(time.RFC3339)}

		for name, test := range map[string]struct{ planned, applied map[string]any }{
			"known": {having(plain, recipients), having(plain, recipients)},
			"recipients known after apply": {
				having(plain, map[string]any{"encrypt_to": tftypes.UnknownValue}), having(plain, recipients),
			},
			"expiry known after apply": {
				having(having(plain, recipients), map[string]any{"expires_at": tftypes.UnknownValue}), having(plain, recipients),
			},
			"reissue_when_invalid is false": {
				having(having(plain, recipients), map[string]any{"reissue_when_invalid": false}),
				having(having(plain, recipients), map[string]any{"reissue_when_invalid": false}),
			},
		} {
			t.Run(name, func(t *testing.T) {
				state := providertest.NewTokenState(t)
				state.Apply(t, server, plain)
				s.Clock.Move(13 * providertest.Day)

				defer s.Clock.Move(-13 * providertest.Day)

				if errs := state.Refresh(t, server); len(errs) > 0 {
					t.Fatal(errs)
				}

				first := state.Plan(t, server, test.planned)
				second := state.Plan(t, server, test.applied)
				providertest.CheckConsistent(t, state.Of, first.PlannedState, second.PlannedState)

				if errs, _ := state.Applied(t, server, second); len(errs) > 0 {
					t.Fatal(errs)
				}

				if !state.Value(t, "token").IsNull() || state.Value(t, "encrypt_to").IsNull() {
					t.Error("the state has both encrypt_to and the plain secret")
				}

				again := state.Plan(t, server, test.applied)
				providertest.CheckConsistent(t, state.Of, again.PlannedState, state.State)
			})
		}
	})
}

// TestValidate_unknownIsNotSet tests that validation does not treat an unknown argument as set: a
// module's variable that defaults to null is unknown when the module is validated.
func TestValidate_unknownIsNotSet(t *testing.T) {
	t.Parallel()

	var (
		unknown = tftypes.UnknownValue
		token   = map[string]any{"user_id": "5", "expires_in": "90d"}
		rotated = having(token, map[string]any{"rotation": map[string]any{"max_age": "60d"}})
	)

	for name, test := range map[string]struct {
		construct string
		set       map[string]any
	}{
		"an unknown name with a prefix and rotation": {"resource " + providertest.TokenType, having(rotated, map[string]any{"name": unknown, "name_prefix": "x-"})},
		"an unknown name with rotation":              {"resource " + providertest.TokenType, having(rotated, map[string]any{"name": unknown})},
		"an unknown rotation with a name":            {"resource " + providertest.TokenType, having(token, map[string]any{"name": "x", "rotation": unknown})},
		"an unknown series with a name":              {"resource " + providertest.TokenType, having(token, map[string]any{"name": "x", "series": unknown})},
		"an unknown second expiry":                   {"resource " + providertest.TokenType, having(token, map[string]any{"name": "x", "expires_at": unknown})},
		"an unknown lifetime with a policy": {"resource " + providertest.TokenType, map[string]any{
			"user_id": "5", "name_prefix": "x-", "expires_in": unknown, "rotation": map[string]any{"before_expiry": "14d"},
		}},
		"an unknown username":           {"data opsaccess_user", map[string]any{"username": unknown}},
		"an unknown name with token_id": {"data opsaccess_personal_access_token", map[string]any{"user_id": "5", "token_id": "1", "name": unknown}},
		"an unknown all with a filter":  {"action " + providertest.RevokeType, map[string]any{"user_id": "5", "all": unknown, "name_prefix": "x-"}},
		"an unknown filter with all":    {"action " + providertest.RevokeType, map[string]any{"user_id": "5", "all": true, "name_prefix": unknown}},
		"a key":                         {"provider", map[string]any{"client_key": unknown}},
		"a certificate":                 {"provider", map[string]any{"client_certificate": unknown}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			kind, typeName, _ := strings.Cut(test.construct, " ")

			for _, d := range providertest.ValidateConfig(t, providertest.Protocol(t), kind, typeName, providertest.EncodeObject(t, providertest.Schemas(t)[test.construct].ValueType(), test.set)) {
				t.Errorf("%s: %s", d.Summary, d.Detail)
			}
		})
	}
}

// TestProvider_unknownSettingsAreNotSet tests that settings that may turn out to be null do not count
// as a second platform or a second credential.
func TestProvider_unknownSettingsAreNotSet(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	const secret = "secret-1"

	foreman := map[string]any{"url": "https://foreman.example.com", "username": "a", "password": secret}
	controller := map[string]any{"url": "https://uc.example.com", "username": "a", "password": secret}

	for name, set := range map[string]map[string]any{ //nolint:paralleltest // As above.
		"another platform":                    {"foreman": foreman, "universal_controller": tftypes.UnknownValue},
		"two unknown platforms":               {"foreman": tftypes.UnknownValue, "universal_controller": tftypes.UnknownValue},
		"a token":                             {"universal_controller": having(controller, map[string]any{"token": tftypes.UnknownValue})},
		"a password":                          {"universal_controller": map[string]any{"url": "https://uc.example.com", "token": secret, "password": tftypes.UnknownValue}},
		"an unknown password without a token": {"universal_controller": map[string]any{"url": "https://uc.example.com", "password": tftypes.UnknownValue}},
	} {
		t.Run(name, func(t *testing.T) { settingsTest{set: set}.run(t) })
	}
}

// TestPlan_platformNotKnownYet tests that a plan made while the platform is unknown does not promise
// anything that depends on the platform.
func TestPlan_platformNotKnownYet(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-later"})
		settings := s.Settings(s.Login, s.Password)
		later := s.Serve(t, map[string]any{s.System.Traits().Platform: tftypes.UnknownValue})
		policy := func(arguments map[string]any) map[string]any {
			return map[string]any{"user_id": user.ID, "name_prefix": "l-", "expires_in": "90d", "rotation": arguments}
		}
		window := policy(map[string]any{"before_expiry": "10d"})
		// The time is some hours before or after the beginning of the window, depending on how the
		// platform interprets an expiry date.
		age := s.Expiry(90*providertest.Day).Sub(s.Clock.Now()).Truncate(time.Hour) - 10*providertest.Day - 7*time.Hour
		aged := map[string]any{"max_age": age.String()}
		both := map[string]any{"max_age": age.String(), "before_expiry": "10d"}

		for name, test := range map[string]struct{ before, after map[string]any }{
			"a longer window":      {window, policy(map[string]any{"before_expiry": "20d"})},
			"a shorter window":     {window, policy(map[string]any{"before_expiry": "5d", "overlap": "1d"})},
			"an age instead":       {window, policy(map[string]any{"max_age": "60d"})},
			"an age in addition":   {window, policy(both)},
			"a window in addition": {policy(aged), policy(both)},
			"an overlap":           {window, policy(map[string]any{"before_expiry": "10d", "overlap": "1h"})},
			"no policy":            {window, map[string]any{"user_id": user.ID, "name_prefix": "l-", "expires_in": "90d"}},
			"another lifetime":     {window, having(window, map[string]any{"expires_in": "80d"})},
			"another prefix":       {window, having(window, map[string]any{"name_prefix": "m-"})},
			"an unknown window":    {window, policy(map[string]any{"before_expiry": tftypes.UnknownValue})},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()

				state := providertest.NewTokenState(t)
				state.Apply(t, s.Serve(t, settings), test.before)

				// The first plan is made without a refresh, as with -refresh=false, because the server
				// is unknown.
				first := state.Plan(t, later, test.after)
				if len(first.Errors) > 0 {
					t.Fatal(first.Errors)
				}

				if name == "an unknown window" { // It turns out to be unchanged.
					test.after = test.before
				}

				known := s.Serve(t, settings)
				second := state.Plan(t, known, test.after)
				providertest.CheckConsistent(t, state.Of, first.PlannedState, second.PlannedState)

				if errs, _ := state.Applied(t, known, second); len(errs) > 0 {
					t.Fatal(errs)
				}
			})
		}
	})
}
