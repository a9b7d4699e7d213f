package protocol

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// TestPlan_createBeforeDestroyWithAFixedName tests that the error about a fixed name under
// create_before_destroy gives the right advice. Otherwise it would advise to import the token, which
// the resource already manages.
func TestPlan_createBeforeDestroyWithAFixedName(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-before"})
		fixed := map[string]any{"user_id": user.ID, "name": "fixed", "expires_in": "30d"}

		planning := s.Admin(t)
		state := providertest.NewTokenState(t)
		state.Apply(t, planning, fixed)

		// The successor is planned and created without a prior state. The process of the apply has
		// never read the predecessor.
		applying := s.Admin(t)
		successor := providertest.NewTokenState(t)
		planned := successor.Plan(t, applying, fixed)

		made := providertest.NewTokenState(t)
		errs, _ := made.Applied(t, applying, made.Plan(t, planning, fixed))

		for when, said := range map[string][]string{"the plan": planned.Errors, "the apply": errs} {
			text := strings.Join(said, "\n")
			if len(said) != 1 || !strings.Contains(text, "create_before_destroy") || !strings.Contains(text, "name_prefix") {
				t.Errorf("%s says %q", when, text)
			}

			if reusable := s.System.Traits().ReusableNames; strings.Contains(text, "Remove `create_before_destroy`") != reusable {
				t.Errorf("%s: advises to remove create_before_destroy: %t: %s", when, reusable, text)
			}
		}
	})
}

// TestPlan_aRecreatedUser tests a user who was deleted and created again: the plan says so, and
// does not keep saying that the user does not exist.
func TestPlan_aRecreatedUser(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		const login = "svc-again"

		s.AddUser(t, providertest.User{Login: login})
		server := s.Admin(t)
		set := map[string]any{"username": login, "name_prefix": "a-", "expires_in": "30d"}

		state := providertest.NewTokenState(t)
		state.Apply(t, server, set)

		if s.Foreman != nil {
			s.Foreman.DeleteUser(login)
		} else {
			s.Controller.DeleteUser(login)
		}

		refreshed := func() *providertest.ResourcePlan {
			if errs := state.Refresh(t, s.Admin(t)); len(errs) > 0 {
				t.Fatal(errs)
			}

			return state.Plan(t, s.Admin(t), set)
		}

		if text := strings.Join(refreshed().Warnings, "\n"); !strings.Contains(text, "terraform apply -replace=") || strings.Contains(text, "with another id") {
			t.Errorf("while the user does not exist, the plan says %q", text)
		}

		again := s.AddUser(t, providertest.User{Login: login})

		if text := strings.Join(refreshed().Warnings, "\n"); !strings.Contains(text, "terraform apply -replace=") ||
			!strings.Contains(text, "with another id ("+again.ID+")") {
			t.Errorf("after another user with the login was created, the plan says %q", text)
		}

		// The advice works.
		if errs := state.Destroy(t, s.Admin(t)); len(errs) > 0 {
			t.Fatalf("the token could not be destroyed: %q", errs)
		}

		providertest.NewTokenState(t).Apply(t, s.Admin(t), set)
		s.WantIssued(t, 2)
	})
}

// TestApply_anotherExpiryThanRequested tests that a warning says if the server shortened a token's
// lifetime.
func TestApply_anotherExpiryThanRequested(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		const asked, given = "2029-01-01", "2028-07-01"

		user := s.AddUser(t, providertest.User{Login: "svc-short"})
		origin, err := url.Parse(s.URL)
		providertest.Must(t, err)

		proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: origin.Scheme, Host: origin.Host})
		proxy.ModifyResponse = func(response *http.Response) error {
			body, err := io.ReadAll(response.Body)

			for _, undashed := range []func(string) string{strings.Clone, func(date string) string { return strings.ReplaceAll(date, "-", "") }} {
				body = bytes.ReplaceAll(body, []byte(undashed(asked)), []byte(undashed(given)))
			}

			response.Body = io.NopCloser(bytes.NewReader(body))
			response.ContentLength = int64(len(body))
			response.Header.Set("Content-Length", strconv.Itoa(len(body)))

			return err
		}

		between := httptest.NewServer(proxy)
		t.Cleanup(between.Close)

		shortened := *s.Target
		shortened.URL = between.URL + origin.Path

		for name, test := range map[string]struct {
			on   *providertest.Target
			want int
		}{"as asked": {s.Target, 0}, "cut short": {&shortened, 1}} {
			server := test.on.Admin(t)
			state := providertest.NewTokenState(t)
			plan := state.Plan(t, server, map[string]any{"user_id": user.ID, "name_prefix": "x-", "expires_at": asked + "T00:00:00Z"})

			errs, warnings := state.Applied(t, server, plan)
			if len(errs) > 0 || len(warnings) != test.want {
				t.Fatalf("%s: errors %q, warnings %q", name, errs, warnings)
			}

			for _, warning := range warnings {
				if !strings.Contains(warning, asked) || !strings.Contains(warning, given) {
					t.Errorf("%s: %s", name, warning)
				}
			}
		}
	})
}

// TestRead_anExpiryThatTheServerMoved tests that a refresh records an expiry that was changed on the
// server, and updates the time of rotation.
func TestRead_anExpiryThatTheServerMoved(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	user := s.AddUser(t, providertest.User{Login: "svc-moved-expiry"})
	server := s.Admin(t)
	set := map[string]any{
		"user_id": user.ID, "name_prefix": "m-", "expires_in": "30d", "rotation": map[string]any{"before_expiry": "10d"},
	}

	state := providertest.NewTokenState(t)
	state.Apply(t, server, set)

	expires := s.Clock.Now().UTC().Truncate(providertest.Day).Add(300 * providertest.Day)
	if !s.Foreman.SetExpiry(user.Login, s.Foreman.Tokens(user.Login)[0].ID, expires) {
		t.Fatal("there is no token whose expiry could be changed")
	}

	if errs := state.Refresh(t, s.Admin(t)); len(errs) > 0 {
		t.Fatal(errs)
	}

	var current map[string]tftypes.Value
	value := state.Value(t, "current")
	providertest.Must(t, value.As(&current))

	for name, want := range map[string]time.Time{"expires_at": expires, "rotate_at": expires.Add(-10 * providertest.Day)} {
		if !current[name].Equal(tftypes.NewValue(tftypes.String, want.Format(time.RFC3339))) {
			t.Errorf("%s is %s, want %s", name, current[name], want)
		}
	}

	plan := state.Plan(t, server, set)
	providertest.CheckConsistent(t, state.Of, plan.PlannedState, state.State)
}
