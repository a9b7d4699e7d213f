package protocol

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/agekeys"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// misplacedSecrets returns secrets that a user may put into any argument by mistake.
func misplacedSecrets(t *testing.T) map[string]string {
	t.Helper()

	identity, native := agekeys.Native(t)
	key := identity.String()

	const body = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"

	return map[string]string{ //nolint:gosec // None of them is in use.
		"an age key":                   key,
		"a file of age-keygen":         "# created: 2026-01-01T00:00:00Z\n# public key: " + native.Recipient + "\n" + key + "\n",
		"a key with a leading blank":   " " + key,
		"a key in lower case":          strings.ToLower(key),
		"an OpenSSH key":               "-----BEGIN OPENSSH PRIVATE KEY-----\n" + body + "\n-----END OPENSSH PRIVATE KEY-----\n",
		"a PEM key":                    "-----BEGIN EC PRIVATE KEY-----\n" + body + "\n-----END EC PRIVATE KEY-----\n",
		"a PuTTY key":                  "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n" + body + "\n",
		"a Universal Controller token": "ucp_taUFeDdhrlpn8Gc5Vu9IO2LRQ29pbvBRJUSPvifP",
		"a Foreman token":              "Zk3-v9QxT1bUw_7Yp2LmAe",
		"a token with a line break":    "Zk3-v9QxT1bUw_7Yp2LmAe\n",
		"a key after a recipient":      native.Recipient + "\n" + key,
		"a key after an SSH key type":  "ssh-ed25519 " + key,
		"a long line":                  strings.Repeat("Secret words. ", 50),
	}
}

// TestMisplacedSecrets_noDiagnosticShowsThem tests that no diagnostic reveals a secret in the wrong
// argument. Other providers quote it in the error, or the CLI prints the source line that the error
// points at.
func TestMisplacedSecrets_noDiagnosticShowsThem(t *testing.T) {
	t.Parallel()

	s, _ := providertest.NewForemanServer(t, foremanserver.Options{})
	controller := providertest.NewUniversalController(t)
	user := s.AddUser(t, providertest.User{Login: "svc-misplaced"})
	servers := map[*providertest.Target]providertest.ProtocolServer{s: s.Admin(t), controller: controller.Admin(t)}

	for construct, schema := range providertest.Schemas(t) {
		kind, typeName, _ := strings.Cut(construct, " ")

		for _, argument := range texts(schema.Block) {
			t.Run(construct+" "+strings.Join(argument, "."), func(t *testing.T) {
				t.Parallel()

				secrets := misplacedSecrets(t)

				if argument[0] == "encrypt_to" { // An invalid recipient is not shown at all, even if it is public.
					_, native := agekeys.Native(t)
					secrets["a truncated recipient"] = native.Recipient[:len(native.Recipient)-1]
					secrets["a word"] = "hunter2"
				}

				for name, secret := range secrets {
					for on, server := range servers {
						set := map[string]any{}

						switch kind {
						case "provider":
							set = on.Settings(on.Login, on.Password)
						case "resource", "list", "ephemeral":
							set = map[string]any{"user_id": user.ID}
							if kind == "resource" && argument[0] != "name" {
								set["name_prefix"] = "x-"
							}
						}

						put(schema.ValueType(), set, argument, secret)

						for _, d := range react(t, server, kind, typeName, schema, set) {
							checkHidden(t, fmt.Sprintf("%s: %s", name, d.Summary), argument[0], secret, d)
						}
					}
				}
			})
		}
	}
}

// checkHidden fails the test if a diagnostic, or the source that it points at, shows a secret.
func checkHidden(t *testing.T, what, argument, secret string, d *tfprotov6.Diagnostic) {
	t.Helper()

	for _, line := range append(strings.Split(secret, "\n"), strings.TrimSpace(secret)) {
		if text := d.Summary + " " + d.Detail; len(line) > 1 && strings.Contains(strings.ToLower(text), strings.ToLower(line)) {
			t.Errorf("%s shows a possible secret: %s", what, text)
		}
	}

	if d.Attribute != nil && len(d.Attribute.Steps()) > 0 && d.Attribute.Steps()[0] == tftypes.AttributeName(argument) {
		t.Errorf("%s points at the source", what)
	}
}

