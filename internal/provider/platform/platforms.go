package platform

import (
	"context"
	"fmt"
	"os"
	"strings"

	dsschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// allPlatforms are the supported platforms. A new one requires a line here, a field in Blocks and
// in its map, and a file like foreman.go.
var allPlatforms = []definition{foremanPlatform, universalControllerPlatform}

// allTraits returns the traits of all platforms.
func allTraits() []pat.Traits {
	traits := make([]pat.Traits, 0, len(allPlatforms))
	for _, p := range allPlatforms {
		traits = append(traits, p.traits)
	}

	return traits
}

// Blocks are the platforms' objects in the provider block and in users. An object may be unknown,
// which a pointer to a struct cannot represent.
type Blocks struct {
	Foreman             types.Object `tfsdk:"foreman"`
	UniversalController types.Object `tfsdk:"universal_controller"`
}

// of returns the object of a platform.
func (b *Blocks) of(name string) *types.Object {
	return map[string]*types.Object{
		foremanPlatform.name:             &b.Foreman,
		universalControllerPlatform.name: &b.UniversalController,
	}[name]
}

// Listings are the objects of the platforms whose lists have parameters.
type Listings struct {
	Foreman types.Object `tfsdk:"foreman"`
}

// of returns the object of a platform; null if it has none.
func (l *Listings) of(name string) types.Object {
	return map[string]types.Object{
		foremanPlatform.name: l.Foreman,
	}[name]
}

// chooseConfigured returns the configured platform: the one whose object is set, else the one whose
// URL is in the environment. If an object is unknown, it returns that platform, because the
// object's final value decides. If no platform is configured, it adds an error to missing.
func chooseConfigured(blocks Blocks, missing, diags *diag.Diagnostics) (definition, bool) {
	var configured, unknown, exported []definition

	for _, p := range allPlatforms {
		switch block := blocks.of(p.name); {
		case block.IsUnknown():
			unknown = append(unknown, p)
		case !block.IsNull():
			configured = append(configured, p)
		}

		if os.Getenv(p.urlVariable) != "" {
			exported = append(exported, p)
		}
	}

	switch {
	case len(unknown) > 0 && len(configured) < 2:
		return unknown[0], true
	case len(configured) == 1:
		return configured[0], true
	case len(configured) > 1:
		diags.AddError("Two platforms are configured", fmt.Sprintf(
			"%s are set. A provider reaches one server: use an alias for each.", platformNames(configured, " and ")))
	case len(exported) == 1:
		return exported[0], true
	case len(exported) > 1:
		diags.AddError("Two platforms are configured", fmt.Sprintf(
			"The provider block has no platform, and the environment has %s. "+
				"Unset all but one, or say in the provider block which is meant.", urlVariables(exported, " and ")))
	default:
		missing.AddError("No platform is configured", fmt.Sprintf(
			"Set %s in the provider block, or %s in the environment.", platformNames(allPlatforms, " or "), urlVariables(allPlatforms, " or ")))
	}

	return definition{}, false
}

// refuseForeign refuses parameters of a platform other than the configured one.
func refuseForeign(listings Listings, traits pat.Traits, diags *diag.Diagnostics) {
	for _, p := range allPlatforms {
		if p.name != traits.Platform && !listings.of(p.name).IsNull() {
			// Point at no attribute, because the CLI would print the source of the whole object.
			diags.AddError("Argument not supported by this platform", fmt.Sprintf(
				"The provider is configured for %s, which has no `%s`: leave it out.", traits.DisplayName, p.name))
		}
	}
}

// ProviderAttributes are the attributes of the provider block.
func ProviderAttributes() map[string]schema.Attribute {
	attributes := connectionAttributes()
	for _, p := range allPlatforms {
		attributes[p.name] = p.block
	}

	return attributes
}

// AddListings adds each platform's own parameters of lists of "tokens" or "users" to the
// attributes.
func AddListings(attributes map[string]dsschema.Attribute, of string) {
	for _, p := range allPlatforms {
		if p.listing != nil {
			attributes[p.name] = p.listing(of)
		}
	}
}

// AddUserObjects adds each platform's own user attributes.
func AddUserObjects(attributes map[string]dsschema.Attribute) {
	for _, p := range allPlatforms {
		attributes[p.name] = p.record
	}
}

// UserObjects returns the objects of all platforms for one user. All are null except that of the
// platform whose System returned the user.
func UserObjects(ctx context.Context, user pat.User, diags *diag.Diagnostics) Blocks {
	var blocks Blocks

	for _, p := range allPlatforms {
		value, d := p.fill(ctx, user.Native)
		diags.Append(d...)
		*blocks.of(p.name) = value
	}

	return blocks
}

func platformNames(list []definition, between string) string {
	return joinedBy(list, between, func(p definition) string { return "`" + p.name + "`" })
}

func urlVariables(list []definition, between string) string {
	return joinedBy(list, between, func(p definition) string { return p.urlVariable })
}

func joinedBy(list []definition, between string, text func(definition) string) string {
	words := make([]string, 0, len(list))
	for _, p := range list {
		words = append(words, text(p))
	}

	return strings.Join(words, between)
}
