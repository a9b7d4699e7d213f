package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	ephemeralschema "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	providerschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// fakeProvider has one of every construct that a provider can have.
type fakeProvider struct {
	// attributes are those of the provider; nil means none.
	attributes map[string]providerschema.Attribute
}

var (
	_ provider.ProviderWithActions            = fakeProvider{}
	_ provider.ProviderWithEphemeralResources = fakeProvider{}
	_ provider.ProviderWithFunctions          = fakeProvider{}
	_ provider.ProviderWithListResources      = fakeProvider{}
)

func (fakeProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "fake"
}

func (p fakeProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = providerschema.Schema{Description: "The provider.", Attributes: p.attributes}
}

func (fakeProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (fakeProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return fakeResource{} }}
}

func (fakeProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return fakeDataSource{} }}
}

func (fakeProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{func() ephemeral.EphemeralResource { return fakeEphemeral{} }}
}

func (fakeProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{func() list.ListResource { return fakeList{} }}
}

func (fakeProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{func() action.Action { return fakeAction{} }}
}

func (fakeProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{func() function.Function { return fakeFunction{} }}
}

type fakeResource struct{}

func (fakeResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "fake_token"
}

func (fakeResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	leaf := resourceschema.NestedAttributeObject{Attributes: map[string]resourceschema.Attribute{
		"leaf": resourceschema.StringAttribute{Computed: true, Sensitive: true, Description: "A leaf."},
	}}
	resp.Schema = resourceschema.Schema{
		Version:             3,
		MarkdownDescription: "A `token`.",
		DeprecationMessage:  "Use another.",
		Attributes: map[string]resourceschema.Attribute{
			"required":  resourceschema.StringAttribute{Required: true, MarkdownDescription: "Either <this> or *that*."},
			"optional":  resourceschema.BoolAttribute{Optional: true, Description: "Plain."},
			"both":      resourceschema.Int64Attribute{Optional: true, Computed: true},
			"old":       resourceschema.Float64Attribute{Optional: true, DeprecationMessage: "Use `both`."},
			"written":   resourceschema.StringAttribute{Optional: true, Sensitive: true, WriteOnly: true},
			"list":      resourceschema.ListAttribute{Computed: true, ElementType: types.StringType},
			"set":       resourceschema.SetAttribute{Computed: true, ElementType: types.NumberType},
			"map":       resourceschema.MapAttribute{Computed: true, ElementType: types.ListType{ElemType: types.BoolType}},
			"dynamic":   resourceschema.DynamicAttribute{Computed: true},
			"object":    resourceschema.ObjectAttribute{Computed: true, AttributeTypes: map[string]attr.Type{"a": types.StringType, "b": types.BoolType}},
			"in_single": resourceschema.SingleNestedAttribute{Optional: true, Description: "One.", Attributes: leaf.Attributes},
			"in_list":   resourceschema.ListNestedAttribute{Computed: true, NestedObject: leaf},
			"in_set":    resourceschema.SetNestedAttribute{Computed: true, NestedObject: leaf},
			"in_map":    resourceschema.MapNestedAttribute{Computed: true, NestedObject: leaf},
		},
		Blocks: map[string]resourceschema.Block{
			"single_block": resourceschema.SingleNestedBlock{
				Description: "A block.",
				Attributes:  map[string]resourceschema.Attribute{"a": resourceschema.StringAttribute{Optional: true}},
				Blocks:      map[string]resourceschema.Block{"inner": resourceschema.SetNestedBlock{}},
			},
			"list_block": resourceschema.ListNestedBlock{DeprecationMessage: "Use single_block."},
		},
	}
}

func (fakeResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Version: 2,
		Attributes: map[string]identityschema.Attribute{
			"token":  identityschema.StringAttribute{RequiredForImport: true, Description: "The name."},
			"server": identityschema.StringAttribute{OptionalForImport: true},
			"ids":    identityschema.ListAttribute{OptionalForImport: true, ElementType: types.Int64Type},
		},
	}
}

func (fakeResource) Create(context.Context, resource.CreateRequest, *resource.CreateResponse) {}
func (fakeResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse)       {}
func (fakeResource) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {}
func (fakeResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

type fakeDataSource struct{}

func (fakeDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "fake_user"
}

func (fakeDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = datasourceschema.Schema{Attributes: map[string]datasourceschema.Attribute{
		"id": datasourceschema.StringAttribute{Required: true},
	}}
}

func (fakeDataSource) Read(context.Context, datasource.ReadRequest, *datasource.ReadResponse) {}

type fakeEphemeral struct{}

func (fakeEphemeral) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = "fake_token"
}

func (fakeEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = ephemeralschema.Schema{Attributes: map[string]ephemeralschema.Attribute{
		"token": ephemeralschema.StringAttribute{Computed: true, Sensitive: true},
	}}
}

func (fakeEphemeral) Open(context.Context, ephemeral.OpenRequest, *ephemeral.OpenResponse) {}

type fakeList struct{}

func (fakeList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "fake_token"
}

func (fakeList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = listschema.Schema{Attributes: map[string]listschema.Attribute{
		"user": listschema.StringAttribute{Optional: true},
	}}
}

func (fakeList) List(context.Context, list.ListRequest, *list.ListResultsStream) {}

type fakeAction struct{}

func (fakeAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = "fake_revoke"
}

func (fakeAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = actionschema.Schema{
		Description: "Revokes.",
		Attributes:  map[string]actionschema.Attribute{"dry_run": actionschema.BoolAttribute{Optional: true}},
	}
}

func (fakeAction) Invoke(context.Context, action.InvokeRequest, *action.InvokeResponse) {}

type fakeFunction struct{}

func (fakeFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "join"
}

func (fakeFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:            "Joins.",
		Description:        "Joins parts.",
		DeprecationMessage: "Use join.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "separator", Description: "Between two.", AllowNullValue: true},
		},
		VariadicParameter: function.ListParameter{Name: "parts", ElementType: types.StringType},
		Return:            function.StringReturn{},
	}
}

func (fakeFunction) Run(context.Context, function.RunRequest, *function.RunResponse) {}
