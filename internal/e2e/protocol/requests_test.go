package protocol

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// TestRequests_doNotGrowWithTheTokens limits the requests of a run beyond those that each token needs.
// Package coalesce tests how reads are combined; this test covers the whole provider on each platform.
// `make bench` measures the time.
func TestRequests_doNotGrowWithTheTokens(t *testing.T) {
	t.Parallel()

	const users, each = 10, 3

	for name, most := range map[string]struct{ refresh, create, destroy, logins int }{
		"Foreman":              {refresh: 25, create: users*each + 30, destroy: users*each + 30, logins: 1},
		"Universal Controller": {refresh: 12, create: 2*users*each + 30, destroy: 2*users*each + 30},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := providertest.Sandboxes()[name](t)

			var (
				managed []*providertest.ResourceState
				owners  []string
			)

			for i := range users {
				owners = append(owners, s.AddUser(t, providertest.User{Login: fmt.Sprintf("svc-%d", i)}).ID)
			}

			// Each step uses a new provider, as in a CLI.
			sent := func(do func(server providertest.ProtocolServer)) int {
				server := s.Admin(t)
				s.Console.ResetRequests()
				do(server)

				if got := s.Console.Count(logins); most.logins > 0 && got > most.logins {
					t.Errorf("%d logins, want at most %d", got, most.logins)
				}

				return s.Console.Count(nil)
			}

			create := sent(func(server providertest.ProtocolServer) {
				for i := range users * each {
					token := providertest.NewTokenState(t)
					token.Apply(t, server, map[string]any{
						"user_id": owners[i%users], "name_prefix": "ci-", "expires_in": "90d",
					})
					managed = append(managed, token)
				}
			})
			if create > most.create {
				t.Errorf("creating sent %d requests, want at most %d", create, most.create)
			}

			refresh := sent(func(server providertest.ProtocolServer) {
				for _, token := range managed {
					if errs := token.Refresh(t, server); len(errs) > 0 {
						t.Fatalf("the refresh failed: %q", errs)
					}
				}
			})
			if refresh > most.refresh {
				t.Errorf("a refresh sent %d requests, want at most %d", refresh, most.refresh)
			}

			destroy := sent(func(server providertest.ProtocolServer) {
				for _, token := range managed {
					if errs := token.Destroy(t, server); len(errs) > 0 {
						t.Fatalf("the destroy failed: %q", errs)
					}
				}
			})
			if destroy > most.destroy {
				t.Errorf("destroying sent %d requests, want at most %d", destroy, most.destroy)
			}

			s.WantNoneAlive(t)
		})
	}
}

// TestRequests_revokedRowsAreNotLoaded tests three managed tokens of a user with many revoked ones:
// Foreman keeps a row for every token it has ever issued, and the provider must not read them all.
func TestRequests_revokedRowsAreNotLoaded(t *testing.T) {
	t.Parallel()

	const mostRequests, mostBytes = 5, 64 << 10

	s := providertest.NewForemanSandbox(t)
	user := s.AddUser(t, providertest.User{Login: "svc-deploy"})
	providertest.Must(t, s.Foreman.AddRevokedTokens(user.Login, "old-", 50_000))

	var received atomic.Int64

	running, err := sandbox.Start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Foreman.ServeHTTP(&countedResponse{ResponseWriter: w, received: &received}, r)
	}), "127.0.0.1:0")
	providertest.Must(t, err)
	t.Cleanup(func() { _ = running.Close() })

	settings := map[string]any{"foreman": map[string]any{
		"url": running.URL(), "username": s.Login, "password": s.Password,
	}}

	var managed []*providertest.ResourceState

	server := s.Serve(t, settings)

	for range 3 {
		token := providertest.NewTokenState(t)
		token.Apply(t, server, map[string]any{"user_id": user.ID, "name_prefix": "ci-", "expires_in": "90d"})
		managed = append(managed, token)
	}

	server = s.Serve(t, settings)
	s.Console.ResetRequests()
	received.Store(0)

	for _, token := range managed {
		if errs := token.Refresh(t, server); len(errs) > 0 {
			t.Fatalf("the refresh failed: %q", errs)
		}
	}

	if sent := s.Console.Count(nil); sent == 0 || sent > mostRequests {
		t.Errorf("a refresh sent %d requests, want some and at most %d", sent, mostRequests)
	}

	if got := received.Load(); got == 0 || got > mostBytes {
		t.Errorf("a refresh received %d bytes, want some and at most %d", got, mostBytes)
	}
}

// logins selects the requests for which a server checks a password or a token.
func logins(r sandbox.Request) bool {
	return r.Auth == sandbox.AuthPassword || r.Auth == sandbox.AuthToken || r.Status == http.StatusUnauthorized
}

// countedResponse counts the bytes of the response body.
type countedResponse struct {
	http.ResponseWriter

	received *atomic.Int64
}

func (w *countedResponse) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.received.Add(int64(n))

	return n, err
}
