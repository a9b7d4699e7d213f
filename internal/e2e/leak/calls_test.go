package leak

import (
	"bytes"
	"context"
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// leakCalls lists the constructs that the oldest supported CLI does not have. They are called over the
// protocol, each with its own log.
var leakCalls = []string{"list " + providertest.TokenType, "action " + providertest.RevokeType}

// TestLeak_calls tests that list resources and actions show and log no secrets, both on success and
// when the server fails and echoes the request.
func TestLeak_calls(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-calls"})
		watch := newLeakWatch()
		watch.guard(leakOfPassword, s.Password)

		for _, name := range []string{"a-1", "a-2", "b-1"} {
			issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: name})
			providertest.Must(t, err)
			watch.guardSecret(issued.Secret.Reveal())
		}

		server := s.Admin(t)

		leakCall(t, watch, "a list", func(ctx context.Context) { leakList(ctx, t, watch, server, user) })
		leakCall(t, watch, "a dry run", func(ctx context.Context) {
			leakInvoke(ctx, t, watch, server, map[string]any{"user_id": user.ID, "name_prefix": "a-", "dry_run": true})
		})
		leakCall(t, watch, "an action", func(ctx context.Context) {
			leakInvoke(ctx, t, watch, server, map[string]any{"user_id": user.ID, "name_prefix": "a-"})
		})

		for _, method := range []string{http.MethodGet, http.MethodDelete, http.MethodPost} {
			s.Console.AddFault(sandbox.Fault{
				Match: sandbox.Match{Method: method, Count: sandbox.Always}, Kind: sandbox.FaultAnswer,
				Status: http.StatusForbidden, ContentType: "application/json",
				Body: `{"error":{"message":"no right for ` + s.Login + `:` + s.Password + `"}}`,
			})
			leakCall(t, watch, "a list that fails", func(ctx context.Context) { leakList(ctx, t, watch, s.Admin(t), user) })
			leakCall(t, watch, "an action that fails", func(ctx context.Context) {
				leakInvoke(ctx, t, watch, s.Admin(t), map[string]any{"user_id": user.ID, "name_prefix": "b-"})
			})
			s.Console.ClearFaults()
		}

		for _, finding := range watch.found() {
			t.Error(finding)
		}
	})
}

// leakCall makes a call with a log and checks the log.
func leakCall(t *testing.T, watch *leakWatch, what string, call func(context.Context)) {
	t.Helper()

	var log bytes.Buffer

	call(tflogtest.RootLogger(t.Context(), &log))

	if log.Len() == 0 {
		t.Errorf("%s logged nothing: does the log still work?", what)
	}

	watch.lookAtText("the log of "+what, log.String())
}

func leakList(ctx context.Context, t *testing.T, watch *leakWatch, server providertest.ProtocolServer, user providertest.Account) {
	t.Helper()

	stream, err := server.ListResource(ctx, &tfprotov6.ListResourceRequest{
		TypeName: providertest.TokenType, IncludeResource: true, Limit: 10,
		Config: providertest.EncodeObject(t, providertest.Schemas(t)["list "+providertest.TokenType].ValueType(), map[string]any{"user_id": user.ID}),
	})
	providertest.Must(t, err)

	for result := range stream.Results {
		watch.lookAtText("a result", result.DisplayName)
		leakDiagnostics(watch, result.Diagnostics)

		if result.Resource != nil {
			watch.lookAtText("a result's resource", string(result.Resource.MsgPack))
			watch.lookAtText("a result's identity", string(result.Identity.IdentityData.MsgPack))
		}
	}
}

func leakInvoke(ctx context.Context, t *testing.T, watch *leakWatch, server providertest.ProtocolServer, set map[string]any) {
	t.Helper()

	stream, err := server.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{
		ActionType: providertest.RevokeType, Config: providertest.EncodeObject(t, providertest.Schemas(t)["action "+providertest.RevokeType].ValueType(), set),
	})
	providertest.Must(t, err)

	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			watch.lookAtText("progress", event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			leakDiagnostics(watch, event.Diagnostics)
		}
	}
}

func leakDiagnostics(watch *leakWatch, diagnostics []*tfprotov6.Diagnostic) {
	for _, diagnostic := range diagnostics {
		watch.lookAtText("a diagnostic", diagnostic.Summary+" "+diagnostic.Detail)
	}
}
