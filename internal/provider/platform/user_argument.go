package platform

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// UserArguments are the two ways in which a construct names a user.
func UserArguments() (username, userID schema.StringAttribute) {
	username = schema.StringAttribute{
		Optional: true,
		Validators: []validator.String{
			tfvalue.PlainText("username"), stringvalidator.AtLeastOneOf(path.MatchRoot("user_id")),
		},
		MarkdownDescription: "The user's login, matched exactly. `username` or `user_id` is needed; " +
			"both must name the same user.",
	}
	userID = schema.StringAttribute{
		Optional:            true,
		Validators:          []validator.String{tfvalue.PlainText("user_id")},
		MarkdownDescription: "The platform's own key of the user, a number on Foreman.",
	}

	return username, userID
}

// UserID returns the key of the user that the arguments name, without asking the server
// where the key is all there is.
func (c *Configured) UserID(
	ctx context.Context, username, userID types.String, diags *diag.Diagnostics,
) (string, bool) {
	if username.IsNull() {
		return userID.ValueString(), true
	}

	user, err := c.System.User(ctx, pat.UserRef{ID: userID.ValueString(), Username: username.ValueString()})
	if err != nil {
		tfvalue.ReportError(diags, "find the user", err)

		return "", false
	}

	return user.ID, true
}
