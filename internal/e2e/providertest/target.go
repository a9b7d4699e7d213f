package providertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

// Target is the server that acceptance steps run against: a sandbox, or a live server if TF_ACC=1.
// Steps must not assume particular ids.
type Target struct {
	// ProviderBlock returns the provider block of an account, with further arguments for the platform's
	// object.
	ProviderBlock func(login, password string, more ...string) string
	// Login and Password are the administrator's credentials.
	Login, Password string
	// URL is the server's URL.
	URL string
	// Organization and Location are the ids of the organization and the location of all users that are
	// not Outside.
	Organization, Location string
	// System is a direct connection to the server as the administrator, without Terraform.
	System pat.System
	// AddUser creates a user and deletes it after the test.
	AddUser func(t *testing.T, user User) Account
	// Journal resets the request counts; nil on a live server.
	Journal interface{ ResetRequests() }
	// requests counts the requests since the last reset; nil on a live server.
	requests func(method, path string) int
	// Now is the provider's clock.
	Now func() time.Time
}

// OnEachPlatform runs the test against a server of each platform.
func OnEachPlatform(t *testing.T, test func(t *testing.T, s *Target)) {
	t.Helper()

	for name, open := range map[string]func(*testing.T) *Target{
		"Foreman": NewForeman, "Universal Controller": NewUniversalController,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// Live reports whether this run uses live servers.
func Live() bool { return os.Getenv("TF_ACC") == "1" }

// AdminBlock returns the administrator's provider block.
func (s *Target) AdminBlock(more ...string) string {
	return s.ProviderBlock(s.Login, s.Password, more...)
}

// Factories returns the provider in this process: as "opsaccess", and also as "away" if a step
// configures two servers. It adds the echo provider, which stores ephemeral values, if a step uses
// that.
func (s *Target) Factories(steps []resource.TestStep) map[string]func() (tfprotov6.ProviderServer, error) {
	serve := func() (tfprotov6.ProviderServer, error) {
		return NewProtocolServer(provider.Surroundings{Runner: pat.Runner{Now: s.Now}}), nil
	}
	factories := map[string]func() (tfprotov6.ProviderServer, error){"opsaccess": serve}

	for _, step := range steps {
		if strings.Contains(step.Config, `provider "away"`) {
			factories["away"] = serve
		}

		if strings.Contains(step.Config, `provider "echo"`) {
			factories["echo"] = echoprovider.NewProviderServer()
		}
	}

	return factories
}

// Run runs the steps through a real CLI. After them, it fails the test if a token that was ever in a
// state is still alive.
func (s *Target) Run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()

	watch, wantNoneAlive := s.WatchStates()

	for i, step := range steps {
		if step.Config != "" && !step.ImportState && !step.PlanOnly && step.ExpectError == nil {
			steps[i].ConfigStateChecks = append(step.ConfigStateChecks, watch)
		}
	}

	test := resource.UnitTest
	if Live() {
		test = resource.Test
	}

	test(t, resource.TestCase{
		ProtoV6ProviderFactories: s.Factories(steps),
		Steps:                    steps,
	})

	wantNoneAlive(t) // CheckDestroy cannot be used: it does not support instances of for_each.
}

// WatchStates returns a check that collects the tokens in all states it sees, and a function that fails
// the test if one of them is alive.
func (s *Target) WatchStates() (watch statecheck.StateCheck, wantNoneAlive func(t *testing.T)) {
	collecting := &stateWatch{server: s.URL, seen: map[pat.Key]bool{}}

	return collecting, func(t *testing.T) {
		t.Helper()

		if err := collecting.anyAlive(t.Context(), s.System); err != nil {
			t.Error(err)
		}
	}
}

// stateWatch is a state check that collects the server's tokens.
type stateWatch struct {
	server string
	mu     sync.Mutex
	seen   map[pat.Key]bool
}

var _ statecheck.StateCheck = (*stateWatch)(nil)

func (w *stateWatch) CheckState(
	_ context.Context, req statecheck.CheckStateRequest, _ *statecheck.CheckStateResponse,
) {
	if req.State.Values == nil {
		return
	}

	w.mu.Lock()
	defer w.mu.Unlock()

	for _, r := range req.State.Values.RootModule.Resources {
		id, ok := r.AttributeValues["id"].(string)
		if r.Type == TokenType && r.Mode == tfjson.ManagedResourceMode && ok && r.AttributeValues["server"] == w.server {
			user, token, _ := strings.Cut(id, "/")
			w.seen[pat.Key{UserID: user, TokenID: token}] = true
		}
	}
}

func (w *stateWatch) anyAlive(ctx context.Context, system pat.System) error {
	for key := range w.seen {
		token, err := system.Token(ctx, key)

		var gone *pat.GoneError

		switch {
		case errors.As(err, &gone):
		case err != nil:
			return err
		case token.Status == pat.StatusActive:
			return fmt.Errorf("token %s of user %s is alive after its resource was destroyed", key.TokenID, key.UserID)
		}
	}

	return nil
}

// AfterRevocation returns a check of the issue reason after a token was revoked outside Terraform.
// Where names are reusable, a revoked token is missing from the server's list.
func (s *Target) AfterRevocation() knownvalue.Check {
	if s.System.Traits().ReusableNames {
		return knownvalue.StringExact(string(pat.StatusMissing))
	}

	return knownvalue.StringExact(string(pat.StatusRevoked))
}

// TokensOf returns a user's tokens, read without Terraform.
func (s *Target) TokensOf(t *testing.T, userID string) []pat.Token {
	t.Helper()

	tokens, err := s.System.Tokens(t.Context(), userID, pat.TokenQuery{})
	if err != nil {
		t.Fatalf("listing the tokens of user %s: %v", userID, err)
	}

	return tokens
}

// Alive counts a user's active tokens.
func (s *Target) Alive(t *testing.T, userID string) int {
	t.Helper()

	var count int

	for _, token := range s.TokensOf(t, userID) {
		if token.Status == pat.StatusActive {
			count++
		}
	}

	return count
}

// RevokeAll revokes all of a user's tokens outside Terraform.
func (s *Target) RevokeAll(t *testing.T, userID string) {
	t.Helper()

	for _, token := range s.TokensOf(t, userID) {
		if err := s.System.Revoke(t.Context(), token); err != nil {
			t.Fatalf("revoking token %s: %v", token.ID, err)
		}
	}
}
