// Package provider is the Terraform side of opsaccess: the provider block, and the plugin that
// serves the constructs of the packages below it.
package provider

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/token"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/user"

	fwaction "github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Address is the provider's address in the registry.
const Address = "registry.terraform.io/opsaccess/opsaccess"

var (
	_ provider.Provider                       = (*opsaccessProvider)(nil)
	_ provider.ProviderWithValidateConfig     = (*opsaccessProvider)(nil)
	_ provider.ProviderWithActions            = (*opsaccessProvider)(nil)
	_ provider.ProviderWithListResources      = (*opsaccessProvider)(nil)
	_ provider.ProviderWithEphemeralResources = (*opsaccessProvider)(nil)
	_ provider.ProviderWithFunctions          = (*opsaccessProvider)(nil)
)

type opsaccessProvider struct {
	process platform.Process

	// configured is what the constructs received; nil before the provider is configured.
	configured atomic.Pointer[platform.Configured]
}

// Surroundings are the parts of the machine that a provider uses. Released providers use the zero
// value.
type Surroundings struct {
	// Runner is the machine's clock and safe for concurrent use; the zero value is the real clock.
	Runner pat.Runner
	// RetryWait is the longest wait between two attempts of a request; 0 means the default.
	RetryWait time.Duration
}

// New returns the constructor of the provider. The version goes into the User-Agent.
func New(version string) func() provider.Provider { return NewIn(Surroundings{}, version) }

// NewIn is New with other surroundings, for tests of other packages, which set the clock and do not
// wait.
func NewIn(surroundings Surroundings, version string) func() provider.Provider {
	return func() provider.Provider { return newProvider(surroundings, version) }
}

func newProvider(surroundings Surroundings, version string) *opsaccessProvider {
	return &opsaccessProvider{process: platform.Process{
		Version: version, Runner: surroundings.Runner, RetryWait: surroundings.RetryWait,
	}}
}

func (p *opsaccessProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "opsaccess"
	resp.Version = p.process.Version
}

func (p *opsaccessProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Issues, rotates, revokes and lists personal access tokens on Foreman and Stonebranch Universal " +
			"Controller. Configure exactly one platform; without one, the environment variables select it. For two platforms or " +
			"two servers, use provider aliases.",
		Attributes: platform.ProviderAttributes(),
	}
}

// ValidateConfig refuses settings with which no server can be reached.
func (p *opsaccessProvider) ValidateConfig(
	ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse,
) {
	var model platform.Model

	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)

	model.Check(&resp.Diagnostics)
}

func (p *opsaccessProvider) Configure(
	ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse,
) {
	var model platform.Model

	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)

	if resp.Diagnostics.HasError() {
		return
	}

	configured := p.process.Open(ctx, model, req.TerraformVersion, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}

	p.configured.Store(configured)

	resp.ResourceData = configured
	resp.DataSourceData = configured
	resp.ListResourceData = configured
	resp.ActionData = configured
	resp.EphemeralResourceData = configured
}

func (p *opsaccessProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		token.NewDataSource,
		token.NewListDataSource,
		user.NewDataSource,
		user.NewListDataSource,
		user.NewCurrentDataSource,
	}
}

func (p *opsaccessProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{token.NewResource, user.NewResource}
}

func (p *opsaccessProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{token.NewListResource}
}

func (p *opsaccessProvider) Actions(context.Context) []func() fwaction.Action {
	return []func() fwaction.Action{token.NewRevokeAction}
}

func (p *opsaccessProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{token.NewDecryptFunction}
}

func (p *opsaccessProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{token.NewEphemeralResource}
}
