package platform

import (
	"context"

	dsschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// definition is what one platform adds to the schemas, each part under its name.
type definition struct {
	// name is the attribute's name, and the Platform of the Traits.
	name string
	// traits are those of the platform's Systems.
	traits pat.Traits
	// userID and tokenID describe the ids of users and tokens.
	userID, tokenID string
	// otherUsers says in a sentence what to use instead of this provider to modify users of the
	// platform; empty if this provider can.
	otherUsers string
	// urlVariable is the environment variable that selects this platform.
	urlVariable string
	// block is the platform's object in the provider block.
	block schema.SingleNestedAttribute
	// open creates the System of a block, which is null if only the environment configures the
	// platform.
	open func(ctx context.Context, block types.Object, connection connectionSettings) (openedSystem, diag.Diagnostics)

	// listing returns the platform's own parameters of lists of "tokens" or "users" in a data
	// source; nil if it has none.
	listing func(of string) dsschema.SingleNestedAttribute
	// query converts the listing to the driver's native query.
	query func(ctx context.Context, listing types.Object) (any, diag.Diagnostics)

	// record is the schema of the user attributes that only this platform returns.
	record dsschema.SingleNestedAttribute
	// fill converts pat.User.Native to the value of record.
	fill func(ctx context.Context, native any) (types.Object, diag.Diagnostics)

	// recognize reads a token from another provider's object, and reports whether the object is a
	// token of this platform; nil if tokens of the platform cannot be moved here.
	recognize func(object restObject) (Recognized, bool, error)
}

// openedSystem is a System, or the settings that are still missing or unknown.
type openedSystem struct {
	system pat.System
	// credential is the password or token with which it logs in.
	credential pat.Secret
	// mayBeToken is false if the credential cannot be a personal access token.
	mayBeToken bool
	unready
}

// unready has the settings that prevent a provider from reaching a server. They are no error until
// a server is required: a module whose `count` is 0 requires no settings.
type unready struct {
	// unknown are the attributes whose values are known only after apply.
	unknown []string
	// missing has an error for each required setting that is not set.
	missing diag.Diagnostics
}

func (u unready) any() bool { return len(u.unknown) > 0 || len(u.missing) > 0 }
