package protocol

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// TestProvider_universalControllerSettings tests the settings of this platform, and settings of both
// platforms at once.
func TestProvider_universalControllerSettings(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	const url = "https://uc.example.com/uc"

	byToken := map[string]any{"url": url, "token": "secret-token"}
	byPassword := map[string]any{"url": url, "username": "terraform", "password": "secret-password"}
	with := func(block, changes map[string]any) map[string]any {
		changed := maps.Clone(block)
		maps.Copy(changed, changes)

		return map[string]any{"universal_controller": changed}
	}
	env := func(more map[string]string) map[string]string {
		all := map[string]string{"STONEBRANCH_BASE_URL": url}
		maps.Copy(all, more)

		return all
	}
	foreman := map[string]any{"url": "https://foreman.example.com", "username": "terraform", "password": "secret-password"}
	both := env(map[string]string{
		"STONEBRANCH_API_TOKEN": "secret-token", "FOREMAN_SERVER_URL": "https://foreman.example.com",
		"FOREMAN_USERNAME": "terraform", "FOREMAN_PASSWORD": "secret-password",
	})

	for name, test := range map[string]settingsTest{ //nolint:paralleltest // As above.
		"a token in the block":                              {set: with(byToken, nil)},
		"a password in the block":                           {set: with(byPassword, nil)},
		"a token and its user":                              {set: with(byToken, map[string]any{"username": "terraform"})},
		"a token in the environment":                        {env: env(map[string]string{"STONEBRANCH_API_TOKEN": "secret-token"})},
		"a password in the environment":                     {env: env(map[string]string{"STONEBRANCH_USERNAME": "terraform", "STONEBRANCH_PASSWORD": "secret-password"})},
		"an empty block and the environment":                {set: map[string]any{"universal_controller": map[string]any{}}, env: env(map[string]string{"STONEBRANCH_API_TOKEN": "secret-token"})},
		"the block overrides an invalid variable":           {set: with(byToken, nil), env: map[string]string{"STONEBRANCH_BASE_URL": "ftp://nowhere"}},
		"a token and a password in the block":               {set: with(byToken, map[string]any{"username": "terraform", "password": "secret-password"}), want: "universal_controller.password"},
		"no url":                                            {missing: true, set: with(byToken, map[string]any{"url": nil}), want: "STONEBRANCH_BASE_URL in the environment"},
		"only a username":                                   {missing: true, set: map[string]any{"universal_controller": map[string]any{"url": url, "username": "terraform"}}, want: "STONEBRANCH_PASSWORD in the environment"},
		"a password without a username":                     {missing: true, set: with(byPassword, map[string]any{"username": nil}), want: "STONEBRANCH_USERNAME in the environment"},
		"a password without a username, in the environment": {missing: true, env: env(map[string]string{"STONEBRANCH_PASSWORD": "secret-password"}), want: "STONEBRANCH_USERNAME in the environment"},
		"an empty token":                                    {set: with(byToken, map[string]any{"token": ""}), want: "at least 1"},
		"a URL without a scheme":                            {set: with(byToken, map[string]any{"url": "uc.example.com"}), want: "uc.example.com"},
		"a URL with the API's path":                         {set: with(byToken, map[string]any{"url": "https://uc.example.com/uc/resources"}), want: "The URL must not end in /resources: leave it out"},
		"a URL with the API's path and a slash":             {set: with(byToken, map[string]any{"url": "https://example.stonebranch.cloud/resources/"}), want: "The URL must not end in /resources: leave it out"},
		"a URL with the path of another API":                {set: with(byToken, map[string]any{"url": "https://uc.example.com/api"})},
		"a URL with a password in it":                       {set: with(byToken, map[string]any{"url": "https://u:secret-password@uc.example.com"}), want: "user"}, //nolint:gosec // No account has this password.
		"plain http":                                        {set: with(byToken, map[string]any{"url": "http://uc.example.com"}), want: "The connection is not encrypted", warning: true},
		"plain http on this machine":                        {set: with(byToken, map[string]any{"url": "http://127.0.0.1:8080/uc"})},
		"an unknown url":                                    {set: with(byToken, map[string]any{"url": tftypes.UnknownValue})},
		"an unknown token":                                  {set: with(byToken, map[string]any{"token": tftypes.UnknownValue})},
		"an unknown password":                               {set: with(byPassword, map[string]any{"password": tftypes.UnknownValue})},
		"an unknown block":                                  {set: map[string]any{"universal_controller": tftypes.UnknownValue}},
		"a timeout":                                         {set: map[string]any{"universal_controller": byToken, "request_timeout": "2m"}},

		"Foreman's TLS variables, which do not apply": {set: with(byToken, nil), env: map[string]string{"FOREMAN_CA_PATH": "/nowhere", "FOREMAN_VALIDATE_CERTS": "maybe"}},

		"both platforms in the block":                             {set: map[string]any{"universal_controller": byToken, "foreman": foreman}, want: "`foreman` and `universal_controller` are set"},
		"both platforms in the environment":                       {env: both, want: "FOREMAN_SERVER_URL and STONEBRANCH_BASE_URL"},
		"both platforms in the environment, this in the block":    {set: map[string]any{"universal_controller": map[string]any{}}, env: both},
		"both platforms in the environment, Foreman in the block": {set: map[string]any{"foreman": map[string]any{}}, env: both},
		"this in the block, Foreman in the environment":           {set: with(byToken, nil), env: map[string]string{"FOREMAN_SERVER_URL": "https://foreman.example.com"}},
	} {
		t.Run(name, test.run)
	}
}

