package documents

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
)

// applyUnmodified applies a configuration from a document, checks that the next plan is empty, and
// destroys everything. It returns by how many the number of live tokens on each server grew.
//
// It runs the CLI directly, because each command takes half a second and a test case of
// terraform-plugin-testing would run twenty of them.
func applyUnmodified(t *testing.T, text string, servers ...examples.Server) []int {
	t.Helper()

	opened := exampleEphemeral.FindAllStringSubmatch(text, -1)
	variables, grown, issued := map[string]string{}, make([]int, len(servers)), make([]int, len(servers))

	for i, s := range servers {
		if strings.Contains(text, fmt.Sprintf("variable %q", s.Variable)) {
			variables[s.Variable] = s.Credential(t)
		}

		grown[i], issued[i] = -s.Live(), s.Issued()
	}

	if strings.Contains(text, `variable "gateway_client_secret"`) {
		variables["gateway_client_secret"] = "that the sandbox ignores"
	}

	values, err := json.Marshal(variables)
	providertest.Must(t, err)

	text += keep(opened)

	w := servers[0].Workspace(t)
	w.Beside = otherProviders(t, servers[0], text)
	w.Write(t, text)
	w.File(t, "document.auto.tfvars.json", string(values))

	if strings.Contains(text, "required_providers") {
		w.File(t, "versions.tf", "")
	}

	watch, wantNoneAlive := servers[0].WatchStates()
	w.Apply(t, watch)

	for i, s := range servers {
		if count := s.Issued() - issued[i]; count < len(opened) {
			t.Errorf("%d tokens were issued on %s, want %d or more", count, s.URL, len(opened))
		}
	}

	w.Unchanged(t)
	w.Destroy(t)
	wantNoneAlive(t)

	for i, s := range servers {
		grown[i] += s.Live()
	}

	return grown
}

// otherProviders returns the other providers in a configuration, for which it need not declare a
// source.
func otherProviders(t *testing.T, s examples.Server, text string) map[string]func() tfprotov6.ProviderServer {
	t.Helper()

	beside := map[string]func() tfprotov6.ProviderServer{}

	for name, serve := range s.Factories([]resource.TestStep{{Config: text}}) {
		if name == "opsaccess" {
			continue
		}

		for _, namespace := range []string{"hashicorp", "opsaccess"} {
			beside[namespace+"/"+name] = func() tfprotov6.ProviderServer {
				server, err := serve()
				if err != nil {
					t.Errorf("serving %s: %v", name, err)
				}

				return server
			}
		}
	}

	return beside
}
