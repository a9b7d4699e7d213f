// Package secretstore is a provider that replaces Vault, Kubernetes and other secret stores in tests.
// Its resource has a write-only argument for the value and writes it when the version changes.
package secretstore

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Name is the provider's namespace and type.
const Name = "example/secretstore"

// Store holds the secrets. The zero value is empty. It is safe for concurrent use.
type Store struct {
	mu      sync.Mutex
	secrets map[string]string
	writes  int
}

// Secret returns a secret by its name; empty if there is none.
func (s *Store) Secret(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.secrets[name]
}

// Writes returns how often a secret was written, over all names.
func (s *Store) Writes() int {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.writes
}

func (s *Store) write(name, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.secrets == nil {
		s.secrets = map[string]string{}
	}

	s.secrets[name] = value
	s.writes++
}

// Server returns the store's provider, for version 6 of the plugin protocol.
func (s *Store) Server() tfprotov6.ProviderServer {
	return providerserver.NewProtocol6(&storeProvider{s})()
}

type storeProvider struct{ store *Store }

func (p *storeProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "secretstore"
}

func (p *storeProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (p *storeProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (p *storeProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (p *storeProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &secretResource{p.store} }}
}

type secretResource struct{ store *Store }

type secretModel struct {
	Name    types.String `tfsdk:"name"`
	Value   types.String `tfsdk:"value_wo"`
	Version types.Int64  `tfsdk:"value_wo_version"`
}

func (r *secretResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "secretstore_secret"
}

func (r *secretResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"name": schema.StringAttribute{
			Required: true, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"value_wo":         schema.StringAttribute{Optional: true, WriteOnly: true},
		"value_wo_version": schema.Int64Attribute{Optional: true},
	}}
}

func (r *secretResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var config, plan secretModel

	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	r.store.write(plan.Name.ValueString(), config.Value.ValueString())
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *secretResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

// Update writes the value if the version has changed. It reads the value from the configuration,
// because a plan never contains write-only arguments.
func (r *secretResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var before, config, plan secretModel

	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("value_wo_version"), &before.Version)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)

	if !before.Version.Equal(plan.Version) {
		r.store.write(plan.Name.ValueString(), config.Value.ValueString())
	}

	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *secretResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var name types.String

	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("name"), &name)...)
	r.store.write(name.ValueString(), "")
}
