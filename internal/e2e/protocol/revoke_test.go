package protocol

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// anySeconds matches the seconds of a time.
var anySeconds = regexp.MustCompile(`(T[0-9]{2}:[0-9]{2}):[0-9]{2}Z`)

// seedLeaked issues tokens to a new user, some ten days ago and some now: ci-old has expired since
// then, and ci-used was used a moment ago.
func seedLeaked(t *testing.T, s *providertest.Sandbox) providertest.Account {
	t.Helper()

	user := s.AddUser(t, providertest.User{Login: "svc-leaked", Admin: true})
	issue := func(name string, expires pat.Option[time.Time]) pat.Issued {
		issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: name, ExpiresAt: expires})
		providertest.Must(t, err)

		return issued
	}

	used := issue("ci-used", providertest.Never)
	issue("ci-unused", providertest.Never)
	issue("ci-old", pat.Some(time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC)))
	s.Clock.Move(10 * providertest.Day)
	issue("ci-young", providertest.Never)
	issue("other", providertest.Never)
	s.Clock.Move(time.Hour)
	s.WantAccepted(t, user, used.Secret.Reveal())
	s.Clock.Move(time.Hour)

	return user
}

func TestRevokeTokens_filters(t *testing.T) {
	t.Parallel()

	all := []string{"ci-unused", "ci-used", "ci-young", "other"}

	for name, test := range map[string]struct {
		set     map[string]any
		revoked []string
	}{
		"a prefix":                   {set: map[string]any{"name_prefix": "ci-"}, revoked: []string{"ci-unused", "ci-used", "ci-young"}},
		"a whole name":               {set: map[string]any{"name_prefix": "ci-young"}, revoked: []string{"ci-young"}},
		"a creation time":            {set: map[string]any{"created_before": "2028-03-01T01:00:00+01:00"}, revoked: []string{"ci-unused", "ci-used"}},
		"unused for days":            {set: map[string]any{"unused_for": "5d"}, revoked: []string{"ci-unused"}},
		"unused for an hour":         {set: map[string]any{"unused_for": "90m"}, revoked: []string{"ci-unused", "ci-young", "other"}},
		"several filters":            {set: map[string]any{"name_prefix": "ci-", "unused_for": "90m", "created_before": "2028-03-01T00:00:00Z"}, revoked: []string{"ci-unused"}},
		"everything":                 {set: map[string]any{"all": true}, revoked: all},
		"all, active, not a dry run": {set: map[string]any{"all": true, "status": "active", "dry_run": false}, revoked: all},
		"expired tokens":             {set: map[string]any{"all": true, "status": "expired"}},
		"a prefix of no token":       {set: map[string]any{"name_prefix": "none-"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
				user := seedLeaked(t, s)
				bystander := s.AddUser(t, providertest.User{Login: "svc-bystander"})

				_, err := s.System.Create(t.Context(), bystander.ID, pat.NewToken{Name: "ci-bystander"})
				providertest.Must(t, err)

				set := maps.Clone(test.set)
				set["username"] = user.Login

				done := providertest.Invoke(t, s.Admin(t), set)
				if len(done.Errors) > 0 {
					t.Fatalf("%s: %q", done.Stage, done.Errors)
				}

				left := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return slices.Contains(test.revoked, name) })
				if diff := cmp.Diff(left, s.AliveNames(t, user.ID), emptyIsNil); diff != "" {
					t.Errorf("tokens alive:\n%s", diff)
				}

				if s.Alive(t, bystander.ID) != 1 {
					t.Error("the token of another user was revoked")
				}

				for _, token := range test.revoked {
					if !slices.ContainsFunc(done.Progress, func(line string) bool { return strings.HasPrefix(line, "Revoked \""+token+"\"") }) {
						t.Errorf("no message about %s: %q", token, done.Progress)
					}
				}
			})
		})
	}
}

