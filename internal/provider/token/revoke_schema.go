package token

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// revokeTokensModel is the action's configuration.
type revokeTokensModel struct {
	Username       types.String    `tfsdk:"username"`
	UserID         types.String    `tfsdk:"user_id"`
	NamePrefix     types.String    `tfsdk:"name_prefix"`
	CreatedBefore  tfvalue.Instant `tfsdk:"created_before"`
	UnusedFor      types.String    `tfsdk:"unused_for"`
	Status         types.String    `tfsdk:"status"`
	All            types.Bool      `tfsdk:"all"`
	IncludeOwnUser types.Bool      `tfsdk:"include_own_user"`
	DryRun         types.Bool      `tfsdk:"dry_run"`
}

func revokeTokensSchema() schema.Schema {
	username, userID := platform.UserArguments()

	return schema.Schema{
		MarkdownDescription: "Revokes personal access tokens of a user immediately and permanently, including tokens that " +
			"Terraform does not manage, such as after a leak. Only tokens that match all filters are revoked. For several users, " +
			"use `for_each`. If a resource manages a revoked token, its next plan shows the token as revoked or missing, and " +
			"reissues it.",
		Attributes: map[string]schema.Attribute{
			"username": actionArgument(username),
			"user_id":  actionArgument(userID),
			"name_prefix": schema.StringAttribute{
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "Match only tokens whose names begin with this text.",
			},
			"created_before": schema.StringAttribute{
				Optional:   true,
				CustomType: tfvalue.InstantType{},
				MarkdownDescription: "Match only tokens that were created before this time, in RFC 3339 format, such as " +
					"`2031-05-06T07:08:09Z`. A time in the future is an error.",
			},
			"unused_for": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{tfvalue.Duration()},
				MarkdownDescription: "Match only tokens that were not used for this long, such as `90d`; for a token that was " +
					"never used, since its creation. On Foreman, requests within a session do not count as use.",
			},
			"status": schema.StringAttribute{
				Optional: true,
				Validators: []validator.String{
					tfvalue.OneOf(string(pat.StatusActive), string(pat.StatusExpired)),
				},
				MarkdownDescription: "Match only tokens with this status: `active` or `expired`. Default is `active`. Revoking " +
					"expired tokens is housekeeping: Universal Controller removes them from the user's list, and Foreman marks " +
					"them as revoked.",
			},
			"all": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to revoke all tokens of the user that have the `status`. Conflicts with " +
					"`name_prefix`, `created_before` and `unused_for`, one of which is required otherwise, so that a filter that " +
					"evaluates to null does not revoke every token.",
			},
			"include_own_user": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to revoke tokens of the user that the provider is logged in as. Default is " +
					"`false`: such a run is an error, because one of the tokens may be the provider's own credential, and the " +
					"list of tokens does not show which. If `true`, the provider revokes the most recently used token last. Not " +
					"needed if the provider logs in to Universal Controller with `password`.",
			},
			"dry_run": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether to only report which tokens would be revoked. Default is `false`.",
			},
		},
	}
}

// filter returns what the arguments select. It reports one that cannot be read.
func (m *revokeTokensModel) filter(diags *diag.Diagnostics) tokens.Filter {
	return tokens.Filter{
		NamePrefix:    tfvalue.OptionalText(m.NamePrefix),
		Status:        pat.Some(m.status()),
		CreatedBefore: m.CreatedBefore.Read(path.Root("created_before"), diags),
		UnusedFor:     tfvalue.ReadDuration(m.UnusedFor, path.Root("unused_for"), diags),
	}
}

// checkCreatedBefore reports a time of creation that selects all tokens.
func (m *revokeTokensModel) checkCreatedBefore(filter tokens.Filter, now time.Time, diags *diag.Diagnostics) bool {
	if !filter.CreatedBefore.V.After(now) {
		return true
	}

	diags.AddAttributeError(path.Root("created_before"), "created_before is in the future", fmt.Sprintf(
		"Every token was created before %s. Write an instant that has passed; or, if every token is meant, leave it out, and set `all = true`.",
		m.CreatedBefore.ValueString()))

	return false
}

// status returns which tokens are meant: active ones, where the arguments do not say.
func (m *revokeTokensModel) status() pat.Status {
	if m.Status.IsNull() {
		return pat.StatusActive
	}

	return pat.Status(m.Status.ValueString())
}

// words says what the filter selects.
func (m *revokeTokensModel) words() string {
	words := []string{string(m.status())}

	if !m.NamePrefix.IsNull() {
		words = append(words, "name begins with "+pat.Quote(m.NamePrefix.ValueString()))
	}

	if !m.CreatedBefore.IsNull() {
		words = append(words, "created before "+m.CreatedBefore.ValueString())
	}

	if !m.UnusedFor.IsNull() {
		words = append(words, "unused for "+m.UnusedFor.ValueString())
	}

	return strings.Join(words, ", ")
}

// checkScope reports a configuration that would revoke every token without saying so, as
// far as it is known.
func (m *revokeTokensModel) checkScope(diags *diag.Diagnostics) {
	filters := []attr.Value{m.NamePrefix, m.CreatedBefore, m.UnusedFor}
	narrowed := slices.ContainsFunc(filters, tfvalue.IsSet)
	unknown := m.All.IsUnknown() || slices.ContainsFunc(filters, attr.Value.IsUnknown)

	switch {
	case m.All.ValueBool() && narrowed:
		diags.AddAttributeError(path.Root("all"), "all cannot be combined with filters",
			"`all` revokes every token, so it cannot be combined with filters. Remove `all`, or "+
				"`name_prefix`, `created_before` and `unused_for`.")
	case !m.All.ValueBool() && !narrowed && !unknown:
		diags.AddError("Every token of the user would be revoked",
			"None of `name_prefix`, `created_before` and `unused_for` is set. Set one of them; or, if every token is meant, "+
				"`all = true`.")
	}
}
