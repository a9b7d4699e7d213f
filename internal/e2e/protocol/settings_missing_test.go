package protocol

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// TestProvider_missingSettingsFailAtFirstUse tests that a provider without settings works as long as it
// is not needed, as in a module with `count = 0`. Everything that needs the server reports the missing
// setting in the plan.
func TestProvider_missingSettingsFailAtFirstUse(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	providertest.SetEnvironment(t, nil)

	user := map[string]any{"user_id": "7"}
	ofUser := func(name string, value any) map[string]any { return map[string]any{"user_id": "7", name: value} }
	uses := map[string]map[string]any{
		"resource opsaccess_personal_access_token":       ofUser("name_prefix", "ci-"),
		"resource opsaccess_universal_controller_user":   user,
		"data opsaccess_personal_access_token":           ofUser("name", "ci"),
		"data opsaccess_personal_access_tokens":          user,
		"data opsaccess_user":                            user,
		"data opsaccess_users":                           nil,
		"data opsaccess_current_user":                    nil,
		"ephemeral opsaccess_personal_access_token":      {"user_id": "7", "name_prefix": "ci-", "applying": false},
		"list opsaccess_personal_access_token":           user,
		"action opsaccess_revoke_personal_access_tokens": ofUser("all", true),
	}

	for construct, schema := range providertest.Schemas(t) { //nolint:paralleltest // As above.
		if construct == "provider" {
			continue
		}

		t.Run(construct, func(t *testing.T) {
			set, known := uses[construct]
			if !known {
				t.Fatal("no call uses this construct")
			}

			kind, typeName, _ := strings.Cut(construct, " ")

			for want, settings := range map[string]map[string]any{
				"No platform is configured":            nil,
				"Missing foreman.url":                  {"foreman": map[string]any{}},
				"Missing universal_controller.url":     {"universal_controller": map[string]any{"token": "secret"}},
				"Missing foreman.password: Set `forem": {"foreman": map[string]any{"url": "https://f.example.com", "username": "t"}},
			} {
				server := providertest.Protocol(t)
				if said := providertest.ConfigureServer(t, server, settings); len(said) > 0 {
					t.Fatalf("configuring already fails: %s", said[0].Summary)
				}

				said := providertest.Texts(react(t, server, kind, typeName, schema, set), tfprotov6.DiagnosticSeverityError)
				if len(said) == 0 || !strings.HasPrefix(said[0], want) {
					t.Errorf("%q, want %q", said, want)
				}
			}
		})
	}
}

// TestProvider_wrongSettingsFailBeforeMissingOnes tests that an invalid setting is an error at once,
// even if other settings are missing.
func TestProvider_wrongSettingsFailBeforeMissingOnes(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	providertest.SetEnvironment(t, map[string]string{"FOREMAN_PASSWORD": "secret\r"})

	_, said := providertest.ConfigureWith(t, map[string]any{"foreman": map[string]any{}})
	if len(said) != 1 || said[0].Summary != "Invalid URL or credential" {
		t.Errorf("configuring returned %v", said)
	}
}
