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

// Target is a server that acceptance steps run against: a sandbox, or a live one under
// TF_ACC=1. Steps never assume its ids.
type Target struct {
	// ProviderBlock is the provider block of an account, with further arguments of the
	// platform's object.
	ProviderBlock func(login, password string, more ...string) string
	// Login and password are those of an administrator.
	Login, Password string
	// URL is the server's.
	URL string
	// Organization and Location are the ids of one each, which users are in unless they
	// are outside.
	Organization, Location string
	// System is the administrator's view of the server, past Terraform.
	System pat.System
	// AddUser creates a user who is gone after the test.
	AddUser func(t *testing.T, user User) Account
	// Journal is nil on a live server.
	Journal interface{ ResetRequests() }
	// requests counts the requests since the last reset; nil on a live server.
	requests func(method, path string) int
	// Now is the provider's clock.
	Now func() time.Time
}

// OnEachPlatform runs the test against a server of every platform.
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

// Live says whether this run is against live servers.
func Live() bool { return os.Getenv("TF_ACC") == "1" }

// AdminBlock returns the administrator's provider block.
func (s *Target) AdminBlock(more ...string) string {
	return s.ProviderBlock(s.Login, s.Password, more...)
}

// Factories serve the provider in this process, and under the name "away" too where a
// configuration has two servers; and the one that keeps what is ephemeral, where it is
// used.
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

// Run carries out the steps through a real CLI. When they are over, no token that
// Terraform ever had in a state may be alive.
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

	wantNoneAlive(t) // Not a CheckDestroy: that cannot take instances of for_each.
}

// WatchStates returns a check that collects the tokens in the states it is shown, and a function
// that fails the test if one of them is alive.
func (s *Target) WatchStates() (watch statecheck.StateCheck, wantNoneAlive func(t *testing.T)) {
	collecting := &stateWatch{server: s.URL, seen: map[pat.Key]bool{}}

	return collecting, func(t *testing.T) {
		t.Helper()

		if err := collecting.anyAlive(t.Context(), s.System); err != nil {
			t.Error(err)
		}
	}
}

// stateWatch is a check that collects the server's tokens which are in the states it is
// shown.
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
			return fmt.Errorf("token %s of user %s outlived its resource", key.TokenID, key.UserID)
		}
	}

	return nil
}

// AfterRevocation is the reason for which a token is reissued that was revoked behind
// Terraform's back: where names are reusable, the row is gone.
func (s *Target) AfterRevocation() knownvalue.Check {
	if s.System.Traits().ReusableNames {
		return knownvalue.StringExact(string(pat.StatusMissing))
	}

	return knownvalue.StringExact(string(pat.StatusRevoked))
}

// TokensOf returns a user's tokens, asked past Terraform.
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

// RevokeAll revokes a user's tokens behind Terraform's back.
func (s *Target) RevokeAll(t *testing.T, userID string) {
	t.Helper()

	for _, token := range s.TokensOf(t, userID) {
		if err := s.System.Revoke(t.Context(), token); err != nil {
			t.Fatalf("revoking token %s: %v", token.ID, err)
		}
	}
}
