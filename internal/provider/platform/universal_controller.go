package platform

import (
	"cmp"
	"context"
	"os"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/universalcontroller"
)

// universalControllerPlatform is the definition of Universal Controller. Its lists have no
// parameters.
var universalControllerPlatform = definition{
	name:        "universal_controller",
	traits:      universalcontroller.Traits(),
	userID:      "on Universal Controller the user's `sysId`, 32 hexadecimal digits",
	tokenID:     "on Universal Controller, whose tokens have no IDs, the token's name",
	urlVariable: "STONEBRANCH_BASE_URL",
	block:       universalControllerBlock(),
	open:        openUniversalController,
	record:      universalControllerRecord(),
	fill:        fillUniversalController,
}

// universalControllerModel is the provider's `universal_controller` object.
type universalControllerModel struct {
	URL      types.String `tfsdk:"url"`
	Token    types.String `tfsdk:"token"`
	Username types.String `tfsdk:"username"`
	Password types.String `tfsdk:"password"`
}

func universalControllerBlock() schema.SingleNestedAttribute {
	text := []validator.String{stringvalidator.LengthAtLeast(1)}

	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "Connection to Stonebranch Universal Controller 7.3 or later. Arguments that are not set come from " +
			"the environment.",
		Attributes: map[string]schema.Attribute{
			"url": schema.StringAttribute{
				Optional: true, Validators: text,
				MarkdownDescription: "The URL of the server, with its context path if it has one: `https://uc.example.com/uc`, " +
					"or `https://example.stonebranch.cloud`. Default is `STONEBRANCH_BASE_URL`.",
			},
			"token": schema.StringAttribute{
				Optional: true, Sensitive: true, Validators: text,
				MarkdownDescription: "A personal access token of the account. Either `token`, or `username` and `password`, are " +
					"required; a user who logs in by single sign-on can only use `token`. Default is `STONEBRANCH_API_TOKEN`.",
			},
			"username": schema.StringAttribute{
				Optional: true, Validators: text,
				MarkdownDescription: "The login of the account. With `token`, it is required for `opsaccess_current_user` and " +
					"`opsaccess_revoke_personal_access_tokens`, because Universal Controller does not report which user a token " +
					"belongs to. Default is `STONEBRANCH_USERNAME`.",
			},
			"password": schema.StringAttribute{
				Optional: true, Sensitive: true, Validators: text,
				MarkdownDescription: "The password of the account. Default is `STONEBRANCH_PASSWORD`.",
			},
		},
	}
}

// openUniversalController creates the System of a `universal_controller` object.
func openUniversalController(ctx context.Context, block types.Object, c connectionSettings) (openedSystem, diag.Diagnostics) {
	var (
		diags diag.Diagnostics
		model universalControllerModel
	)

	if block.IsUnknown() {
		return openedSystem{unready: unready{unknown: []string{"universal_controller"}}}, nil
	}

	diags.Append(block.As(ctx, &model, basetypes.ObjectAsOptions{UnhandledNullAsEmpty: true})...)

	resolve := func(name string, value types.String, required bool, variable string) string {
		at := path.Root("universal_controller").AtName(name)

		return c.resolve(textSetting{path: at, value: value, variables: []string{variable}, required: required}, &diags)
	}

	options := universalcontroller.Options{Client: c.options}
	options.Client.BaseURL = resolve("url", model.URL, true, "STONEBRANCH_BASE_URL")

	if model.Token.IsUnknown() || model.Password.IsUnknown() {
		// Either may turn out to be null, so neither the way to log in nor a missing setting is
		// known yet.
		resolve("token", model.Token, false, "STONEBRANCH_API_TOKEN")
		resolve("password", model.Password, false, "STONEBRANCH_PASSWORD")

		return openedSystem{unready: c.unready}, diags
	}

	if !model.Token.IsNull() && !model.Password.IsNull() {
		// Not in a validator, because the CLI prints the source of the attribute that an error
		// points at.
		diags.AddError("Two credentials are configured",
			"`universal_controller.token` and `universal_controller.password` are both set: leave out one of them.")
	}

	// The credentials in the configuration select the way to log in. The environment variable of
	// the other way is ignored then.
	byPassword := !model.Password.IsNull() || model.Token.IsNull() && os.Getenv("STONEBRANCH_API_TOKEN") == ""
	options.Username = resolve("username", model.Username, byPassword, "STONEBRANCH_USERNAME")

	if byPassword {
		options.Password = pat.Secret(resolve("password", model.Password, true, "STONEBRANCH_PASSWORD"))
	} else {
		options.Token = pat.Secret(resolve("token", model.Token, true, "STONEBRANCH_API_TOKEN"))
	}

	if diags.HasError() || c.any() {
		return openedSystem{unready: c.unready}, diags
	}

	warnPlaintext(options.Client.BaseURL, &diags)
	warnLeftOut(options.Client.TLS, &diags)

	system, err := universalcontroller.New(options)
	if err != nil {
		addUnusable(&diags, model.URL, "STONEBRANCH_BASE_URL", options.Client.BaseURL, err)

		return openedSystem{}, diags
	}

	return openedSystem{
		system: system, credential: cmp.Or(options.Token, options.Password), mayBeToken: options.Token != "",
	}, diags
}
