package platform

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"

	dsschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/universalcontroller"
)

// universalControllerRecordModel has the user attributes that only Universal Controller returns.
type universalControllerRecordModel struct {
	MiddleName        types.String                    `tfsdk:"middle_name"`
	Title             types.String                    `tfsdk:"title"`
	BusinessPhone     types.String                    `tfsdk:"business_phone"`
	MobilePhone       types.String                    `tfsdk:"mobile_phone"`
	TimeZone          types.String                    `tfsdk:"time_zone"`
	Department        types.String                    `tfsdk:"department"`
	Manager           types.String                    `tfsdk:"manager"`
	Active            types.Bool                      `tfsdk:"active"`
	LockedOut         types.Bool                      `tfsdk:"locked_out"`
	NeedsReset        types.Bool                      `tfsdk:"needs_reset"`
	BrowserAccess     types.String                    `tfsdk:"browser_access"`
	CommandLineAccess types.String                    `tfsdk:"command_line_access"`
	WebServiceAccess  types.String                    `tfsdk:"web_service_access"`
	LoginMethod       types.String                    `tfsdk:"login_method"`
	Impersonate       []types.String                  `tfsdk:"impersonate"`
	Permissions       []universalControllerPermission `tfsdk:"permissions"`
	Roles             []universalControllerRole       `tfsdk:"roles"`
}

type universalControllerPermission struct {
	SysID         types.String   `tfsdk:"sys_id"`
	Type          types.String   `tfsdk:"type"`
	Create        types.Bool     `tfsdk:"create"`
	Read          types.Bool     `tfsdk:"read"`
	Update        types.Bool     `tfsdk:"update"`
	Delete        types.Bool     `tfsdk:"delete"`
	Execute       types.Bool     `tfsdk:"execute"`
	NameWildcard  types.String   `tfsdk:"name_wildcard"`
	Commands      types.String   `tfsdk:"commands"`
	OpswiseGroups []types.String `tfsdk:"opswise_groups"`
	AllGroups     types.Bool     `tfsdk:"all_groups"`
	DefaultGroup  types.Bool     `tfsdk:"default_group"`
	NotGroups     types.Bool     `tfsdk:"not_groups"`
}

type universalControllerRole struct {
	Name        types.String `tfsdk:"name"`
	Description types.String `tfsdk:"description"`
}

