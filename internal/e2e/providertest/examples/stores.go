package examples

import (
	"context"
	"encoding/json"
	"maps"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	ephemeralschema "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Stores is an in-memory replacement for Vault and Kubernetes. Its providers have those parts of the
// real ones that the examples use. The zero value is empty. It is safe for concurrent use.
type Stores struct {
	mu      sync.Mutex
	secrets map[string]map[string]string
}

// Put writes the secret at a path such as `ci/foreman/svc-deploy`.
func (s *Stores) Put(at string, data map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.secrets == nil {
		s.secrets = map[string]map[string]string{}
	}

	s.secrets[at] = maps.Clone(data)
}

// Get returns the secret at a path, or nil if there is none.
func (s *Stores) Get(at string) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()

	return maps.Clone(s.secrets[at])
}

// Delete removes the secret at a path.
func (s *Stores) Delete(at string) {
	s.mu.Lock()
	defer s.mu.Unlock()

	delete(s.secrets, at)
}

// Providers returns the providers of the stores, by the names of the real providers.
func (s *Stores) Providers() map[string]func() tfprotov6.ProviderServer {
	return map[string]func() tfprotov6.ProviderServer{
		"hashicorp/vault":      providerserver.NewProtocol6(&storeProvider{stores: s, name: "vault", kind: vaultSecret()}),
		"hashicorp/kubernetes": providerserver.NewProtocol6(&storeProvider{stores: s, name: "kubernetes", kind: kubernetesSecret()}),
	}
}

// secretKind is a resource with a write-only argument that is written when its version changes.
type secretKind struct {
	name, version string
	schema        schema.Schema
	// at holds the two arguments that make up the path of a secret.
	at [2]path.Path
	// values returns the content of the write-only argument.
	values func(ctx context.Context, config tfsdk.Config) (map[string]*string, diag.Diagnostics)
}

func vaultSecret() secretKind {
	return secretKind{
		name: "vault_kv_secret_v2", version: "data_json_wo_version",
		schema: schema.Schema{Attributes: map[string]schema.Attribute{
			"mount":                schema.StringAttribute{Required: true},
			"name":                 schema.StringAttribute{Required: true},
			"data_json_wo":         schema.StringAttribute{Optional: true, WriteOnly: true},
			"data_json_wo_version": schema.Int64Attribute{Optional: true},
		}},
		at: [2]path.Path{path.Root("mount"), path.Root("name")},
		values: func(ctx context.Context, config tfsdk.Config) (map[string]*string, diag.Diagnostics) {
			var (
				text   types.String
				values map[string]*string
			)

			diags := config.GetAttribute(ctx, path.Root("data_json_wo"), &text)
			if err := json.Unmarshal([]byte(text.ValueString()), &values); err != nil {
				diags.AddError("The secret is not an object of strings", err.Error())
			}

			return values, diags
		},
	}
}

func kubernetesSecret() secretKind {
	metadata := path.Root("metadata").AtListIndex(0)

	return secretKind{
		name: "kubernetes_secret_v1", version: "data_wo_revision",
		schema: schema.Schema{
			Attributes: map[string]schema.Attribute{
				"data_wo":          schema.MapAttribute{Optional: true, WriteOnly: true, ElementType: types.StringType},
				"data_wo_revision": schema.Int64Attribute{Optional: true},
			},
			Blocks: map[string]schema.Block{
				"metadata": schema.ListNestedBlock{NestedObject: schema.NestedBlockObject{
					Attributes: map[string]schema.Attribute{
						"name":      schema.StringAttribute{Required: true},
						"namespace": schema.StringAttribute{Required: true},
					},
				}},
			},
		},
		at: [2]path.Path{metadata.AtName("namespace"), metadata.AtName("name")},
		values: func(ctx context.Context, config tfsdk.Config) (map[string]*string, diag.Diagnostics) {
			var values map[string]*string

			diags := config.GetAttribute(ctx, path.Root("data_wo"), &values)

			return values, diags
		},
	}
}

// pathIn returns the secret's path according to a configuration or a state.
func (k secretKind) pathIn(
	ctx context.Context, in interface {
		GetAttribute(ctx context.Context, at path.Path, target any) diag.Diagnostics
	},
) (string, diag.Diagnostics) {
	var (
		parts [2]string
		diags diag.Diagnostics
	)

	for i, argument := range k.at {
		diags.Append(in.GetAttribute(ctx, argument, &parts[i])...)
	}

	return parts[0] + "/" + parts[1], diags
}

type storeProvider struct {
	stores *Stores
	name   string
	kind   secretKind
}

var _ provider.ProviderWithEphemeralResources = (*storeProvider)(nil)

func (p *storeProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = p.name
}

func (p *storeProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (p *storeProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (p *storeProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (p *storeProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &storeResource{stores: p.stores, kind: p.kind} }}
}

func (p *storeProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	if p.name != "vault" {
		return nil
	}

	return []func() ephemeral.EphemeralResource{func() ephemeral.EphemeralResource { return &storeReader{p.stores} }}
}

type storeResource struct {
	stores *Stores
	kind   secretKind
}

func (r *storeResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = r.kind.name
}

func (r *storeResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = r.kind.schema
}

func (r *storeResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.Diagnostics.Append(r.write(ctx, req.Config)...)
	resp.State.Raw = req.Plan.Raw
}

func (r *storeResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (r *storeResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var before, after types.Int64

	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root(r.kind.version), &before)...)
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root(r.kind.version), &after)...)

	if !before.Equal(after) {
		resp.Diagnostics.Append(r.write(ctx, req.Config)...)
	}

	resp.State.Raw = req.Plan.Raw
}

// write writes the secret. A null value is an error: the examples must never overwrite a stored secret
// with null.
func (r *storeResource) write(ctx context.Context, config tfsdk.Config) diag.Diagnostics {
	at, diags := r.kind.pathIn(ctx, config)
	values, more := r.kind.values(ctx, config)
	diags.Append(more...)

	data := map[string]string{}

	for key, value := range values {
		if value == nil {
			diags.AddError("A secret is null", at+" would lose its "+key)
		} else {
			data[key] = *value
		}
	}

	if !diags.HasError() {
		r.stores.Put(at, data)
	}

	return diags
}

func (r *storeResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	at, diags := r.kind.pathIn(ctx, req.State)
	resp.Diagnostics.Append(diags...)
	r.stores.Delete(at)
}

// storeReader is the ephemeral resource that reads a secret from Vault.
type storeReader struct{ stores *Stores }

func (r *storeReader) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = "vault_kv_secret_v2"
}

func (r *storeReader) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = ephemeralschema.Schema{Attributes: map[string]ephemeralschema.Attribute{
		"mount": ephemeralschema.StringAttribute{Required: true},
		"name":  ephemeralschema.StringAttribute{Required: true},
		"data":  ephemeralschema.MapAttribute{Computed: true, ElementType: types.StringType},
	}}
}

func (r *storeReader) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var mount, name types.String

	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("mount"), &mount)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("name"), &name)...)

	data := r.stores.Get(mount.ValueString() + "/" + name.ValueString())
	if data == nil {
		resp.Diagnostics.AddError("There is no such secret", mount.ValueString()+"/"+name.ValueString())

		return
	}

	resp.Result.Raw = req.Config.Raw
	resp.Diagnostics.Append(resp.Result.SetAttribute(ctx, path.Root("data"), data)...)
}
