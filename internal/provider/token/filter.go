package token

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// filterModel has the arguments that select some of a user's tokens in a list.
type filterModel struct {
	Username      types.String    `tfsdk:"username"`
	UserID        types.String    `tfsdk:"user_id"`
	NamePrefix    types.String    `tfsdk:"name_prefix"`
	Status        types.String    `tfsdk:"status"`
	ExpiresBefore tfvalue.Instant `tfsdk:"expires_before"`
	UnusedFor     types.String    `tfsdk:"unused_for"`

	platform.Listings
}

// filterArguments returns the arguments of filterModel. status describes what an omitted status
// means, which depends on the caller.
func filterArguments(status string) map[string]schema.Attribute {
	username, userID := platform.UserArguments()
	arguments := map[string]schema.Attribute{
		"username": username,
		"user_id":  userID,
		"name_prefix": schema.StringAttribute{
			Optional:            true,
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "Match only tokens whose names begin with this text.",
		},
		"status": schema.StringAttribute{
			Optional: true,
			Validators: []validator.String{tfvalue.OneOf(
				string(pat.StatusActive), string(pat.StatusExpired), string(pat.StatusRevoked))},
			MarkdownDescription: status,
		},
		"expires_before": schema.StringAttribute{
			Optional:   true,
			CustomType: tfvalue.InstantType{},
			MarkdownDescription: "Match only tokens that expire before this time, in RFC 3339 format. For tokens that expire " +
				"within 30 days, use `timeadd(plantimestamp(), \"720h\")`. Tokens that never expire do not match.",
		},
		"unused_for": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{tfvalue.Duration()},
			MarkdownDescription: "Match only tokens that were not used for this long, such as `90d`; for a token that was never " +
				"used, since its creation.",
		},
	}

	platform.AddListings(arguments, "tokens")

	return arguments
}

// filter decodes the arguments, and reports invalid ones.
func (m *filterModel) filter(diags *diag.Diagnostics) tokens.Filter {
	return tokens.Filter{
		NamePrefix:    tfvalue.OptionalText(m.NamePrefix),
		Status:        pat.Option[pat.Status]{V: pat.Status(m.Status.ValueString()), Set: tfvalue.IsSet(m.Status)},
		ExpiresBefore: m.ExpiresBefore.Read(path.Root("expires_before"), diags),
		UnusedFor:     tfvalue.ReadDuration(m.UnusedFor, path.Root("unused_for"), diags),
	}
}

// query returns the query for the server, which may return more tokens than the filter selects, and
// reports parameters of another platform.
func (m *filterModel) query(ctx context.Context, c *platform.Configured, diags *diag.Diagnostics) pat.TokenQuery {
	return pat.TokenQuery{
		NamePrefix: tfvalue.OptionalText(m.NamePrefix), Native: c.Listing(ctx, m.Listings, diags),
	}
}
