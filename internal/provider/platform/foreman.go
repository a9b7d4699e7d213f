package platform

import (
	"context"
	"os"
	"strconv"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	dsschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/foreman"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// foremanPlatform is the definition of Foreman.
var foremanPlatform = definition{
	name:        "foreman",
	traits:      foreman.Traits(),
	userID:      "on Foreman an integer, such as `42`",
	tokenID:     "on Foreman an integer, such as `7`",
	otherUsers:  "To modify a user on Foreman, use the `foreman_user` resource of the provider `terraform-coop/foreman`.",
	urlVariable: "FOREMAN_SERVER_URL",
	block:       foremanBlock(),
	open:        openForeman,
	listing:     foremanListing,
	query:       foremanQuery,
	record:      foremanRecord(),
	fill:        fillForeman,
	recognize:   recognizeForeman,
}

// foremanModel is the provider's `foreman` object.
type foremanModel struct {
	URL            types.String `tfsdk:"url"`
	Username       types.String `tfsdk:"username"`
	Password       types.String `tfsdk:"password"`
	OrganizationID types.Int64  `tfsdk:"organization_id"`
	LocationID     types.Int64  `tfsdk:"location_id"`
	Session        types.Bool   `tfsdk:"session"`
}

// foremanListingModel is the `foreman` object of a data source that returns a list.
type foremanListingModel struct {
	Search         types.String `tfsdk:"search"`
	Order          types.String `tfsdk:"order"`
	Page           types.Int64  `tfsdk:"page"`
	PerPage        types.Int64  `tfsdk:"per_page"`
	OrganizationID types.Int64  `tfsdk:"organization_id"`
	LocationID     types.Int64  `tfsdk:"location_id"`
}

func foremanBlock() schema.SingleNestedAttribute {
	text := []validator.String{stringvalidator.LengthAtLeast(1)}
	number := []validator.Int64{int64validator.AtLeast(1)}

	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "Connection to Foreman 3.2 or later, Red Hat Satellite 6.12 or later, or orcharhino. Arguments that " +
			"are not set come from the environment.",
		Attributes: map[string]schema.Attribute{
			"url": schema.StringAttribute{
				Optional: true, Validators: text,
				MarkdownDescription: "The URL of the server, such as `https://foreman.example.com`. Default is " +
					"`FOREMAN_SERVER_URL`.",
			},
			"username": schema.StringAttribute{
				Optional: true, Validators: text,
				MarkdownDescription: "The login of the account. Default is `FOREMAN_USERNAME`, then `FOREMAN_USER`.",
			},
			"password": schema.StringAttribute{
				Optional: true, Sensitive: true, Validators: text,
				MarkdownDescription: "The password of the account, or a personal access token of the account. Default is " +
					"`FOREMAN_PASSWORD`.",
			},
			"organization_id": schema.Int64Attribute{
				Optional: true, Validators: number,
				MarkdownDescription: "The ID of the organization to work in. The provider then cannot see users outside it. " +
					"Default is all organizations of the account.",
			},
			"session": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to log in once per run and reuse the session. Default is `true`. If `false`, every " +
					"request logs in, which makes requests several times slower.",
			},
			"location_id": schema.Int64Attribute{
				Optional: true, Validators: number,
				MarkdownDescription: "The ID of the location to work in. The provider then cannot see users outside it. Default " +
					"is all locations of the account.",
			},
		},
	}
}

// openForeman creates the System of a `foreman` object.
func openForeman(ctx context.Context, block types.Object, c connectionSettings) (openedSystem, diag.Diagnostics) {
	var (
		diags diag.Diagnostics
		model foremanModel
	)

	if block.IsUnknown() {
		return openedSystem{unready: unready{unknown: []string{"foreman"}}}, nil
	}

	diags.Append(block.As(ctx, &model, basetypes.ObjectAsOptions{UnhandledNullAsEmpty: true})...)

	resolve := func(name string, value types.String, variables ...string) string {
		at := path.Root("foreman").AtName(name)

		return c.resolve(textSetting{path: at, value: value, variables: variables, required: true}, &diags)
	}

	options := foreman.Options{Client: c.options}
	options.Client.BaseURL = resolve("url", model.URL, "FOREMAN_SERVER_URL")
	options.Username = resolve("username", model.Username, "FOREMAN_USERNAME", "FOREMAN_USER")
	options.Password = pat.Secret(resolve("password", model.Password, "FOREMAN_PASSWORD"))
	options.OrganizationID = model.OrganizationID.ValueInt64()
	options.LocationID = model.LocationID.ValueInt64()

	options.NoSession = !model.Session.IsNull() && !model.Session.ValueBool()

	if model.Session.IsUnknown() {
		c.unknown = append(c.unknown, "foreman.session")
	}

	if model.OrganizationID.IsUnknown() {
		c.unknown = append(c.unknown, "foreman.organization_id")
	}

	if model.LocationID.IsUnknown() {
		c.unknown = append(c.unknown, "foreman.location_id")
	}

	foremanEnvironment(c, &options, &diags)

	if diags.HasError() || c.any() {
		return openedSystem{unready: c.unready}, diags
	}

	warnPlaintext(options.Client.BaseURL, &diags)
	warnLeftOut(options.Client.TLS, &diags)

	system, err := foreman.New(options)
	if err != nil {
		addUnusable(&diags, model.URL, "FOREMAN_SERVER_URL", options.Client.BaseURL, err)

		return openedSystem{}, diags
	}

	// Foreman accepts a password or a token in the same field and does not report which one it was.
	return openedSystem{system: system, credential: options.Password, mayBeToken: true}, diags
}