// emptyIsNil makes an empty slice equal to nil.
var emptyIsNil = cmp.Transformer("nil", func(texts []string) []string {
	if len(texts) == 0 {
		return nil
	}

	return append([]string(nil), texts...)
})

func TestRevokeTokens_progress(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	user := seedLeaked(t, s)
	server := s.Admin(t)
	tokens := s.TokensOf(t, user.ID)
	id := func(name string) string {
		return tokens[slices.IndexFunc(tokens, func(token pat.Token) bool { return token.Name == name })].ID
	}

	for name, test := range map[string]struct {
		set  map[string]any
		want []string
	}{
		"a dry run": {
			set: map[string]any{"username": user.Login, "name_prefix": "ci-u", "dry_run": true},
			want: []string{
				"Looking at the tokens of user svc-leaked with id " + user.ID + " on " + s.URL + ": active, name begins with \"ci-u\".",
				"Would revoke \"ci-used\" (id " + id("ci-used") + "): created 2028-02-28T12:00:00Z, last used 2028-03-09T13:00:00Z.",
				"Would revoke \"ci-unused\" (id " + id("ci-unused") + "): created 2028-02-28T12:00:00Z, never used.",
				"2 tokens would be revoked. This was a dry run: nothing was changed.",
			},
		},
		"one token": {
			set: map[string]any{"user_id": user.ID, "name_prefix": "other", "unused_for": "1h"},
			want: []string{
				"Looking at the tokens of user with id " + user.ID + " on " + s.URL + ": active, name begins with \"other\", unused for 1h.",
				"1 token to revoke.", "Revoked \"other\" (id " + id("other") + ").", "1 token revoked.",
			},
		},
		"none": {
			set: map[string]any{"user_id": user.ID, "status": "expired", "created_before": "2027-01-01T00:00:00Z"},
			want: []string{
				"Looking at the tokens of user with id " + user.ID + " on " + s.URL + ": expired, created before 2027-01-01T00:00:00Z.",
				"No token matches: nothing was revoked.",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			done := providertest.Invoke(t, server, test.set)

			// The clock runs on, so the seconds are ignored.
			if diff := cmp.Diff(test.want, secondsGone(done.Progress)); diff != "" || len(done.Errors) > 0 {
				t.Errorf("%q\n%s", done.Errors, diff)
			}
		})
	}
}

// secondsGone sets the seconds of all times to zero.
func secondsGone(lines []string) []string {
	gone := make([]string, 0, len(lines))
	for _, line := range lines {
		gone = append(gone, anySeconds.ReplaceAllString(line, "${1}:00Z"))
	}

	return gone
}

func TestRevokeTokens_dryRunChangesNothing(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := seedLeaked(t, s)
		before := s.TokensOf(t, user.ID)

		done := providertest.Invoke(t, s.Admin(t), map[string]any{"username": user.Login, "all": true, "dry_run": true})
		if len(done.Errors) > 0 {
			t.Fatal(done.Errors)
		}

		if diff := cmp.Diff(before, s.TokensOf(t, user.ID)); diff != "" {
			t.Error(diff)
		}

		if sent := s.Console.Count(func(r sandbox.Request) bool { return r.Method == http.MethodDelete }); sent != 0 {
			t.Errorf("%d revocations were sent", sent)
		}
	})
}

// TestRevokeTokens_expiredTokens tests revoking expired tokens, which only tidies up: no token in use
// may be revoked with them.
func TestRevokeTokens_expiredTokens(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := seedLeaked(t, s)

		done := providertest.Invoke(t, s.Admin(t), map[string]any{"username": user.Login, "all": true, "status": "expired"})
		if len(done.Errors) > 0 {
			t.Fatal(done.Errors)
		}

		for _, token := range s.TokensOf(t, user.ID) {
			if token.Status == pat.StatusExpired {
				t.Errorf("%s is still expired, but not revoked", token.Name)
			}
		}
	})
}
