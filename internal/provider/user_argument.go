package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// userArguments are the two ways in which a construct names a user.
func userArguments() (username, userID schema.StringAttribute) {
	username = schema.StringAttribute{
		Optional: true,
		Validators: []validator.String{
			plainText("username"), stringvalidator.AtLeastOneOf(path.MatchRoot("user_id")),
		},
		MarkdownDescription: "The user's login, matched exactly. `username` or `user_id` is needed; " +
			"both must name the same user.",
	}
	userID = schema.StringAttribute{
		Optional:            true,
		Validators:          []validator.String{plainText("user_id")},
		MarkdownDescription: "The platform's own key of the user, a number on Foreman.",
	}

	return username, userID
}

// userID returns the key of the user that the arguments name, without asking the server
// where the key is all there is.
func (c *configured) userID(
	ctx context.Context, username, userID types.String, diags *diag.Diagnostics,
) (string, bool) {
	if username.IsNull() {
		return userID.ValueString(), true
	}

	user, err := c.system.User(ctx, pat.UserRef{ID: userID.ValueString(), Username: username.ValueString()})
	if err != nil {
		addError(diags, "find the user", err)

		return "", false
	}

	return user.ID, true
}

// recipient returns the user that a token is to be issued to. An account that may issue
// tokens to a user by its key need not be allowed to see the user.
func (c *configured) recipient(ctx context.Context, ref pat.UserRef) (pat.User, error) {
	user, err := c.system.User(ctx, ref)

	var denied *pat.PermissionError
	if errors.As(err, &denied) && ref.ID != "" && ref.Username == "" {
		return pat.User{ID: ref.ID}, nil
	}

	return user, err
}

// checkUserID reports a user_id that cannot be a key of the platform's.
func (c *configured) checkUserID(id types.String, diags *diag.Diagnostics) {
	traits := c.system.Traits()
	if !id.IsNull() && !id.IsUnknown() && !traits.UserID.MatchString(id.ValueString()) {
		addTextError(diags, path.Root("user_id"), id.ValueString(), "Invalid user_id", fmt.Sprintf(
			"%s is not a user's key on %s, which matches %s. For a login, use username.",
			pat.Quote(id.ValueString()), traits.DisplayName, traits.UserID))
	}
}
