package move

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// restProvider replaces the provider of restapi_object: a CLI needs the schemas of every provider in
// the state. Its resource has few attributes and fails the test if it is called, because a move must
// not call it.
type restProvider struct{ t *testing.T }

var _ provider.Provider = (*restProvider)(nil)

func newRESTProvider(t *testing.T) func() tfprotov6.ProviderServer {
	t.Helper()

	return providerserver.NewProtocol6(&restProvider{t: t})
}

func (p *restProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "restapi"
}

func (p *restProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (p *restProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (p *restProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (p *restProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &restResource{t: p.t} }}
}

type restResource struct{ t *testing.T }

var _ resource.Resource = (*restResource)(nil)

func (r *restResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = restObjectType
}

func (r *restResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{"id": schema.StringAttribute{Computed: true}}}
}

func (r *restResource) Create(context.Context, resource.CreateRequest, *resource.CreateResponse) {
	r.t.Error("the move creates an object of the other provider")
}

func (r *restResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {
	r.t.Error("the move reads an object of the other provider")
}

func (r *restResource) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {
	r.t.Error("the move updates an object of the other provider")
}

func (r *restResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
	r.t.Error("the move destroys an object of the other provider")
}

// newRESTWorkspace returns a workspace whose state contains the token as a restapi_object.
func newRESTWorkspace(t *testing.T, s *providertest.Target, object restState) *providertest.Workspace {
	t.Helper()

	w := s.Workspace(t)
	w.Beside = map[string]func() tfprotov6.ProviderServer{"mastercard/restapi": newRESTProvider(t)}

	text, err := json.Marshal(map[string]any{
		"version": 4, "terraform_version": "1.11.4", "serial": 1, "series": "2d2b2c4e-4a6a-9d7c-3b61-6f0d5c1e8a90",
		"outputs": map[string]any{},
		"resources": []any{map[string]any{
			"mode": "managed", "type": restObjectType, "name": "deploy", "provider": `provider["` + restSource + `"]`,
			"instances": []any{map[string]any{
				"schema_version": 0, "attributes": object.attributes, "sensitive_attributes": []any{},
			}},
		}},
	})
	providertest.Must(t, err)
	w.File(t, "terraform.tfstate", string(text))

	return w
}
