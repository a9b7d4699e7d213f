package token

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
)

// CheckUserID reports a `user_id` that is invalid on the configured platform.
func CheckUserID(c *platform.Configured, userID types.String, diags *diag.Diagnostics) bool {
	if userID.IsNull() {
		return true
	}

	notices := c.Engine.CheckUserID(userID.ValueString())
	reportNotices(c, notices, diags)

	return !notices.Failed()
}

// findUserID returns the id of the user that the arguments name, without a request if they contain
// the id.
func findUserID(
	ctx context.Context, c *platform.Configured, username, userID types.String, diags *diag.Diagnostics,
) (string, bool) {
	if !CheckUserID(c, userID, diags) {
		return "", false
	}

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
