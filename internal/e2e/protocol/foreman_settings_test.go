package protocol

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// settingsTest is a configuration with environment variables, and the expected diagnostic.
type settingsTest struct {
	set     map[string]any
	env     map[string]string
	want    string // part of the only diagnostic; empty if none is expected
	warning bool
	// missing says that a setting is not set, which is an error only when the server is needed.
	missing bool
}

func (s settingsTest) run(t *testing.T) {
	providertest.SetEnvironment(t, s.env)

	server, diagnostics := providertest.ConfigureWith(t, s.set)

	if s.missing {
		providertest.WantNoErrors(t, "configure", diagnostics)

		response, err := server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
			TypeName: "opsaccess_current_user",
			Config:   providertest.EncodeObject(t, providertest.Schemas(t)["data opsaccess_current_user"].ValueType(), nil),
		})
		providertest.Must(t, err)

		diagnostics = response.Diagnostics
	}

	if s.want == "" {
		for _, d := range diagnostics {
			t.Errorf("%s: %s", d.Summary, d.Detail)
		}

		return
	}

	if len(diagnostics) != 1 {
		t.Fatalf("got %d diagnostics, want one", len(diagnostics))
	}

	d := diagnostics[0]
	if text := d.Summary + " " + d.Detail; !strings.Contains(text, s.want) || strings.Contains(text, "secret-") {
		t.Errorf("got %q, want a text with %q and without secrets", text, s.want)
	}

	if warning := d.Severity == tfprotov6.DiagnosticSeverityWarning; warning != s.warning {
		t.Errorf("a warning: %t, want %t", warning, s.warning)
	}
}

// nullValue returns a configuration without any settings.
func nullValue(schema *tfprotov6.Schema) tftypes.Value {
	return providertest.ObjectValue(schema.ValueType(), nil)
}

