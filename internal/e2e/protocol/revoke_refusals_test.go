package protocol

import (
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// TestRevokeTokens_refusals tests that arguments that would revoke more than intended are refused as
// early as possible.
func TestRevokeTokens_refusals(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := seedLeaked(t, s)
		server := s.Admin(t)

		for name, test := range map[string]struct {
			set         map[string]any
			stage, want string
		}{
			"no filter":                     {set: map[string]any{}, stage: "validate", want: "Every token of the user would be revoked"},
			"only a status":                 {set: map[string]any{"status": "active"}, stage: "validate", want: "Every token of the user would be revoked"},
			"all is false":                  {set: map[string]any{"all": false}, stage: "validate", want: "`all = true`"},
			"a dry run without a filter":    {set: map[string]any{"dry_run": true}, stage: "validate", want: "Every token of the user would be revoked"},
			"all with a filter":             {set: map[string]any{"all": true, "name_prefix": "ci-"}, stage: "validate", want: "all cannot be combined with filters"},
			"an empty prefix":               {set: map[string]any{"name_prefix": ""}, stage: "validate", want: "at least 1"},
			"revoked tokens":                {set: map[string]any{"all": true, "status": "revoked"}, stage: "validate", want: "revoked"},
			"a duration without a unit":     {set: map[string]any{"unused_for": "90"}, stage: "validate", want: "90d"},
			"a bare date":                   {set: map[string]any{"created_before": "2028-03-01"}, stage: "validate", want: "2028-03-01T00:00:00Z"},
			"a time in the future":          {set: map[string]any{"created_before": "2028-04-01T00:00:00Z"}, stage: "plan", want: "in the future"},
			"no user":                       {set: map[string]any{"all": true, "username": nil}, stage: "validate", want: "user_id"},
			"a user who does not exist":     {set: map[string]any{"all": true, "username": "nobody"}, stage: "plan", want: "Could not find the user"},
			"a user id that does not exist": {set: map[string]any{"all": true, "username": nil, "user_id": missingUserID(s)}, stage: "invoke", want: "Could not list the personal access tokens"},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()

				set := map[string]any{"username": user.Login}
				maps.Copy(set, test.set)

				done := providertest.Invoke(t, server, set)
				if len(done.Errors) != 1 || done.Stage != test.stage || !strings.Contains(done.Errors[0], test.want) {
					t.Errorf("%s: got %q; want at %s one error with %q", done.Stage, done.Errors, test.stage, test.want)
				}

				if alive := s.Alive(t, user.ID); alive != 4 {
					t.Errorf("%d tokens are alive, want all 4", alive)
				}
			})
		}
	})
}

// missingUserID returns an id that no user has.
func missingUserID(s *providertest.Sandbox) string {
	if s.System.Traits().TokenIDs {
		return "99999"
	}

	return strings.Repeat("0", 32)
}

// TestRevokeTokens_unknownValues tests that the same rules apply to values that become known only
// during the apply.
func TestRevokeTokens_unknownValues(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := seedLeaked(t, s)
		server := s.Admin(t)
		of := providertest.Schemas(t)["action "+providertest.RevokeType].ValueType()

		for name, test := range map[string]struct {
			set      map[string]any
			becoming map[string]any
			want     string
		}{
			"a filter":          {set: map[string]any{"name_prefix": tftypes.UnknownValue}, becoming: map[string]any{}, want: "Every token of the user would be revoked"},
			"all":               {set: map[string]any{"all": tftypes.UnknownValue}, becoming: map[string]any{}, want: "Every token of the user would be revoked"},
			"a filter with all": {set: map[string]any{"all": true, "unused_for": tftypes.UnknownValue}, becoming: map[string]any{"all": true, "unused_for": "1d"}, want: "all cannot be combined with filters"},
			"a creation time":   {set: map[string]any{"created_before": tftypes.UnknownValue}, becoming: map[string]any{"created_before": "2029-01-01T00:00:00Z"}, want: "in the future"},
			"the user":          {set: map[string]any{"all": true, "username": tftypes.UnknownValue}, becoming: map[string]any{"all": true, "username": "nobody"}, want: "Could not find the user"},
			"a user id":         {set: map[string]any{"all": true, "user_id": tftypes.UnknownValue, "username": nil}, becoming: map[string]any{"all": true, "user_id": missingUserID(s), "username": nil}, want: "Could not list"},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()

				full := func(set map[string]any) *tfprotov6.DynamicValue {
					arguments := map[string]any{"username": user.Login}
					maps.Copy(arguments, set)

					return providertest.EncodeObject(t, of, arguments)
				}

				early := providertest.ValidateConfig(t, server, "action", providertest.RevokeType, full(test.set))
				planned, err := server.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: providertest.RevokeType, Config: full(test.set)})
				providertest.Must(t, err)

				if all := append(early, planned.Diagnostics...); len(all) > 0 {
					t.Errorf("%s: %s", all[0].Summary, all[0].Detail)
				}

				// Invoke the action directly: Terraform validates only the values that it knows in the
				// plan.
				stream, err := server.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{
					ActionType: providertest.RevokeType, Config: full(test.becoming),
				})
				providertest.Must(t, err)

				var errs []string

				for event := range stream.Events {
					if completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok {
						errs = providertest.Texts(completed.Diagnostics, tfprotov6.DiagnosticSeverityError)
					}
				}

				if len(errs) != 1 || !strings.Contains(errs[0], test.want) {
					t.Errorf("got %q, want one error with %q", errs, test.want)
				}

				if alive := s.Alive(t, user.ID); alive != 4 {
					t.Errorf("%d tokens are alive, want all 4", alive)
				}
			})
		}
	})
}

// TestRevokeTokens_unknownSettings tests a provider whose settings become known only during the apply:
// it plans the action without a request, and the error says what can be known in the same run.
func TestRevokeTokens_unknownSettings(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	settings := s.Settings(s.Login, s.Password)
	settings["foreman"].(map[string]any)["url"] = tftypes.UnknownValue //nolint:forcetypeassert // It was created in the line above.
	server := s.Serve(t, settings)

	done := providertest.Invoke(t, server, map[string]any{"user_id": "5", "all": true})
	if done.Stage != "invoke" || len(done.Errors) != 1 ||
		!strings.Contains(done.Errors[0], "foreman.url") || !strings.Contains(done.Errors[0], "ephemeral resource") {
		t.Errorf("%s: %q", done.Stage, done.Errors)
	}
}
