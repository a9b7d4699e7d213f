package platform

import (
	"context"

	dsschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// definition is what one platform brings to the schemas, each part under its name.
type definition struct {
	// name is the attribute's name, and the Platform of the Traits.
	name string
	// traits are those of the platform's Systems.
	traits pat.Traits
	// userID and tokenID say what an id of a user, and of a token, looks like.
	userID, tokenID string
	// otherUsers says, in a sentence, what modifies users of the platform in place of this provider;
	// empty where this provider does.
	otherUsers string
	// urlVariable is the environment variable that says that this platform is meant.
	urlVariable string
	// block is the platform's object in the provider block.
	block schema.SingleNestedAttribute
	// open makes the System of a block, null where the environment says it all.
	open func(ctx context.Context, block types.Object, connection connectionSettings) (openedSystem, diag.Diagnostics)

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
	recognize func(object restObject) (Recognized, bool, error)
}

// openedSystem is a System, or what is not known yet to make one.
type openedSystem struct {
	system pat.System
	// credential is the password or token that it logs in with.
	credential pat.Secret
	// mayBeToken is false where the credential is sure to be no personal access token.
	mayBeToken bool
	unready
}

// unready are the settings that keep a provider from reaching a server. Neither is an error
// until the server is needed: a module whose `count` is 0 needs no settings.
type unready struct {
	// unknown are the attributes whose values are known only after apply.
	unknown []string
	// missing has an error for each setting that is required and not set.
	missing diag.Diagnostics
}

func (u unready) any() bool { return len(u.unknown) > 0 || len(u.missing) > 0 }
