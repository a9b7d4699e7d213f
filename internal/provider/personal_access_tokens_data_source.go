package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
)

var (
	_ datasource.DataSource              = (*tokensDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*tokensDataSource)(nil)
)

func newTokensDataSource() datasource.DataSource { return &tokensDataSource{} }

type tokensDataSource struct{ *configured }

type tokensDataSourceModel struct {
	Tokens []tokenRecord `tfsdk:"tokens"`

	tokenFilterModel
}

func (d *tokensDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_personal_access_tokens"
}

func (d *tokensDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	arguments := tokenFilterArguments("Only tokens of this status: `active`, `expired` or `revoked`.")
	arguments["tokens"] = schema.ListNestedAttribute{
		Computed:            true,
		MarkdownDescription: "The tokens, in the order of their ids unless another was asked for.",
		NestedObject:        schema.NestedAttributeObject{Attributes: tokenRecordAttributes()},
	}

	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists a user's personal access tokens, without their secrets. " +
			"A token is listed if all filters let it pass. Foreman lists revoked and expired tokens for ever.",
		Attributes: arguments,
	}
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

	filter, now := model.filter(&resp.Diagnostics), d.now()

	query := model.query(ctx, d.configured, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}

	userID, ok := d.userID(ctx, model.Username, model.UserID, &resp.Diagnostics)
	if !ok {
		return
	}

	tokens, err := d.system.Tokens(ctx, userID, query)
	if err != nil {
		addError(&resp.Diagnostics, "list the personal access tokens", err)

		return
	}

	model.Tokens = []tokenRecord{}

	for _, token := range tokens {
		if filter.selects(token, now) {
			model.Tokens = append(model.Tokens, newTokenRecord(token))
		}
	}

	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
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
