package user

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
)

// propertyDescriptions say what the arguments mean that are properties of the user.
var propertyDescriptions = map[pat.Property]string{
	pat.Active: "Whether the user is active. An inactive user cannot log in, and the user's tokens stop working.",
	pat.LockedOut: "Whether the user is locked. Universal Controller locks a user after failed logins, and only an administrator " +
		"can unlock it. A locked user cannot log in, and the user's tokens stop working.",
	pat.PasswordNeedsReset: "Whether the user must set a new password at the next login.",
	pat.WebServiceAccess: "Whether the user may use web services, which logging in with a token requires: `Yes`, `No` or `-- " +
		"System Default --`, which follows a system property.",
	pat.BrowserAccess:     "Whether the user may use the web interface: `Yes`, `No` or `-- System Default --`.",
	pat.CommandLineAccess: "Whether the user may use the command line interface: `Yes`, `No` or `-- System Default --`.",
	pat.LoginMethod:       "How the user may log in: `Standard`, `Single Sign-On`, or `Standard, Single Sign-On` for both.",
	pat.FirstName:         "The user's first name.",
	pat.MiddleName:        "The user's middle name.",
	pat.LastName:          "The user's last name.",
	pat.Email:             "The user's email address.",
	pat.Title:             "The user's title, such as `Operator`.",
	pat.Department:        "The user's department.",
	pat.Manager:           "The display name of the user's manager.",
	pat.BusinessPhone:     "The user's business phone number.",
	pat.MobilePhone:       "The user's mobile phone number.",
	pat.TimeZone:          "The user's time zone, such as `America/New_York`, or `System` for the server's time zone.",
}

func userSchema() schema.Schema {
	attributes := userArguments()

	maps.Copy(attributes, map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed: true, MarkdownDescription: "The user's `sysId`, 32 hexadecimal digits, which stays the same when the user " +
				"is renamed.",
		},
		"owner": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "The user that the resource modifies.",
			Attributes: map[string]schema.Attribute{
				"id":       schema.StringAttribute{Computed: true, MarkdownDescription: "The user's `sysId`, the same as `id`."},
				"username": schema.StringAttribute{Computed: true, MarkdownDescription: "The user's login."},
			},
		},
		"server": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "The URL of the server that the user is on. If the provider is configured for another server, " +
				"the plan fails, unless that server has a user with the same `id` and login.",
		},
	})

	return schema.Schema{
		MarkdownDescription: "Modifies an existing user of Stonebranch Universal Controller. The resource manages only the " +
			"properties whose arguments are set. It never changes other properties, the password, roles, permissions or tokens, " +
			"and it neither creates nor deletes users.",
		Attributes: attributes,
	}
}

func userArguments() map[string]schema.Attribute {
	arguments := map[string]schema.Attribute{
		"username": schema.StringAttribute{
			Optional: true,
			Validators: []validator.String{
				tfvalue.PlainText("username"), stringvalidator.AtLeastOneOf(path.MatchRoot("user_id")),
			},
			MarkdownDescription: "The exact login of the user. At least one of `username` and `user_id` is required; if both are " +
				"set, they must name the same user. Changing this to another user replaces the resource, which leaves the old " +
				"user unchanged.",
		},
		"user_id": schema.StringAttribute{
			Optional:            true,
			Validators:          []validator.String{tfvalue.PlainText("user_id")},
			MarkdownDescription: "The user's `sysId`, 32 hexadecimal digits, which stays the same when the user is renamed.",
		},
		"allow_self": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether to allow changes that prevent the provider's own user from logging in: `active = " +
				"false`, `locked_out = true`, `password_needs_reset = true`, `web_service_access = \"No\"`, or a `login_method` " +
				"without `Standard`. Default is `false`: such a plan fails.",
		},
	}

	for property, description := range propertyDescriptions {
		arguments[string(property)] = propertyArgument(property, description)
	}

	return arguments
}

// propertyArgument is the argument of one property.
func propertyArgument(property pat.Property, description string) schema.Attribute {
	const unmanaged = " If this argument is not set, the resource does not manage the property."

	switch {
	case property.IsFlag():
		return schema.BoolAttribute{Optional: true, MarkdownDescription: description + unmanaged}
	case property.IsAccess():
		return schema.StringAttribute{
			Optional: true, MarkdownDescription: description + unmanaged,
			Validators: []validator.String{tfvalue.OneOf(pat.AccessYes, pat.AccessNo, pat.AccessDefault)},
		}
	case property == pat.LoginMethod:
		return schema.StringAttribute{
			Optional: true, MarkdownDescription: description + unmanaged,
			Validators: []validator.String{tfvalue.PlainText("login_method")},
		}
	default:
		return schema.StringAttribute{
			Optional: true, MarkdownDescription: description + " An empty string removes the value." + unmanaged,
			Validators: []validator.String{tfvalue.PlainTextOrEmpty()},
		}
	}
}

// userIdentitySchema is what tells a user from all others.
func userIdentitySchema() identityschema.Schema {
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"server": identityschema.StringAttribute{
			OptionalForImport: true,
			Description: "The URL of the server. Default is the server that the provider is configured for; any other " +
				"value is an error.",
		},
		"user_id": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "The user's sysId, 32 hexadecimal digits.",
		},
	}}
}
