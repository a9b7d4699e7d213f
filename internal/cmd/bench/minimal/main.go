// Command minimal is the least that a provider made with the plugin framework can be: one
// resource that remembers one argument. The bench measures opsaccess beside it.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func main() {
	err := providerserver.Serve(context.Background(), func() provider.Provider { return minimal{} }, providerserver.ServeOpts{
		Address: "registry.terraform.io/opsaccess/opsaccess",
	})
	if err != nil {
		log.Fatal(err)
	}
}

// minimal is the provider and its only resource.
type minimal struct{}

var (
	_ provider.Provider = minimal{}
	_ resource.Resource = minimalResource{}
)

func (minimal) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "opsaccess"
}

func (minimal) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (minimal) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (minimal) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (minimal) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return minimalResource{} }}
}

type minimalResource struct{}

type minimalModel struct {
	ID    types.String `tfsdk:"id"`
	Input types.String `tfsdk:"input"`
}

func (minimalResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "opsaccess_minimal"
}

func (minimalResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id": schema.StringAttribute{Computed: true}, "input": schema.StringAttribute{Optional: true},
	}}
}

func (minimalResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var model minimalModel

	resp.Diagnostics.Append(req.Plan.Get(ctx, &model)...)
	model.ID = types.StringValue("minimal")
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

func (minimalResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var model minimalModel

	resp.Diagnostics.Append(req.State.Get(ctx, &model)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

func (minimalResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var model minimalModel

	resp.Diagnostics.Append(req.Plan.Get(ctx, &model)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

func (minimalResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