// TestProvider_foremanSettings tests that each setting is taken from the provider block or from its
// environment variable, that the block takes precedence, and that errors name the argument.
func TestProvider_foremanSettings(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	pem := filepath.Join(t.TempDir(), "ca.pem")
	providertest.Must(t, os.WriteFile(pem, []byte("no certificate"), 0o600))

	block := map[string]any{"url": "https://foreman.example.com", "username": "terraform", "password": "secret-password"}
	with := func(changes map[string]any) map[string]any {
		changed := maps.Clone(block)
		maps.Copy(changed, changes)

		return map[string]any{"foreman": changed}
	}
	environment := map[string]string{
		"FOREMAN_SERVER_URL": "https://foreman.example.com", "FOREMAN_USERNAME": "terraform", "FOREMAN_PASSWORD": "secret-password",
	}
	and := func(more map[string]string) map[string]string {
		all := maps.Clone(environment)
		maps.Copy(all, more)

		return all
	}

	for name, test := range map[string]settingsTest{ //nolint:paralleltest // As above.
		"all in the block":                            {set: map[string]any{"foreman": block}},
		"all in the environment":                      {env: environment},
		"an empty block and the environment":          {set: map[string]any{"foreman": map[string]any{}}, env: environment},
		"FOREMAN_USER without FOREMAN_USERNAME":       {env: map[string]string{"FOREMAN_SERVER_URL": "https://f.example.com", "FOREMAN_USER": "t", "FOREMAN_PASSWORD": "p"}},
		"the block overrides an invalid variable":     {set: map[string]any{"foreman": block}, env: map[string]string{"FOREMAN_SERVER_URL": "ftp://nowhere"}},
		"no settings":                                 {missing: true, want: "Set `foreman` or `universal_controller` in the provider block, or FOREMAN_SERVER_URL or STONEBRANCH_BASE_URL in the environment."},
		"no url":                                      {missing: true, set: with(map[string]any{"url": nil}), want: "FOREMAN_SERVER_URL in the environment"},
		"no username":                                 {missing: true, set: with(map[string]any{"username": nil}), want: "FOREMAN_USERNAME in the environment"},
		"no password":                                 {missing: true, set: with(map[string]any{"password": nil}), want: "FOREMAN_PASSWORD in the environment"},
		"an empty password":                           {set: with(map[string]any{"password": ""}), want: "at least 1"},
		"a URL without a scheme":                      {set: with(map[string]any{"url": "foreman.example.com"}), want: "foreman.example.com"},
		"a URL with the API's path":                   {set: with(map[string]any{"url": "https://foreman.example.com/api"}), want: "The URL must not end in /api: leave it out"},
		"a URL with the API's version":                {set: with(map[string]any{"url": "https://example.com/foreman/api/v2/"}), want: "The URL must not end in /api/v2: leave it out"},
		"a variable with the API's path":              {env: map[string]string{"FOREMAN_SERVER_URL": "https://f.example.com/api", "FOREMAN_USER": "t", "FOREMAN_PASSWORD": "p"}, want: "The URL must not end in /api: leave it out"},
		"a URL whose path only looks similar":         {set: with(map[string]any{"url": "https://foreman.example.com/myapi"})},
		"a URL with a password in it":                 {set: with(map[string]any{"url": "https://u:secret-password@f.example.com"}), want: "user"}, //nolint:gosec // No account has this password.
		"a URL with a secret in its query":            {set: with(map[string]any{"url": "https://f.example.com/?token=secret-token"}), want: "query"},
		"a URL with a password and no host":           {set: with(map[string]any{"url": "https://u:secret-password"}), want: "must look like"},
		"a URL with a query":                          {set: with(map[string]any{"url": "https://f.example.com/?a=b"}), want: "query"},
		"plain http":                                  {set: with(map[string]any{"url": "http://foreman.example.com"}), want: "The connection is not encrypted", warning: true},
		"plain http on this machine":                  {set: with(map[string]any{"url": "http://127.0.0.1:3000"})},
		"plain http on this machine, by name":         {set: with(map[string]any{"url": "http://localhost:3000"})},
		"an organization":                             {set: with(map[string]any{"organization_id": 1, "location_id": 2})},
		"an invalid organization":                     {set: with(map[string]any{"organization_id": 0}), want: "must be at least 1"},
		"an unknown url":                              {set: with(map[string]any{"url": tftypes.UnknownValue})},
		"an unknown block":                            {set: map[string]any{"foreman": tftypes.UnknownValue}},
		"an unknown timeout":                          {set: map[string]any{"foreman": block, "request_timeout": tftypes.UnknownValue}},
		"a timeout":                                   {set: map[string]any{"foreman": block, "request_timeout": "2m"}},
		"a timeout without a unit":                    {set: map[string]any{"foreman": block, "request_timeout": "60"}, want: `write "60d"`},
		"too many retries":                            {set: map[string]any{"foreman": block, "max_retries": 21}, want: "between 0 and 20"},
		"zero concurrent requests":                    {set: map[string]any{"foreman": block, "max_concurrent_requests": 0}, want: "between 1 and 100"},
		"an invalid certificate":                      {set: map[string]any{"foreman": block, "ca_certificate": "no certificate"}, want: "certificate"},
		"a key without a client certificate":          {set: map[string]any{"foreman": block, "client_key": "secret-key"}, want: "Missing client_certificate"},
		"a client certificate without a key":          {set: map[string]any{"foreman": block, "client_certificate": "x"}, want: "client_key"},
		"FOREMAN_CA_PATH with a file that is not PEM": {env: and(map[string]string{"FOREMAN_CA_PATH": pem}), want: "certificate"},
		"FOREMAN_CA_PATH without a file":              {env: and(map[string]string{"FOREMAN_CA_PATH": pem + ".not"}), want: "Could not read FOREMAN_CA_PATH"},
		"FOREMAN_CA_PATH and ca_certificate":          {set: map[string]any{"foreman": block, "ca_certificate": "no certificate"}, env: map[string]string{"FOREMAN_CA_PATH": pem + ".not"}, want: "certificate"},
		"FOREMAN_VALIDATE_CERTS is false":             {env: and(map[string]string{"FOREMAN_VALIDATE_CERTS": "false"})},
		"FOREMAN_VALIDATE_CERTS is invalid":           {env: and(map[string]string{"FOREMAN_VALIDATE_CERTS": "maybe"}), want: "neither true nor false"},
		"FOREMAN_VALIDATE_CERTS and the argument":     {set: map[string]any{"foreman": block, "insecure_skip_verify": false}, env: map[string]string{"FOREMAN_VALIDATE_CERTS": "maybe"}},
	} {
		t.Run(name, test.run)
	}
}
