package protocol

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// TestLogin_aRefusalIsExplainedInFullOnce tests that a refused login, which affects all tokens in a
// configuration, is explained in full in one error; the other errors refer to it.
func TestLogin_aRefusalIsExplainedInFullOnce(t *testing.T) {
	t.Parallel()

	const (
		many  = 8
		short = "The server refused the login, as another error of this run says in full; no further request was sent."
	)

	for name, sandboxed := range providertest.Sandboxes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := sandboxed(t)
			admin := s.Admin(t)

			var managed []*providertest.ResourceState

			arguments := func(i int) map[string]any {
				// Half of the tokens belong to one user, whose list is fetched once for all of them.
				return map[string]any{"username": fmt.Sprintf("svc-%d", max(i, many/2)), "name_prefix": "ci-", "expires_in": "90d"}
			}

			for i := range many {
				if i >= many/2 {
					s.AddUser(t, providertest.User{Login: fmt.Sprintf("svc-%d", i)})
				}

				managed = append(managed, providertest.NewTokenState(t))
			}

			for i, token := range managed {
				token.Apply(t, admin, arguments(i))
			}

			for step, call := range map[string]func(providertest.ProtocolServer, int) []string{
				"refresh": func(server providertest.ProtocolServer, i int) []string { return managed[i].Refresh(t, server) },
				"plan": func(server providertest.ProtocolServer, i int) []string {
					return providertest.NewTokenState(t).Plan(t, server, arguments(i)).Errors
				},
				"read": func(server providertest.ProtocolServer, i int) []string {
					return providertest.ReadData(t, server, "opsaccess_user", map[string]any{"username": arguments(i)["username"]})
				},
			} {
				// Each step uses a new provider, as in a CLI.
				server := s.Serve(t, s.Settings(s.Login, "wrong"))
				s.Console.ResetRequests()

				errs := make([][]string, many)

				var group sync.WaitGroup
				for i := range many {
					group.Go(func() { errs[i] = call(server, i) })
				}

				group.Wait()

				if sent := s.Console.Count(nil); sent != 1 {
					t.Errorf("%s: %d requests were sent, want 1", step, sent)
				}

				full, referring := 0, 0

				for i := range errs {
					switch {
					case len(errs[i]) != 1:
						t.Errorf("%s: want one error per resource, got %q", step, errs[i])
					case strings.Contains(errs[i][0], "HTTP 401") && strings.Contains(errs[i][0], "Check the username and the password"):
						full++
					case strings.Contains(errs[i][0], short):
						referring++
					}
				}

				if full != 1 || referring != many-1 {
					t.Errorf("%s: %d full errors and %d short ones, want 1 and %d: %q", step, full, referring, many-1, errs)
				}
			}
		})
	}
}
