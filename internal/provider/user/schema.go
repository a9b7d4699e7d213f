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
	pat.Active: "Whether the account is active. An inactive user cannot log in, and neither can its tokens.",
	pat.LockedOut: "Whether the account is locked. Universal Controller locks it after failed logins, and only an administrator " +
		"unlocks it. A locked user cannot log in, and neither can its tokens.",
	pat.PasswordNeedsReset: "Whether the user must set a new password at the next login.",
	pat.WebServiceAccess: "Whether the user may use web services, and so log in with a token: `Yes`, `No` or `-- System Default --`, " +
		"which leaves it to a system property.",
	pat.BrowserAccess:     "Whether the user may use the web interface: `Yes`, `No` or `-- System Default --`.",
	pat.CommandLineAccess: "Whether the user may use the command line interface: `Yes`, `No` or `-- System Default --`.",
	pat.LoginMethod: "How the user may log in, as Universal Controller writes it: `Standard`, `Single Sign-On`, " +
		"or both as `Standard, Single Sign-On`.",
	pat.FirstName:     "The user's first name.",
	pat.MiddleName:    "The user's middle name.",
	pat.LastName:      "The user's last name.",
	pat.Email:         "The user's email address.",
	pat.Title:         "The user's title, such as `Operator`.",
	pat.Department:    "The user's department.",
	pat.Manager:       "The user's manager, by the name that Universal Controller displays.",
	pat.BusinessPhone: "The user's business phone number.",
	pat.MobilePhone:   "The user's mobile phone number.",
	pat.TimeZone:      "The user's time zone, such as `America/New_York`, or `System` for that of the server.",
}

func userSchema() schema.Schema {
	attributes := userArguments()

	maps.Copy(attributes, map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed: true, MarkdownDescription: "The user's `sysId`, 32 hexadecimal digits, which a rename does not change.",
		},
		"owner": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "The user.",
			Attributes: map[string]schema.Attribute{
				"id":       schema.StringAttribute{Computed: true, MarkdownDescription: "The user's `sysId`, the same as `id`."},
				"username": schema.StringAttribute{Computed: true, MarkdownDescription: "The user's login."},
			},
		},
		"server": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "The URL of the server that the user is on. The resource refuses any other on which no user has the " +
				"same `id` and login.",
		},
	})

	return schema.Schema{
		MarkdownDescription: "Modifies a user of Stonebranch Universal Controller who exists. Only the properties whose arguments are " +
			"set are managed; all others, the password, the roles, the permissions and the tokens stay as they are. " +
			"The resource neither creates nor deletes a user.",
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
			MarkdownDescription: "The login of the user, matched exactly. `username` or `user_id` is needed; both must name the same " +
				"user. Another user is another resource: the old one is left as it is.",
		},
		"user_id": schema.StringAttribute{
			Optional:            true,
			Validators:          []validator.String{tfvalue.PlainText("user_id")},
			MarkdownDescription: "The user's `sysId`, 32 hexadecimal digits, which a rename does not change.",
		},
		"allow_self": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether changes are allowed that keep the provider's own user from logging in: `active = false`, " +
				"`locked_out = true`, `password_needs_reset = true`, `web_service_access = \"No\"`, or a `login_method` without " +
				"`Standard`. Default is `false`: such a plan is an error.",
		},
	}

	for property, description := range propertyDescriptions {
		arguments[string(property)] = propertyArgument(property, description)
	}

	return arguments
}

// propertyArgument is the argument of one property.
func propertyArgument(property pat.Property, description string) schema.Attribute {
	const unmanaged = " Without this argument the property is not managed."

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
			Optional: true, MarkdownDescription: description + " An empty text removes it." + unmanaged,
			Validators: []validator.String{tfvalue.PlainTextOrEmpty()},
		}
	}
}

// userIdentitySchema is what tells a user from all others.
func userIdentitySchema() identityschema.Schema {
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"server": identityschema.StringAttribute{
			OptionalForImport: true,
			Description:       "The server's URL. Default is the configured one; any other is an error.",
		},
		"user_id": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "The user's sysId, 32 hexadecimal digits.",
		},
	}}
}
