package protocol

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// TestRevokeTokens_partialFailure tests that the error about a token that could not be revoked names it
// and quotes the server, and that the other tokens are revoked.
func TestRevokeTokens_partialFailure(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := seedLeaked(t, s)
		s.Console.AddFault(sandbox.Fault{
			Match: sandbox.Match{Method: http.MethodDelete, Nth: 2}, Kind: sandbox.FaultAnswer,
			Status: http.StatusInternalServerError, ContentType: "text/plain", Body: "out of cheese",
		})

		done := providertest.Invoke(t, s.Admin(t), map[string]any{"username": user.Login, "name_prefix": "ci-"})
		left := s.AliveNames(t, user.ID)

		if len(left) != 2 || left[1] != "other" {
			t.Fatalf("alive: %q", left)
		}

		if len(done.Errors) != 1 || !strings.Contains(done.Errors[0], `"`+left[0]+`"`) || !strings.Contains(done.Errors[0], "out of cheese") {
			t.Errorf("got %q, want one error that names %s", done.Errors, left[0])
		}

		if last := done.Progress[len(done.Progress)-1]; last != "2 tokens revoked, 1 failed." {
			t.Errorf("the last progress message is %q", last)
		}
	})
}

// TestRevokeTokens_interruption tests that no further token is revoked after an interruption, and that
// the error names the remaining ones.
func TestRevokeTokens_interruption(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := seedLeaked(t, s)

		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()

		s.Console.Before(sandbox.Match{Method: http.MethodDelete, Nth: 2}, func(*http.Request) { cancel() })

		stream, err := s.Admin(t).InvokeAction(ctx, &tfprotov6.InvokeActionRequest{
			ActionType: providertest.RevokeType,
			Config:     providertest.EncodeObject(t, providertest.Schemas(t)["action "+providertest.RevokeType].ValueType(), map[string]any{"user_id": user.ID, "all": true}),
		})
		providertest.Must(t, err)

		var errs []string

		for event := range stream.Events {
			if completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok {
				errs = providertest.Texts(completed.Diagnostics, tfprotov6.DiagnosticSeverityError)
			}
		}

		last := ""
		if len(errs) > 0 {
			last = errs[len(errs)-1]
		}

		left := s.AliveNames(t, user.ID)
		if len(left) < 2 || !strings.HasPrefix(last, "The run was interrupted") {
			t.Fatalf("%q are alive; the errors are %q", left, errs)
		}

		for _, name := range left {
			if !strings.Contains(strings.Join(errs, "\n"), `"`+name+`"`) {
				t.Errorf("no error names %s: %q", name, errs)
			}
		}

		if sent := s.Console.Count(func(r sandbox.Request) bool { return r.Method == http.MethodDelete }); sent > 2 {
			t.Errorf("%d revocations were sent, want 2 at most", sent)
		}
	})
}
