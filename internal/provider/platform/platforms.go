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

// allPlatforms are all platforms there are. Another one takes a line here, a field in Blocks and in
// its map, and a file beside foreman.go.
var allPlatforms = []definition{foremanPlatform, universalControllerPlatform}

// allTraits are those of all platforms.
func allTraits() []pat.Traits {
	traits := make([]pat.Traits, 0, len(allPlatforms))
	for _, p := range allPlatforms {
		traits = append(traits, p.traits)
	}

	return traits
}

// Blocks are the platforms' objects of the provider block and of users. Objects
// may be unknown, which pointers to structs cannot be.
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

// Listings are the objects of those platforms whose lists have parameters of
// their own.
type Listings struct {
	Foreman types.Object `tfsdk:"foreman"`
}

// of returns the object of a platform, null where it has none.
func (l *Listings) of(name string) types.Object {
	return map[string]types.Object{
		foremanPlatform.name: l.Foreman,
	}[name]
}

// chooseConfigured returns the platform that is configured: the one whose object is set, or else
// the one whose URL the environment has. While an object is unknown it is that one, for what it
// turns out to be decides. That none is configured goes to missing.
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

// refuseForeign refuses parameters of a platform other than the one that is configured.
func refuseForeign(listings Listings, traits pat.Traits, diags *diag.Diagnostics) {
	for _, p := range allPlatforms {
		if p.name != traits.Platform && !listings.of(p.name).IsNull() {
			// It points at no attribute: the CLI would show the source of all that is in the object.
			diags.AddError("Argument not supported by this platform", fmt.Sprintf(
				"The provider is configured for %s, which has no `%s`: leave it out.", traits.DisplayName, p.name))
		}
	}
}

// ProviderAttributes are those of the provider block.
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

// AddUserObjects adds what only one platform tells of a user, for each platform, to the attributes.
func AddUserObjects(attributes map[string]dsschema.Attribute) {
	for _, p := range allPlatforms {
		attributes[p.name] = p.record
	}
}

// UserObjects are the objects of all platforms for one user: null but for the platform
// whose System the user came from.
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
