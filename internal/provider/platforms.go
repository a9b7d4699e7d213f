package provider

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

// platforms are all platforms there are. Another one takes a line here, a field in each
// of the structs below, and a schema file.
var platforms = []platform{foremanPlatform, universalControllerPlatform}

// platform is what one platform brings to the schemas, each part under its name.
type platform struct {
	// name is the attribute's name, and the Platform of the Traits.
	name string
	// urlVariable is the environment variable that says that this platform is meant.
	urlVariable string
	// block is the platform's object in the provider block.
	block schema.SingleNestedAttribute
	// open makes the System of a block, null where the environment says it all.
	open func(ctx context.Context, block types.Object, connection connection) (opened, diag.Diagnostics)

	// listing are the platform's own parameters of lists of "tokens" or "users", in a data
	// source; nil where it has none.
	listing func(of string) dsschema.SingleNestedAttribute
	// query turns the listing into what the driver takes as a native query.
	query func(ctx context.Context, listing types.Object) (any, diag.Diagnostics)

	// record is the schema of what only this platform tells of a user.
	record dsschema.SingleNestedAttribute
	// fill turns pat.User.Native into the value of record.
	fill func(ctx context.Context, native any) (types.Object, diag.Diagnostics)

	// recognize reads a token out of another provider's object, and says whether the object
	// is among this platform's tokens; nil where none can be moved here.
	recognize func(object restObject) (recognized, bool, error)
}

// opened is a System, or what is not known yet to make one.
type opened struct {
	system pat.System
	// credential is the password or token that it logs in with.
	credential pat.Secret
	// mayBeToken is false where the credential is sure to be no personal access token.
	mayBeToken bool
	// unknown are the attributes whose values are known only after apply.
	unknown []string
}

// platformBlocks are the platforms' objects of the provider block and of users. Objects
// may be unknown, which pointers to structs cannot be.
type platformBlocks struct {
	Foreman             types.Object `tfsdk:"foreman"`
	UniversalController types.Object `tfsdk:"universal_controller"`
}

// of returns the object of a platform.
func (b *platformBlocks) of(name string) *types.Object {
	return map[string]*types.Object{
		foremanPlatform.name:             &b.Foreman,
		universalControllerPlatform.name: &b.UniversalController,
	}[name]
}

// platformListings are the objects of those platforms whose lists have parameters of
// their own.
type platformListings struct {
	Foreman types.Object `tfsdk:"foreman"`
}

// of returns the object of a platform, null where it has none.
func (l *platformListings) of(name string) types.Object {
	return map[string]types.Object{
		foremanPlatform.name: l.Foreman,
	}[name]
}

// choose returns the platform that is configured: the one whose object is set, or else
// the one whose URL the environment has. While an object is unknown it is that one, for what it
// turns out to be decides.
func choose(blocks platformBlocks, diags *diag.Diagnostics) (platform, bool) {
	var configured, unknown, exported []platform

	for _, p := range platforms {
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
			"%s are set. A provider reaches one server: use an alias for each.", names(configured, " and ")))
	case len(exported) == 1:
		return exported[0], true
	case len(exported) > 1:
		diags.AddError("Two platforms are configured", fmt.Sprintf(
			"The provider block has no platform, and the environment has %s. "+
				"Unset all but one, or say in the provider block which is meant.", variables(exported, " and ")))
	default:
		diags.AddError("No platform is configured", fmt.Sprintf(
			"Set %s in the provider block, or %s in the environment.", names(platforms, " or "), variables(platforms, " or ")))
	}

	return platform{}, false
}

// foreign refuses parameters of a platform other than the one that is configured.
func foreign(listings platformListings, traits pat.Traits, diags *diag.Diagnostics) {
	for _, p := range platforms {
		if p.name != traits.Platform && !listings.of(p.name).IsNull() {
			// It points at no attribute: the CLI would show the source of all that is in the object.
			diags.AddError("Not an argument of this platform", fmt.Sprintf(
				"The provider is configured for %s, which has no `%s`: leave it out.", traits.DisplayName, p.name))
		}
	}
}

// records are the objects of all platforms for one user: null but for the platform
// whose System the user came from.
func records(ctx context.Context, user pat.User, diags *diag.Diagnostics) platformBlocks {
	var blocks platformBlocks

	for _, p := range platforms {
		value, d := p.fill(ctx, user.Native)
		diags.Append(d...)
		*blocks.of(p.name) = value
	}

	return blocks
}

func names(list []platform, between string) string {
	return enumerate(list, between, func(p platform) string { return "`" + p.name + "`" })
}

func variables(list []platform, between string) string {
	return enumerate(list, between, func(p platform) string { return p.urlVariable })
}

func enumerate(list []platform, between string, text func(platform) string) string {
	words := make([]string, 0, len(list))
	for _, p := range list {
		words = append(words, text(p))
	}

	return strings.Join(words, between)
}
