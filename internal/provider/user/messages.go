package user

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/users"
)

// Only this file turns the engine's notices into texts.

// reportNotices reports the notices.
func reportNotices(c *platform.Configured, notices users.Notices, diags *diag.Diagnostics) {
	for _, notice := range notices {
		report(c, notice, diags)
	}
}

// report reports one notice.
func report(c *platform.Configured, notice users.Notice, diags *diag.Diagnostics) {
	switch n := notice.(type) {
	case users.StepFailed:
		reportStep(n, diags)
	case users.ServerUnknown:
		c.Ready(diags)
	case users.NotModifiable:
		diags.AddError("The platform's users cannot be modified", fmt.Sprintf(
			"`opsaccess_universal_controller_user` modifies users of Universal Controller, and the provider that this resource uses "+
				"is configured for %[1]s. Nothing was changed.\n\nFor a user of Universal Controller, set `provider =` to the alias that "+
				"is configured for its server. %[2]s", n.Configured.DisplayName, c.OtherUsers()))
	case users.OtherServer:
		diags.AddAttributeError(path.Root("server"), "The user is on another server", fmt.Sprintf(
			"The state has %s on %s. The provider is configured for %s, where no user has that id and login (or where "+
				"the user is built in, with the same id on every server). Nothing was changed.\n\n"+
				"Set `provider =` to the alias that is configured for the user's server. To manage the user on this server instead, "+
				"remove the resource from state with a `removed` block and import the user: neither changes a user.",
			n.User, n.Recorded, n.Configured))
	case users.OtherUser:
		diags.AddAttributeError(path.Root(n.Argument), "The arguments name a user other than the one in state", fmt.Sprintf(
			"The resource is about %s, and this run did not refresh it, so that Terraform cannot replace it. Nothing was changed.\n\n"+
				"Plan again, without `-refresh=false`.", n.User))
	case users.LocksOut:
		diags.AddAttributeError(path.Root(string(n.Property)), "The provider would lock itself out", fmt.Sprintf(
			"The provider is logged in as %s, and with %s this user can no longer log in. Nothing was changed.\n\n"+
				"Remove the argument or, if that is what you want, set `allow_self = true`.%s",
			n.User.Username, assignment(n.Property, n.Value), tfvalue.PastADestroy))
	case users.MayLockOut:
		diags.AddAttributeError(path.Root(string(n.Property)), "Cannot determine which user the provider is logged in as", fmt.Sprintf(
			"With %s the user %s can no longer log in, and it may be the provider's own. %s Nothing was changed.\n\n"+
				"Set `username` in the provider block beside `token` or, if this is another user, set `allow_self = true`.%s",
			assignment(n.Property, n.Value), n.User.Username, tfvalue.ErrorSentence(n.Err), tfvalue.PastADestroy))
	case users.NotFound:
		diags.AddWarning("The user to modify was not found", fmt.Sprintf(
			"The apply fails unless this configuration creates %s first: the resource modifies users and creates none. %s",
			n.User, tfvalue.Sentence(n.Err)))
	case users.ServerMoved:
		diags.AddAttributeWarning(path.Root("server"), "The user's server has moved", fmt.Sprintf(
			"The state has %s on %s. The provider is configured for %s, which has a user of the same id and login: from now on the "+
				"resource modifies that one. If it is another server, such as a copy, do not apply.", n.User, n.Recorded, n.Configured))
	case users.Released:
		reportReleased(n, diags)
	default:
		panic(fmt.Sprintf("user: no words for a %T", notice))
	}
}

// reportStep reports the step that failed.
func reportStep(n users.StepFailed, diags *diag.Diagnostics) {
	switch n.Step {
	case users.StepFind:
		tfvalue.ReportError(diags, "find the user", n.Err)
	case users.StepFindImported:
		tfvalue.ReportError(diags, "find the user to import", n.Err)
	case users.StepRead:
		tfvalue.ReportError(diags, "read the user", n.Err)
	case users.StepModify:
		tfvalue.ReportError(diags, "modify the user", n.Err)
	case users.StepLookOnOtherServer:
		tfvalue.ReportError(diags, "check whether the user is on the configured server", n.Err)
	}
}

// reportReleased reports the properties that keep their values.
func reportReleased(n users.Released, diags *diag.Diagnostics) {
	values := make([]string, 0, len(n.Properties))
	for _, property := range n.Properties {
		values = append(values, assignment(property, n.Values[property]))
	}

	list := strings.Join(values, ", ")

	if n.Whole {
		diags.AddWarning("Destroying this resource does not change the user", fmt.Sprintf(
			"Destroying this resource changes nothing on the server: %s keeps %s. To undo that, set other values and apply before "+
				"you remove the resource.", n.User, list))
	} else {
		diags.AddWarning("Properties are no longer managed", fmt.Sprintf(
			"Removing an argument changes nothing on the server: %s keeps %s. To undo that, set another value and apply before you "+
				"remove the argument.", n.User, list))
	}
}

// assignment returns a property and its value as a configuration has them.
func assignment(property pat.Property, value string) string {
	if property.IsFlag() {
		return fmt.Sprintf("`%s = %s`", property, value)
	}

	return fmt.Sprintf("`%s = %s`", property, pat.Quote(value))
}
