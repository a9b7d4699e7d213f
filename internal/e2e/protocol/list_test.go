package protocol

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

func TestTokenList_filters(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := providertest.SeedListed(t, s)
		server := s.Admin(t)
		revoked := []string{"ci-revoked"}

		if s.System.Traits().ReusableNames { // A revoked token has no row.
			revoked = nil
		}

		for name, test := range map[string]struct {
			set  map[string]any
			want []string
		}{
			"only active tokens by default":       {want: []string{"ci-soon", "ci-used", "other"}},
			"expired tokens":                      {set: map[string]any{"status": "expired"}, want: []string{"ci-old"}},
			"revoked tokens":                      {set: map[string]any{"status": "revoked"}, want: revoked},
			"a prefix":                            {set: map[string]any{"name_prefix": "ci-"}, want: []string{"ci-soon", "ci-used"}},
			"an expiry":                           {set: map[string]any{"expires_before": "2028-12-31T00:00:00Z"}, want: []string{"ci-soon"}},
			"unused for some time":                {set: map[string]any{"unused_for": "9d"}, want: []string{"ci-soon", "other"}},
			"unused for some time, with a prefix": {set: map[string]any{"unused_for": "9d", "name_prefix": "ci-"}, want: []string{"ci-soon"}},
			"a prefix of no token":                {set: map[string]any{"name_prefix": "none-"}},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()

				for argument, who := range map[string]string{"username": user.Login, "user_id": user.ID} {
					set := maps.Clone(test.set)
					if set == nil {
						set = map[string]any{}
					}

					set[argument] = who

					answer := providertest.ListTokens(t, server, tfprotov6.ListResourceRequest{Limit: 100}, set)
					got := answer.Names()
					slices.Sort(got)

					if diff := cmp.Diff(test.want, got); diff != "" || len(answer.Errors)+len(answer.Warnings) > 0 {
						t.Errorf("by %s: %q %q\n%s", argument, answer.Errors, answer.Warnings, diff)
					}

					for _, result := range answer.Results {
						if result.Resource != nil {
							t.Error("a result has a resource that was not requested")
						}
					}
				}
			})
		}
	})
}

func TestTokenList_displayNamesShowStatusAndExpiry(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	user := providertest.SeedListed(t, s)
	server := s.Admin(t)

	for status, want := range map[string][]string{
		"active": {
			"ci-used (active, never expires)", "ci-soon (active, expiry 2028-03-30T00:00:00Z)", "other (active, expiry 2029-02-28T00:00:00Z)",
		},
		"expired": {"ci-old (expired, expiry 2028-03-01T00:00:00Z)"},
	} {
		var got []string

		for _, result := range providertest.ListTokens(t, server, tfprotov6.ListResourceRequest{Limit: 100}, map[string]any{
			"user_id": user.ID, "status": status,
		}).Results {
			got = append(got, result.DisplayName)
		}

		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// TestTokenList_errors tests that an error is the last item of the stream.
func TestTokenList_errors(t *testing.T) {
	t.Parallel()

	s, server := providertest.NewForemanServer(t, foremanserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc-unseen"})
	blind := s.AddUser(t, providertest.User{Login: "blind", Permissions: []string{"view_personal_access_tokens"}})
	providertest.AddToken(t, server, user.Login, "unseen")

	for name, test := range map[string]struct {
		as   providertest.Account
		set  map[string]any
		full bool
		want string
	}{
		"no user":                                   {want: "username"},
		"an invalid status":                         {set: map[string]any{"user_id": user.ID, "status": "missing"}, want: "missing"},
		"a duration without a unit":                 {set: map[string]any{"user_id": user.ID, "unused_for": "90"}, want: "90d"},
		"a bare date":                               {set: map[string]any{"user_id": user.ID, "expires_before": "2031-01-01"}, want: "2031-01-01T00:00:00Z"},
		"an order that Foreman does not have":       {set: map[string]any{"user_id": user.ID, "foreman": map[string]any{"order": "status"}}, want: "must match"},
		"a user who does not exist":                 {set: map[string]any{"username": "nobody-at-all"}, want: "no user has the login"},
		"a user id that does not exist":             {set: map[string]any{"user_id": "99999"}, want: "Could not list the personal access tokens"},
		"two users":                                 {set: map[string]any{"username": s.Login, "user_id": user.ID}, want: "or both of the same user"},
		"tokens that the account may not see":       {as: blind, set: map[string]any{"user_id": user.ID}, want: "view_users"},
		"a user whose name the account may not see": {as: blind, set: map[string]any{"user_id": user.ID}, full: true, want: "Could not find the user"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			settings := s.Settings(s.Login, s.Password)
			if test.as.Login != "" {
				settings = s.Settings(test.as.Login, test.as.Password)
			}

			answer := providertest.ListTokens(t, s.Serve(t, settings), tfprotov6.ListResourceRequest{Limit: 100, IncludeResource: test.full}, test.set)
			if len(answer.Errors) != 1 || !strings.Contains(answer.Errors[0], test.want) || len(answer.Results) > 0 {
				t.Errorf("got %q and %d results, want one error with %q", answer.Errors, len(answer.Results), test.want)
			}
		})
	}
}

// TestTokenList_leavesOutNamesThatNoConfigurationCanHave tests that a token whose name a configuration
// cannot contain is left out, because the generated configuration would be invalid.
func TestTokenList_leavesOutNamesThatNoConfigurationCanHave(t *testing.T) {
	t.Parallel()

	s, server := providertest.NewForemanServer(t, foremanserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc-katello"})

	for _, name := range []string{"registry", "ci-1", "ci-2"} {
		providertest.AddToken(t, server, user.Login, name)
	}

	answer := providertest.ListTokens(t, s.Admin(t), tfprotov6.ListResourceRequest{Limit: 2}, map[string]any{"user_id": user.ID})

	if diff := cmp.Diff([]string{"ci-1", "ci-2"}, answer.Names()); diff != "" {
		t.Error(diff)
	}

	if len(answer.Errors) > 0 || len(answer.Warnings) != 1 || !strings.Contains(answer.Warnings[0], `"registry"`) {
		t.Errorf("got the errors %q and the warnings %q", answer.Errors, answer.Warnings)
	}
}

func TestTokenList_parametersOfAnotherPlatform(t *testing.T) {
	t.Parallel()

	s := providertest.NewUniversalController(t)
	user := s.AddUser(t, providertest.User{Login: "svc.listed"})

	answer := providertest.ListTokens(t, s.Admin(t), tfprotov6.ListResourceRequest{Limit: 100}, map[string]any{
		"user_id": user.ID, "foreman": map[string]any{"per_page": 2},
	})

	if len(answer.Errors) != 1 || !strings.Contains(answer.Errors[0], "Universal Controller, which has no `foreman`") {
		t.Errorf("got %q", answer.Errors)
	}
}
