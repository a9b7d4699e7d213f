package platform

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	dsschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/foreman"
)

// foremanRecordModel is what only Foreman tells of a user.
type foremanRecordModel struct {
	Description         types.String       `tfsdk:"description"`
	Timezone            types.String       `tfsdk:"timezone"`
	Locale              types.String       `tfsdk:"locale"`
	MailEnabled         types.Bool         `tfsdk:"mail_enabled"`
	Admin               types.Bool         `tfsdk:"admin"`
	CreatedAt           types.String       `tfsdk:"created_at"`
	UpdatedAt           types.String       `tfsdk:"updated_at"`
	AuthSource          foremanAuthSource  `tfsdk:"auth_source"`
	DefaultLocation     *foremanReference  `tfsdk:"default_location"`
	DefaultOrganization *foremanReference  `tfsdk:"default_organization"`
	Locations           []foremanReference `tfsdk:"locations"`
	Organizations       []foremanReference `tfsdk:"organizations"`
	Roles               []foremanReference `tfsdk:"roles"`
	Usergroups          []foremanReference `tfsdk:"usergroups"`
	CachedUsergroups    []foremanReference `tfsdk:"cached_usergroups"`
	MailNotifications   []foremanReference `tfsdk:"mail_notifications"`
	SSHKeys             []foremanSSHKey    `tfsdk:"ssh_keys"`
}

type foremanAuthSource struct {
	ID   types.Int64  `tfsdk:"id"`
	Name types.String `tfsdk:"name"`
	Type types.String `tfsdk:"type"`
}

type foremanReference struct {
	ID          types.Int64  `tfsdk:"id"`
	Name        types.String `tfsdk:"name"`
	Title       types.String `tfsdk:"title"`
	Description types.String `tfsdk:"description"`
}

type foremanSSHKey struct {
	ID          types.Int64  `tfsdk:"id"`
	Name        types.String `tfsdk:"name"`
	Key         types.String `tfsdk:"key"`
	Fingerprint types.String `tfsdk:"fingerprint"`
	Length      types.Int64  `tfsdk:"length"`
}

func foremanRecord() dsschema.SingleNestedAttribute {
	text := func(description string) dsschema.StringAttribute {
		return dsschema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	number := func(description string) dsschema.Int64Attribute {
		return dsschema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	reference := func(what string) map[string]dsschema.Attribute {
		return map[string]dsschema.Attribute{
			"id":          number("The " + what + "'s number."),
			"name":        text("The " + what + "'s name."),
			"title":       text("The " + what + "'s title: its name with those of its parents. Null where Foreman shows none."),
			"description": text("The " + what + "'s description. Null where Foreman shows none."),
		}
	}
	one := func(what, description string) dsschema.SingleNestedAttribute {
		return dsschema.SingleNestedAttribute{
			Computed: true, MarkdownDescription: description, Attributes: reference(what),
		}
	}
	many := func(what, description string) dsschema.ListNestedAttribute {
		return dsschema.ListNestedAttribute{
			Computed: true, MarkdownDescription: description,
			NestedObject: dsschema.NestedAttributeObject{Attributes: reference(what)},
		}
	}

	return dsschema.SingleNestedAttribute{
		Computed:            true,
		MarkdownDescription: "What only Foreman tells of a user. Null on other platforms.",
		Attributes: map[string]dsschema.Attribute{
			"description": text("The user's description."),
			"timezone":    text("The user's time zone, by Rails' name of it. Null for the server's own."),
			"locale":      text("The user's language. Null for the browser's."),
			"mail_enabled": dsschema.BoolAttribute{
				Computed: true, MarkdownDescription: "Whether Foreman sends the user mail.",
			},
			"admin": dsschema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether the account itself is an administrator. The `admin` beside counts user groups, too.",
			},
			"created_at": text("When the account was created, in UTC."),
			"updated_at": text("When the account was last changed, in UTC."),
			"auth_source": dsschema.SingleNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Where the user's password is checked.",
				Attributes: map[string]dsschema.Attribute{
					"id":   number("The authentication source's number."),
					"name": text("The authentication source's name."),
					"type": text("The kind of authentication source, such as `internal` or `ldap`. Null in a list of users."),
				},
			},
			"default_location":     one("location", "The location that the user works in by default."),
			"default_organization": one("organization", "The organization that the user works in by default."),
			"locations":            many("location", "The locations that the user belongs to."),
			"organizations":        many("organization", "The organizations that the user belongs to."),
			"roles":                many("role", "The user's roles. Null in a list of users."),
			"usergroups":           many("user group", "The user groups that the user is in. Null in a list of users."),
			"cached_usergroups": many("user group",
				"The user groups that the user is in, by itself or through another group. Null in a list of users."),
			"mail_notifications": many("mail notification",
				"The mail notifications that the user subscribed to. Null in a list of users."),
			"ssh_keys": dsschema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The user's public SSH keys.",
				NestedObject: dsschema.NestedAttributeObject{Attributes: map[string]dsschema.Attribute{
					"id":          number("The key's number."),
					"name":        text("The key's name."),
					"key":         text("The public key."),
					"fingerprint": text("The key's fingerprint."),
					"length":      number("The key's size in bits."),
				}},
			},
		},
	}
}

