package user

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/token"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var (
	_ datasource.DataSource              = (*usersDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*usersDataSource)(nil)
)

// NewListDataSource returns the data source of all users.
func NewListDataSource() datasource.DataSource { return &usersDataSource{} }

type usersDataSource struct{ *platform.Configured }

type usersDataSourceModel struct {
	Username   types.String `tfsdk:"username"`
	UserID     types.String `tfsdk:"user_id"`
	ShowTokens types.Bool   `tfsdk:"show_tokens"`
	Users      []userRecord `tfsdk:"users"`

	platform.Listings
}

func (d *usersDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_users"
}

func (d *usersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the users that the provider's account is allowed to see. If no user matches, the list is " +
			"empty.",
		Attributes: map[string]schema.Attribute{
			"username": schema.StringAttribute{
				Optional: true, Validators: []validator.String{tfvalue.PlainText("username")},
				MarkdownDescription: "Match only the user with exactly this login.",
			},
			"user_id": schema.StringAttribute{
				Optional: true, Validators: []validator.String{tfvalue.PlainText("user_id")},
				MarkdownDescription: "Match only the user with this ID: " + platform.UserIDs() + ".",
			},
			"show_tokens": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to read the tokens of each user as well. Default is `false`. On Foreman this needs " +
					"one request for each user.",
			},
			"users": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The users: on Foreman sorted by ID unless `foreman.order` is set, on Universal Controller by login.",
				NestedObject:        schema.NestedAttributeObject{Attributes: userRecordAttributes()},
			},
		},
	}

	platform.AddListings(resp.Schema.Attributes, "users")
}

func (d *usersDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.Configured = platform.Configure(req.ProviderData, &resp.Diagnostics)
}

func (d *usersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model usersDataSourceModel

	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)

	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) || !token.CheckUserID(d.Configured, model.UserID, &resp.Diagnostics) {
		return
	}

	native := d.Listing(ctx, model.Listings, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}

	users, err := d.System.Users(ctx, pat.UserQuery{
		Ref: pat.Option[pat.UserRef]{
			V:   pat.UserRef{ID: model.UserID.ValueString(), Username: model.Username.ValueString()},
			Set: !model.UserID.IsNull() || !model.Username.IsNull(),
		},
		WithTokens: model.ShowTokens.ValueBool(),
		Native:     native,
	})
	if err != nil {
		tfvalue.ReportError(&resp.Diagnostics, "list the users", err)

		return
	}

	model.Users = make([]userRecord, 0, len(users))
	for _, user := range users {
		model.Users = append(model.Users, newUserRecord(ctx, user, &resp.Diagnostics))
	}

	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
