package providertest

import (
	"slices"
	"testing"
)

// settingsVariables lists all environment variables that configure the provider.
var settingsVariables = []string{
	"FOREMAN_SERVER_URL", "FOREMAN_USERNAME", "FOREMAN_USER", "FOREMAN_PASSWORD", "FOREMAN_CA_PATH", "FOREMAN_VALIDATE_CERTS",
	"STONEBRANCH_BASE_URL", "STONEBRANCH_API_TOKEN", "STONEBRANCH_USERNAME", "STONEBRANCH_PASSWORD",
}

// SetEnvironment sets these variables and unsets all others that configure the provider.
func SetEnvironment(t *testing.T, env map[string]string) {
	t.Helper()

	for _, variable := range settingsVariables {
		t.Setenv(variable, env[variable])
	}

	for variable := range env {
		if !slices.Contains(settingsVariables, variable) {
			t.Fatalf("the provider does not read %s", variable)
		}
	}
}
