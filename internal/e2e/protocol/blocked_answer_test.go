package protocol

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// TestToken_aBlockedResponseLeavesNoTokenBehind tests a gateway that withholds the response to a POST,
// after which the token exists. The provider must not take the gateway's page for a refusal: it looks
// for the token by name and revokes it.
func TestToken_aBlockedResponseLeavesNoTokenBehind(t *testing.T) {
	t.Parallel()

	blocks := map[string]sandbox.Fault{
		"a firewall's page":        providertest.AnswerFault(http.StatusForbidden, providertest.HTML, "<html>Response blocked</html>"),
		"a page for a bad request": providertest.AnswerFault(http.StatusBadRequest, providertest.HTML, "<html>Bad request</html>"),
		"a page for no route":      providertest.AnswerFault(http.StatusNotFound, providertest.HTML, "<html>Not found</html>"),
		"a page for a conflict":    providertest.AnswerFault(http.StatusConflict, providertest.HTML, "<html>Conflict</html>"),
		"JSON of a gateway":        providertest.AnswerFault(http.StatusForbidden, providertest.JSON, `{"message":"Forbidden"}`),
		"nothing":                  providertest.AnswerFault(http.StatusRequestEntityTooLarge, providertest.HTML, " "),
	}

	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		for what, block := range blocks {
			user := s.AddUser(t, providertest.User{Login: "svc-" + providertest.Unique()})
			settings := s.Settings(s.Login, s.Password)
			settings["max_retries"] = 0
			block.Match, block.AfterWork = sandbox.Match{Method: http.MethodPost}, true

			// If one response is withheld, the provider issues the next generation.
			issued := s.Issued()
			arguments := map[string]any{"user_id": user.ID, "name_prefix": "ci-", "expires_in": "30d"}
			token := &protocolResource{config: arguments}

			s.Console.AddFault(block)
			token.run(t, s.Serve(t, settings))
			s.Console.ClearFaults()

			if live := s.Alive(t, user.ID); live != 1 || s.Issued()-issued != 2 {
				t.Errorf("%s: %d of %d issued tokens are alive, want 1 of 2", what, live, s.Issued()-issued)
			}

			token.config = nil
			token.run(t, s.Serve(t, settings))

			// If all responses are withheld, the apply fails and no token is alive.
			block.Count = sandbox.Always
			s.Console.AddFault(block)

			errs := failedCreate(t, s.Serve(t, settings), arguments)
			s.Console.ClearFaults()

			if live := s.Alive(t, user.ID); live != 0 || !strings.Contains(strings.Join(errs, " "), "HTTP 4") {
				t.Errorf("%s: %d tokens are alive, the errors are %q", what, live, errs)
			}
		}
	})
}

// failedCreate plans and applies a new resource, and returns the errors of the apply.
func failedCreate(t *testing.T, server providertest.ProtocolServer, set map[string]any) []string {
	t.Helper()

	of := providertest.Schemas(t)["resource "+providertest.TokenType].ValueType()
	config, absent := providertest.EncodeObject(t, of, set), nothing(t, of)

	planned, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: providertest.TokenType, PriorState: absent, ProposedNewState: config, Config: config,
	})
	providertest.Must(t, err)
	providertest.WantNoErrors(t, "plan", planned.Diagnostics)

	applied, err := server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: providertest.TokenType, PriorState: absent, PlannedState: planned.PlannedState, Config: config,
		PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity,
	})
	providertest.Must(t, err)

	return providertest.Texts(applied.Diagnostics, tfprotov6.DiagnosticSeverityError)
}
