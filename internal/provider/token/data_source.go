package token

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var (
	_ datasource.DataSource              = (*tokenDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*tokenDataSource)(nil)
)

// NewDataSource returns the data source of one token.
func NewDataSource() datasource.DataSource { return &tokenDataSource{} }

type tokenDataSource struct{ *platform.Configured }

type tokenDataSourceModel struct {
	Username types.String `tfsdk:"username"`
	UserID   types.String `tfsdk:"user_id"`
	TokenID  types.String `tfsdk:"token_id"`

	Listed
}

func (d *tokenDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + typeSuffix
}

func (d *tokenDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := ListedAttributes()
	attributes["username"], attributes["user_id"] = platform.UserArguments()
	attributes["token_id"] = schema.StringAttribute{
		Optional: true,
		Validators: []validator.String{
			tfvalue.AtMost(128), stringvalidator.ExactlyOneOf(path.MatchRoot("token_id"), path.MatchRoot("name")),
		},
		MarkdownDescription: "The token's ID, an integer such as `7`. Exactly one of `token_id` and `name` is required. Not " +
			"supported on Universal Controller, whose tokens have no IDs.",
	}
	attributes["name"] = schema.StringAttribute{
		Optional: true, Computed: true, Validators: []validator.String{tfvalue.PlainText("name")},
		MarkdownDescription: "The exact name of the token. Exactly one of `token_id` and `name` is required.",
	}

	resp.Schema = schema.Schema{
		MarkdownDescription: "Shows one personal access token of a user, without its secret. If the token does not exist, the " +
			"plan fails.",
		Attributes: attributes,
	}
}

func (d *tokenDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.Configured = platform.Configure(req.ProviderData, &resp.Diagnostics)
}

func (d *tokenDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model tokenDataSourceModel

	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)

	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}

	if traits := d.System.Traits(); !model.TokenID.IsNull() && !traits.TokenIDs {
		resp.Diagnostics.AddAttributeError(path.Root("token_id"), "Argument not supported by this platform",
			"Tokens of "+traits.DisplayName+" have no IDs: use `name`.")

		return
	}

	userID, ok := findUserID(ctx, d.Configured, model.Username, model.UserID, &resp.Diagnostics)
	if !ok {
		return
	}

	var (
		token pat.Token
		err   error
	)

	if model.TokenID.IsNull() {
		token, err = tokens.FindByName(ctx, d.System, userID, model.Name.ValueString())
	} else {
		token, err = d.System.Token(ctx, pat.Key{UserID: userID, TokenID: model.TokenID.ValueString()})
	}

	if err != nil {
		tfvalue.ReportError(&resp.Diagnostics, "read the personal access token", err)

		return
	}

	model.Listed = newListed(token)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
