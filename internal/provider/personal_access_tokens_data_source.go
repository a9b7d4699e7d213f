package provider

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var (
	_ datasource.DataSource              = (*tokensDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*tokensDataSource)(nil)
)

func newTokensDataSource() datasource.DataSource { return &tokensDataSource{} }

type tokensDataSource struct{ *configured }

type tokensDataSourceModel struct {
	Username      types.String  `tfsdk:"username"`
	UserID        types.String  `tfsdk:"user_id"`
	NamePrefix    types.String  `tfsdk:"name_prefix"`
	Status        types.String  `tfsdk:"status"`
	ExpiresBefore instant       `tfsdk:"expires_before"`
	UnusedFor     types.String  `tfsdk:"unused_for"`
	Tokens        []tokenRecord `tfsdk:"tokens"`

	platformListings
}

func (d *tokensDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_personal_access_tokens"
}

func (d *tokensDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	username, userID := userArguments()
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists a user's personal access tokens, without their secrets. " +
			"A token is listed if all filters let it pass. Foreman lists revoked and expired tokens for ever.",
		Attributes: map[string]schema.Attribute{
			"username": username,
			"user_id":  userID,
			"name_prefix": schema.StringAttribute{
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "What a token's name begins with.",
			},
			"status": schema.StringAttribute{
				Optional: true,
				Validators: []validator.String{stringvalidator.OneOf(
					string(pat.StatusActive), string(pat.StatusExpired), string(pat.StatusRevoked))},
				MarkdownDescription: "`active`, `expired` or `revoked`.",
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
			"tokens": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The tokens, in the order of their ids unless another was asked for.",
				NestedObject:        schema.NestedAttributeObject{Attributes: tokenRecordAttributes()},
			},
		},
	}

	addListings(resp.Schema.Attributes, "tokens")
}

func (d *tokensDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.configured = configure(req.ProviderData, &resp.Diagnostics)
}

func (d *tokensDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model tokensDataSourceModel

	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)

	if resp.Diagnostics.HasError() || !d.ready(&resp.Diagnostics) {
		return
	}

	native := d.listing(ctx, model.platformListings, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}

	userID, ok := d.userID(ctx, model.Username, model.UserID, &resp.Diagnostics)
	if !ok {
		return
	}

	query := pat.TokenQuery{NamePrefix: model.NamePrefix.ValueString(), Native: native}

	tokens, err := d.system.Tokens(ctx, userID, query)
	if err != nil {
		addError(&resp.Diagnostics, "list the personal access tokens", err)

		return
	}

	model.Tokens = []tokenRecord{}

	for _, token := range tokens {
		if model.selects(token, d.now()) {
			model.Tokens = append(model.Tokens, newTokenRecord(token))
		}
	}

	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// selects says whether all filters let the token pass.
func (m *tokensDataSourceModel) selects(token pat.Token, now time.Time) bool {
	switch {
	case !strings.HasPrefix(token.Name, m.NamePrefix.ValueString()),
		!m.Status.IsNull() && m.Status.ValueString() != string(token.Status),
		!m.ExpiresBefore.IsNull() && (token.ExpiresAt.IsZero() || !token.ExpiresAt.Before(m.ExpiresBefore.time())):
		return false
	case m.UnusedFor.IsNull():
		return true
	}

	used := token.LastUsedAt
	if used.IsZero() {
		used = token.CreatedAt
	}

	return !used.After(now.Add(-parseDuration(m.UnusedFor)))
}

// addListings adds each platform's own parameters of lists to the attributes.
func addListings(attributes map[string]schema.Attribute, of string) {
	for _, p := range platforms {
		if p.listing != nil {
			attributes[p.name] = p.listing(of)
		}
	}
}

// listing returns the configured platform's own query, and reports parameters of
// another.
func (c *configured) listing(ctx context.Context, listings platformListings, diags *diag.Diagnostics) any {
	traits := c.system.Traits()
	foreign(listings, traits, diags)

	for _, p := range platforms {
		if p.name == traits.Platform && p.query != nil {
			native, d := p.query(ctx, listings.of(p.name))
			diags.Append(d...)

			return native
		}
	}

	return nil
}
