package token

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
)

var (
	_ datasource.DataSource              = (*tokensDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*tokensDataSource)(nil)
)

// NewListDataSource returns the data source of a user's tokens.
func NewListDataSource() datasource.DataSource { return &tokensDataSource{} }

type tokensDataSource struct{ *platform.Configured }

type tokensDataSourceModel struct {
	Tokens []Listed `tfsdk:"tokens"`

	filterModel
}

func (d *tokensDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_personal_access_tokens"
}

func (d *tokensDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	arguments := filterArguments("Match only tokens with this status: `active`, `expired` or `revoked`.")
	arguments["tokens"] = schema.ListNestedAttribute{
		Computed:            true,
		MarkdownDescription: "The tokens, sorted by ID unless `foreman.order` is set.",
		NestedObject:        schema.NestedAttributeObject{Attributes: ListedAttributes()},
	}

	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the personal access tokens of a user, without their secrets. Only tokens that match all " +
			"filters are listed. Foreman keeps revoked and expired tokens in its list permanently.",
		Attributes: arguments,
	}
}

func (d *tokensDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.Configured = platform.Configure(req.ProviderData, &resp.Diagnostics)
}

func (d *tokensDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model tokensDataSourceModel

	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)

	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}

	filter := model.filter(&resp.Diagnostics)

	query := model.query(ctx, d.Configured, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}

	userID, ok := findUserID(ctx, d.Configured, model.Username, model.UserID, &resp.Diagnostics)
	if !ok {
		return
	}

	tokens, err := d.System.Tokens(ctx, userID, query)
	if err != nil {
		tfvalue.ReportError(&resp.Diagnostics, "list the personal access tokens", err)

		return
	}

	model.Tokens = []Listed{}
	now := d.Engine.Clock.Now() // The response to the list has set the clock.

	for _, token := range tokens {
		if filter.Selects(token, now) {
			model.Tokens = append(model.Tokens, newListed(token))
		}
	}

	reportNotices(d.Configured, d.Engine.CheckClock(filter), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
