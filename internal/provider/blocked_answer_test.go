package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// A gateway that holds back the answer of a POST leaves a token that works. Its page is
// no refusal: the token is looked for by its name and revoked.
func TestToken_aBlockedAnswerLeavesNoTokenBehind(t *testing.T) {
	t.Parallel()

	blocks := map[string]sandbox.Fault{
		"a firewall's page":     answer(http.StatusForbidden, asHTML, "<html>Response blocked</html>"),
		"a page for a bad one":  answer(http.StatusBadRequest, asHTML, "<html>Bad request</html>"),
		"a page for no route":   answer(http.StatusNotFound, asHTML, "<html>Not found</html>"),
		"a page for a conflict": answer(http.StatusConflict, asHTML, "<html>Conflict</html>"),
		"JSON of a gateway":     answer(http.StatusForbidden, asJSON, `{"message":"Forbidden"}`),
		"nothing":               answer(http.StatusRequestEntityTooLarge, asHTML, " "),
	}

	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		for what, block := range blocks {
			user := s.addUser(t, testUser{login: "svc-" + unique()})
			settings := s.settings(s.login, s.password)
			settings["max_retries"] = 0
			block.Match, block.AfterWork = sandbox.Match{Method: http.MethodPost}, true

			// One answer is held back: the next generation is issued.
			issued := s.issued()
			arguments := map[string]any{"user_id": user.id, "name_prefix": "ci-", "expires_in": "30d"}
			token := &protocolResource{config: arguments}

			s.console.AddFault(block)
			token.run(t, s.serve(t, settings))
			s.console.ClearFaults()

			if live := s.alive(t, user.id); live != 1 || s.issued()-issued != 2 {
				t.Errorf("%s: %d tokens live of %d that were issued, want 1 of 2", what, live, s.issued()-issued)
			}

			token.config = nil
			token.run(t, s.serve(t, settings))

			// All are held back: the apply fails, and nothing lives.
			block.Count = sandbox.Always
			s.console.AddFault(block)

			errs := failedCreate(t, s.serve(t, settings), arguments)
			s.console.ClearFaults()

			if live := s.alive(t, user.id); live != 0 || !strings.Contains(strings.Join(errs, " "), "HTTP 4") {
				t.Errorf("%s: %d tokens live, %q", what, live, errs)
			}
		}
	})
}

// failedCreate plans and applies a new resource, and returns the errors of the apply.
func failedCreate(t *testing.T, server protocolServer, set map[string]any) []string {
	t.Helper()

	of := schemas(t)["resource "+tokenType].ValueType()
	config, absent := dynamic(t, of, set), nothing(t, of)

	planned, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: tokenType, PriorState: absent, ProposedNewState: config, Config: config,
	})
	must(t, err)
	wantNoErrors(t, "plan", planned.Diagnostics)

	applied, err := server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: tokenType, PriorState: absent, PlannedState: planned.PlannedState, Config: config,
		PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity,
	})
	must(t, err)

	return said(applied.Diagnostics, tfprotov6.DiagnosticSeverityError)
}
