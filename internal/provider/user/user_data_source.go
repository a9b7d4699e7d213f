package user

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/token"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var (
	_ datasource.DataSource              = (*userDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*userDataSource)(nil)
)

// NewDataSource returns the data source of one user.
func NewDataSource() datasource.DataSource { return &userDataSource{} }

type userDataSource struct{ *platform.Configured }

type userDataSourceModel struct {
	UserID     types.String `tfsdk:"user_id"`
	ShowTokens types.Bool   `tfsdk:"show_tokens"`

	userRecord
}

func (d *userDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_user"
}

func (d *userDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := userRecordAttributes()
	username, userID := platform.UserArguments()
	username.Computed = true
	attributes["username"], attributes["user_id"] = username, userID
	attributes["show_tokens"] = showTokens()

	resp.Schema = schema.Schema{
		MarkdownDescription: "Shows one user. If the user does not exist, the plan fails.",
		Attributes:          attributes,
	}
}

func (d *userDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.Configured = platform.Configure(req.ProviderData, &resp.Diagnostics)
}

func (d *userDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model userDataSourceModel

	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)

	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) || !token.CheckUserID(d.Configured, model.UserID, &resp.Diagnostics) {
		return
	}

	user, err := d.System.User(ctx, pat.UserRef{ID: model.UserID.ValueString(), Username: model.Username.ValueString()})
	if err != nil {
		tfvalue.ReportError(&resp.Diagnostics, "read the user", err)

		return
	}

	if !addTokens(ctx, d.System, &user, model.ShowTokens, &resp.Diagnostics) {
		return
	}

	model.userRecord = newUserRecord(ctx, user, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

func showTokens() schema.BoolAttribute {
	return schema.BoolAttribute{
		Optional:            true,
		MarkdownDescription: "Whether to read the tokens of the user as well. Default is `false`.",
	}
}

// addTokens adds the user's tokens if the configuration requests them.
func addTokens(ctx context.Context, system pat.System, user *pat.User, show types.Bool, diags *diag.Diagnostics) bool {
	if !show.ValueBool() {
		return true
	}

	tokens, err := system.Tokens(ctx, user.ID, pat.TokenQuery{})
	if err != nil {
		tfvalue.ReportError(diags, "list the user's personal access tokens", err)

		return false
	}

	user.Tokens = tokens

	return true
}
