package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// Over the protocol, since identity takes Terraform 1.12: an import by identity finds the
// token, answers with the same identity, and refuses that of another server.
func TestIdentity_import(t *testing.T) {
	t.Parallel()

	s, _ := newForemanSandbox(t, foremanserver.Options{})
	user := s.addUser(t, testUser{login: "svc-identity"})

	issued, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: "by hand"})
	must(t, err)

	server, diagnostics := configureWith(t, map[string]any{"foreman": map[string]any{
		"url": s.url, "username": s.login, "password": s.password,
	}})
	if len(diagnostics) > 0 {
		t.Fatal(diagnostics[0].Summary, diagnostics[0].Detail)
	}

	for name, test := range map[string]struct {
		identity map[string]any
		err      string
	}{
		"without a server":   {identity: map[string]any{"user_id": user.id, "token": issued.ID}},
		"with the server":    {identity: map[string]any{"server": s.url, "user_id": user.id, "token": issued.ID}},
		"of an empty server": {identity: map[string]any{"server": "", "user_id": user.id, "token": issued.ID}, err: "The identity is of another server"},
		"of another server":  {identity: map[string]any{"server": "https://elsewhere.example.com", "user_id": user.id, "token": issued.ID}, err: "The identity is of another server"},
		"of no such token":   {identity: map[string]any{"user_id": user.id, "token": "99999999"}, err: "Could not find the token to import"},
		"of a user's login":  {identity: map[string]any{"user_id": user.login, "token": issued.ID}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			response := importIdentity(t, server, test.identity)

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
			want := map[string]string{"server": s.url, "user_id": user.id, "token": issued.ID}

			for key, text := range want {
				if got[key] != text {
					t.Errorf("%s is %q, want %q", key, got[key], text)
				}
			}
		})
	}
}

// An identity with an empty part names no token, not the only one that the user has.
func TestIdentity_importWithAnEmptyPart(t *testing.T) {
	t.Parallel()
	onEachSandbox(t, func(t *testing.T, s *sandboxed) {
		user := s.addUser(t, testUser{login: "svc-empty"})

		_, err := s.system.Create(t.Context(), user.id, pat.NewToken{Name: "the only one"})
		must(t, err)

		server := s.admin(t)

		for name, identity := range map[string]map[string]any{
			"without a token": {"user_id": user.id, "token": ""},
			"without a user":  {"user_id": "", "token": "the only one"},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()

				diagnostics := importIdentity(t, server, identity).Diagnostics
				if len(diagnostics) != 1 || diagnostics[0].Summary != "Invalid import id" {
					t.Errorf("got %v, want the error \"Invalid import id\"", diagnostics)
				}
			})
		}
	})
}

const tokenType = "opsaccess_personal_access_token"

// identityType returns the type of the resource's identity.
func identityType(t *testing.T, server tfprotov6.ProviderServer) tftypes.Type {
	t.Helper()

	response, err := server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}

	return response.IdentitySchemas[tokenType].ValueType()
}

func importIdentity(
	t *testing.T, server tfprotov6.ProviderServer, identity map[string]any,
) *tfprotov6.ImportResourceStateResponse {
	t.Helper()

	of := identityType(t, server)

	encoded, err := tfprotov6.NewDynamicValue(of, objectValue(of, identity))
	if err != nil {
		t.Fatal(err)
	}

	response, err := server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: tokenType, Identity: &tfprotov6.ResourceIdentityData{IdentityData: &encoded},
	})
	if err != nil {
		t.Fatal(err)
	}

	return response
}

func decodeIdentity(
	t *testing.T, server tfprotov6.ProviderServer, data *tfprotov6.ResourceIdentityData,
) map[string]string {
	t.Helper()

	decoded, err := data.IdentityData.Unmarshal(identityType(t, server))
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
