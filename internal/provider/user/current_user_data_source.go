package user

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ datasource.DataSource              = (*currentUserDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*currentUserDataSource)(nil)
)

// NewCurrentDataSource returns the data source of the user with which the provider is logged in.
func NewCurrentDataSource() datasource.DataSource { return &currentUserDataSource{} }

type currentUserDataSource struct{ *platform.Configured }

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
		MarkdownDescription: "Shows the user that the provider is logged in as.",
		Attributes:          attributes,
	}
}

func (d *currentUserDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.Configured = platform.Configure(req.ProviderData, &resp.Diagnostics)
}

func (d *currentUserDataSource) Read(
	ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse,
) {
	var model currentUserDataSourceModel

	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)

	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}

	user, err := d.System.CurrentUser(ctx)
	if err != nil {
		tfvalue.ReportError(&resp.Diagnostics, "read the current user", err)

		return
	}

	if !addTokens(ctx, d.System, &user, model.ShowTokens, &resp.Diagnostics) {
		return
	}

	model.userRecord = newUserRecord(ctx, user, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