// foremanEnvironment applies the TLS variables of Foreman's other tools.
func foremanEnvironment(c connectionSettings, options *foreman.Options, diags *diag.Diagnostics) {
	if name := os.Getenv("FOREMAN_CA_PATH"); name != "" && !c.caSet {
		pem, err := os.ReadFile(name) //nolint:gosec // The user names the file.
		if err != nil {
			diags.AddAttributeError(path.Root("ca_certificate"), "Could not read FOREMAN_CA_PATH",
				tfvalue.Sentence(err)+" Correct the variable, or unset it.")
		}

		options.Client.TLS.CACertificate = string(pem)
	}

	if text := os.Getenv("FOREMAN_VALIDATE_CERTS"); text != "" && !c.verifySet {
		verify, err := strconv.ParseBool(text)
		if err != nil {
			diags.AddAttributeError(path.Root("insecure_skip_verify"), "Could not read FOREMAN_VALIDATE_CERTS",
				pat.Quote(text)+" is neither true nor false. Correct the variable, or unset it.")
		}

		options.Client.TLS.InsecureSkipVerify = err == nil && !verify
	}
}

func foremanListing(of string) dsschema.SingleNestedAttribute {
	expression, search := foreman.TokenOrder, `name ~ "ci-"`
	if of == "users" {
		expression, search = foreman.UserOrder, `login ~ "svc-"`
	}

	number := []validator.Int64{int64validator.AtLeast(1)}

	return dsschema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: "Parameters of Foreman's own list. An error if the provider is configured for another platform.",
		Attributes: map[string]dsschema.Attribute{
			"search": dsschema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{tfvalue.NotBlank("search")},
				MarkdownDescription: "A query in Foreman's search syntax, such as `" + search + "`. Put values in double quotes: " +
					"Foreman rarely rejects a query that it cannot parse, and searches for something else instead.",
			},
			"order": dsschema.StringAttribute{
				Optional:            true,
				Validators:          []validator.String{tfvalue.Matches("order", expression, "must match "+expression.String())},
				MarkdownDescription: "The field to sort by, followed by ` ASC` or ` DESC`, such as `id DESC`. Default is `id`.",
			},
			"page": dsschema.Int64Attribute{
				Optional: true, Validators: number,
				MarkdownDescription: "The number of the only page to read, counted from 1. Default is all pages.",
			},
			"per_page": dsschema.Int64Attribute{
				Optional: true, Validators: number,
				MarkdownDescription: "The number of rows on a page. Default is 1000, or the server's own setting if `page` is " +
					"set.",
			},
			"organization_id": dsschema.Int64Attribute{
				Optional: true, Validators: number,
				MarkdownDescription: "The ID of the organization to search, instead of the provider's `organization_id`.",
			},
			"location_id": dsschema.Int64Attribute{
				Optional: true, Validators: number,
				MarkdownDescription: "The ID of the location to search, instead of the provider's `location_id`.",
			},
		},
	}
}

// foremanQuery converts a listing to the driver's query; nil for none.
func foremanQuery(ctx context.Context, listing types.Object) (any, diag.Diagnostics) {
	if listing.IsNull() || listing.IsUnknown() {
		return nil, nil
	}

	var model foremanListingModel

	diags := listing.As(ctx, &model, basetypes.ObjectAsOptions{})

	return foreman.Query{
		Search:         tfvalue.OptionalText(model.Search),
		Order:          tfvalue.OptionalText(model.Order),
		Page:           tfvalue.OptionalNumber(model.Page),
		PerPage:        tfvalue.OptionalNumber(model.PerPage),
		OrganizationID: tfvalue.OptionalNumber(model.OrganizationID),
		LocationID:     tfvalue.OptionalNumber(model.LocationID),
	}, diags
}
