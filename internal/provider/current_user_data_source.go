package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ datasource.DataSource              = (*currentUserDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*currentUserDataSource)(nil)
)

func newCurrentUserDataSource() datasource.DataSource { return &currentUserDataSource{} }

type currentUserDataSource struct{ *configured }

type currentUserDataSourceModel struct {
	ShowTokens types.Bool `tfsdk:"show_tokens"`

	userRecord
}

func (d *currentUserDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_current_user"
}

func (d *currentUserDataSource) Schema(
	_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse,
) {
	attributes := userRecordAttributes()
	attributes["show_tokens"] = showTokens()

	resp.Schema = schema.Schema{
		MarkdownDescription: "Shows the user whose credentials the provider has.",
		Attributes:          attributes,
	}
}

func (d *currentUserDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.configured = configure(req.ProviderData, &resp.Diagnostics)
}

func (d *currentUserDataSource) Read(
	ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse,
) {
	var model currentUserDataSourceModel

	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)

	if resp.Diagnostics.HasError() || !d.ready(&resp.Diagnostics) {
		return
	}

	user, err := d.system.CurrentUser(ctx)
	if err != nil {
		addError(&resp.Diagnostics, "read the current user", err)

		return
	}

	if !d.addTokens(ctx, &user, model.ShowTokens, &resp.Diagnostics) {
		return
	}

	model.userRecord = newUserRecord(ctx, user, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
