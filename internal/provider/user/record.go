package user

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/token"

	dsschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// userRecord is a user as every data source returns it.
type userRecord struct {
	ID          types.String   `tfsdk:"id"`
	Username    types.String   `tfsdk:"username"`
	FirstName   types.String   `tfsdk:"first_name"`
	LastName    types.String   `tfsdk:"last_name"`
	Email       types.String   `tfsdk:"email"`
	Enabled     types.Bool     `tfsdk:"enabled"`
	Admin       types.Bool     `tfsdk:"admin"`
	LastLoginAt types.String   `tfsdk:"last_login_at"`
	Tokens      []token.Listed `tfsdk:"tokens"`

	platform.Blocks
}

func userRecordAttributes() map[string]dsschema.Attribute {
	text := func(description string) dsschema.StringAttribute {
		return dsschema.StringAttribute{Computed: true, MarkdownDescription: description}
	}

	attributes := map[string]dsschema.Attribute{
		"id":         text("The user's ID, which stays the same when the user is renamed: " + platform.UserIDs() + "."),
		"username":   text("The user's login."),
		"first_name": text("The user's first name."),
		"last_name":  text("The user's last name."),
		"email":      text("The user's email address."),
		"enabled":    dsschema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the user can log in."},
		"admin": dsschema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the user is an administrator, " +
			"directly or through a group."},
		"last_login_at": text("When the user last logged in, in RFC 3339 format and UTC. Null if the user never logged in, or if " +
			"the platform does not report it."),
		"tokens": dsschema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: "The user's tokens, without their secrets. Null unless `show_tokens` is `true`.",
			NestedObject:        dsschema.NestedAttributeObject{Attributes: token.ListedAttributes()},
		},
	}

	platform.AddUserObjects(attributes)

	return attributes
}

// newUserRecord converts a user.
func newUserRecord(ctx context.Context, user pat.User, diags *diag.Diagnostics) userRecord {
	return userRecord{
		ID:          types.StringValue(user.ID),
		Username:    types.StringValue(user.Username),
		FirstName:   tfvalue.StringOrNull(user.FirstName),
		LastName:    tfvalue.StringOrNull(user.LastName),
		Email:       tfvalue.StringOrNull(user.Email),
		Enabled:     types.BoolValue(user.Enabled),
		Admin:       types.BoolValue(user.Admin),
		LastLoginAt: tfvalue.Timestamp(user.LastLoginAt),
		Tokens:      token.NewListed(user.Tokens),
		Blocks:      platform.UserObjects(ctx, user, diags),
	}
}