// TestProvider_universalControllerCredentials tests which credential is used. One in the provider block
// takes precedence over those in the environment; if the environment has both, the token is used.
func TestProvider_universalControllerCredentials(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	var authorization string

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		authorization = r.Header.Get("Authorization")

		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(server.Close)

	basic := func(username, password string) string {
		request := http.Request{Header: http.Header{}}
		request.SetBasicAuth(username, password)

		return request.Header.Get("Authorization")
	}
	everything := map[string]string{
		"STONEBRANCH_API_TOKEN": "env-token", "STONEBRANCH_USERNAME": "env-user", "STONEBRANCH_PASSWORD": "env-password",
	}

	for name, test := range map[string]struct { //nolint:paralleltest // As above.
		block map[string]any
		env   map[string]string
		want  string
	}{
		"a token in the block":                             {block: map[string]any{"token": "token"}, want: "Bearer token"},
		"a password in the block":                          {block: map[string]any{"username": "user", "password": "password"}, want: basic("user", "password")},
		"a token in the block, both in the environment":    {block: map[string]any{"token": "token"}, env: everything, want: "Bearer token"},
		"a password in the block, both in the environment": {block: map[string]any{"username": "user", "password": "password"}, env: everything, want: basic("user", "password")},
		"only a password in the block":                     {block: map[string]any{"password": "password"}, env: everything, want: basic("env-user", "password")},
		"only a username in the block":                     {block: map[string]any{"username": "user"}, env: everything, want: "Bearer env-token"},
		"a username, and a password": {
			block: map[string]any{"username": "user"},
			env:   map[string]string{"STONEBRANCH_USERNAME": "env-user", "STONEBRANCH_PASSWORD": "env-password"},
			want:  basic("user", "env-password"),
		},
		"both in the environment": {env: everything, want: "Bearer env-token"},
		"a password in the environment": {
			env:  map[string]string{"STONEBRANCH_USERNAME": "env-user", "STONEBRANCH_PASSWORD": "env-password"},
			want: basic("env-user", "env-password"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			providertest.SetEnvironment(t, test.env)

			block := map[string]any{"url": server.URL}
			maps.Copy(block, test.block)

			provider, diagnostics := providertest.ConfigureWith(t, map[string]any{"universal_controller": block})
			providertest.WantNoErrors(t, "configure", diagnostics)

			// The response is an error in any case.
			_, err := provider.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
				TypeName: "opsaccess_users",
				Config:   providertest.EncodeObject(t, providertest.Schemas(t)["data opsaccess_users"].ValueType(), nil),
			})
			providertest.Must(t, err)

			if authorization != test.want {
				t.Errorf("logged in with %q, want %q", authorization, test.want)
			}
		})
	}
}
