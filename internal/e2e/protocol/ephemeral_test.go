package protocol

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

// ephemeralPlugin returns a plugin that is configured for the target.
func ephemeralPlugin(t *testing.T, s *providertest.Target) (*provider.Plugin, tfprotov6.ProviderServer) {
	t.Helper()

	p := provider.NewPluginIn(provider.Surroundings{Runner: pat.Runner{Now: s.Now}}, "test")
	server := p.Server()

	for _, d := range providertest.ConfigureServer(t, server, map[string]any{
		"max_retries": 0,
		s.System.Traits().Platform: map[string]any{
			"url": s.URL, "username": s.Login, "password": s.Password,
		},
	}) {
		t.Fatal(d.Summary, d.Detail)
	}

	return p, server
}

// openEphemeral opens a token and returns the response, and the outputs that are strings.
func openEphemeral(
	t *testing.T, server tfprotov6.ProviderServer, set map[string]any,
) (*tfprotov6.OpenEphemeralResourceResponse, map[string]string) {
	t.Helper()

	of := providertest.Schemas(t)["ephemeral "+providertest.TokenType].ValueType()

	config, err := tfprotov6.NewDynamicValue(of, providertest.ObjectValue(of, set))
	providertest.Must(t, err)

	response, err := server.OpenEphemeralResource(t.Context(), &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: providertest.TokenType, Config: &config,
	})
	providertest.Must(t, err)

	result, err := response.Result.Unmarshal(of)
	providertest.Must(t, err)

	var attributes map[string]tftypes.Value

	providertest.Must(t, result.As(&attributes))

	outputs := map[string]string{}

	for name, value := range attributes {
		var text *string
		if value.Type().Is(tftypes.String) && value.As(&text) == nil && text != nil {
			outputs[name] = *text
		}
	}

	return response, outputs
}

// privateText returns all values in private data, which the framework encodes.
func privateText(t *testing.T, private []byte) string {
	t.Helper()

	var values map[string][]byte

	providertest.Must(t, json.Unmarshal(private, &values))

	var text strings.Builder
	for _, value := range values {
		text.Write(value)
	}

	return text.String()
}

// closeEphemeral closes a token and returns the diagnostics.
func closeEphemeral(t *testing.T, server tfprotov6.ProviderServer, private []byte) []*tfprotov6.Diagnostic {
	t.Helper()

	response, err := server.CloseEphemeralResource(t.Context(), &tfprotov6.CloseEphemeralResourceRequest{
		TypeName: providertest.TokenType, Private: private,
	})
	providertest.Must(t, err)

	return response.Diagnostics
}

// TestEphemeralToken_privateDataHasNoSecret tests that private data, which the CLI has no reason to
// protect, does not contain the secret.
func TestEphemeralToken_privateDataHasNoSecret(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-private"})
		_, server := ephemeralPlugin(t, s.Target)

		opened, outputs := openEphemeral(t, server, map[string]any{"username": user.Login})
		if len(opened.Diagnostics) > 0 || !s.LogIn(t, user, outputs["token"]) {
			t.Fatalf("there is no token that works; the diagnostics: %v", opened.Diagnostics)
		}

		private := privateText(t, opened.Private)
		if strings.Contains(private, outputs["token"]) || strings.Contains(private, "oaSEC") {
			t.Error("private data contains the secret")
		}

		if !strings.Contains(private, outputs["name"]) {
			t.Errorf("private data does not identify the token: %s", private)
		}

		// Close it twice, and then in a process that did not open it: private data must suffice.
		for range 2 {
			if said := closeEphemeral(t, server, opened.Private); len(said) > 0 {
				t.Errorf("closing returned %s: %s", said[0].Summary, said[0].Detail)
			}

			s.WantRefused(t, user, outputs["token"])
		}

		again, outputs := openEphemeral(t, server, map[string]any{"username": user.Login})
		_, other := ephemeralPlugin(t, s.Target)

		if said := closeEphemeral(t, other, again.Private); len(said) > 0 {
			t.Errorf("closing in another process returned %s: %s", said[0].Summary, said[0].Detail)
		}

		s.WantRefused(t, user, outputs["token"])
	})
}

// TestEphemeralToken_closingARevokedToken tests that closing a token that is already revoked reports
// nothing.
func TestEphemeralToken_closingARevokedToken(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-revoked"})
		plugin, server := ephemeralPlugin(t, s.Target)

		byHand, _ := openEphemeral(t, server, map[string]any{"user_id": user.ID})
		s.RevokeAll(t, user.ID)

		if said := closeEphemeral(t, server, byHand.Private); len(said) > 0 {
			t.Errorf("closing a token that was revoked by hand returned %s: %s", said[0].Summary, said[0].Detail)
		}

		stopped, _ := openEphemeral(t, server, map[string]any{"user_id": user.ID})
		providertest.Must(t, plugin.Stop())

		s.WantNoneAlive(t)

		s.Console.ResetRequests()

		if said := closeEphemeral(t, server, stopped.Private); len(said) > 0 || s.Console.Count(nil) > 0 {
			t.Errorf("closing after the stop returned %v and sent %d requests", said, s.Console.Count(nil))
		}

		late, _ := openEphemeral(t, server, map[string]any{"user_id": user.ID})
		if len(late.Diagnostics) != 1 || s.Console.Count(nil) > 0 {
			t.Errorf("opening after the stop returned %v and sent %d requests", late.Diagnostics, s.Console.Count(nil))
		}
	})
}

// TestEphemeralToken_stopAfterAFailedClose tests that stopping the plugin retries a failed close.
func TestEphemeralToken_stopAfterAFailedClose(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-again"})
		plugin, server := ephemeralPlugin(t, s.Target)
		opened, outputs := openEphemeral(t, server, map[string]any{"user_id": user.ID})
		restore := s.FailRevocations()

		said := closeEphemeral(t, server, opened.Private)
		if len(said) != 1 || said[0].Severity != tfprotov6.DiagnosticSeverityWarning {
			t.Errorf("closing returned %v, want a warning", said)
		}

		if err := plugin.Stop(); err == nil || strings.Contains(err.Error(), outputs["token"]) {
			t.Errorf("the stop returned %v, want an error without the secret", err)
		}

		restore()
		providertest.Must(t, plugin.Stop())

		s.WantNoneAlive(t)

		if status := s.TokensOf(t, user.ID); len(status) > 0 && status[0].Status != pat.StatusRevoked {
			t.Errorf("the token's status is %s", status[0].Status)
		}
	})
}