// fillForeman turns the driver's record of a user into the value of foremanRecord: null
// for a user of another platform.
func fillForeman(ctx context.Context, native any) (types.Object, diag.Diagnostics) {
	attributes := objectTypes(foremanRecord().GetType())

	user, ok := native.(*foreman.User)
	if !ok {
		return types.ObjectNull(attributes), nil
	}

	model := foremanRecordModel{
		Description: tfvalue.StringOrNull(user.Description),
		Timezone:    tfvalue.StringOrNull(user.Timezone),
		Locale:      tfvalue.StringOrNull(user.Locale),
		MailEnabled: types.BoolValue(user.MailEnabled),
		Admin:       types.BoolValue(user.DirectAdmin),
		CreatedAt:   tfvalue.Timestamp(user.CreatedAt),
		UpdatedAt:   tfvalue.Timestamp(user.UpdatedAt),
		AuthSource: foremanAuthSource{
			ID:   types.Int64Value(user.AuthSource.ID),
			Name: tfvalue.StringOrNull(user.AuthSource.Name),
			Type: tfvalue.StringOrNull(user.AuthSource.Type),
		},
		DefaultLocation:     foremanReferenceOrNull(user.DefaultLocation),
		DefaultOrganization: foremanReferenceOrNull(user.DefaultOrganization),
		Locations:           foremanReferences(user.Locations),
		Organizations:       foremanReferences(user.Organizations),
		Roles:               foremanReferences(user.Roles),
		Usergroups:          foremanReferences(user.Usergroups),
		CachedUsergroups:    foremanReferences(user.CachedUsergroups),
		MailNotifications:   foremanReferences(user.MailNotifications),
	}

	if user.SSHKeys != nil {
		model.SSHKeys = []foremanSSHKey{}
	}

	for _, key := range user.SSHKeys {
		model.SSHKeys = append(model.SSHKeys, foremanSSHKey{
			ID:          types.Int64Value(key.ID),
			Name:        tfvalue.StringOrNull(key.Name),
			Key:         tfvalue.StringOrNull(key.Key),
			Fingerprint: tfvalue.StringOrNull(key.Fingerprint),
			Length:      types.Int64Value(key.Length),
		})
	}

	return types.ObjectValueFrom(ctx, attributes, model)
}

func foremanReferenceOrNull(reference *foreman.Reference) *foremanReference {
	if reference == nil {
		return nil
	}

	return &foremanReferences([]foreman.Reference{*reference})[0]
}

// foremanReferences keeps nil, which is a list that Foreman does not show, apart from
// an empty one.
func foremanReferences(references []foreman.Reference) []foremanReference {
	if references == nil {
		return nil
	}

	models := make([]foremanReference, 0, len(references))

	for _, reference := range references {
		models = append(models, foremanReference{
			ID:          types.Int64Value(reference.ID),
			Name:        tfvalue.StringOrNull(reference.Name),
			Title:       tfvalue.StringOrNull(reference.Title),
			Description: tfvalue.StringOrNull(reference.Description),
		})
	}

	return models
}

// objectTypes returns the attribute types of an object's type.
func objectTypes(t attr.Type) map[string]attr.Type {
	if object, ok := t.(attr.TypeWithAttributeTypes); ok {
		return object.AttributeTypes()
	}

	return nil
}
