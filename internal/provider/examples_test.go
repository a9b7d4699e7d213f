package provider

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	fwaction "github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	fwresource "github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
)

// importCommand is a line of import.sh, importArgument one of an identity.
var (
	importCommand  = regexp.MustCompile(`(?m)^terraform import (\S+) '?([^'\n]+)'?$`)
	importArgument = regexp.MustCompile(`(?m)^ +(\w+) += "(.+)"$`)
)

func TestExamples_oneForEachConstructAndNoneOfAnother(t *testing.T) {
	t.Parallel()

	var want []string

	p, ok := New("test")().(interface {
		fwprovider.ProviderWithActions
		fwprovider.ProviderWithListResources
	})
	if !ok {
		t.Fatal("the provider has no actions or list resources")
	}

	for _, construct := range p.Resources(t.Context()) {
		var metadata fwresource.MetadataResponse

		made := construct()
		made.Metadata(t.Context(), fwresource.MetadataRequest{ProviderTypeName: "opsaccess"}, &metadata)
		want = append(want, path.Join("resources", metadata.TypeName, "resource.tf"))

		if _, ok := made.(fwresource.ResourceWithImportState); ok {
			want = append(want, path.Join("resources", metadata.TypeName, "import.sh"),
				path.Join("resources", metadata.TypeName, "import-by-string-id.tf"))
		}

		if _, ok := made.(fwresource.ResourceWithIdentity); ok {
			want = append(want, path.Join("resources", metadata.TypeName, "import-by-identity.tf"))
		}
	}

	for _, construct := range p.DataSources(t.Context()) {
		var metadata datasource.MetadataResponse

		construct().Metadata(t.Context(), datasource.MetadataRequest{ProviderTypeName: "opsaccess"}, &metadata)
		want = append(want, path.Join("data-sources", metadata.TypeName, "data-source.tf"))
	}

	for _, construct := range p.ListResources(t.Context()) {
		var metadata fwresource.MetadataResponse

		construct().Metadata(t.Context(), fwresource.MetadataRequest{ProviderTypeName: "opsaccess"}, &metadata)
		want = append(want, path.Join("list-resources", metadata.TypeName, "list-resource.tfquery.hcl"))
	}

	for _, construct := range p.Actions(t.Context()) {
		var metadata fwaction.MetadataResponse

		construct().Metadata(t.Context(), fwaction.MetadataRequest{ProviderTypeName: "opsaccess"}, &metadata)
		want = append(want, path.Join("actions", metadata.TypeName, "action.tf"))
	}

	for _, construct := range ephemerals(t) {
		want = append(want, path.Join("ephemeral-resources", construct, "ephemeral-resource.tf"))
	}

	for _, file := range want {
		if _, err := fs.Stat(examples(), file); err != nil {
			t.Errorf("examples/%s is missing", file)
		}
	}

	// All others are for people to read, and one of them says what they are.
	for _, folder := range exampleFolders(t) {
		switch of := func(file string) bool { return path.Dir(file) == folder }; {
		case folder == "provider" || slices.ContainsFunc(want, of):
		case strings.HasPrefix(folder, "resources/"), strings.HasPrefix(folder, "data-sources/"):
			t.Errorf("examples/%s is of no construct that the provider has", folder)
		case !isExplained(folder):
			t.Errorf("examples/%s has no README.md, nor has a folder that it is in", folder)
		}
	}
}

