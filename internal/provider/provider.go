// Package provider is Terraform's side of opsaccess: schemas, models, plans and
// diagnostics. It knows no HTTP and, but for one schema file per platform, no platform.
package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Address is the provider's address in the registry.
const Address = "registry.terraform.io/opsaccess/opsaccess"

type opsaccessProvider struct{ version string }

// New returns the constructor of the provider. The version goes into the User-Agent.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &opsaccessProvider{version: version} }
}

func (p *opsaccessProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "opsaccess"
	resp.Version = p.version
}

func (p *opsaccessProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {
}

func (p *opsaccessProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (p *opsaccessProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (p *opsaccessProvider) Resources(context.Context) []func() resource.Resource { return nil }
