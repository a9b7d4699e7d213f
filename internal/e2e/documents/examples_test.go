package documents

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
	fwfunction "github.com/hashicorp/terraform-plugin-framework/function"
	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	fwresource "github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// importCommand matches a line of import.sh, and importArgument an argument of an identity.
var (
	importCommand  = regexp.MustCompile(`(?m)^terraform import (\S+) '?([^'\n]+)'?$`)
	importArgument = regexp.MustCompile(`(?m)^ +(\w+) += "(.+)"$`)
)

func TestExamples_oneForEachConstruct(t *testing.T) {
	t.Parallel()

	var want []string

	p, ok := provider.New("test")().(interface {
		fwprovider.ProviderWithActions
		fwprovider.ProviderWithFunctions
		fwprovider.ProviderWithListResources
	})
	if !ok {
		t.Fatal("the provider has no actions, functions or list resources")
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

	for _, construct := range p.Functions(t.Context()) {
		var metadata fwfunction.MetadataResponse

		construct().Metadata(t.Context(), fwfunction.MetadataRequest{}, &metadata)
		want = append(want, path.Join("functions", metadata.Name, "function.tf"))
	}

	for _, construct := range ephemerals(t) {
		want = append(want, path.Join("ephemeral-resources", construct, "ephemeral-resource.tf"))
	}

	for _, file := range want {
		if _, err := fs.Stat(examples.Files(), file); err != nil {
			t.Errorf("examples/%s is missing", file)
		}
	}

	// The remaining folders are for human readers, and must have a README.md.
	for _, folder := range examples.Folders(t) {
		switch of := func(file string) bool { return path.Dir(file) == folder }; {
		case folder == "provider" || slices.ContainsFunc(want, of):
		case strings.HasPrefix(folder, "resources/"), strings.HasPrefix(folder, "data-sources/"), strings.HasPrefix(folder, "functions/"):
			t.Errorf("examples/%s does not belong to a construct of the provider", folder)
		case !isExplained(folder):
			t.Errorf("neither examples/%s nor a folder above it has a README.md", folder)
		}
	}
}

// TestAccExamples_apply applies every example that needs only this provider, unmodified.
func TestAccExamples_apply(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	var applied int

	for _, name := range exampleConfigurations(t) { //nolint:paralleltest // As above.
		text := examples.Text(t, name)
		if needsOthers(text) {
			continue
		}

		applied++

		t.Run(name, func(t *testing.T) {
			servers := examples.NewServers(t, name)
			text := examples.OnSandbox(text, servers)

			if path.Dir(name) == "provider" {
				// Terraform configures a provider only if it is needed.
				text += "\ndata \"opsaccess_current_user\" \"test\" {}\n"
			}

			for i, left := range applyUnmodified(t, text, servers...) {
				if left != 0 {
					t.Errorf("%d tokens are alive on %s after the example was destroyed, want none", left, servers[i].URL)
				}
			}
		})
	}

	if applied < len(exampleConfigurations(t))/2 {
		t.Errorf("applied only %d examples", applied)
	}
}

// TestAccExamples_importCommands runs the commands in import.sh with the real CLI.
func TestAccExamples_importCommands(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	const folder = "resources/opsaccess_personal_access_token"

	commands := importCommand.FindAllStringSubmatch(examples.Text(t, folder+"/import.sh"), -1)
	if len(commands) == 0 {
		t.Fatal("import.sh has no command")
	}

	s, server := examples.NewSandbox(t)
	want := examples.SeedImports(t, server)

	for _, command := range commands { //nolint:paralleltest // As above.
		address, id := command[1], command[2]

		t.Run(id, func(t *testing.T) {
			s.Run(t, resource.TestStep{
				Config:        examples.Text(t, "provider/provider.tf") + examples.Text(t, folder+"/resource.tf"),
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

// TestExamples_importUser tests the examples of importing a user of Universal Controller: each command,
// and both blocks.
func TestExamples_importUser(t *testing.T) {
	t.Parallel()

	const folder = "resources/" + providertest.UserType

	identity := importArgument.FindStringSubmatch(examples.Text(t, folder+"/import-by-identity.tf"))
	ids := importCommand.FindAllStringSubmatch(examples.Text(t, folder+"/import.sh"), -1)
	ids = append(ids, []string{"", "", importArgument.FindStringSubmatch(examples.Text(t, folder+"/import-by-string-id.tf"))[2]})

	s := providertest.NewUniversalControllerSandbox(t, controllerserver.Options{})
	_, err := s.Controller.AddUser(controllerserver.User{SysID: identity[2], UserName: "svc.deploy"})
	providertest.Must(t, err)

	server := s.Admin(t)

	for _, id := range ids {
		state := providertest.NewUserState(t)
		if errs := state.Import(t, server, id[2]); len(errs) > 0 || state.Attributes(t)["id"] != identity[2] {
			t.Errorf("%s: %q", id[2], errs)
		}
	}

	if errs := providertest.NewUserState(t).ImportIdentity(t, server, map[string]any{identity[1]: identity[2]}); len(errs) > 0 || len(ids) != 3 {
		t.Errorf("%d commands, %q", len(ids), errs)
	}
}

// TestAccExamples_importBlock tests that the import block with an id imports the token and does not
// change it.
func TestAccExamples_importBlock(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	const folder = "resources/opsaccess_personal_access_token"

	s, server := examples.NewSandbox(t)
	examples.SeedImports(t, server)

	address := "opsaccess_personal_access_token.deploy"
	text := examples.Text(t, folder+"/resource.tf") + examples.Text(t, folder+"/import-by-string-id.tf")

	s.Run(
		t,
		resource.TestStep{
			Config: text,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, providertest.Path("id"), knownvalue.StringExact(examples.DeployTokenID(server))),
				statecheck.ExpectKnownValue(address, providertest.Path("token"), knownvalue.Null()),
				statecheck.ExpectKnownValue(address, providertest.Path("generation"), knownvalue.Int64Exact(0)),
			},
		},
		resource.TestStep{Config: text, ConfigPlanChecks: providertest.EmptyPlan()},
		resource.TestStep{Config: text, Destroy: true},
	)
}

// TestExamples_importByIdentity tests the import block with an identity over the protocol, because it
// needs Terraform 1.12, which is newer than the oldest supported version.
func TestExamples_importByIdentity(t *testing.T) { //nolint:paralleltest // The environment configures the provider.
	_, server := examples.NewSandbox(t)
	examples.SeedImports(t, server)

	identity := map[string]any{}

	text := examples.Text(t, "resources/opsaccess_personal_access_token/import-by-identity.tf")
	for _, argument := range importArgument.FindAllStringSubmatch(text, -1) {
		identity[argument[1]] = argument[2]
	}

	provider, diagnostics := providertest.ConfigureWith(t, nil)
	providertest.WantNoErrors(t, "configure", diagnostics)

	of, ok := providertest.IdentityType(t, provider).(tftypes.Object)
	if !ok {
		t.Fatal("the identity is not an object")
	}

	for argument := range identity {
		if _, ok := of.AttributeTypes[argument]; !ok {
			t.Fatalf("the identity has no %q", argument)
		}
	}

	response := providertest.ImportIdentity(t, provider, identity)
	providertest.WantNoErrors(t, "import", response.Diagnostics)

	state := providertest.DecodeObject(t, providertest.Schemas(t)["resource "+providertest.TokenType].ValueType(), response.ImportedResources[0].State)

	var id string

	providertest.Must(t, state["id"].As(&id))

	if id != examples.DeployTokenID(server) {
		t.Errorf("imported %s, want %s", id, examples.DeployTokenID(server))
	}
}

var (
	exampleSource = regexp.MustCompile(`(?m)^ +source += "(.+)"$`)
	// exampleEphemeral matches the beginning of an ephemeral block.
	exampleEphemeral = regexp.MustCompile(`(?m)^ephemeral "(\w+)" "(\w+)"`)
	exampleBackend   = regexp.MustCompile(`(?m)^ +backend "`)
	// exampleOther matches a resource of another provider, for which the configuration declares no
	// source.
	exampleOther = regexp.MustCompile(`(?m)^resource "(?:vault|kubernetes)_`)
)

// isExplained reports whether a folder, or one above it, has a README.md.
func isExplained(folder string) bool {
	for ; folder != "."; folder = path.Dir(folder) {
		if _, err := fs.Stat(examples.Files(), path.Join(folder, "README.md")); err == nil {
			return true
		}
	}

	return false
}

// exampleConfigurations returns the examples that are complete configurations: folders with a main.tf,
// unless they are modules for other configurations, and each file in other folders except imports.
// Examples of actions are left out, because the oldest supported CLI cannot read them.
func exampleConfigurations(t *testing.T) []string {
	t.Helper()

	var names []string

	for _, folder := range examples.Folders(t) {
		if strings.HasPrefix(folder, "actions/") {
			continue
		}

		files := examples.FilesOf(t, folder)
		if slices.Contains(files, path.Join(folder, "main.tf")) {
			if !isModule(t, folder) {
				names = append(names, folder)
			}

			continue
		}

		for _, file := range files {
			if path.Ext(file) == ".tf" && !strings.HasPrefix(path.Base(file), "import") {
				names = append(names, file)
			}
		}
	}

	return names
}

// isModule reports whether a folder is a module for other configurations, with its own tests.
func isModule(t *testing.T, folder string) bool {
	t.Helper()

	return len(examples.FilesOf(t, path.Join(folder, "tests"))) > 0
}

// needsOthers reports whether a configuration needs more than this provider: another provider, a
// module, or a backend.
func needsOthers(text string) bool {
	if exampleBackend.MatchString(text) || exampleOther.MatchString(text) {
		return true
	}

	for _, source := range exampleSource.FindAllStringSubmatch(text, -1) {
		if source[1] != "opsaccess/opsaccess" {
			return true
		}
	}

	return false
}

// ephemerals returns the type names of the provider's ephemeral resources.
func ephemerals(t *testing.T) []string {
	t.Helper()

	var names []string

	metadata, err := providertest.Protocol(t).GetMetadata(t.Context(), &tfprotov6.GetMetadataRequest{})
	providertest.Must(t, err)

	for _, construct := range metadata.EphemeralResources {
		names = append(names, construct.TypeName)
	}

	return names
}

// keep returns configuration that uses the names of ephemeral resources. Otherwise, an apply without
// changes would not open them, and OpenTofu would never open them.
func keep(opened [][]string) string {
	if len(opened) == 0 {
		return ""
	}

	var names strings.Builder
	for _, block := range opened {
		fmt.Fprintf(&names, "ephemeral.%s.%s.name, ", block[1], block[2])
	}

	return "\nprovider \"echo\" {\n  data = [" + names.String() + "]\n}\n\nresource \"echo\" \"test\" {}\n"
}
