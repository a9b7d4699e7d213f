package protocol

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// TestIdentity_import tests an import by identity over the protocol, because only Terraform 1.12 and
// later support it. It finds the token, returns the same identity, and refuses a token on another
// server.
func TestIdentity_import(t *testing.T) {
	t.Parallel()

	s, _ := providertest.NewForemanServer(t, foremanserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc-identity"})

	issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "by hand"})
	providertest.Must(t, err)

	server, diagnostics := providertest.ConfigureWith(t, map[string]any{"foreman": map[string]any{
		"url": s.URL, "username": s.Login, "password": s.Password,
	}})
	if len(diagnostics) > 0 {
		t.Fatal(diagnostics[0].Summary, diagnostics[0].Detail)
	}

	for name, test := range map[string]struct {
		identity map[string]any
		err      string
	}{
		"without a server":                 {identity: map[string]any{"user_id": user.ID, "token": issued.ID}},
		"with the server":                  {identity: map[string]any{"server": s.URL, "user_id": user.ID, "token": issued.ID}},
		"with an empty server":             {identity: map[string]any{"server": "", "user_id": user.ID, "token": issued.ID}, err: "The import identity names another server"},
		"with another server":              {identity: map[string]any{"server": "https://elsewhere.example.com", "user_id": user.ID, "token": issued.ID}, err: "The import identity names another server"},
		"with a token that does not exist": {identity: map[string]any{"user_id": user.ID, "token": "99999999"}, err: "Could not find the token to import"},
		"with a user's login":              {identity: map[string]any{"user_id": user.Login, "token": issued.ID}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			response := providertest.ImportIdentity(t, server, test.identity)

			if test.err != "" {
				if len(response.Diagnostics) == 0 || !strings.Contains(response.Diagnostics[0].Summary, test.err) {
					t.Fatalf("got %v, want the error %q", response.Diagnostics, test.err)
				}

				return
			}

			for _, diagnostic := range response.Diagnostics {
				if diagnostic.Severity == tfprotov6.DiagnosticSeverityError {
					t.Fatalf("%s: %s", diagnostic.Summary, diagnostic.Detail)
				}
			}

			got := decodeIdentity(t, server, response.ImportedResources[0].Identity)
			want := map[string]string{"server": s.URL, "user_id": user.ID, "token": issued.ID}

			for key, text := range want {
				if got[key] != text {
					t.Errorf("%s is %q, want %q", key, got[key], text)
				}
			}
		})
	}
}

// TestIdentity_importWithAnEmptyPart tests that an identity with an empty part identifies no token, not
// even a user's only one.
func TestIdentity_importWithAnEmptyPart(t *testing.T) {
	t.Parallel()
	providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) {
		user := s.AddUser(t, providertest.User{Login: "svc-empty"})

		_, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "the only one"})
		providertest.Must(t, err)

		server := s.Admin(t)

		for name, identity := range map[string]map[string]any{
			"without a token": {"user_id": user.ID, "token": ""},
			"without a user":  {"user_id": "", "token": "the only one"},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()

				diagnostics := providertest.ImportIdentity(t, server, identity).Diagnostics
				if len(diagnostics) != 1 || diagnostics[0].Summary != "Invalid import id" {
					t.Errorf("got %v, want the error \"Invalid import id\"", diagnostics)
				}
			})
		}
	})
}

func decodeIdentity(
	t *testing.T, server tfprotov6.ProviderServer, data *tfprotov6.ResourceIdentityData,
) map[string]string {
	t.Helper()

	decoded, err := data.IdentityData.Unmarshal(providertest.IdentityType(t, server))
	if err != nil {
		t.Fatal(err)
	}

	var values map[string]tftypes.Value
	if err := decoded.As(&values); err != nil {
		t.Fatal(err)
	}

	texts := map[string]string{}

	for name, value := range values {
		var text string
		if err := value.As(&text); err != nil {
			t.Fatal(err)
		}

		texts[name] = text
	}

	return texts
}