// texts returns the paths of all string arguments.
func texts(block *tfprotov6.SchemaBlock) [][]string {
	var paths [][]string

	var walk func(within []string, attributes []*tfprotov6.SchemaAttribute)

	walk = func(within []string, attributes []*tfprotov6.SchemaAttribute) {
		for _, a := range attributes {
			at := append(append([]string{}, within...), a.Name)

			switch {
			case a.Computed && !a.Optional:
			case a.NestedType != nil:
				walk(at, a.NestedType.Attributes)
			case a.Type.Is(tftypes.String), a.Type.Is(tftypes.Set{}), a.Type.Is(tftypes.List{}), a.Type.Is(tftypes.Map{}):
				paths = append(paths, at)
			}
		}
	}

	walk(nil, block.Attributes)

	return paths
}

// put sets an argument, possibly within an object, to the text, or to a collection that contains it.
func put(of tftypes.Type, set map[string]any, argument []string, text string) {
	object, _ := of.(tftypes.Object)
	within := object.AttributeTypes[argument[0]]

	if len(argument) > 1 {
		inner, _ := set[argument[0]].(map[string]any)
		inner = maps.Clone(inner)

		if inner == nil {
			inner = map[string]any{}
		}

		put(within, inner, argument[1:], text)
		set[argument[0]] = inner

		return
	}

	element := tftypes.NewValue(tftypes.String, text)

	switch {
	case within.Is(tftypes.String):
		set[argument[0]] = text
	case within.Is(tftypes.Map{}):
		set[argument[0]] = map[string]tftypes.Value{"key": element}
	default:
		set[argument[0]] = []tftypes.Value{element}
	}
}

// react validates and plans, reads or opens a configuration, as a plan does, and returns the
// diagnostics.
func react(
	t *testing.T, server providertest.ProtocolServer, kind, typeName string, schema *tfprotov6.Schema, set map[string]any,
) []*tfprotov6.Diagnostic {
	t.Helper()

	if kind == "provider" {
		return providertest.ConfigureServer(t, providertest.Protocol(t), set)
	}

	config := providertest.EncodeObject(t, schema.ValueType(), set)

	diagnostics := providertest.ValidateConfig(t, server, kind, typeName, config)
	if len(providertest.Texts(diagnostics, tfprotov6.DiagnosticSeverityError)) > 0 {
		return diagnostics
	}

	switch kind {
	case "resource":
		response, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
			TypeName: typeName, Config: config, ProposedNewState: config, PriorState: providertest.EncodeNull(t, schema),
		})
		providertest.Must(t, err)

		return append(diagnostics, response.Diagnostics...)
	case "data":
		response, err := server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: config})
		providertest.Must(t, err)

		return append(diagnostics, response.Diagnostics...)
	case "ephemeral":
		response, err := server.OpenEphemeralResource(t.Context(), &tfprotov6.OpenEphemeralResourceRequest{
			TypeName: typeName, Config: config,
		})
		providertest.Must(t, err)

		return append(diagnostics, response.Diagnostics...)
	case "list":
		stream, err := server.ListResource(t.Context(), &tfprotov6.ListResourceRequest{TypeName: typeName, Config: config, Limit: 1})
		providertest.Must(t, err)

		for result := range stream.Results {
			diagnostics = append(diagnostics, result.Diagnostics...)
		}

		return diagnostics
	case "action":
		response, err := server.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: typeName, Config: config})
		providertest.Must(t, err)

		return append(diagnostics, response.Diagnostics...)
	default:
		t.Fatalf("cannot use the construct %s", kind)

		return nil
	}
}

func TestMisplacedSecrets_inAnImportID(t *testing.T) {
	t.Parallel()
	providertest.OnEachPlatform(t, func(t *testing.T, s *providertest.Target) {
		user := s.AddUser(t, providertest.User{Login: "svc-misplaced"})
		server := s.Admin(t)

		for name, secret := range misplacedSecrets(t) {
			for _, id := range []string{secret, secret + "/1", user.Login + "/" + secret, user.Login + "/name=" + secret} {
				response, err := server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: providertest.TokenType, ID: id})
				providertest.Must(t, err)

				if len(providertest.Texts(response.Diagnostics, tfprotov6.DiagnosticSeverityError)) == 0 {
					t.Errorf("%s: there was no error", name)
				}

				for _, d := range response.Diagnostics {
					checkHidden(t, name+": "+d.Summary, "id", secret, d)
				}
			}
		}
	})
}
