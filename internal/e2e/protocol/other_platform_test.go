package protocol

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// TestUserID_ofAnotherPlatform tests that each construct reports a user id with the form of another
// platform, and advises to set the alias.
func TestUserID_ofAnotherPlatform(t *testing.T) {
	t.Parallel()

	for platform, id := range map[string]string{
		"Foreman": "0123456789abcdef0123456789abcdef", "Universal Controller": "5",
	} {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()

			s := providertest.Sandboxes()[platform](t)
			server := s.Admin(t)

			other := "Foreman"
			if platform == other {
				other = "Universal Controller"
			}

			// of returns arguments with the user's id.
			of := func(more ...any) map[string]any { return set("user_id", id).with(more...) }
			data := func(typeName string, set map[string]any) func(*testing.T) []string {
				return func(t *testing.T) []string { t.Helper(); return providertest.ReadData(t, server, typeName, set) }
			}

			for name, test := range map[string]struct {
				try func(*testing.T) []string
				// asks says that the server is asked first, because a login may look like such an id.
				asks bool
			}{
				"the resource": {try: func(t *testing.T) []string {
					return providertest.NewTokenState(t).Plan(t, server, of("name_prefix", "ci-", "expires_in", "90d")).Errors
				}},
				"a token":                      {try: data(providertest.TokenType, of("name", "ci"))},
				"a token with a login as well": {try: data(providertest.TokenType, of("name", "ci", "username", s.Login))},
				"the tokens":                   {try: data("opsaccess_personal_access_tokens", of())},
				"a user":                       {try: data("opsaccess_user", of())},
				"the users":                    {try: data("opsaccess_users", of())},
				"the ephemeral token":          {try: func(t *testing.T) []string { return refusals(t, server, "ephemeral "+providertest.TokenType, of()) }},
				"the action":                   {try: func(t *testing.T) []string { return providertest.Invoke(t, server, of("all", true)).Errors }},
				"the action, planned with its user": {try: func(t *testing.T) []string {
					return providertest.Invoke(t, server, of("all", true, "include_own_user", true)).Errors
				}},
				"the list": {try: func(t *testing.T) []string {
					return providertest.ListTokens(t, server, tfprotov6.ListResourceRequest{}, of()).Errors
				}},
				"the list, with resources": {try: func(t *testing.T) []string {
					return providertest.ListTokens(t, server, tfprotov6.ListResourceRequest{IncludeResource: true}, of()).Errors
				}},
				"an import": {asks: true, try: func(t *testing.T) []string {
					response, err := server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: providertest.TokenType, ID: id + "/42"})
					providertest.Must(t, err)

					return providertest.Texts(response.Diagnostics, tfprotov6.DiagnosticSeverityError)
				}},
				"an import by identity": {asks: true, try: func(t *testing.T) []string {
					response := providertest.ImportIdentity(t, server, map[string]any{"user_id": id, "token": "42"})

					return providertest.Texts(response.Diagnostics, tfprotov6.DiagnosticSeverityError)
				}},
			} {
				t.Run(name, func(t *testing.T) {
					s.Console.ResetRequests()

					said := test.try(t)
					if len(said) != 1 {
						t.Fatalf("got %q, want one error", said)
					}

					for _, want := range []string{
						"The user belongs to another platform", "has the form of a user's id on " + other,
						"this provider is configured for " + platform, "Set `provider =` to the alias that is configured for " + other,
					} {
						if !strings.Contains(said[0], want) {
							t.Errorf("the error is %q, want %q", said[0], want)
						}
					}

					if sent := s.Console.Count(nil); !test.asks && sent > 0 {
						t.Errorf("%d requests were sent", sent)
					}
				})
			}
		})
	}
}