func universalControllerRecord() dsschema.SingleNestedAttribute {
	text := func(description string) dsschema.StringAttribute {
		return dsschema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	truth := func(description string) dsschema.BoolAttribute {
		return dsschema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	texts := func(description string) dsschema.ListAttribute {
		return dsschema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	access := "`Yes`, `No` or `-- System Default --`."

	return dsschema.SingleNestedAttribute{
		Computed:            true,
		MarkdownDescription: "Properties that only Universal Controller reports. Null on other platforms.",
		Attributes: map[string]dsschema.Attribute{
			"middle_name":         text("The user's middle name."),
			"title":               text("The user's title."),
			"business_phone":      text("The user's business phone number."),
			"mobile_phone":        text("The user's mobile phone number."),
			"time_zone":           text("The user's time zone. `System` or null for the server's time zone."),
			"department":          text("The user's department."),
			"manager":             text("The display name of the user's manager."),
			"active":              truth("Whether the user is active. The user's other attribute `enabled` also considers a lock."),
			"locked_out":          truth("Whether the user is locked."),
			"needs_reset":         truth("Whether the user must set a new password at the next login."),
			"browser_access":      text("Whether the user may use the web interface: " + access),
			"command_line_access": text("Whether the user may use the command line interface: " + access),
			"web_service_access":  text("Whether the user may use web services, which logging in with a token requires: " + access),
			"login_method":        text("How the user may log in, such as `Standard` or `Single Sign-On`."),
			"impersonate":         texts("The users that the user may impersonate. Null before Universal Controller 7.6."),
			"permissions": dsschema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The permissions assigned to the user directly, not through groups.",
				NestedObject: dsschema.NestedAttributeObject{Attributes: map[string]dsschema.Attribute{
					"sys_id":         text("The permission's `sysId`, 32 hexadecimal digits."),
					"type":           text("The type of object that the permission applies to."),
					"create":         truth("Whether the user may create such objects."),
					"read":           truth("Whether the user may read such objects."),
					"update":         truth("Whether the user may change such objects."),
					"delete":         truth("Whether the user may delete such objects."),
					"execute":        truth("Whether the user may execute such objects."),
					"name_wildcard":  text("The names of the objects that the permission applies to; `*` for all."),
					"commands":       text("The commands that the user may give; `ALL` for all."),
					"opswise_groups": texts("The business services whose objects the permission applies to."),
					"all_groups":     truth("Whether the permission applies to the objects of all business services."),
					"default_group":  truth("Whether the permission applies to objects that belong to no business service."),
					"not_groups": truth("Whether the permission excludes the objects of `opswise_groups`, instead of " +
						"applying to them."),
				}},
			},
			"roles": dsschema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The roles assigned to the user directly, not through groups.",
				NestedObject: dsschema.NestedAttributeObject{Attributes: map[string]dsschema.Attribute{
					"name":        text("The role's name, such as `ops_admin`."),
					"description": text("The role's description."),
				}},
			},
		},
	}
}

// fillUniversalController converts the driver's record of a user to the value of
// universalControllerRecord: null for a user of another platform.
func fillUniversalController(ctx context.Context, native any) (types.Object, diag.Diagnostics) {
	attributes := objectTypes(universalControllerRecord().GetType())

	user, ok := native.(*universalcontroller.User)
	if !ok {
		return types.ObjectNull(attributes), nil
	}

	model := universalControllerRecordModel{
		MiddleName:        tfvalue.StringOrNull(user.MiddleName),
		Title:             tfvalue.StringOrNull(user.Title),
		BusinessPhone:     tfvalue.StringOrNull(user.BusinessPhone),
		MobilePhone:       tfvalue.StringOrNull(user.MobilePhone),
		TimeZone:          tfvalue.StringOrNull(user.TimeZone),
		Department:        tfvalue.StringOrNull(user.Department),
		Manager:           tfvalue.StringOrNull(user.Manager),
		Active:            types.BoolValue(user.Active),
		LockedOut:         types.BoolValue(user.LockedOut),
		NeedsReset:        types.BoolValue(user.PasswordNeedsReset),
		BrowserAccess:     tfvalue.StringOrNull(user.BrowserAccess),
		CommandLineAccess: tfvalue.StringOrNull(user.CommandLineAccess),
		WebServiceAccess:  tfvalue.StringOrNull(user.WebServiceAccess),
		LoginMethod:       tfvalue.StringOrNull(user.LoginMethod),
		Impersonate:       tfvalue.StringList(user.Impersonate),
		Permissions:       convertAll(user.Permissions, newUniversalControllerPermission),
		Roles:             convertAll(user.Roles, newUniversalControllerRole),
	}

	return types.ObjectValueFrom(ctx, attributes, model)
}

func newUniversalControllerPermission(permission universalcontroller.Permission) universalControllerPermission {
	return universalControllerPermission{
		SysID:         tfvalue.StringOrNull(permission.SysID),
		Type:          tfvalue.StringOrNull(permission.Type),
		Create:        types.BoolValue(permission.Create),
		Read:          types.BoolValue(permission.Read),
		Update:        types.BoolValue(permission.Update),
		Delete:        types.BoolValue(permission.Delete),
		Execute:       types.BoolValue(permission.Execute),
		NameWildcard:  tfvalue.StringOrNull(permission.NameWildcard),
		Commands:      tfvalue.StringOrNull(permission.Commands),
		OpswiseGroups: tfvalue.StringList(permission.OpswiseGroups),
		AllGroups:     types.BoolValue(permission.AllGroups),
		DefaultGroup:  types.BoolValue(permission.DefaultGroup),
		NotGroups:     types.BoolValue(permission.NotGroups),
	}
}

func newUniversalControllerRole(role universalcontroller.Role) universalControllerRole {
	return universalControllerRole{Name: tfvalue.StringOrNull(role.Name), Description: tfvalue.StringOrNull(role.Description)}
}
