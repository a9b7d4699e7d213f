package provider

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// tokenFilter says which of a user's tokens are meant. What is not set lets all pass.
type tokenFilter struct {
	namePrefix                   pat.Option[string]
	status                       pat.Option[pat.Status]
	expiresBefore, createdBefore pat.Option[time.Time]
	unusedFor                    pat.Option[time.Duration]
}

// selects says whether all parts of the filter let the token pass. What the server does not
// tell is no reason to let it pass.
func (f tokenFilter) selects(token pat.Token, now time.Time) bool {
	return strings.HasPrefix(token.Name, f.namePrefix.V) &&
		(!f.status.Set || token.Status == f.status.V) &&
		(!f.expiresBefore.Set || knownBefore(token.ExpiresAt, f.expiresBefore.V)) &&
		(!f.createdBefore.Set || knownBefore(token.CreatedAt, f.createdBefore.V)) &&
		(!f.unusedFor.Set || unusedSince(token, now.Add(-f.unusedFor.V)))
}

// knownBefore says whether the time is known and before the other.
func knownBefore(t, other time.Time) bool { return !t.IsZero() && t.Before(other) }

// unusedSince says whether nobody has logged in with the token since. One that was never
// used counts from its creation.
func unusedSince(token pat.Token, since time.Time) bool {
	used := token.LastUsedAt
	if used.IsZero() && !token.Used {
		used = token.CreatedAt
	}

	return !used.IsZero() && !used.After(since)
}

// tokenFilterModel are the arguments that select some of a user's tokens in a list.
type tokenFilterModel struct {
	Username      types.String `tfsdk:"username"`
	UserID        types.String `tfsdk:"user_id"`
	NamePrefix    types.String `tfsdk:"name_prefix"`
	Status        types.String `tfsdk:"status"`
	ExpiresBefore instant      `tfsdk:"expires_before"`
	UnusedFor     types.String `tfsdk:"unused_for"`

	platformListings
}

// tokenFilterArguments are those of tokenFilterModel. What the status means where it is left
// out is for the caller to say.
func tokenFilterArguments(status string) map[string]schema.Attribute {
	username, userID := userArguments()
	arguments := map[string]schema.Attribute{
		"username": username,
		"user_id":  userID,
		"name_prefix": schema.StringAttribute{
			Optional:            true,
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "Only tokens whose name begins with this.",
		},
		"status": schema.StringAttribute{
			Optional: true,
			Validators: []validator.String{oneOf(
				string(pat.StatusActive), string(pat.StatusExpired), string(pat.StatusRevoked))},
			MarkdownDescription: status,
		},
		"expires_before": schema.StringAttribute{
			Optional:   true,
			CustomType: instantType{},
			MarkdownDescription: "Only tokens that expire, and do so before this instant, in RFC 3339. " +
				"For \"within a month\": `timeadd(plantimestamp(), \"720h\")`.",
		},
		"unused_for": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{duration()},
			MarkdownDescription: "Only tokens that nobody has logged in with for this long, such as `90d`. One that was " +
				"never used counts from its creation.",
		},
	}

	addListings(arguments, "tokens")

	return arguments
}

// filter returns what the arguments say, and reports one that cannot be read.
func (m *tokenFilterModel) filter(diags *diag.Diagnostics) tokenFilter {
	return tokenFilter{
		namePrefix:    optionalText(m.NamePrefix),
		status:        pat.Option[pat.Status]{V: pat.Status(m.Status.ValueString()), Set: isSet(m.Status)},
		expiresBefore: m.ExpiresBefore.read(path.Root("expires_before"), diags),
		unusedFor:     readDuration(m.UnusedFor, path.Root("unused_for"), diags),
	}
}

// query returns what the server is asked for, which is more than what the filter selects,
// and reports parameters of another platform.
func (m *tokenFilterModel) query(ctx context.Context, c *configured, diags *diag.Diagnostics) pat.TokenQuery {
	return pat.TokenQuery{
		NamePrefix: optionalText(m.NamePrefix), Native: c.listing(ctx, m.platformListings, diags),
	}
}
