package provider

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// seedListed issues tokens of all kinds to a new user: of five, ci-old has expired and
// ci-revoked is revoked; ci-used was used a moment ago, and the others never.
func seedListed(t *testing.T, s *sandboxed) account {
	t.Helper()

	user := s.addUser(t, testUser{login: "svc-listed"})
	issue := func(name string, expires pat.Option[time.Time]) pat.Issued {
		issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: name, ExpiresAt: expires})
		must(t, err)

		return issued
	}

	midnight := time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC)
	used := issue("ci-used", never)
	issue("ci-old", pat.Some(midnight.Add(day)))
	issue("ci-soon", pat.Some(midnight.Add(30*day)))
	issue("other", pat.Some(midnight.Add(365*day)))
	must(t, s.system.Revoke(t.Context(), issue("ci-revoked", never).Token))

	s.clock.move(10 * day)

	if !s.logIn(t, user, used.Secret.Reveal()) {
		t.Fatal("a token does not work that ought to")
	}

	return user
}

func TestTokenList_filters(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := seedListed(t, s)
		server := s.admin(t)
		revoked := []string{"ci-revoked"}

		if s.system.Traits().ReusableNames { // The row is gone.
			revoked = nil
		}

		for name, test := range map[string]struct {
			set  map[string]any
			want []string
		}{
			"only active tokens where no status is set": {want: []string{"ci-soon", "ci-used", "other"}},
			"expired tokens":                  {set: map[string]any{"status": "expired"}, want: []string{"ci-old"}},
			"revoked tokens":                  {set: map[string]any{"status": "revoked"}, want: revoked},
			"a prefix":                        {set: map[string]any{"name_prefix": "ci-"}, want: []string{"ci-soon", "ci-used"}},
			"an expiry":                       {set: map[string]any{"expires_before": "2028-12-31T00:00:00Z"}, want: []string{"ci-soon"}},
			"no use for a time":               {set: map[string]any{"unused_for": "9d"}, want: []string{"ci-soon", "other"}},
			"no use for a time, and a prefix": {set: map[string]any{"unused_for": "9d", "name_prefix": "ci-"}, want: []string{"ci-soon"}},
			"nothing that is there":           {set: map[string]any{"name_prefix": "none-"}},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()

				for argument, who := range map[string]string{"username": user.login, "user_id": user.id} {
					set := maps.Clone(test.set)
					if set == nil {
						set = map[string]any{}
					}

					set[argument] = who

					answer := listTokens(t, server, tfprotov6.ListResourceRequest{Limit: 100}, set)
					got := answer.names()
					slices.Sort(got)

					if diff := cmp.Diff(test.want, got); diff != "" || len(answer.errors)+len(answer.warnings) > 0 {
						t.Errorf("by %s: %q %q\n%s", argument, answer.errors, answer.warnings, diff)
					}

					for _, result := range answer.results {
						if result.Resource != nil {
							t.Error("a result has a resource that nobody asked for")
						}
					}
				}
			})
		}
	})
}

func TestTokenList_aLineShowsStatusAndExpiry(t *testing.T) {
	t.Parallel()

	s := rotatingForeman(t)
	user := seedListed(t, s)
	server := s.admin(t)

	for status, want := range map[string][]string{
		"active": {
			"ci-used (active, never expires)", "ci-soon (active, expiry 2028-03-30T00:00:00Z)", "other (active, expiry 2029-02-28T00:00:00Z)",
		},
		"expired": {"ci-old (expired, expiry 2028-03-01T00:00:00Z)"},
	} {
		var got []string

		for _, result := range listTokens(t, server, tfprotov6.ListResourceRequest{Limit: 100}, map[string]any{
			"user_id": user.id, "status": status,
		}).results {
			got = append(got, result.DisplayName)
		}

		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// What cannot be listed is an error in the stream, and the last of it.
func TestTokenList_errors(t *testing.T) {
	t.Parallel()

	s, server := newForemanSandbox(t, foremanserver.Options{})
	user := s.addUser(t, testUser{login: "svc-unseen"})
	blind := s.addUser(t, testUser{login: "blind", permissions: []string{"view_personal_access_tokens"}})
	addToken(t, server, user.login, "unseen")

	for name, test := range map[string]struct {
		as   account
		set  map[string]any
		full bool
		want string
	}{
		"no user":                           {want: "username"},
		"a status that is none":             {set: map[string]any{"user_id": user.id, "status": "missing"}, want: "missing"},
		"a duration without a unit":         {set: map[string]any{"user_id": user.id, "unused_for": "90"}, want: "90d"},
		"a bare date":                       {set: map[string]any{"user_id": user.id, "expires_before": "2031-01-01"}, want: "2031-01-01T00:00:00Z"},
		"an order that Foreman lacks":       {set: map[string]any{"user_id": user.id, "foreman": map[string]any{"order": "status"}}, want: "must match"},
		"a user who is not there":           {set: map[string]any{"username": "nobody-at-all"}, want: "no user has the login"},
		"a user id that is not there":       {set: map[string]any{"user_id": "99999"}, want: "Could not list the personal access tokens"},
		"two users":                         {set: map[string]any{"username": s.login, "user_id": user.id}, want: "or both of one user"},
		"tokens that may not be seen":       {as: blind, set: map[string]any{"user_id": user.id}, want: "view_users"},
		"a user whose name may not be seen": {as: blind, set: map[string]any{"user_id": user.id}, full: true, want: "Could not find the user"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			settings := s.settings(s.login, s.password)
			if test.as.login != "" {
				settings = s.settings(test.as.login, test.as.password)
			}

			answer := listTokens(t, s.serve(t, settings), tfprotov6.ListResourceRequest{Limit: 100, IncludeResource: test.full}, test.set)
			if len(answer.errors) != 1 || !strings.Contains(answer.errors[0], test.want) || len(answer.results) > 0 {
				t.Errorf("got %q and %d results, want one error with %q", answer.errors, len(answer.results), test.want)
			}
		})
	}
}

// A name that no configuration can have makes no result, for its configuration would be
// refused.
func TestTokenList_leavesOutNamesThatNoConfigurationCanHave(t *testing.T) {
	t.Parallel()

	s, server := newForemanSandbox(t, foremanserver.Options{})
	user := s.addUser(t, testUser{login: "svc-katello"})

	for _, name := range []string{"registry", "ci-1", "ci-2"} {
		addToken(t, server, user.login, name)
	}

	answer := listTokens(t, s.admin(t), tfprotov6.ListResourceRequest{Limit: 2}, map[string]any{"user_id": user.id})

	if diff := cmp.Diff([]string{"ci-1", "ci-2"}, answer.names()); diff != "" {
		t.Error(diff)
	}

	if len(answer.errors) > 0 || len(answer.warnings) != 1 || !strings.Contains(answer.warnings[0], `"registry"`) {
		t.Errorf("got the errors %q and the warnings %q", answer.errors, answer.warnings)
	}
}

func TestTokenList_parametersOfAnotherPlatform(t *testing.T) {
	t.Parallel()

	s := newUniversalController(t)
	user := s.addUser(t, testUser{login: "svc.listed"})

	answer := listTokens(t, s.admin(t), tfprotov6.ListResourceRequest{Limit: 100}, map[string]any{
		"user_id": user.id, "foreman": map[string]any{"per_page": 2},
	})

	if len(answer.errors) != 1 || !strings.Contains(answer.errors[0], "Universal Controller, which has no `foreman`") {
		t.Errorf("got %q", answer.errors)
	}
}