// Every example that needs this provider alone is applied as it stands.
func TestAccExamples_apply(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	var applied int

	for _, name := range exampleConfigurations(t) { //nolint:paralleltest // As above.
		text := exampleText(t, name)
		if needsOthers(text) {
			continue
		}

		applied++

		t.Run(name, func(t *testing.T) {
			servers := newExampleServers(t, name)
			text := onSandbox(text, servers)
			variables := config.Variables{}
			live, issued := make([]int, len(servers)), make([]int, len(servers))

			for i, s := range servers {
				if strings.Contains(text, fmt.Sprintf("variable %q", s.variable)) {
					variables[s.variable] = config.StringVariable(s.credential(t))
				}

				live[i], issued[i] = s.live(), s.issued()
			}

			if path.Dir(name) == "provider" {
				// Terraform configures a provider only if something needs it.
				text += "\ndata \"opsaccess_current_user\" \"test\" {}\n"
			}

			opened := exampleEphemeral.FindAllStringSubmatch(text, -1)
			text += keep(opened)

			servers[0].run(
				t,
				resource.TestStep{Config: text, ConfigVariables: variables},
				resource.TestStep{
					PreConfig: func() {
						for i, s := range servers {
							if count := s.issued() - issued[i]; count < len(opened) {
								t.Errorf("%d tokens were issued on %s, want %d or more", count, s.url, len(opened))
							}
						}
					},
					Config: text, ConfigVariables: variables, ConfigPlanChecks: emptyPlan(),
				},
				// What a test case does of itself at its end cannot take for_each.
				resource.TestStep{Config: text, ConfigVariables: variables, Destroy: true},
			)

			for i, s := range servers {
				if left := s.live() - live[i]; left != 0 {
					t.Errorf("%d tokens outlived the example on %s, want none", left, s.url)
				}
			}
		})
	}

	if applied < len(exampleConfigurations(t))/2 {
		t.Errorf("only %d examples were applied: are they still found?", applied)
	}
}

// The commands of import.sh import what they name, through the real CLI.
func TestAccExamples_importCommands(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	const folder = "resources/opsaccess_personal_access_token"

	commands := importCommand.FindAllStringSubmatch(exampleText(t, folder+"/import.sh"), -1)
	if len(commands) == 0 {
		t.Fatal("import.sh has no command")
	}

	s, server := newExampleSandbox(t)
	want := seedImports(t, server)

	for _, command := range commands { //nolint:paralleltest // As above.
		address, id := command[1], command[2]

		t.Run(id, func(t *testing.T) {
			s.run(t, resource.TestStep{
				Config:        exampleText(t, "provider/provider.tf") + exampleText(t, folder+"/resource.tf"),
				ResourceName:  address,
				ImportState:   true,
				ImportStateId: id,
				ImportStateCheck: func(states []*terraform.InstanceState) error {
					_, token, _ := strings.Cut(id, "/")
					if len(states) != 1 || states[0].ID != want[token] {
						return fmt.Errorf("imported %v, want the token %s", states, want[token])
					}

					return nil
				},
			})
		})
	}
}

// The import block with an id imports in a plan, and leaves the token as it is.
func TestAccExamples_importBlock(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	const folder = "resources/opsaccess_personal_access_token"

	s, server := newExampleSandbox(t)
	seedImports(t, server)

	address := "opsaccess_personal_access_token.deploy"
	text := exampleText(t, folder+"/resource.tf") + exampleText(t, folder+"/import-by-string-id.tf")

	s.run(
		t,
		resource.TestStep{
			Config: text,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, at("id"), knownvalue.StringExact(deployTokenID(server))),
				statecheck.ExpectKnownValue(address, at("token"), knownvalue.Null()),
				statecheck.ExpectKnownValue(address, at("generation"), knownvalue.Int64Exact(0)),
			},
		},
		resource.TestStep{Config: text, ConfigPlanChecks: emptyPlan()},
		resource.TestStep{Config: text, Destroy: true},
	)
}

// The import block with an identity takes Terraform 1.12, which is newer than the oldest
// that is supported, so the provider is asked as Terraform would ask it.
func TestExamples_importByIdentity(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	_, server := newExampleSandbox(t)
	seedImports(t, server)

	identity := map[string]any{}

	text := exampleText(t, "resources/opsaccess_personal_access_token/import-by-identity.tf")
	for _, argument := range importArgument.FindAllStringSubmatch(text, -1) {
		identity[argument[1]] = argument[2]
	}

	provider, diagnostics := configureWith(t, nil)
	wantNoErrors(t, "configure", diagnostics)

	of, ok := identityType(t, provider).(tftypes.Object)
	if !ok {
		t.Fatal("an identity is no object")
	}

	for argument := range identity {
		if _, ok := of.AttributeTypes[argument]; !ok {
			t.Fatalf("the identity has no %q", argument)
		}
	}

	response := importIdentity(t, provider, identity)
	wantNoErrors(t, "import", response.Diagnostics)

	state := decode(t, schemas(t)["resource "+tokenType].ValueType(), response.ImportedResources[0].State)

	var id string

	must(t, state["id"].As(&id))

	if id != deployTokenID(server) {
		t.Errorf("imported %s, want %s", id, deployTokenID(server))
	}
}
