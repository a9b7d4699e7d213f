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

// foremanRecordModel has the user attributes that only Foreman returns.
type foremanRecordModel struct {
	Description         types.String       `tfsdk:"description"`
	Timezone            types.String       `tfsdk:"timezone"`
	Locale              types.String       `tfsdk:"locale"`
	MailEnabled         types.Bool         `tfsdk:"mail_enabled"`
	Admin               types.Bool         `tfsdk:"admin"`
	CreatedAt           types.String       `tfsdk:"created_at"`
	UpdatedAt           types.String       `tfsdk:"updated_at"`
	AuthSource          foremanAuthSource  `tfsdk:"auth_source"`
	DefaultLocation     *foremanTaxonomy   `tfsdk:"default_location"`
	DefaultOrganization *foremanTaxonomy   `tfsdk:"default_organization"`
	Locations           []foremanTaxonomy  `tfsdk:"locations"`
	Organizations       []foremanTaxonomy  `tfsdk:"organizations"`
	Roles               []foremanReference `tfsdk:"roles"`
	Usergroups          []foremanReference `tfsdk:"usergroups"`
	SSHKeys             []foremanSSHKey    `tfsdk:"ssh_keys"`
}

type foremanAuthSource struct {
	ID   types.Int64  `tfsdk:"id"`
	Name types.String `tfsdk:"name"`
	Type types.String `tfsdk:"type"`
}

type foremanReference struct {
	ID   types.Int64  `tfsdk:"id"`
	Name types.String `tfsdk:"name"`
}

// foremanTaxonomy is an organization or a location, which has a parent.
type foremanTaxonomy struct {
	ID    types.Int64  `tfsdk:"id"`
	Name  types.String `tfsdk:"name"`
	Title types.String `tfsdk:"title"`
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
			"id":   number("The " + what + "'s ID."),
			"name": text("The " + what + "'s name."),
		}
	}
	taxonomy := func(what string) map[string]dsschema.Attribute {
		attributes := reference(what)
		attributes["title"] = text("The " + what + "'s name, preceded by the names of its parents: `parent/child`.")

		return attributes
	}
	one := func(what, description string) dsschema.SingleNestedAttribute {
		return dsschema.SingleNestedAttribute{
			Computed: true, MarkdownDescription: description, Attributes: taxonomy(what),
		}
	}
	many := func(attributes map[string]dsschema.Attribute, description string) dsschema.ListNestedAttribute {
		return dsschema.ListNestedAttribute{
			Computed: true, MarkdownDescription: description,
			NestedObject: dsschema.NestedAttributeObject{Attributes: attributes},
		}
	}

	return dsschema.SingleNestedAttribute{
		Computed:            true,
		MarkdownDescription: "Properties that only Foreman reports. Null on other platforms.",
		Attributes: map[string]dsschema.Attribute{
			"description": text("The user's description."),
			"timezone":    text("The Rails name of the user's time zone. Null for the server's time zone."),
			"locale":      text("The user's language. Null for the language of the browser."),
			"mail_enabled": dsschema.BoolAttribute{
				Computed: true, MarkdownDescription: "Whether Foreman sends email to the user.",
			},
			"admin": dsschema.BoolAttribute{
				Computed: true,
				MarkdownDescription: "Whether the user is an administrator directly. The user's other attribute `admin` also " +
					"considers user groups.",
			},
			"created_at": text("When the user was created, in RFC 3339 format and UTC."),
			"updated_at": text("When the user was last changed, in RFC 3339 format and UTC."),
			"auth_source": dsschema.SingleNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The authentication source that verifies the user's password.",
				Attributes: map[string]dsschema.Attribute{
					"id":   number("The authentication source's ID."),
					"name": text("The authentication source's name."),
					"type": text("The type of the authentication source, such as `internal` or `ldap`. Null in `opsaccess_users`."),
				},
			},
			"default_location":     one("location", "The user's default location."),
			"default_organization": one("organization", "The user's default organization."),
			"locations":            many(taxonomy("location"), "The locations that the user belongs to."),
			"organizations":        many(taxonomy("organization"), "The organizations that the user belongs to."),
			"roles": many(reference("role"), "The roles assigned to the user directly, not through groups. Null "+
				"in `opsaccess_users`."),
			"usergroups": many(reference("user group"), "The user groups that the user belongs to. Null in "+
				"`opsaccess_users`."),
			"ssh_keys": dsschema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The user's public SSH keys.",
				NestedObject: dsschema.NestedAttributeObject{Attributes: map[string]dsschema.Attribute{
					"id":          number("The key's ID."),
					"name":        text("The key's name."),
					"key":         text("The public key."),
					"fingerprint": text("The key's fingerprint."),
					"length":      number("The key's size in bits."),
				}},
			},
		},
	}
}

// fillForeman converts the driver's record of a user to the value of foremanRecord: null for a user
// of another platform.
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
		DefaultLocation:     foremanTaxonomyOrNull(user.DefaultLocation),
		DefaultOrganization: foremanTaxonomyOrNull(user.DefaultOrganization),
		Locations:           convertAll(user.Locations, newForemanTaxonomy),
		Organizations:       convertAll(user.Organizations, newForemanTaxonomy),
		Roles:               convertAll(user.Roles, newForemanReference),
		Usergroups:          convertAll(user.Usergroups, newForemanReference),
		SSHKeys:             convertAll(user.SSHKeys, newForemanSSHKey),
	}

	return types.ObjectValueFrom(ctx, attributes, model)
}

func foremanTaxonomyOrNull(taxonomy *foreman.Reference) *foremanTaxonomy {
	if taxonomy == nil {
		return nil
	}

	model := newForemanTaxonomy(*taxonomy)

	return &model
}

func newForemanTaxonomy(taxonomy foreman.Reference) foremanTaxonomy {
	return foremanTaxonomy{
		ID: types.Int64Value(taxonomy.ID), Name: tfvalue.StringOrNull(taxonomy.Name), Title: tfvalue.StringOrNull(taxonomy.Title),
	}
}

func newForemanReference(reference foreman.Reference) foremanReference {
	return foremanReference{ID: types.Int64Value(reference.ID), Name: tfvalue.StringOrNull(reference.Name)}
}

func newForemanSSHKey(key foreman.SSHKey) foremanSSHKey {
	return foremanSSHKey{
		ID:          types.Int64Value(key.ID),
		Name:        tfvalue.StringOrNull(key.Name),
		Key:         tfvalue.StringOrNull(key.Key),
		Fingerprint: tfvalue.StringOrNull(key.Fingerprint),
		Length:      types.Int64Value(key.Length),
	}
}

// convertAll converts records. It keeps nil, which means that the server does not return the list,
// distinct from an empty list.
func convertAll[Record, Model any](records []Record, convert func(Record) Model) []Model {
	if records == nil {
		return nil
	}

	models := make([]Model, 0, len(records))
	for _, record := range records {
		models = append(models, convert(record))
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
