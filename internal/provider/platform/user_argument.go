package platform

import (
	"context"
	"strings"

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
		MarkdownDescription: "The user's id: " + UserIDs() + ".",
	}

	return username, userID
}

// UserIDs says what an id of a user is on each platform.
func UserIDs() string { return onEach(func(p definition) string { return p.userID }) }

// TokenIDs says what an id of a token is on each platform.
func TokenIDs() string { return onEach(func(p definition) string { return p.tokenID }) }

// onEach joins what is said of each platform.
func onEach(say func(definition) string) string {
	var said []string
	for _, p := range allPlatforms {
		said = append(said, say(p))
	}

	return strings.Join(said, "; ")
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
